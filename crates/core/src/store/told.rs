//! What an answer says beside its pictures.

use super::Store;
use super::ledger::settle_cost;
use super::moves::CURRENT;
use crate::error::Error;
use crate::job::JobId;
use crate::provider::fal::Told;

impl Store {
    /// Keeps the seed, the safety check's word and the billed units of the current attempt. Written before the answer itself, so that a job
    /// whose pictures are known has them.
    pub(crate) async fn told(&self, id: JobId, told: &Told) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "UPDATE attempt SET seed = ?, flagged = ? WHERE {CURRENT}"
        )))
        .bind(&told.seed)
        .bind(serde_json::to_string(&told.flagged).ok())
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        if let Some(units) = told.units {
            settle_cost(&mut tx, id, units).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
