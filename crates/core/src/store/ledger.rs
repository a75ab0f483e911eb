//! The ledger. Its lines are the attempts that were, or may have been, sent: a line stays when its job is gone for good.
//!
//! What counts: charged `yes` and `maybe`, at what fal billed, else at what was estimated. `no` and NULL count nothing.

use std::collections::BTreeMap;

use sqlx::{Row, SqliteConnection};

use super::job_rows::{CURRENT_OF, charged_of};
use super::prices::price_in;
use super::versions::uuid;
use super::{Store, Transaction};
use crate::clock::{Moment, from_micros};
use crate::error::{Charged, Error};
use crate::job::JobId;
use crate::money::{
    Basis, Caps, Estimate, LedgerCursor, LedgerLine, LedgerPage, ModelSpent, Money, OverCap,
    Spending, Spent,
};

/// Characters of a prompt in a line.
const PROMPT_SHORT: u32 = 120;

/// Sums since `?1`, apart for what is also since `?2`. Answered by the index `attempt_by_time` alone.
const SUMS: &str = "SELECT intended_at >= ?2 AS today, model, charged, count(*) AS edits,
        coalesce(sum(coalesce(cost, estimate)), 0) AS amount, sum(coalesce(cost, estimate) IS NULL) AS unknown
    FROM attempt WHERE intended_at >= ?1 AND charged IN ('yes', 'maybe') GROUP BY 1, 2, 3";

/// What is spent since `?1`.
const SPENT: &str = "SELECT coalesce(sum(coalesce(cost, estimate)), 0) FROM attempt WHERE intended_at >= ?1 AND charged IN ('yes', 'maybe')";

/// A page of lines.
const LINES: &str = "SELECT a.*, substr(j.prompt, 1, ?5) AS prompt, j.model AS job_model
    FROM attempt a LEFT JOIN job j ON j.id = a.job_id
    WHERE a.intended_at IS NOT NULL AND a.charged IS NOT NULL AND (a.intended_at, a.job_id, a.number) < (?1, ?2, ?3)
    ORDER BY a.intended_at DESC, a.job_id DESC, a.number DESC LIMIT ?4";

impl Store {
    /// What was spent today and this month, and by which models.
    pub(crate) async fn spending(
        &self,
        caps: Caps,
        day_start: Moment,
        month_start: Moment,
    ) -> Result<Spending, Error> {
        let rows = sqlx::query(SUMS)
            .bind(month_start.timestamp_micros())
            .bind(day_start.timestamp_micros())
            .fetch_all(&self.read)
            .await?;
        let (mut today, mut month) = (Spent::default(), Spent::default());
        let mut models: BTreeMap<String, Spent> = BTreeMap::new();
        for row in rows {
            let amount = Money(row.get("amount"));
            let maybe = charged_of(row.get("charged")) == Charged::Maybe;
            let spent = Spent {
                amount,
                maybe: if maybe { amount } else { Money::ZERO },
                edits: row.get("edits"),
                unknown: row.get("unknown"),
            };
            month += spent;
            if row.get("today") {
                today += spent;
            }
            let model: Option<String> = row.get("model");
            *models.entry(model.unwrap_or_default()).or_default() += spent;
        }
        let mut models: Vec<ModelSpent> = models
            .into_iter()
            .map(|(model, spent)| ModelSpent { model, spent })
            .collect();
        models.sort_by_key(|model| std::cmp::Reverse(model.spent.amount));
        Ok(Spending {
            today,
            month,
            caps,
            models,
        })
    }

    /// Up to `limit` lines older than `after`, newest first.
    pub(crate) async fn ledger(
        &self,
        after: LedgerCursor,
        limit: u32,
    ) -> Result<LedgerPage, Error> {
        let rows = sqlx::query(LINES)
            .bind(after.micros)
            .bind(after.job.to_string())
            .bind(after.attempt)
            .bind(limit)
            .bind(PROMPT_SHORT)
            .fetch_all(&self.read)
            .await?;
        let lines: Vec<LedgerLine> = rows
            .iter()
            .map(|row| LedgerLine {
                job: JobId(uuid(row.get("job_id"))),
                attempt: row.get("number"),
                model: row
                    .get::<Option<String>, _>("model")
                    .or_else(|| row.get("job_model"))
                    .unwrap_or_default(),
                prompt: row.get("prompt"),
                at: from_micros(row.get("intended_at")),
                estimate: row.get::<Option<i64>, _>("estimate").map(Money),
                basis: row
                    .get::<Option<&str>, _>("basis")
                    .and_then(Basis::from_name)
                    .unwrap_or(Basis::Unknown),
                units: row.get("units"),
                cost: row.get::<Option<i64>, _>("cost").map(Money),
                charged: charged_of(row.get("charged")),
                request_id: row.get("request_id"),
            })
            .collect();
        let next = lines
            .last()
            .filter(|_| lines.len() == limit as usize)
            .map(|line| LedgerCursor {
                micros: line.at.timestamp_micros(),
                job: line.job,
                attempt: line.attempt,
            });
        Ok(LedgerPage { lines, next })
    }
}

/// Whether an edit of that estimate would pass a cap. Ask it in the transaction that writes the intent: then of two jobs at once the second
/// sees the first.
pub(super) async fn over_cap(
    tx: &mut Transaction<'_>,
    estimate: &Estimate,
    caps: &Caps,
    day_start: Moment,
    month_start: Moment,
) -> Result<Option<OverCap>, Error> {
    if estimate.basis == Basis::Free {
        return Ok(None);
    }
    let caps = [
        (true, caps.day, day_start),
        (false, caps.month, month_start),
    ];
    for (day, cap, since) in caps {
        let Some(cap) = cap else { continue };
        let spent = spent_since(tx, since).await?;
        let over = match estimate.amount {
            Some(wanted) => spent + wanted > cap,
            // Nobody knows: one is let through as long as there is anything left.
            None => spent >= cap,
        };
        if over {
            return Ok(Some(OverCap {
                day,
                cap,
                spent,
                wanted: estimate.amount,
            }));
        }
    }
    Ok(None)
}

async fn spent_since(connection: &mut SqliteConnection, since: Moment) -> Result<Money, Error> {
    let spent = sqlx::query_scalar(SPENT)
        .bind(since.timestamp_micros())
        .fetch_one(connection)
        .await?;
    Ok(Money(spent))
}

/// fal said how many units the current attempt of a job was: its cost is theirs at the unit's price. Without a price of fal's own it stays
/// unreckoned until there is one ([`Store::set_price`]), and the estimate goes on counting.
pub(super) async fn settle_cost(
    tx: &mut Transaction<'_>,
    job: JobId,
    units: f64,
) -> Result<(), Error> {
    if !units.is_finite() || units < 0.0 {
        return Ok(());
    }
    let sql = format!("SELECT model FROM attempt WHERE {CURRENT_OF}");
    let model: Option<Option<String>> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(job.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    let known = price_in(tx, &model.flatten().unwrap_or_default()).await?;
    let sql = format!("UPDATE attempt SET units = ?2, cost = ?3 WHERE {CURRENT_OF}");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(job.to_string())
        .bind(units)
        .bind(
            known
                .billed_at
                .and_then(|each| each.times(units))
                .map(|cost| cost.0),
        )
        .execute(&mut **tx)
        .await?;
    Ok(())
}
