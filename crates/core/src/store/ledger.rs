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

/// What is spent since `?1`, and how many edits there are whose cost nobody knows.
const SPENT: &str = "SELECT coalesce(sum(coalesce(cost, estimate)), 0) AS spent, coalesce(sum(coalesce(cost, estimate) IS NULL), 0) AS unknown FROM attempt WHERE intended_at >= ?1 AND charged IN ('yes', 'maybe')";

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
        let (spent, unknown) = spent_since(tx, since).await?;
        let over = match estimate.amount {
            Some(wanted) => spent + wanted > cap,
            // Nobody knows: one is let through as long as there is anything left, and no other until it is known what that one cost.
            None => spent >= cap || unknown > 0,
        };
        if over {
            return Ok(Some(OverCap {
                day,
                cap,
                spent,
                wanted: estimate.amount,
                unknown,
            }));
        }
    }
    Ok(None)
}

async fn spent_since(
    connection: &mut SqliteConnection,
    since: Moment,
) -> Result<(Money, u32), Error> {
    let row = sqlx::query(SPENT)
        .bind(since.timestamp_micros())
        .fetch_one(connection)
        .await?;
    Ok((Money(row.get("spent")), row.get("unknown")))
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use crate::money::estimate::Price;
    use crate::store::Access;

    const MONTH: i64 = 1_000_000;
    const DAY: i64 = 2_000_000;
    const MODEL: &str = "fal-ai/bytedance/seedream/v4/edit";

    async fn store(folder: &tempfile::TempDir) -> Store {
        Store::open(&folder.path().join("library.db"), Access::Owner)
            .await
            .unwrap()
    }

    /// An attempt of that moment.
    async fn sent(
        tx: &mut Transaction<'_>,
        at: i64,
        charged: Option<&str>,
        cost: Option<i64>,
        estimate: Option<i64>,
    ) {
        sqlx::query(
            "INSERT INTO attempt (job_id, number, intended_at, charged, cost, estimate, model)
             VALUES (lower(hex(randomblob(16))), 1, ?, ?, ?, ?, 'a/b')",
        )
        .bind(at)
        .bind(charged)
        .bind(cost)
        .bind(estimate)
        .execute(&mut **tx)
        .await
        .unwrap();
    }

    fn about(amount: impl Into<Option<i64>>) -> Estimate {
        let amount = amount.into().map(Money);
        Estimate {
            basis: amount.map_or(Basis::Unknown, |_| Basis::PerImage),
            amount,
        }
    }

    async fn over(tx: &mut Transaction<'_>, estimate: Estimate, caps: Caps) -> Option<OverCap> {
        let (day, month) = (from_micros(DAY), from_micros(MONTH));
        over_cap(tx, &estimate, &caps, day, month).await.unwrap()
    }

    #[tokio::test]
    async fn a_cap_lets_through_what_fits_and_names_the_numbers_of_what_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let mut tx = store.begin().await.unwrap();
        // Before the month: nothing of it counts.
        sent(&mut tx, MONTH - 1, Some("yes"), Some(9_000_000), None).await;
        sent(&mut tx, MONTH, Some("yes"), Some(100), Some(999)).await;
        sent(&mut tx, DAY, Some("maybe"), None, Some(20)).await;
        sent(&mut tx, DAY, Some("no"), None, Some(5_000)).await;
        sent(&mut tx, DAY, None, None, Some(5_000)).await;
        let caps = |day: Option<i64>, month: Option<i64>| Caps {
            day: day.map(Money),
            month: month.map(Money),
        };
        let table = [
            (about(1_000), caps(None, None), None),
            (about(10), caps(Some(30), None), None),
            (about(11), caps(Some(30), None), Some((true, 20))),
            (about(10), caps(Some(30), Some(130)), None),
            (about(10), caps(Some(30), Some(129)), Some((false, 120))),
            (about(11), caps(Some(30), Some(130)), Some((true, 20))),
            // Nobody knows: through while there is anything left, and then not.
            (about(None), caps(Some(21), None), None),
            (about(None), caps(Some(20), None), Some((true, 20))),
            (about(None), caps(None, Some(120)), Some((false, 120))),
            (Estimate::FREE, caps(Some(1), Some(1)), None),
        ];
        for (estimate, caps, expected) in table {
            let said = over(&mut tx, estimate, caps).await;
            let got = said.map(|over| (over.day, over.spent.0));
            assert_eq!(got, expected, "{estimate:?} {caps:?}");
            assert!(said.is_none_or(|over| over.wanted == estimate.amount));
        }
        // It went through, and is in no sum: that is no reason for another one.
        sent(&mut tx, DAY, Some("yes"), None, None).await;
        let second = over(&mut tx, about(None), caps(Some(9_000_000), None)).await;
        assert_eq!(second.map(|over| over.unknown), Some(1));
        assert_eq!(over(&mut tx, about(10), caps(Some(30), None)).await, None);
    }

    #[tokio::test]
    async fn sums_and_pages_of_a_large_month_are_read_from_the_index() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        for (sql, alone) in [(SUMS, true), (SPENT, true), (LINES, false)] {
            let plan = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
                .fetch_all(&store.read)
                .await
                .unwrap();
            let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
            let reads = steps.iter().find(|step| !step.contains("JOIN"));
            assert!(
                reads.is_some_and(|step| step.contains("INDEX attempt_by_time (intended_at")),
                "{steps:?}"
            );
            assert_eq!(alone, reads.unwrap().contains("COVERING"), "{steps:?}");
            assert!(
                !steps.iter().any(|step| step.contains("ORDER BY")),
                "{steps:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_month_of_a_hundred_thousand_is_summed_and_paged_whole() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        sqlx::query(
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
             INSERT INTO attempt (job_id, number, intended_at, charged, cost, estimate, model)
             SELECT printf('%08x-0000-4000-8000-000000000000', i % 50000), 1 + i / 50000, 1000000 + i / 10 * 100,
                    CASE i % 4 WHEN 0 THEN 'maybe' WHEN 1 THEN 'no' ELSE 'yes' END,
                    CASE WHEN i % 4 = 2 THEN 30000 END, 10000, 'model/' || (i % 3) FROM n",
        )
        .execute(&store.write)
        .await
        .unwrap();
        let (day, month) = (from_micros(DAY - 500_000), from_micros(MONTH));
        let began = std::time::Instant::now();
        let all = store.spending(Caps::default(), day, month).await.unwrap();
        let took = began.elapsed();
        assert_eq!(
            (
                all.month.edits,
                all.month.amount,
                all.month.maybe,
                all.models.len()
            ),
            (75_000, Money(25_000 * 50_000), Money(25_000 * 10_000), 3)
        );
        assert_eq!(all.today.edits, 37_500);
        let by_model: Money = all.models.iter().map(|model| model.spent.amount).sum();
        assert_eq!(by_model, all.month.amount);
        // Far above what it takes, far below what reading every row a user can have would.
        assert!(took.as_secs() < 5, "{took:?}");

        // Ten attempts share each moment: no line is lost or doubled where a page ends among them.
        let (mut seen, mut after) = (std::collections::HashSet::new(), LedgerCursor::START);
        for _ in 0..40 {
            let page = store.ledger(after, 7).await.unwrap();
            for line in page.lines {
                assert!(seen.insert((line.job, line.attempt)));
            }
            after = LedgerCursor::parse(&page.next.unwrap().to_string()).unwrap();
        }
        assert_eq!(seen.len(), 280);
    }

    #[tokio::test]
    async fn units_become_a_cost_once_fals_own_price_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let id = JobId(::uuid::Uuid::from_u128(7));
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
            "INSERT INTO picture VALUES ('h', 'image/png', 'png', 1, 1, 1);
             INSERT INTO version (id, root_id, picture, name, created_at) VALUES ('v', 'v', 'h', 'n', 0);
             INSERT INTO job (id, input_id, root_id, prompt, model, provider, state, created_at, updated_at)
                 VALUES ('{id}', 'v', 'v', 'p', '{MODEL}', 'fal', 'done', 0, 0);
             INSERT INTO attempt (job_id, number, intended_at, charged, estimate, model) VALUES ('{id}', 1, {DAY}, 'yes', 60000, '{MODEL}')"
        )))
        .execute(&store.write)
        .await
        .unwrap();
        let settle = async |units: f64| {
            let mut tx = store.begin().await.unwrap();
            settle_cost(&mut tx, id, units).await.unwrap();
            tx.commit().await.unwrap();
            let job = store.job(id).await.unwrap();
            job.cost.map(|cost| (cost.amount, cost.billed)).unwrap()
        };
        let price = |unit: &str, each: i64| Price {
            unit: Some(unit.to_owned()),
            unit_price: Some(Money(each)),
            history: None,
        };
        let now = from_micros(DAY);
        // What we brought along and what is a placeholder are no bill.
        assert_eq!(settle(2.0).await, (Some(Money(60_000)), false));
        let placeholder = price("compute seconds", 170);
        store.set_price(MODEL, &placeholder, now).await.unwrap();
        assert_eq!(settle(2.0).await, (Some(Money(60_000)), false));
        // The price comes after the units, and before them.
        let own = price("images", 25_000);
        assert!(store.set_price(MODEL, &own, now).await.unwrap());
        assert!(!store.set_price(MODEL, &own, now).await.unwrap());
        let cost = store.job(id).await.unwrap().cost.unwrap();
        assert_eq!((cost.amount, cost.billed), (Some(Money(50_000)), true));
        assert_eq!(settle(3.0).await, (Some(Money(75_000)), true));
        assert_eq!(settle(0.0).await, (Some(Money::ZERO), true));
        // What is no count changes nothing.
        assert_eq!(settle(f64::NAN).await, (Some(Money::ZERO), true));
        let spent = store.spending(Caps::default(), now, now).await.unwrap();
        assert_eq!((spent.today.amount, spent.today.edits), (Money::ZERO, 1));
        let line = store.ledger(LedgerCursor::START, 5).await.unwrap().lines;
        assert_eq!(line[0].units, Some(0.0));
    }
}
