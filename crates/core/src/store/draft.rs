//! The unsent edit.

use sqlx::Row;

use super::Store;
use crate::error::Error;
use crate::library::Draft;

impl Store {
    /// What stood in the composer. References that went into the trash meanwhile are left out.
    pub(crate) async fn draft(&self) -> Result<Draft, Error> {
        let row = sqlx::query(
            "SELECT prompt, version_id,
                    (SELECT json_group_array(value) FROM (
                        SELECT each.value FROM json_each(reference_ids) each
                        JOIN version v ON v.id = each.value AND v.deleted_at IS NULL
                        ORDER BY each.key)) AS reference_ids
             FROM draft",
        )
        .fetch_optional(&self.read)
        .await?;
        Ok(row.map_or_else(Draft::default, |row| Draft {
            prompt: row.get("prompt"),
            version: row.get("version_id"),
            references: serde_json::from_str(row.get("reference_ids")).unwrap_or_default(),
        }))
    }

    /// Keeps what stands in the composer.
    pub(crate) async fn set_draft(&self, draft: &Draft) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO draft (one, prompt, version_id, reference_ids) VALUES (1, ?, ?, ?)
             ON CONFLICT (one) DO UPDATE SET
                prompt = excluded.prompt, version_id = excluded.version_id, reference_ids = excluded.reference_ids",
        )
        .bind(&draft.prompt)
        .bind(&draft.version)
        .bind(serde_json::json!(draft.references).to_string())
        .execute(&self.write)
        .await?;
        Ok(())
    }
}
