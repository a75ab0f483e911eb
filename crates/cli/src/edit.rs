//! `overpaint edit`: one picture in, one out.
//!
//! The wish gets its idempotency key before anything else, so it can be handed to one owner of the library after another, and to
//! ourselves, and stays one job.

mod watch;

use std::time::Duration;

use overpaint_api::job::{Job, JobState};
use overpaint_api::picture::Version;
use overpaint_core::Library;
use overpaint_core::clock::Clock;
use overpaint_core::error::Error;
use overpaint_core::job::JobId;
use overpaint_core::library::Reader;
use overpaint_core::model::DEMO;
use overpaint_core::settings::{Given, Settings};
use overpaint_core::version::VersionId;
use overpaint_http::control::{Control, ControlError, Owner};
use overpaint_http::file_edit::FileEdit;
use serde::Serialize;

use crate::args;
use crate::interrupt::{Interrupt, Interrupts};
use crate::output::{Outcome, Stop, say};
use crate::owner::{PATIENCE, Place, Search};
use crate::progress::Shown;
use crate::spending::cost_in_words;
use crate::target::Target;
use watch::Watched;

/// Between two pictures of the progress.
const REDRAW: Duration = Duration::from_millis(100);

/// The result, for programs.
#[derive(Serialize)]
struct Edited {
    job: Job,
    version: Version,
    output: String,
}

/// An edit on its way.
struct Run {
    wish: FileEdit,
    target: Target,
    /// Once an owner accepted it.
    job: Option<JobId>,
    interrupts: Interrupts,
    /// Ctrl+C was pressed once.
    cancelling: bool,
    shown: Shown,
    clock: Clock,
}

/// Edits a picture and writes the result.
pub(crate) async fn run(args: args::Edit, given: Given, clock: Clock) -> Result<Outcome, Stop> {
    let path = given.working_dir.join(&args.input);
    let output = given.working_dir.join(&args.output);
    let given = args.library.over(given);
    let settings = Settings::read(&given)?;
    let model = if args.demo {
        DEMO.to_owned()
    } else {
        args.model.unwrap_or(settings.model)
    };
    if args.prompt.trim().is_empty() {
        return Err(Error::PromptEmpty.into());
    }
    let mut run = Run {
        target: Target::new(&output, &path)?,
        wish: FileEdit {
            path,
            prompt: args.prompt,
            model,
            idempotency_key: uuid::Uuid::new_v4().to_string(),
        },
        job: None,
        interrupts: Interrupts::listen()?,
        cancelling: false,
        shown: Shown::on_terminal(),
        clock,
    };
    let mut search = Search::new(given, PATIENCE);
    loop {
        let place = tokio::select! {
            place = search.next() => place?,
            interrupt = run.interrupts.next() => return Err(ended_by(interrupt)),
        };
        match place {
            Place::Own(library) => return run.as_owner(library).await,
            Place::Beside(owner, reader) => {
                if let Some(outcome) = run.beside(&owner, &reader, &mut search).await? {
                    return Ok(outcome);
                }
            }
        }
    }
}

impl Run {
    /// With a library of our own, which others may use meanwhile.
    async fn as_owner(&mut self, library: Library) -> Result<Outcome, Stop> {
        let control = match Control::open(library.clone(), None).await {
            Ok(control) => control,
            Err(error) => {
                library.close().await;
                return Err(error.into());
            }
        };
        let watched = self.watch_own(&library).await;
        let outcome = match watched {
            Ok(Watched::Left(job)) => {
                // At once: nothing is closed in order, which the next start finds out and looks after.
                return Err(Stop::Cancelled(Some(Box::new(job))));
            }
            Ok(Watched::Terminated(job)) => Err(Stop::Terminated(Some(Box::new(job)))),
            Ok(Watched::OwnerGone) => Err(Error::Internal("the library closed itself").into()),
            Ok(Watched::Ended(job)) => {
                let outcome = self.finish_own(&library, job).await;
                self.stay_for_others(&control).await;
                outcome
            }
            Err(stop) => {
                self.stay_for_others(&control).await;
                Err(stop)
            }
        };
        drop(control);
        library.close().await;
        outcome
    }

    /// While another program owns the library. `None`: it is gone, look again.
    async fn beside(
        &mut self,
        owner: &Owner,
        reader: &Reader,
        search: &mut Search,
    ) -> Result<Option<Outcome>, Stop> {
        let id = match self.job {
            Some(id) => id,
            None => match owner.submit(&self.wish).await {
                Ok(id) => JobId::parse(&id)
                    .ok_or(Error::Internal("an owner answered an id that is none"))?,
                Err(ControlError::Refused(problem)) => return Err(problem.into()),
                Err(ControlError::Gone(_)) => return Ok(None),
            },
        };
        self.job = Some(id);
        match self.watch_beside(owner, reader, id, search).await? {
            Watched::Ended(job) => self.finish_beside(reader, job).await.map(Some),
            Watched::Left(job) => Err(Stop::Cancelled(Some(Box::new(job)))),
            Watched::Terminated(job) => Err(Stop::Terminated(Some(Box::new(job)))),
            Watched::OwnerGone => Ok(None),
        }
    }

    async fn finish_own(&self, library: &Library, job: Job) -> Result<Outcome, Stop> {
        let (input, result) = ids(&job)?;
        let version = library.version(result).await?;
        library
            .save(result, self.target.path().to_owned())
            .await
            .map_err(|error| kept(&error, &job))?;
        let note = library.version(input).await?.note;
        self.outcome(job, version.into(), note)
    }

    async fn finish_beside(&self, reader: &Reader, job: Job) -> Result<Outcome, Stop> {
        let (input, result) = ids(&job)?;
        let version = reader.version(result).await?;
        let (target, stored) = (self.target.clone(), reader.file(&version));
        let written = tokio::task::spawn_blocking(move || target.write_picture(&stored)).await;
        written
            .unwrap_or(Err(Error::Internal("writing the result panicked")))
            .map_err(|error| kept(&error, &job))?;
        let note = reader.version(input).await?.note;
        self.outcome(job, version.into(), note)
    }

    fn outcome(
        &self,
        job: Job,
        version: Version,
        input_note: Option<String>,
    ) -> Result<Outcome, Stop> {
        let output = self.target.path().display().to_string();
        let by_demo = (job.model == DEMO)
            .then(|| "made by the demo engine on this computer, not by an AI model".to_owned());
        let cost = job.cost.as_ref().map(cost_in_words);
        let notes = [
            input_note,
            version.note.clone(),
            job.note.clone(),
            by_demo,
            cost,
        ];
        let outcome = Outcome::result(
            &Edited {
                job,
                version,
                output: output.clone(),
            },
            output,
        )?;
        Ok(notes.into_iter().flatten().fold(outcome, Outcome::noting))
    }

    /// Others handed us their edits: we own the library until those have ended. Any interrupt ends the wait; whoever still waits takes
    /// the library over.
    async fn stay_for_others(&mut self, control: &Control) {
        let settled = control.settled();
        tokio::pin!(settled);
        let mut redraw = tokio::time::interval(REDRAW);
        loop {
            tokio::select! {
                () = &mut settled => return,
                _ = self.interrupts.next() => return,
                _ = redraw.tick() => self.shown.say(format!("Done here; {} of other programs to go", control.handed())),
            }
        }
    }
}

/// The input and the first result of a job that is done; otherwise why there is none.
fn ids(job: &Job) -> Result<(VersionId, VersionId), Stop> {
    match job.state {
        JobState::Done => {
            let result = job.result_ids.first().and_then(|id| VersionId::parse(id));
            let both = VersionId::parse(&job.input_id).zip(result);
            both.ok_or_else(|| Error::Internal("a job that is done without a result").into())
        }
        JobState::Cancelled => Err(Stop::Cancelled(Some(Box::new(job.clone())))),
        _ => match &job.problem {
            Some(problem) => Err(problem.clone().into()),
            None => Err(Error::Internal("a job that failed without a reason").into()),
        },
    }
}

/// The result could not be written, and is not lost.
fn kept(error: &Error, job: &Job) -> Stop {
    say(&format!(
        "note: the result is kept in the library; `overpaint show {}` tells where",
        job.id
    ));
    error.into()
}

fn ended_by(interrupt: Interrupt) -> Stop {
    match interrupt {
        Interrupt::Typed => Stop::Cancelled(None),
        Interrupt::Terminate => Stop::Terminated(None),
    }
}
