//! Edits: submit, cancel, run again, delete, bring back.

use std::sync::Arc;

use super::Library;
use crate::drill;
use crate::error::Error;
use crate::job::{Edit, Job, JobId, State};
use crate::model::{DEMO, Spec, is_model_id, versions_in};
use crate::version::VersionId;

impl Library {
    /// Accepts an edit: when this answers, the job is on disk. One that names its seed and was run before is done at once, for nothing, unless
    /// it is to be [`fresh`](Edit::fresh).
    ///
    /// # Errors
    /// [`Error::NotFound`] for a version or a model that cannot be one, [`Error::PromptEmpty`], [`Error::PromptTooLong`],
    /// [`Error::ParameterInvalid`], [`Error::CapReached`].
    pub async fn submit_edit(&self, edit: Edit) -> Result<Job, Error> {
        let spec = self.check_worded(&edit).await?;
        let job = self.accept(&edit).await?;
        self.remember(&edit, spec.as_deref()).await;
        Ok(job)
    }

    async fn accept(&self, edit: &Edit) -> Result<Job, Error> {
        self.ask_price(&edit.model);
        let now = self.0.clock.now();
        let job = self
            .with_terms(now, async |terms| {
                let id = JobId(self.new_id());
                self.0.store.add_job(id, edit, terms, now).await
            })
            .await?;
        drill::point("job_stored").await;
        self.begin(&job);
        Ok(job)
    }

    /// What can be said of an edit before anything is kept; answers what its model takes, where that is known.
    pub(super) async fn check(&self, edit: &Edit) -> Result<Option<Arc<Spec>>, Error> {
        check(edit)?;
        let spec = self.spec_of(&edit.model).await?;
        edit.parameters.check(edit.model == DEMO, spec.as_deref())?;
        if let Some(spec) = &spec {
            let pictures = 1 + edit.references.len();
            spec.check(&edit.prompt, pictures, &edit.parameters.0)?;
        }
        for id in edit.parameters.0.values().flat_map(versions_in) {
            let unknown = || Error::NotFound {
                what: "version",
                id: id.chars().take(64).collect(),
            };
            let version = VersionId::parse(id).ok_or_else(unknown)?;
            self.0.store.live_version(version).await?;
        }
        Ok(spec)
    }

    /// The same for edits that must say something, unless their model takes no words or can do without.
    async fn check_worded(&self, edit: &Edit) -> Result<Option<Arc<Spec>>, Error> {
        if edit.prompt.trim().is_empty() {
            let spec = self.spec_of(&edit.model).await?;
            if spec.is_none_or(|spec| spec.form().prompt.required) {
                return Err(Error::PromptEmpty);
            }
        }
        self.check(edit).await
    }

    /// [`Library::submit_edit`] for programs: no model means the one of the settings, and a model that needs a key is refused without one
    /// instead of failing later. There is no falling back to the demo engine.
    ///
    /// # Errors
    /// As [`Library::submit_edit`], and [`Error::KeyMissing`].
    pub async fn submit_asked(&self, edit: Edit) -> Result<Job, Error> {
        // A repeat is answered whatever the settings and the key have become meanwhile.
        if let Some(known) = self.0.store.job_of_wish(&edit).await? {
            return Ok(known);
        }
        let model = match edit.model.as_str() {
            "" => self.settings().model,
            model => model.to_owned(),
        };
        if model != DEMO && self.key_state().await.source.is_none() {
            return Err(Error::KeyMissing);
        }
        let edit = Edit { model, ..edit };
        self.check_worded(&edit).await?;
        self.accept(&edit).await
    }

    /// A job that is written goes to work.
    pub(super) fn begin(&self, job: &Job) {
        self.0.runner.announce(job.clone());
        self.0.runner.wake();
    }

    /// The user wants a job ended. A queued one ends at once; one at a provider ends when the provider agrees, and a result that is paid
    /// and there is kept.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::TooLate`] for a job that has ended.
    pub async fn cancel_job(&self, id: JobId) -> Result<Job, Error> {
        let job = self.0.store.ask_cancel(id, self.0.clock.now()).await?;
        drill::point("cancel_asked").await;
        self.0.runner.cancel(id);
        self.0.runner.announce(job.clone());
        Ok(self.0.runner.with_progress(job))
    }

    /// Runs an ended job again. What the provider still has is fetched or looked at for nothing; only otherwise a new attempt begins. A job
    /// in line that waits for its time does so no longer.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::TooLate`] for a job that is done, in line or at work.
    pub async fn retry_job(&self, id: JobId) -> Result<Job, Error> {
        let job = self.0.store.retry(id, self.0.clock.now()).await?;
        drill::point("retry_stored").await;
        match job.state {
            State::Waiting | State::Downloading => self.0.runner.resume(job.clone()),
            _ => {
                self.0.runner.announce(job.clone());
                self.0.runner.wake();
            }
        }
        Ok(job)
    }

    /// Looks what became of a job, which is free and never sends anything again: an unconfirmed one is searched for in fal's list, one that
    /// ended is looked at where the provider may still have it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::TooLate`] where there is nothing to look for or at.
    pub async fn look_again(&self, id: JobId) -> Result<Job, Error> {
        let job = self.0.store.look_again(id, self.0.clock.now()).await?;
        match job.state {
            State::Unconfirmed => {
                self.0.runner.announce(job.clone());
                self.0.runner.look_now(&job);
            }
            _ => self.0.runner.resume(job.clone()),
        }
        Ok(job)
    }

    /// Moves items to the trash: a job with its results, an original with everything made from it. Jobs at work among them are cancelled;
    /// what they cost stays on record. Their objects leave the bucket soon.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn delete_items(&self, ids: &[String]) -> Result<(), Error> {
        let working = self.0.store.delete(ids, self.0.clock.now()).await?;
        if let Some(bucket) = &self.0.runner.bucket {
            bucket.look_for_deleted();
        }
        for id in working {
            self.0.runner.cancel(id);
            self.0.runner.announce(self.0.store.job(id).await?);
        }
        self.announce_library();
        Ok(())
    }

    /// Brings back what [`Library::delete_items`] moved; what has left the bucket stays out of it.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn restore_items(&self, ids: &[String]) -> Result<(), Error> {
        self.0.store.restore(ids).await?;
        self.announce_library();
        // One that was in line goes on.
        self.0.runner.wake();
        Ok(())
    }
}

/// What holds for every model.
fn check(edit: &Edit) -> Result<(), Error> {
    if edit.prompt.len() > Edit::PROMPT_MAX {
        return Err(Error::PromptTooLong {
            bytes: edit.prompt.len(),
        });
    }
    if edit.model != DEMO && !is_model_id(&edit.model) {
        return Err(Error::NotFound {
            what: "model",
            id: edit.model.clone(),
        });
    }
    Ok(())
}
