//! Results that also lie in a bucket: what is brought there, and what is to be removed.

use super::moves::CURRENT;
use super::versions::insert_picture;
use super::{NewResult, Store};
use crate::clock::Moment;
use crate::error::Error;
use crate::job::{JobId, Output};

/// Objects of jobs in the trash that nobody works on any more.
pub(super) const IN_TRASH: &str = "SELECT o.key FROM job j JOIN object o ON o.job_id = j.id
    WHERE j.deleted_at IS NOT NULL AND j.state NOT IN ('queued', 'uploading', 'submitting', 'waiting', 'downloading')";

impl Store {
    /// The results are stored files, though no versions yet: `outputs` name them, so that going on needs no download. Their rows say that
    /// the files are in use. `keys` are what they will be called in the bucket: known before they can be there.
    pub(crate) async fn keep_outputs(
        &self,
        id: JobId,
        outputs: &[Output],
        results: &[NewResult],
        keys: &[String],
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        for result in results {
            insert_picture(&mut tx, &result.picture).await?;
        }
        for key in keys {
            sqlx::query("INSERT INTO object VALUES (?, ?) ON CONFLICT DO NOTHING")
                .bind(key)
                .bind(id.to_string())
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "UPDATE attempt SET outputs = ? WHERE {CURRENT}"
        )))
        .bind(serde_json::to_string(outputs).unwrap_or_default())
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The keys of what may still be in the bucket of jobs in the trash.
    pub(crate) async fn objects_in_trash(&self) -> Result<Vec<String>, Error> {
        Ok(sqlx::query_scalar(IN_TRASH).fetch_all(&self.read).await?)
    }

    /// The object is gone. A version that was brought back meanwhile has only its file, too.
    pub(crate) async fn forget_object(&self, key: &str) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        for sql in [
            "UPDATE version SET object = NULL WHERE object = ?",
            "DELETE FROM object WHERE key = ?",
        ] {
            sqlx::query(sql).bind(key).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// There is no bucket any more to remove them from: what has been in the trash since before `before` waits for it no longer.
    pub(crate) async fn forget_old_objects(&self, before: Moment) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        for sql in [
            "UPDATE version SET object = NULL WHERE object IS NOT NULL AND deleted_at < ?",
            "DELETE FROM object WHERE job_id IN (SELECT id FROM job WHERE deleted_at < ?)",
        ] {
            sqlx::query(sql)
                .bind(before.timestamp_micros())
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
