//! Jobs coming in, and being read.

use sqlx::Row;

use super::job_rows::{SELECT, attempt_of, job_of, not_found};
use super::moves::{committed, job_in};
use super::versions::{Came, NewOriginal, insert_original, uuid};
use super::wishes::{Asked, Terms, Wish, give_again, result_of, wish_of, would_pass_cap};
use super::{Store, Transaction};
use crate::clock::Moment;
use crate::error::Error;
use crate::job::{Attempt, Edit, Job, JobId, ResultLine};
use crate::model::Provider;
use crate::version::VersionId;

/// Repeats the condition of the index `job_unfinished`, or SQLite would read every job.
const ACTIVE_COUNT: &str = "SELECT count(*) FROM job
    WHERE state IN ('queued', 'uploading', 'submitting', 'waiting', 'downloading') AND state NOT IN ('done', 'cancelled')";

impl Store {
    /// Accepts an edit. An idempotency key seen before answers the job it made; a wish that names its seed and was fulfilled before is done
    /// at once, for nothing.
    ///
    /// # Errors
    /// [`Error::CapReached`] for one that would pass a cap as things are; the intent asks again.
    pub(crate) async fn add_job(
        &self,
        id: JobId,
        edit: &Edit,
        terms: &Terms<'_>,
        now: Moment,
    ) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        if let Some(known) = known_job(&mut tx, edit).await? {
            return same_wish(known, edit, |job| job.input == edit.input);
        }
        let wish = wish_of(&mut tx, edit, &terms.asked).await?;
        if let Some(wish) = wish.as_ref().filter(|wish| wish.seeded && !edit.fresh)
            && let Some(stored) = result_of(&mut tx, wish, terms.is_kept).await?
        {
            insert_job(&mut tx, id, edit, Some(wish), now).await?;
            give_again(&mut tx, id, &stored, terms.new_id, now).await?;
            return committed(tx, id).await;
        }
        if let Some(over) = would_pass_cap(&mut tx, edit, terms).await? {
            return Err(Error::CapReached(over));
        }
        insert_job(&mut tx, id, edit, wish.as_ref(), now).await?;
        committed(tx, id).await
    }

    /// The job that this wish's idempotency key made, if any; a wish without a model wishes the one that was taken then.
    ///
    /// # Errors
    /// [`Error::IdempotencyMismatch`] where it was another wish.
    pub(crate) async fn job_of_wish(&self, edit: &Edit) -> Result<Option<Job>, Error> {
        let mut tx = self.begin().await?;
        let Some(known) = known_job(&mut tx, edit).await? else {
            return Ok(None);
        };
        let edit = match edit.model.as_str() {
            "" => Edit {
                model: known.model.clone(),
                ..edit.clone()
            },
            _ => edit.clone(),
        };
        same_wish(known, &edit, |job| job.input == edit.input).map(Some)
    }

    /// Accepts an edit of a picture that comes with it: the original and the job are one transaction. `edit.input` is the id the original
    /// gets if it is new.
    pub(crate) async fn add_job_of_upload(
        &self,
        id: JobId,
        edit: &Edit,
        upload: &NewOriginal<'_>,
        asked: &Asked,
        now: Moment,
    ) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        if let Some(known) = known_job(&mut tx, edit).await? {
            let hash: String = sqlx::query_scalar("SELECT picture FROM version WHERE id = ?")
                .bind(known.input.to_string())
                .fetch_one(&mut *tx)
                .await?;
            return same_wish(known, edit, |_| hash == upload.picture.hash);
        }
        // A moment before its job, so that every list by time has the two in the order in which they came.
        let before = now - chrono::TimeDelta::microseconds(1);
        let input = insert_original(&mut tx, edit.input, upload, Came::WithJob, before).await?;
        let edit = Edit {
            input,
            ..edit.clone()
        };
        let wish = wish_of(&mut tx, &edit, asked).await?;
        insert_job(&mut tx, id, &edit, wish.as_ref(), now).await?;
        committed(tx, id).await
    }

    /// One job, in the trash or not.
    pub(crate) async fn job(&self, id: JobId) -> Result<Job, Error> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} WHERE j.id = ?")))
            .bind(id.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(job_of).ok_or_else(|| not_found(id))
    }

    /// One job, in the trash or not, and its first result once it is done: one question instead of two.
    pub(crate) async fn job_with_result(
        &self,
        id: JobId,
    ) -> Result<(Job, Option<ResultLine>), Error> {
        let sql = format!(
            "SELECT found.*, p.extension, v.object FROM ({SELECT} WHERE j.id = ?) found
             LEFT JOIN version v ON v.job_id = found.id AND v.ordinal = 0 AND found.state = 'done'
             LEFT JOIN picture p ON p.hash = v.picture"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id.to_string())
            .fetch_optional(&self.read)
            .await?
            .ok_or_else(|| not_found(id))?;
        let result = row
            .get::<Option<String>, _>("extension")
            .map(|extension| ResultLine {
                extension,
                object: row.get("object"),
            });
        Ok((job_of(&row), result))
    }

    /// Jobs that are queued or at work, and those that failed or are in doubt since `since`; what works before what failed,
    /// newest first, at most 500.
    pub(crate) async fn active_jobs(&self, since: Moment) -> Result<Vec<Job>, Error> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE j.state NOT IN ('done', 'cancelled') AND j.deleted_at IS NULL
                AND (j.state <> 'failed' OR j.updated_at >= ?) ORDER BY (j.state = 'failed'), j.created_at DESC, j.id DESC LIMIT 500"
        )))
        .bind(since.timestamp_micros())
        .fetch_all(&self.read)
        .await?;
        Ok(rows.iter().map(|row| job_of(row).short()).collect())
    }

    /// How many jobs are queued or at work.
    pub(crate) async fn active_count(&self) -> Result<u32, Error> {
        Ok(sqlx::query_scalar(ACTIVE_COUNT)
            .fetch_one(&self.read)
            .await?)
    }

    /// The jobs below one original that have no version yet and are not in the trash, oldest first.
    pub(crate) async fn open_jobs_of(&self, root: VersionId) -> Result<Vec<Job>, Error> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE j.root_id = ? AND j.state <> 'done' AND j.deleted_at IS NULL ORDER BY j.created_at, j.id"
        )))
        .bind(root.to_string())
        .fetch_all(&self.read)
        .await?;
        Ok(rows.iter().map(|row| job_of(row).short()).collect())
    }

    /// The newest jobs, for `overpaint jobs`.
    pub(crate) async fn newest_jobs(&self, limit: u32) -> Result<Vec<Job>, Error> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE j.deleted_at IS NULL ORDER BY j.created_at DESC, j.id DESC LIMIT ?"
        )))
        .bind(limit)
        .fetch_all(&self.read)
        .await?;
        Ok(rows.iter().map(job_of).collect())
    }

    /// The current attempt of a job.
    pub(crate) async fn attempt(&self, id: JobId) -> Result<Attempt, Error> {
        let row = sqlx::query("SELECT a.* FROM attempt a JOIN job j ON j.id = a.job_id AND j.attempt = a.number WHERE j.id = ?")
            .bind(id.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(attempt_of).ok_or_else(|| not_found(id))
    }
}

async fn known_job(tx: &mut Transaction<'_>, edit: &Edit) -> Result<Option<Job>, Error> {
    let Some(key) = &edit.idempotency_key else {
        return Ok(None);
    };
    let known: Option<String> = sqlx::query_scalar("SELECT id FROM job WHERE idempotency_key = ?")
        .bind(key)
        .fetch_optional(&mut **tx)
        .await?;
    match known {
        Some(known) => job_in(tx, JobId(uuid(&known))).await.map(Some),
        None => Ok(None),
    }
}

/// The job an idempotency key made, if it was made of the same wish.
fn same_wish(known: Job, edit: &Edit, same_input: impl Fn(&Job) -> bool) -> Result<Job, Error> {
    let same = known.prompt == edit.prompt
        && known.model == edit.model
        && known.parameters == edit.parameters
        && known.references == edit.references
        && known.shrink == edit.shrink
        && same_input(&known);
    if same {
        Ok(known)
    } else {
        Err(Error::IdempotencyMismatch)
    }
}

async fn insert_job(
    tx: &mut Transaction<'_>,
    id: JobId,
    edit: &Edit,
    wish: Option<&Wish>,
    now: Moment,
) -> Result<(), Error> {
    let root: Option<String> =
        sqlx::query_scalar("SELECT root_id FROM version WHERE id = ? AND deleted_at IS NULL")
            .bind(edit.input.to_string())
            .fetch_optional(&mut **tx)
            .await?;
    let root = root.ok_or_else(|| Error::NotFound {
        what: "version",
        id: edit.input.to_string(),
    })?;
    sqlx::query(
        "INSERT INTO job (id, idempotency_key, input_id, root_id, prompt, model, provider, parameters, shrink, wish, seeded, state,
             created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?9, ?10, ?11, ?12, 'queued', ?8, ?8)",
    )
    .bind(id.to_string())
    .bind(&edit.idempotency_key)
    .bind(edit.input.to_string())
    .bind(root)
    .bind(&edit.prompt)
    .bind(&edit.model)
    .bind(Provider::of(&edit.model).name())
    .bind(now.timestamp_micros())
    .bind(edit.parameters.to_row())
    .bind(edit.shrink)
    .bind(wish.map(|wish| &wish.hash))
    .bind(wish.is_some_and(|wish| wish.seeded))
    .execute(&mut **tx)
    .await?;
    insert_references(tx, id, &edit.references).await?;
    sqlx::query("INSERT INTO attempt (job_id, number) VALUES (?, 1)")
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn insert_references(
    tx: &mut Transaction<'_>,
    id: JobId,
    references: &[VersionId],
) -> Result<(), Error> {
    for (ordinal, version) in references.iter().enumerate() {
        let found: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM version WHERE id = ? AND deleted_at IS NULL")
                .bind(version.to_string())
                .fetch_optional(&mut **tx)
                .await?;
        if found.is_none() {
            return Err(Error::NotFound {
                what: "version",
                id: version.to_string(),
            });
        }
        sqlx::query("INSERT INTO reference (job_id, ordinal, version_id) VALUES (?, ?, ?)")
            .bind(id.to_string())
            .bind(i64::try_from(ordinal).unwrap_or(i64::MAX))
            .bind(version.to_string())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use crate::store::Access;

    #[tokio::test]
    async fn what_the_runner_and_the_lists_ask_is_answered_by_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("library.db"), Access::Owner)
            .await
            .unwrap();
        let asked = [
            crate::store::queue::NEXT_QUEUED,
            crate::store::queue::NEXT_BEGIN,
            crate::store::objects::IN_TRASH,
            ACTIVE_COUNT,
            "SELECT * FROM job WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 5",
            "SELECT * FROM version WHERE root_id = 'x' ORDER BY created_at",
            "SELECT * FROM version WHERE parent_id = 'x'",
        ];
        for sql in asked {
            let plan = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
                .fetch_all(&store.read)
                .await
                .unwrap();
            for step in plan.iter().map(|row| row.get::<String, _>("detail")) {
                assert!(step.contains("INDEX"), "{sql}: {step}");
            }
        }
    }
}
