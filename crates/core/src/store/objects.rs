//! Results that also lie in a bucket: what is brought there, and what is to be removed.

use sqlx::Row;

use super::moves::CURRENT;
use super::versions::{insert_picture, version_id};
use super::{NewResult, Store};
use crate::clock::Moment;
use crate::error::Error;
use crate::job::{JobId, Output};
use crate::version::VersionId;

/// Repeats the condition of the index `object_in_trash`.
pub(super) const IN_TRASH: &str =
    "SELECT id, object FROM version WHERE object IS NOT NULL AND deleted_at IS NOT NULL";

impl Store {
    /// The results are stored files, though no versions yet: `outputs` name them, so that going on needs no download. Their rows say that
    /// the files are in use.
    pub(crate) async fn keep_outputs(
        &self,
        id: JobId,
        outputs: &[Output],
        results: &[NewResult],
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        for result in results {
            insert_picture(&mut tx, &result.picture).await?;
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

    /// The versions in the trash whose objects are still in the bucket, with their keys.
    pub(crate) async fn objects_in_trash(&self) -> Result<Vec<(VersionId, String)>, Error> {
        let rows = sqlx::query(IN_TRASH).fetch_all(&self.read).await?;
        Ok(rows
            .iter()
            .map(|row| (version_id(row.get("id")), row.get("object")))
            .collect())
    }

    /// The object is gone. A version that was brought back meanwhile has only its file, too.
    pub(crate) async fn forget_object(&self, id: VersionId) -> Result<(), Error> {
        sqlx::query("UPDATE version SET object = NULL WHERE id = ?")
            .bind(id.to_string())
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// There is no bucket any more to remove them from: what has been in the trash since before `before` waits for it no longer.
    pub(crate) async fn forget_old_objects(&self, before: Moment) -> Result<(), Error> {
        sqlx::query(
            "UPDATE version SET object = NULL WHERE object IS NOT NULL AND deleted_at IS NOT NULL AND deleted_at < ?",
        )
        .bind(before.timestamp_micros())
        .execute(&self.write)
        .await?;
        Ok(())
    }
}
