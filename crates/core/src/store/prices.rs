//! What fal's models cost, as it was asked last. The rows are the catalogue's (`model`); only their price is written here.

use chrono::TimeDelta;
use sqlx::{Row, SqliteConnection};

use super::Store;
use crate::clock::{Moment, from_micros};
use crate::error::Error;
use crate::model::{BuiltIn, BuiltInPrice, on_fal};
use crate::money::Money;
use crate::money::estimate::{Price, built_in_rate};

/// Lines whose units came before their price was known are still reckoned for so many days.
const RECKONED_DAYS: i64 = 62;

/// What is known of a model's price, and since when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KnownPrice {
    /// The price: fal's, else what a first start knows.
    pub(crate) price: Price,
    /// How the model's price is made up, beyond the price of a unit.
    pub(crate) rule: Option<&'static BuiltInPrice>,
    /// fal's own price of a unit, no placeholder and not brought along: what a bill is reckoned with.
    pub(crate) billed_at: Option<Money>,
    /// When fal said it; `None`: it has not.
    pub(crate) asked_at: Option<Moment>,
}

impl Store {
    /// When fal was last asked for a model's price.
    pub(crate) async fn price_asked_at(&self, model: &str) -> Result<Option<Moment>, Error> {
        let mut connection = self.read.acquire().await?;
        Ok(price_in(&mut connection, model).await?.asked_at)
    }

    /// Keeps what fal said a model costs; an average that it did not tell this time stays. Answers whether anything is different now.
    pub(crate) async fn set_price(
        &self,
        model: &str,
        price: &Price,
        now: Moment,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let before = price_in(&mut tx, model).await?.price;
        sqlx::query(
            "INSERT INTO model (id, unit, unit_price, history, price_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET unit = ?2, unit_price = ?3, history = coalesce(?4, history), price_at = ?5",
        )
        .bind(on_fal(model))
        .bind(&price.unit)
        .bind(price.unit_price.map(|money| money.0))
        .bind(price.history.map(|money| money.0))
        .bind(now.timestamp_micros())
        .execute(&mut *tx)
        .await?;
        if let Some(each) = price.per_unit() {
            // Rounded up, as [`Money::times`] rounds.
            sqlx::query(
                "UPDATE attempt SET cost = CAST(units * ?1 + 0.999 AS INTEGER)
                 WHERE intended_at >= ?2 AND model IN (?3, ?4) AND cost IS NULL AND units IS NOT NULL",
            )
            .bind(each.0)
            .bind((now - TimeDelta::days(RECKONED_DAYS)).timestamp_micros())
            .bind(model)
            .bind(on_fal(model))
            .execute(&mut *tx)
            .await?;
        }
        let after = price_in(&mut tx, model).await?.price;
        tx.commit().await?;
        Ok(before != after)
    }
}

/// What is known of a model's price.
pub(super) async fn price_in(
    connection: &mut SqliteConnection,
    model: &str,
) -> Result<KnownPrice, Error> {
    let id = on_fal(model);
    let row = sqlx::query("SELECT unit, unit_price, history, price_at FROM model WHERE id = ?")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    let asked_at = row.as_ref().and_then(|row| row.get("price_at"));
    let mut price = row.map_or_else(Price::default, |row| Price {
        unit: row.get("unit"),
        unit_price: row.get::<Option<i64>, _>("unit_price").map(Money),
        history: row.get::<Option<i64>, _>("history").map(Money),
    });
    let rule = BuiltIn::of(id).and_then(|known| known.price.as_ref());
    let billed_at = price.per_unit();
    // Neither a placeholder nor silence is better than what we brought along.
    if price.per_unit().is_none()
        && price.history.is_none()
        && let Some(known) = rule
    {
        price = built_in_rate(known);
    }
    Ok(KnownPrice {
        price,
        rule,
        billed_at,
        asked_at: asked_at.map(from_micros),
    })
}
