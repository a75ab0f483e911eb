//! What fal says now: its list, and one model's description. Read when somebody looks and what is here is older than a day, in the background, so
//! that nobody waits; not tried again at once when it failed.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::super::{Inner, Library};
use crate::clock::Moment;
use crate::error::{Code, Error, Failure, Got};
use crate::event::Event;
use crate::job::runner::blocking;
use crate::job::{Job, State};
use crate::model::{BuiltIn, Provider, Spec, on_fal};
use crate::provider::fal::{Destination, Fal};

/// What is older is read again.
const OLD: TimeDelta = TimeDelta::days(1);

/// What failed is not tried again sooner.
const AGAIN: TimeDelta = TimeDelta::minutes(1);

/// Whether `moment` lies less than `span` back. One that is still to come, because the clock was set back, counts for nothing.
fn within(span: TimeDelta, moment: Moment, now: Moment) -> bool {
    (TimeDelta::zero()..span).contains(&(now - moment))
}

/// The whole list must be there by then.
const LIST_WITHIN: Duration = Duration::from_secs(120);

/// A person waits so long for the description of a model that nothing is known of.
const FORM_WITHIN: Duration = Duration::from_secs(15);

/// Models whose last try is remembered.
const TRIES_KEPT: usize = 500;

/// What goes on with fal's list. A std mutex: held for a few lines, never across an await.
#[derive(Debug, Default)]
pub(in crate::library) struct Catalogue(Mutex<Going>);

#[derive(Debug, Default)]
struct Going {
    refreshing: bool,
    tried_at: Option<Moment>,
    problem: Option<Failure>,
    /// When each model's description was asked for last.
    schemas: HashMap<String, Moment>,
}

impl Catalogue {
    /// Whether the list is being read, and why it could not be the last time.
    pub(in crate::library) fn state(&self) -> (bool, Option<Failure>) {
        let going = self.lock();
        (going.refreshing, going.problem.clone())
    }

    /// Takes the turn to read the list; `false`: somebody has it.
    fn begin(&self, now: Moment) -> bool {
        let mut going = self.lock();
        going.tried_at = Some(now);
        !std::mem::replace(&mut going.refreshing, true)
    }

    fn end(&self, problem: Option<Failure>) {
        let mut going = self.lock();
        going.refreshing = false;
        going.problem = problem;
    }

    fn may_try_list(&self, now: Moment) -> bool {
        let going = self.lock();
        !going.refreshing
            && going
                .tried_at
                .is_none_or(|tried| !within(AGAIN, tried, now))
    }

    /// Takes the turn to read a model's description.
    fn begin_schema(&self, id: &str, now: Moment) -> bool {
        let mut going = self.lock();
        if going
            .schemas
            .get(id)
            .is_some_and(|tried| within(AGAIN, *tried, now))
        {
            return false;
        }
        if going.schemas.len() >= TRIES_KEPT {
            going.schemas.clear();
        }
        going.schemas.insert(id.to_owned(), now);
        true
    }

    fn lock(&self) -> MutexGuard<'_, Going> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives the turn back, however the reading ends.
struct Turn<'a> {
    catalogue: &'a Catalogue,
    problem: Option<Failure>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.catalogue.end(self.problem.take());
    }
}

impl Library {
    /// Whether edits go to fal itself, so that its descriptions hold.
    pub(super) fn is_on_fal(&self) -> bool {
        Destination::of(&self.0.runner.fal).is_some_and(|to| to.is_fals_own())
    }

    /// Reads the list in the background if it is old.
    pub(super) fn refresh_list_if_old(&self, listed_at: Option<Moment>) {
        let now = self.0.clock.now();
        let old = listed_at.is_none_or(|at| !within(OLD, at, now));
        if old && self.is_on_fal() && self.0.catalogue.may_try_list(now) {
            let library = self.clone();
            tokio::spawn(async move { library.refresh_list().await });
        }
    }

    /// Reads the list, unless somebody does already; what comes of it is in the catalogue's state.
    pub(super) async fn refresh_list(&self) {
        if !self.0.catalogue.begin(self.0.clock.now()) {
            return;
        }
        let mut turn = Turn {
            catalogue: &self.0.catalogue,
            problem: Some(Failure::free(Code::ProviderTimeout)),
        };
        let read = tokio::time::timeout(LIST_WITHIN, self.read_list()).await;
        turn.problem = read
            .unwrap_or_else(|_| Err(Failure::free(Code::ProviderTimeout)))
            .err();
        if let Some(problem) = &turn.problem {
            tracing::info!(
                code = problem.code.name(),
                said = problem.said,
                "fal's list of models could not be read"
            );
        }
        drop(turn);
        let _ = self.0.events.send(Event::Models);
    }

    async fn read_list(&self) -> Result<(), Failure> {
        let fal = self.asking().await.map_err(|error| Failure::from(&error))?;
        let list = fal.list_models().await?;
        let kept = self
            .0
            .store
            .keep_model_list(&list, self.0.clock.now())
            .await;
        kept.map_err(|error| Failure::from(&error))
    }

    /// Reads a model's description: now if nothing is known of it, in the background if what is known is old. Answers why it could not be read,
    /// where that was waited for.
    pub(super) async fn refresh_schema_if_old(&self, id: &str) -> Result<Option<Failure>, Error> {
        let now = self.0.clock.now();
        let row = self.0.store.model_row(id).await?;
        if row.schema_at.is_some_and(|at| within(OLD, at, now)) {
            return Ok(None);
        }
        let known =
            row.schema_at.is_some() || BuiltIn::of(id).is_some_and(|model| model.spec.is_some());
        // Every endpoint has an owner and a name: other text is not worth asking about.
        if !id.contains('/') {
            return Ok(None);
        }
        // Who has no key has not asked for fal yet: what came with Overpaint will do.
        if known && self.key_state().await.source.is_none() {
            return Ok(None);
        }
        // Somebody waits for what is not known: that is asked for each time.
        if !self.0.catalogue.begin_schema(id, now) && known {
            return Ok(None);
        }
        let reading = tokio::spawn(self.clone().refresh_schema(id.to_owned()));
        if known {
            return Ok(None);
        }
        Ok(match tokio::time::timeout(FORM_WITHIN, reading).await {
            Ok(read) => read.ok().and_then(Result::err),
            Err(_) => Some(Failure::free(Code::ProviderTimeout)),
        })
    }

    /// That fal has no description of it, or one that makes no sense, is no failure: it is not known then.
    async fn refresh_schema(self, id: String) -> Result<(), Failure> {
        let read = async {
            let fal = self.asking().await.map_err(|error| Failure::from(&error))?;
            fal.openapi(&id).await
        };
        let document = match read.await {
            Ok(Some(document)) => document,
            Ok(None) => return Ok(()),
            Err(failure) => {
                tracing::info!(
                    model = id,
                    code = failure.code.name(),
                    "a model's description could not be read"
                );
                return Err(failure);
            }
        };
        let parsed: Option<Value> = serde_json::from_str(&document).ok();
        let Some(spec) = parsed.as_ref().and_then(Spec::read) else {
            tracing::warn!(model = id, "a model's description has no input");
            return Ok(());
        };
        match self
            .0
            .store
            .keep_schema(&id, &document, &spec, self.0.clock.now())
            .await
        {
            Ok(()) => drop(self.0.events.send(Event::Models)),
            Err(error) => {
                tracing::warn!(model = id, %error, "a model's description could not be kept");
            }
        }
        Ok(())
    }

    /// fal, to be asked about models; with the key where there is one.
    async fn asking(&self) -> Result<Fal, Error> {
        let keys = Arc::clone(&self.0.keys);
        let key = blocking(move || Ok(keys.key())).await?;
        let settings = &self.0.runner.fal;
        let to =
            Destination::of(settings).ok_or(Error::Internal("fal's addresses do not parse"))?;
        Ok(Fal::new(self.0.runner.http()?, to, key, settings.timeout))
    }
}

/// Reads a model's description again when fal found a value wrong that fitted it. Ends with the library.
pub(in crate::library) async fn follow_refusals(library: Weak<Inner>, mut events: Receiver<Event>) {
    loop {
        match events.recv().await {
            Ok(Event::Job(job)) if is_refused(&job) => {
                let Some(library) = library.upgrade().map(Library) else {
                    return;
                };
                let id = on_fal(&job.model).to_owned();
                let closing = library.0.runner.closing.load(Ordering::SeqCst);
                let now = library.0.clock.now();
                if !closing && library.is_on_fal() && library.0.catalogue.begin_schema(&id, now) {
                    tokio::spawn(library.refresh_schema(id));
                }
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// Whether fal's validation ended the job: 422, and not because of what the pictures show.
fn is_refused(job: &Job) -> bool {
    let failure = job
        .failure
        .as_ref()
        .filter(|_| job.provider == Provider::Fal && job.state == State::Failed);
    failure.is_some_and(|failure| {
        let by_status = failure
            .answer
            .as_ref()
            .is_some_and(|answer| answer.got == Got::Status(422));
        by_status && !matches!(failure.code, Code::PolicyBlocked | Code::NoPictureMade)
    })
}
