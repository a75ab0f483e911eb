//! Jobs in line: taken out of it, and put back to try again later.

use sqlx::Row;

use super::job_rows::not_found;
use super::moves::{CURRENT, committed, end_attempt, job_in, present, step, write_failure};
use super::versions::uuid;
use super::{Store, Transaction};
use crate::clock::{Moment, from_micros};
use crate::error::{Error, Failure};
use crate::job::{Job, JobId, LONGEST_TOLD, Move};

/// Repeats the condition of the index `job_unfinished`, or SQLite would read every job. A moment that nobody can have named (the clock was
/// set back meanwhile) counts for nothing.
pub(super) const NEXT_QUEUED: &str = "SELECT id FROM job
    WHERE state = 'queued' AND state NOT IN ('done', 'cancelled') AND deleted_at IS NULL
        AND (not_before IS NULL OR not_before <= ?1 OR not_before > ?2) ORDER BY created_at, id LIMIT 1";

/// When the first of those may begin that may not yet.
pub(super) const NEXT_BEGIN: &str = "SELECT min(not_before) FROM job
    WHERE state = 'queued' AND state NOT IN ('done', 'cancelled') AND deleted_at IS NULL AND not_before IS NOT NULL";

/// How often in a row a job could not be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tries {
    /// That many times, the present one not among them.
    pub(crate) times: u32,
    /// Since when; none before the first.
    pub(crate) since: Option<Moment>,
}

impl Store {
    /// Takes the oldest queued job that may begin, if there is one.
    pub(crate) async fn claim(&self, now: Moment) -> Result<Option<Job>, Error> {
        let mut tx = self.begin().await?;
        let id: Option<String> = sqlx::query_scalar(NEXT_QUEUED)
            .bind(now.timestamp_micros())
            .bind((now + LONGEST_TOLD).timestamp_micros())
            .fetch_optional(&mut *tx)
            .await?;
        let Some(id) = id.map(|id| JobId(uuid(&id))) else {
            return Ok(None);
        };
        step(&mut tx, id, Move::Claim, now).await?;
        sqlx::query("UPDATE job SET claimed_at = ?, not_before = NULL WHERE id = ?")
            .bind(now.timestamp_micros())
            .bind(id.to_string())
            .execute(&mut *tx)
            .await?;
        write_failure(&mut tx, id, None).await?;
        let job = job_in(&mut tx, id).await?;
        tx.commit().await?;
        Ok(Some(job))
    }

    /// When the next job may begin of those that wait for their time.
    pub(crate) async fn next_begin(&self) -> Result<Option<Moment>, Error> {
        let micros: Option<i64> = sqlx::query_scalar(NEXT_BEGIN).fetch_one(&self.read).await?;
        Ok(micros.map(from_micros))
    }

    /// How often in a row the job could not be sent.
    pub(crate) async fn tries(&self, id: JobId) -> Result<Tries, Error> {
        let row = sqlx::query("SELECT tries, tried_since FROM job WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(&self.read)
            .await?
            .ok_or_else(|| not_found(id))?;
        Ok(Tries {
            times: row.get("tries"),
            since: row.get::<Option<i64>, _>("tried_since").map(from_micros),
        })
    }

    /// Nothing reached a provider, for a reason that may pass: back in line until `not_before`, the reason kept for people. A job that the
    /// user wants ended ends instead.
    pub(crate) async fn put_off(
        &self,
        id: JobId,
        attempt: u32,
        why: &Failure,
        not_before: Moment,
        now: Moment,
    ) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        let job = present(&mut tx, id, attempt).await?;
        forget_intent(&mut tx, id).await?;
        if job.cancel_asked || job.deleted_at.is_some() {
            step(&mut tx, id, Move::Cancel, now).await?;
            end_attempt(&mut tx, id, true).await?;
            return committed(tx, id).await;
        }
        step(&mut tx, id, Move::Requeue, now).await?;
        sqlx::query(
            "UPDATE job SET tries = tries + 1, tried_since = coalesce(tried_since, ?), not_before = ? WHERE id = ?",
        )
        .bind(now.timestamp_micros())
        .bind(not_before.timestamp_micros())
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        write_failure(&mut tx, id, Some(why)).await?;
        committed(tx, id).await
    }

    /// Nothing reached a provider: back in line, at once.
    pub(crate) async fn requeue(&self, id: JobId, attempt: u32, now: Moment) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        present(&mut tx, id, attempt).await?;
        step(&mut tx, id, Move::Requeue, now).await?;
        forget_intent(&mut tx, id).await?;
        committed(tx, id).await
    }
}

/// The intent did not come to anything; its row says so by having none, and the ledger by having no charge.
async fn forget_intent(tx: &mut Transaction<'_>, id: JobId) -> Result<(), Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "UPDATE attempt SET intended_at = NULL, submit_url = NULL, body_hash = NULL, mark = NULL, charged = NULL, estimate = NULL, basis = NULL
         WHERE {CURRENT}"
    )))
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
