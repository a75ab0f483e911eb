//! Edits: submit, cancel, run again, delete, bring back.

use super::Library;
use crate::error::Error;
use crate::job::{Edit, Job, JobId, State};
use crate::model::{DEMO, is_model_id};

impl Library {
    /// Accepts an edit: when this answers, the job is on disk. One that names its seed and was run before is done at once, for nothing, unless
    /// it is to be [`fresh`](Edit::fresh).
    ///
    /// # Errors
    /// [`Error::NotFound`] for the version or a model that cannot be one, [`Error::PromptTooLong`], [`Error::ParameterInvalid`],
    /// [`Error::CapReached`].
    pub async fn submit_edit(&self, edit: Edit) -> Result<Job, Error> {
        check(&edit)?;
        self.ask_price(&edit.model);
        let now = self.0.clock.now();
        let job = self
            .with_terms(now, async |terms| {
                let id = JobId(self.new_id());
                self.0.store.add_job(id, &edit, terms, now).await
            })
            .await?;
        self.begin(&job);
        Ok(job)
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
        self.submit_edit(Edit { model, ..edit }).await
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
        self.0.runner.cancel(id);
        self.0.runner.announce(job.clone());
        Ok(self.0.runner.with_progress(job))
    }

    /// Runs an ended job again. What the provider still has is fetched or looked at for nothing; only otherwise a new attempt begins.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::TooLate`] for a job that is done or at work.
    pub async fn retry_job(&self, id: JobId) -> Result<Job, Error> {
        let job = self.0.store.retry(id, self.0.clock.now()).await?;
        match job.state {
            State::Waiting | State::Downloading => self.0.runner.resume(job.clone()),
            _ => {
                self.0.runner.announce(job.clone());
                self.0.runner.wake();
            }
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

/// What can be said of an edit before anything is kept.
pub(super) fn check(edit: &Edit) -> Result<(), Error> {
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
    edit.parameters.check(edit.model == DEMO)
}
