//! What is known of models: fal's list, their documents, and what this person did with them.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::{Map, Value};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::Store;
use crate::clock::{Moment, from_micros};
use crate::error::Error;
use crate::model::{BuiltIn, ModelId, Spec, on_fal};
use crate::money::Money;
use crate::provider::fal::Listed;

/// One model as it is kept, without its document.
#[derive(Debug, Clone, Default)]
pub(crate) struct ModelRow {
    pub(crate) id: ModelId,
    pub(crate) name: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) listed_at: Option<Moment>,
    pub(crate) schema_at: Option<Moment>,
    pub(crate) max_inputs: Option<u32>,
    pub(crate) takes_mask: Option<bool>,
    pub(crate) favourite: bool,
    pub(crate) used_at: Option<Moment>,
    pub(crate) unit: Option<String>,
    pub(crate) unit_price: Option<Money>,
}

const ROW: &str = "SELECT id, name, hint, category, listed_at, schema_at, max_inputs, takes_mask, favourite, used_at, unit, unit_price FROM model";

impl Store {
    /// Every model that is kept: as many as fal lists, and those this person used or marked.
    pub(crate) async fn model_rows(&self) -> Result<Vec<ModelRow>, Error> {
        let rows = sqlx::query(ROW).fetch_all(&self.read).await?;
        Ok(rows.iter().map(row_of).collect())
    }

    /// One model; one that nothing is known of is a row without facts.
    pub(crate) async fn model_row(&self, id: &str) -> Result<ModelRow, Error> {
        let sql = format!("{ROW} WHERE id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(&self.read)
            .await?;
        Ok(row.as_ref().map(row_of).unwrap_or_else(|| ModelRow {
            id: id.to_owned(),
            ..ModelRow::default()
        }))
    }

    /// fal's list in place of the one before. What it has no more goes, unless this person used or marked it.
    pub(crate) async fn keep_model_list(&self, list: &[Listed], now: Moment) -> Result<(), Error> {
        let list = serde_json::to_string(list)
            .map_err(|_| Error::Internal("a list of models is no JSON"))?;
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE model SET listed_at = NULL")
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "INSERT INTO model (id, name, hint, category, listed_at)
             SELECT value ->> 'id', value ->> 'name', value ->> 'hint', value ->> 'category', ?2 FROM json_each(?1) WHERE true
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, hint = excluded.hint, category = excluded.category, listed_at = excluded.listed_at",
        )
        .bind(list)
        .bind(now.timestamp_micros())
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "DELETE FROM model WHERE listed_at IS NULL AND schema IS NULL AND price_at IS NULL
             AND favourite = 0 AND used_at IS NULL AND parameters IS NULL",
        )
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// A model's document as fal gave it.
    pub(crate) async fn keep_schema(
        &self,
        id: &str,
        document: &str,
        spec: &Spec,
        now: Moment,
    ) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO model (id, schema, schema_at, max_inputs, takes_mask) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET schema = excluded.schema, schema_at = excluded.schema_at,
             max_inputs = excluded.max_inputs, takes_mask = excluded.takes_mask",
        )
        .bind(id)
        .bind(document)
        .bind(now.timestamp_micros())
        .bind(spec.input_rule().max)
        .bind(spec.mask().is_some())
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// What a model takes: as fal said last, else as it was when Overpaint was made; `None`: not known.
    pub(crate) async fn spec(&self, model: &str) -> Result<Option<Arc<Spec>>, Error> {
        let mut connection = self.read.acquire().await?;
        spec_in(&mut connection, model).await
    }

    /// Marks a model, or takes the mark away.
    pub(crate) async fn set_favourite(&self, id: &str, favourite: bool) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO model (id, favourite) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET favourite = excluded.favourite",
        )
        .bind(id)
        .bind(favourite)
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// A model was run, with what was set for it.
    pub(crate) async fn remember_model(
        &self,
        id: &str,
        values: &Map<String, Value>,
        now: Moment,
    ) -> Result<(), Error> {
        let values = (!values.is_empty()).then(|| Value::Object(values.clone()).to_string());
        sqlx::query(
            "INSERT INTO model (id, used_at, parameters) VALUES (?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at, parameters = excluded.parameters",
        )
        .bind(id)
        .bind(now.timestamp_micros())
        .bind(values)
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// What was set for a model the last time.
    pub(crate) async fn model_values(&self, id: &str) -> Result<Map<String, Value>, Error> {
        let values: Option<String> = sqlx::query_scalar(
            "SELECT parameters FROM model WHERE id = ? AND parameters IS NOT NULL",
        )
        .bind(id)
        .fetch_optional(&self.read)
        .await?;
        Ok(values
            .and_then(|values| serde_json::from_str(&values).ok())
            .unwrap_or_default())
    }
}

fn row_of(row: &SqliteRow) -> ModelRow {
    let moment = |name: &str| row.get::<Option<i64>, _>(name).map(from_micros);
    ModelRow {
        id: row.get("id"),
        name: row.get("name"),
        hint: row.get("hint"),
        category: row.get("category"),
        listed_at: moment("listed_at"),
        schema_at: moment("schema_at"),
        max_inputs: row.get("max_inputs"),
        takes_mask: row.get("takes_mask"),
        favourite: row.get("favourite"),
        used_at: moment("used_at"),
        unit: row.get("unit"),
        unit_price: row.get::<Option<i64>, _>("unit_price").map(Money),
    }
}
/// [`Store::spec`], inside a transaction.
pub(super) async fn spec_in(
    connection: &mut SqliteConnection,
    model: &str,
) -> Result<Option<Arc<Spec>>, Error> {
    let id = on_fal(model);
    let document: Option<String> =
        sqlx::query_scalar("SELECT schema FROM model WHERE id = ? AND schema IS NOT NULL")
            .bind(id)
            .fetch_optional(connection)
            .await?;
    let live = document.and_then(|document| read_once(&document));
    Ok(live.or_else(|| BuiltIn::of(id)?.spec.clone()))
}

/// Documents that were read lately. A document can have a megabyte, and each key typed in the window asks for a price; a hash is quick.
const READ_KEPT: usize = 16;

fn read_once(document: &str) -> Option<Arc<Spec>> {
    type Read = HashMap<blake3::Hash, Option<Arc<Spec>>>;
    static READ: LazyLock<Mutex<Read>> = LazyLock::new(Mutex::default);
    let hash = blake3::hash(document.as_bytes());
    let known = || READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(spec) = known().get(&hash) {
        return spec.clone();
    }
    let parsed: Option<Value> = serde_json::from_str(document).ok();
    let spec = parsed
        .and_then(|document| Spec::read(&document))
        .map(Arc::new);
    let mut known = known();
    if known.len() >= READ_KEPT {
        known.clear();
    }
    known.insert(hash, spec.clone());
    spec
}
