//! Lists of jobs: whole, by numbered page, by keyset. What they count is kept, not counted.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::versions::uuid;
use super::{Store, job_rows};
use crate::clock::from_micros;
use crate::error::Error;
use crate::job::{Job, JobId, JobLine, ResultLine, State};
use crate::version::Cursor;

/// A line of each job that a sub-query names as `j`.
fn line() -> String {
    let looking = looking("j");
    format!(
        "SELECT j.id, j.state, j.prompt, j.created_at, j.updated_at, p.extension, v.object, {looking}"
    )
}

/// Whether fal's list is still searched for the job that the query names so. A CASE, so that only doubt costs a look at the attempt.
fn looking(job: &str) -> String {
    format!(
        "CASE {job}.state WHEN 'unconfirmed' THEN EXISTS (SELECT 1 FROM attempt a
            WHERE a.job_id = {job}.id AND a.number = {job}.attempt AND a.mark IS NOT NULL AND a.ended = 0) ELSE 0 END"
    )
}

const RESULT: &str = "LEFT JOIN version v ON v.job_id = j.id AND v.ordinal = 0 AND j.state = 'done' LEFT JOIN picture p ON p.hash = v.picture";

impl Store {
    /// Every job outside the trash, newest first.
    pub(crate) async fn job_lines(&self) -> Result<Vec<JobLine>, Error> {
        let sql = format!(
            "{} FROM job j {RESULT} WHERE j.deleted_at IS NULL ORDER BY j.created_at DESC, j.id DESC",
            line()
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.read)
            .await?;
        Ok(rows.iter().map(line_of).collect())
    }

    /// `limit` jobs in one of these states after the first `offset` of them, newest first, and how many there are. `looking`: of the
    /// unconfirmed ones only those that fal's list is still, or is no more, searched for.
    pub(crate) async fn job_page(
        &self,
        states: &[State],
        looking: Option<bool>,
        offset: u64,
        limit: u32,
    ) -> Result<(Vec<JobLine>, u64), Error> {
        // One read transaction, so that the page and the count are of one moment.
        let mut tx = self.read.begin().await?;
        // Those in doubt are few, and only they are counted.
        let counted = looking.filter(|_| states.contains(&State::Unconfirmed));
        let names = states
            .iter()
            .filter(|state| counted.is_none() || **state != State::Unconfirmed)
            .map(|state| state.name())
            .collect::<Vec<_>>();
        let kept: i64 = sqlx::query_scalar(
            "SELECT coalesce(sum(count), 0) FROM kept_count WHERE what IN (SELECT value FROM json_each(?))",
        )
        .bind(serde_json::to_string(&names).unwrap_or_default())
        .fetch_one(&mut *tx)
        .await?;
        let in_doubt: i64 = match counted {
            None => 0,
            Some(_) => {
                let sql = format!(
                    "SELECT count(*) FROM job WHERE deleted_at IS NULL{}",
                    part(State::Unconfirmed, looking)
                );
                sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                    .fetch_one(&mut *tx)
                    .await?
            }
        };
        let total = u64::try_from(kept + in_doubt).unwrap_or(0);
        if offset >= total {
            return Ok((Vec::new(), total));
        }
        let sql = format!(
            "{} FROM ({}) place JOIN job j ON j.id = place.id {RESULT} ORDER BY j.created_at DESC, j.id DESC",
            line(),
            places(states, looking)
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(limit)
            .bind(i64::try_from(offset).unwrap_or(i64::MAX))
            .fetch_all(&mut *tx)
            .await?;
        Ok((rows.iter().map(line_of).collect(), total))
    }

    /// Up to `limit` whole jobs in one of these states older than `after`, newest first.
    pub(crate) async fn jobs_after(
        &self,
        states: &[State],
        after: Cursor,
        limit: u32,
    ) -> Result<Vec<Job>, Error> {
        let each = |state: &str| {
            format!(
                "SELECT * FROM (SELECT id, created_at FROM job WHERE deleted_at IS NULL{state} AND (created_at, id) < (?1, ?2)
                 ORDER BY created_at DESC, id DESC LIMIT ?3)"
            )
        };
        let merged = if states.len() == State::ALL.len() {
            each("")
        } else {
            merged(states, None, each)
        };
        let sql = format!(
            "{} WHERE j.id IN (SELECT id FROM ({merged} ORDER BY created_at DESC, id DESC LIMIT ?3)) ORDER BY j.created_at DESC, j.id DESC",
            job_rows::SELECT
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(after.micros)
            .bind(after.id.hyphenated().to_string())
            .bind(limit)
            .fetch_all(&self.read)
            .await?;
        Ok(rows.iter().map(job_rows::job_of).collect())
    }
}

/// The ids on a numbered page. The states are names of ours, never a client's text. Each state's part walks its own index and stops by itself.
fn places(states: &[State], looking: Option<bool>) -> String {
    if looking.is_none() && states.len() == State::ALL.len() {
        return "SELECT id FROM job WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT ?1 OFFSET ?2".to_owned();
    }
    let each = |state: &str| {
        format!(
            "SELECT * FROM (SELECT id, created_at FROM job WHERE deleted_at IS NULL{state} ORDER BY created_at DESC, id DESC LIMIT ?1 + ?2)"
        )
    };
    format!(
        "SELECT id FROM ({}) ORDER BY created_at DESC, id DESC LIMIT ?1 OFFSET ?2",
        merged(states, looking, each)
    )
}

fn merged(states: &[State], looking: Option<bool>, each: impl Fn(&str) -> String) -> String {
    let parts = states.iter().map(|state| each(&part(*state, looking)));
    parts.collect::<Vec<_>>().join(" UNION ALL ")
}

/// The condition for one state's part of a page.
fn part(state: State, looked_for: Option<bool>) -> String {
    let name = state.name();
    match looked_for {
        Some(wanted) if state == State::Unconfirmed => {
            let (looking, wanted) = (looking("job"), u8::from(wanted));
            format!(" AND state = '{name}' AND {looking} = {wanted}")
        }
        _ => format!(" AND state = '{name}'"),
    }
}

fn line_of(row: &SqliteRow) -> JobLine {
    JobLine {
        id: JobId(uuid(row.get(0))),
        state: State::from_name(row.get(1)).unwrap_or(State::Failed),
        prompt: row.get(2),
        created_at: from_micros(row.get(3)),
        updated_at: from_micros(row.get(4)),
        result: row.get::<Option<String>, _>(5).map(|extension| ResultLine {
            extension,
            object: row.get(6),
        }),
        looking: row.get(7),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use crate::store::Access;

    #[tokio::test]
    async fn a_page_of_any_states_is_answered_by_indexes_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("library.db"), Access::Owner)
            .await
            .unwrap();
        for (states, looking) in [
            (&State::ALL[..], None),
            (&[State::Done], None),
            (&[State::Failed, State::Cancelled], None),
            (&[State::Failed, State::Unconfirmed], Some(true)),
        ] {
            let sql = format!("EXPLAIN QUERY PLAN {}", places(states, looking));
            let plan = sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(20)
                .bind(40)
                .fetch_all(&store.read)
                .await
                .unwrap();
            let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
            let reads = steps.iter().filter(|step| step.contains("job"));
            assert!(
                reads.clone().count() >= 1
                    && reads
                        .clone()
                        .all(|step| step.contains("INDEX") || step.contains("PRIMARY KEY")),
                "{steps:?}"
            );
        }
    }
}
