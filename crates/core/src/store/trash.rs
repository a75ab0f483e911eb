//! The trash: what is deleted is hidden at once, can be brought back, and is purged with its files after a while.

use sqlx::Row;

use super::moves::{ask_cancel_in, job_in};
use super::{Store, Transaction};
use crate::clock::Moment;
use crate::error::Error;
use crate::job::JobId;

/// What a program sent with a job goes with it, unless somebody made anything else of it.
const UPLOAD_OF: &str = "UPDATE version SET deleted_at = ?1
    WHERE id = (SELECT input_id FROM job WHERE id = ?2) AND uploaded = 1 AND deleted_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM job other WHERE other.root_id = version.id AND other.deleted_at IS NULL)";

impl Store {
    /// Moves items to the trash: a job with its results, an original with everything made from it. Unknown ids are passed over, so that a
    /// doubled delete is harmless. Answers the jobs that were at work, for the runner to be told.
    pub(crate) async fn delete(&self, ids: &[String], now: Moment) -> Result<Vec<JobId>, Error> {
        let mut tx = self.begin().await?;
        let mut stopped = Vec::new();
        for id in ids {
            let stamp = now.timestamp_micros();
            let rows = sqlx::query(
                "UPDATE job SET deleted_at = ?1 WHERE (id = ?2 OR root_id = ?2) AND deleted_at IS NULL RETURNING id",
            )
            .bind(stamp)
            .bind(id)
            .fetch_all(&mut *tx)
            .await?;
            for row in rows {
                let Some(job) = JobId::parse(row.get("id")) else {
                    continue;
                };
                let job = job_in(&mut tx, job).await?;
                // In this transaction: a job that is hidden and still runs would be paid for unseen.
                if job.state.is_active() {
                    ask_cancel_in(&mut tx, &job, now).await?;
                    stopped.push(job.id);
                }
            }
            for sql in [
                "UPDATE version SET deleted_at = ?1 WHERE (job_id = ?2 OR root_id = ?2) AND deleted_at IS NULL",
                UPLOAD_OF,
            ] {
                sqlx::query(sql)
                    .bind(stamp)
                    .bind(id)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        tx.commit().await?;
        Ok(stopped)
    }

    /// Brings back what one delete moved: only what carries the same moment, so that what was deleted before stays deleted.
    pub(crate) async fn restore(&self, ids: &[String]) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        for id in ids {
            let moment: Option<i64> = sqlx::query_scalar(
                "SELECT deleted_at FROM job WHERE id = ?1 UNION ALL SELECT deleted_at FROM version WHERE id = ?1 LIMIT 1",
            )
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?
            .flatten();
            let Some(moment) = moment else { continue };
            for sql in [
                "UPDATE job SET deleted_at = NULL WHERE (id = ?1 OR root_id = ?1) AND deleted_at = ?2",
                "UPDATE version SET deleted_at = NULL WHERE (job_id = ?1 OR root_id = ?1) AND deleted_at = ?2",
                "UPDATE version SET deleted_at = NULL WHERE id = (SELECT input_id FROM job WHERE id = ?1) AND deleted_at = ?2",
            ] {
                sqlx::query(sql)
                    .bind(id)
                    .bind(moment)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Deletes for good what has been in the trash since before `before`, and answers the files (hash, ending) nothing shows any more.
    /// Attempts stay: they say what was charged. Versions that something kept was made from, or was shown, stay hidden, so that no parent is missing, and
    /// so do those whose object is still in the bucket.
    pub(crate) async fn purge(&self, before: Moment) -> Result<Vec<(String, String)>, Error> {
        let mut tx = self.begin().await?;
        let stamp = before.timestamp_micros();
        let kept_by = "NOT EXISTS (SELECT 1 FROM job k WHERE k.input_id = version.id AND (k.deleted_at IS NULL OR k.deleted_at >= ?1))
             AND NOT EXISTS (SELECT 1 FROM reference r JOIN job k ON k.id = r.job_id WHERE r.version_id = version.id
                 AND (k.deleted_at IS NULL OR k.deleted_at >= ?1))
             AND NOT EXISTS (SELECT 1 FROM version c WHERE c.parent_id = version.id AND (c.deleted_at IS NULL OR c.deleted_at >= ?1))";
        let jobs = "DELETE FROM job WHERE deleted_at < ?1 AND NOT EXISTS (SELECT 1 FROM object o WHERE o.job_id = job.id) AND state NOT IN ('queued', 'uploading', 'submitting', 'waiting', 'downloading')";
        sqlx::query(jobs).bind(stamp).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM reference WHERE NOT EXISTS (SELECT 1 FROM job WHERE id = job_id)")
            .execute(&mut *tx)
            .await?;
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "DELETE FROM version WHERE deleted_at < ?1 AND object IS NULL AND {kept_by}
               AND NOT EXISTS (SELECT 1 FROM job j WHERE j.input_id = version.id)"
        )))
        .bind(stamp)
        .execute(&mut *tx)
        .await?;
        let lost = unused_pictures(&mut tx).await?;
        tx.commit().await?;
        Ok(lost)
    }
}

/// A job that has not ended yet may have its result in a file and no version of it.
async fn unused_pictures(tx: &mut Transaction<'_>) -> Result<Vec<(String, String)>, Error> {
    let rows = sqlx::query(
        "DELETE FROM picture WHERE NOT EXISTS (SELECT 1 FROM version v WHERE v.picture = picture.hash)
            AND NOT EXISTS (SELECT 1 FROM job j JOIN attempt a ON a.job_id = j.id AND a.number = j.attempt
                WHERE j.state NOT IN ('done', 'cancelled') AND a.ended = 0 AND instr(a.outputs, picture.hash))
         RETURNING hash, extension",
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
