//! One job's task: what the demo engine's and fal's jobs have in common.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, OwnedRwLockReadGuard, OwnedSemaphorePermit};

use super::{Runner, blocking};
use crate::clock::Moment;
use crate::drill;
use crate::error::{Charged, Code, Error, Failure};
use crate::job::{Job, JobId, State, backoff};
use crate::model::Provider;
use crate::store::NewResult;
use crate::version::Version;

/// The first pause after an end that could not be written.
pub(super) const AT_FIRST: Duration = Duration::from_secs(1);

/// One job on its way through its states.
pub(super) struct Run {
    pub(super) runner: Arc<Runner>,
    pub(super) job: Job,
    pub(super) cancel: Arc<Notify>,
    pub(super) work: Option<OwnedSemaphorePermit>,
    /// Why its submit is in doubt as long as the provider has not shown the request that its ticket names.
    pub(super) unclear: Option<Failure>,
    /// Held from keeping a result's file to writing its row.
    pub(super) files: Option<OwnedRwLockReadGuard<()>>,
}

/// How a run ended, for [`Runner::settle`] to write.
pub(super) enum End {
    Done {
        results: Vec<NewResult>,
        note: Option<String>,
    },
    /// `ended`: nothing can be looked up or fetched any more.
    Failed {
        failure: Failure,
        ended: bool,
    },
    /// Nobody knows whether it was sent.
    Doubt(Failure),
    /// Nothing was sent; from then on it may be tried again.
    Later {
        failure: Failure,
        not_before: Moment,
    },
    Cancelled {
        ended: bool,
    },
    /// The program closes before anything was sent.
    Closing,
}

impl Run {
    /// Runs the job and writes how it ended.
    pub(super) async fn live(mut self) {
        // Asked between the claim and this task's birth: the wish is in the row, and nobody told us.
        if self
            .runner
            .store
            .job(self.job.id)
            .await
            .is_ok_and(|job| job.cancel_asked)
        {
            self.cancel.notify_one();
        }
        drill::point("claimed").await;
        let end = match self.job.provider {
            Provider::Demo => self.demo().await,
            Provider::Fal => self.fal().await,
        };
        let end = end.unwrap_or_else(|error| {
            tracing::error!(job = %self.job.id, %error, "a job could not go on");
            let failure = Failure::from(&error).charged(self.charged_so_far());
            match self.job.state {
                // Whatever broke here, the request may have gone out.
                State::Submitting => End::Doubt(Failure {
                    code: Code::SubmitUnclear,
                    ..failure
                }),
                // What is paid can be fetched again once the disk or the database is well.
                _ => End::Failed {
                    ended: false,
                    failure,
                },
            }
        });
        let (runner, id, end) = (Arc::clone(&self.runner), self.job.id, &end);
        let attempt = self.job.attempt;
        let trouble = |error: &Error| {
            let line = format!("What came of it cannot be written down ({error}), trying again");
            runner.progress(&self.job, |p| p.last_log = Some(line));
        };
        let write = || write_end(&runner, id, attempt, end);
        let written = until_written(AT_FIRST, write, trouble).await;
        match end {
            End::Doubt(_) => drill::point("doubt_stored").await,
            End::Later { .. } => drill::point("put_off").await,
            _ => drill::point("end_stored").await,
        }
        self.files = None;
        // Deleted while it was at work: what it brought to the bucket is deleted with it.
        if let Some(bucket) = &runner.bucket
            && written.as_ref().is_ok_and(|job| job.deleted_at.is_some())
        {
            bucket.look_for_deleted();
        }
        self.runner.settle(id, &self.cancel, written);
    }

    /// From here to the job's end no file of ours can be taken for trash.
    pub(super) async fn guard_files(&mut self) {
        if self.files.is_none() {
            self.files = Some(Arc::clone(&self.runner.files).read_owned().await);
        }
    }

    pub(super) fn charged_so_far(&self) -> Charged {
        // The demo engine has no till.
        match self.job.state {
            _ if self.job.provider == Provider::Demo => Charged::No,
            State::Submitting | State::Waiting => Charged::Maybe,
            State::Downloading => Charged::Yes,
            _ => Charged::No,
        }
    }

    /// Takes a place to work, if this job has none.
    pub(super) async fn work(&mut self) {
        if self.work.is_none() {
            self.work = Arc::clone(&self.runner.work).acquire_owned().await.ok();
        }
    }

    /// Takes over a state that is written, and announces it.
    pub(super) fn entered(&mut self, job: Job) {
        self.job = job;
        self.runner.enter(&self.job);
    }

    pub(super) async fn input(&self) -> Result<(Vec<u8>, Version), Error> {
        let version = self.runner.store.version(self.job.input).await?;
        let pictures = self.runner.pictures.clone();
        blocking(move || Ok((pictures.read(&version.picture)?, version))).await
    }
}

/// Writes a job's end however long the disk or the database refuses it: given up, the row would stand still, with nobody who works on it
/// or says so, until the next start.
pub(super) async fn until_written<F>(
    first: Duration,
    mut write: impl FnMut() -> F,
    trouble: impl Fn(&Error),
) -> Result<Job, Error>
where
    F: Future<Output = Result<Job, Error>>,
{
    let mut tries = 0;
    loop {
        match write().await {
            Err(error @ (Error::Database(_) | Error::Disk { .. })) => {
                tracing::error!(%error, "how a job ended could not be written; trying again");
                trouble(&error);
                tokio::time::sleep(backoff::pause(first, tries, 0.5)).await;
                tries += 1;
            }
            written => return written,
        }
    }
}

async fn write_end(runner: &Runner, id: JobId, attempt: u32, end: &End) -> Result<Job, Error> {
    let (store, now) = (&runner.store, runner.clock.now());
    match end {
        End::Done { results, note } => store.finish(id, results, note.as_deref(), now).await,
        End::Failed { failure, ended } => store.fail(id, attempt, failure, *ended, now).await,
        End::Doubt(failure) => store.doubt(id, failure, now).await,
        End::Later {
            failure,
            not_before,
        } => store.put_off(id, attempt, failure, *not_before, now).await,
        End::Cancelled { ended } => store.cancel(id, attempt, *ended, now).await,
        End::Closing => store.requeue(id, attempt, now).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_end_is_written_however_often_the_disk_refuses_it() {
        let refused = std::cell::Cell::new(0);
        let write = || {
            let tries = refused.get();
            refused.set(tries + 1);
            std::future::ready(Err(match tries {
                0..200 => Error::Database(sqlx::Error::PoolTimedOut),
                // An answer for good, whatever it is.
                _ => Error::TooLate { state: "done" },
            }))
        };
        let told = std::cell::Cell::new(0);
        let written = until_written(Duration::ZERO, write, |_| told.set(told.get() + 1)).await;
        assert!(matches!(written, Err(Error::TooLate { .. })));
        assert_eq!((refused.get(), told.get()), (201, 200));
    }
}
