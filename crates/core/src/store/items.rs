//! The Library's list: originals and jobs in one line by time, read by keyset, so that page 1,000 costs what page 1 costs.

use sqlx::Row;

use super::{Store, job_rows, versions};
use crate::error::Error;
use crate::version::{Cursor, Item, Page};

/// The two indexed lists, merged. Each side stops after `?3` rows by itself, so the merge never sees more than two pages.
const MERGED: &str = "
    SELECT * FROM (
        SELECT * FROM (
            SELECT created_at, id, 1 AS is_job FROM job
            WHERE deleted_at IS NULL AND (created_at, id) < (?1, ?2) ORDER BY created_at DESC, id DESC LIMIT ?3)
        UNION ALL
        SELECT * FROM (
            SELECT created_at, id, 0 AS is_job FROM version
            WHERE job_id IS NULL AND deleted_at IS NULL AND (created_at, id) < (?1, ?2) ORDER BY created_at DESC, id DESC LIMIT ?3))
    ORDER BY created_at DESC, id DESC LIMIT ?3";

impl Store {
    /// Up to `limit` items older than `after`, newest first.
    pub(crate) async fn items(&self, after: Cursor, limit: u32) -> Result<Page, Error> {
        // One read transaction, so that the page, its details and the count are of one moment.
        let mut tx = self.read.begin().await?;
        let places = sqlx::query(MERGED)
            .bind(after.micros)
            .bind(after.id.hyphenated().to_string())
            .bind(limit)
            .fetch_all(&mut *tx)
            .await?;
        let ids_where = |job: i64| {
            let ids: Vec<&str> = places
                .iter()
                .filter(|p| p.get::<i64, _>("is_job") == job)
                .map(|p| p.get("id"))
                .collect();
            serde_json::to_string(&ids).unwrap_or_default()
        };
        let (jobs_json, originals_json) = (ids_where(1), ids_where(0));
        let job_rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{} WHERE j.id IN (SELECT value FROM json_each(?))",
            job_rows::SELECT
        )))
        .bind(&jobs_json)
        .fetch_all(&mut *tx)
        .await?;
        let version_rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{} WHERE v.id IN (SELECT value FROM json_each(?1))
                OR (v.job_id IN (SELECT value FROM json_each(?2)) AND v.ordinal = 0 AND v.deleted_at IS NULL)",
            versions::SELECT
        )))
        .bind(&originals_json)
        .bind(&jobs_json)
        .fetch_all(&mut *tx)
        .await?;
        let total: i64 = sqlx::query_scalar("SELECT coalesce(sum(count), 0) FROM kept_count")
            .fetch_one(&mut *tx)
            .await?;
        tx.commit().await?;

        let mut jobs: std::collections::HashMap<String, _> = job_rows
            .iter()
            .map(|row| (row.get::<String, _>("id"), job_rows::job_of(row).short()))
            .collect();
        let mut by_job = std::collections::HashMap::new();
        let mut originals = std::collections::HashMap::new();
        for version in version_rows.iter().map(versions::version_of) {
            match version.job {
                Some(job) => by_job.insert(job.to_string(), version),
                None => originals.insert(version.id.to_string(), version),
            };
        }
        let items = places
            .iter()
            .map(|place| {
                let id: &str = place.get("id");
                match jobs.remove(id) {
                    Some(job) => Item {
                        version: by_job.remove(id),
                        job: Some(job),
                    },
                    None => Item {
                        version: originals.remove(id),
                        job: None,
                    },
                }
            })
            .collect();
        let next = places
            .last()
            .filter(|_| places.len() == limit as usize)
            .map(|place| Cursor {
                micros: place.get("created_at"),
                id: versions::uuid(place.get("id")),
            });
        Ok(Page {
            items,
            next,
            total: total.try_into().unwrap_or(0),
        })
    }
}
