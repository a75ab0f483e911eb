//! Watching a job to its end, from inside the library or beside it, with an ear for Ctrl+C.

use std::time::Duration;

use overpaint_api::job::Job;
use overpaint_core::Library;
use overpaint_core::error::Error;
use overpaint_core::event::Event;
use overpaint_core::job::JobId;
use overpaint_core::library::Reader;
use overpaint_http::control::Owner;
use overpaint_http::file_edit;
use tokio::sync::broadcast::error::RecvError;

use super::{REDRAW, Run};
use crate::interrupt::Interrupt;
use crate::output::Stop;
use crate::owner::Search;
use crate::progress::is_at_work;

/// Between two questions to another owner. A local round trip: the answer is there before the eye could tell.
const LOOK: Duration = Duration::from_millis(150);

/// How watching a job ended.
pub(super) enum Watched {
    /// The job has ended, one way or another.
    Ended(Job),
    /// The person does not want to wait for that.
    Left(Job),
    /// We are to end; the job is to go on.
    Terminated(Job),
    /// The owner is gone, and the job has not ended.
    OwnerGone,
}

impl Run {
    /// Submits the edit to our own library, unless it has it, and watches it.
    pub(super) async fn watch_own(&mut self, library: &Library) -> Result<Watched, Stop> {
        let mut events = library.subscribe();
        let id = match self.job {
            Some(id) => id,
            None => file_edit::submit(library, self.wish.clone()).await?.id,
        };
        self.job = Some(id);
        let mut job: Job = library.job(id).await?.into();
        let mut redraw = tokio::time::interval(REDRAW);
        while is_at_work(job.state) {
            self.shown.show(&job, self.clock.now());
            tokio::select! {
                _ = redraw.tick() => {}
                event = events.recv() => match event {
                    Ok(Event::Job(changed)) if changed.id == id => job = (*changed).into(),
                    Ok(Event::Job(_) | Event::Library | Event::Models | Event::Settings) => {}
                    Err(RecvError::Lagged(_)) => job = library.job(id).await?.into(),
                    Err(RecvError::Closed) => return Ok(Watched::OwnerGone),
                },
                interrupt = self.interrupts.next() => {
                    if let Some(end) = self.heard(interrupt, &job) {
                        return Ok(end);
                    }
                    match library.cancel_job(id).await {
                        Ok(asked) => job = asked.into(),
                        Err(Error::TooLate { .. }) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
            }
        }
        // Events carry a cut prompt.
        Ok(Watched::Ended(library.job(id).await?.into()))
    }

    /// Watches a job of another program's library.
    pub(super) async fn watch_beside(
        &mut self,
        owner: &Owner,
        reader: &Reader,
        id: JobId,
        search: &mut Search,
    ) -> Result<Watched, Stop> {
        let text = id.to_string();
        loop {
            let job = match owner.job(&text).await {
                Ok(job) => {
                    search.answered();
                    job
                }
                // Its row tells whether there is anything left to look for.
                Err(_) => match Job::from(reader.job(id).await?) {
                    ended if !is_at_work(ended.state) => ended,
                    _ => return Ok(Watched::OwnerGone),
                },
            };
            if !is_at_work(job.state) {
                return Ok(Watched::Ended(job));
            }
            self.shown.show(&job, self.clock.now());
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                interrupt = self.interrupts.next() => {
                    if let Some(end) = self.heard(interrupt, &job) {
                        return Ok(end);
                    }
                    // Too late, or the owner just went: the next look tells.
                    if let Err(error) = owner.cancel(&text).await {
                        tracing::info!(%error, "the owner did not cancel");
                    }
                }
            }
        }
    }

    /// What an interrupt means; `None`: cancel the job and go on watching, since a result that is paid and there is kept.
    fn heard(&mut self, interrupt: Interrupt, job: &Job) -> Option<Watched> {
        match interrupt {
            Interrupt::Terminate => Some(Watched::Terminated(job.clone())),
            Interrupt::Typed if self.cancelling => Some(Watched::Left(job.clone())),
            Interrupt::Typed => {
                self.cancelling = true;
                None
            }
        }
    }
}
