//! What a restart finds: jobs that were at work when the program ended.

use super::Store;
use super::job_rows::{SELECT, job_of};
use crate::clock::Moment;
use crate::error::{Charged, Code, Error, Failure};
use crate::job::{Job, State};
use crate::model::Provider;

impl Store {
    /// After a restart: what never reached a provider goes back in line, a submit whose answer nobody heard is in doubt, and the jobs that
    /// a provider has, or that are still searched for in its list, are answered, for the runner to go on with.
    pub(crate) async fn recover(&self, now: Moment) -> Result<Vec<Job>, Error> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE j.state IN ('uploading', 'submitting', 'waiting', 'downloading', 'unconfirmed') AND j.state NOT IN ('done', 'cancelled') ORDER BY j.created_at, j.id"
        )))
        .fetch_all(&self.read)
        .await?;
        let mut going_on = Vec::new();
        for job in rows.iter().map(job_of) {
            let id = job.id;
            let settled = match (job.state, job.provider) {
                (State::Waiting | State::Downloading, Provider::Fal) => {
                    going_on.push(job);
                    continue;
                }
                (State::Unconfirmed, _) => Ok(job),
                (State::Submitting, _) => {
                    let lost = Failure::free(Code::SubmitUnclear)
                        .charged(Charged::Maybe)
                        .saying("Overpaint stopped while it was sending.");
                    self.doubt(job.id, &lost, now).await
                }
                // The demo engine's work was lost with the program; it costs nothing to do it again.
                _ => self.requeue(job.id, job.attempt, now).await,
            };
            // One row that makes no sense must not keep a whole library shut.
            match settled {
                Ok(job) if job.looking => going_on.push(job),
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(job = %id, %error, "a job could not be taken up again");
                }
            }
        }
        Ok(going_on)
    }
}
