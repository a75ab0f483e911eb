//! What was spent, line by line and in sums, and what is left at fal.

use chrono::TimeDelta;
use std::sync::atomic::Ordering;

use super::{Library, Reader};
use crate::clock::Clock;
use crate::error::{Error, Failure};
use crate::money::{LedgerCursor, LedgerPage, Money, Spending};
use crate::store::Asked;

/// A balance is believed for so long.
const BALANCE_SECONDS: i64 = 60;

/// What is left at fal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Balance {
    /// `None` where fal does not tell this key, or is not asked.
    pub amount: Option<Money>,
    /// Why it is not known; `None` where nobody is asked, because the edits go to another endpoint.
    pub reason: Option<Failure>,
}

impl Library {
    /// What was spent today and this month, beside the caps.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn spending(&self) -> Result<Spending, Error> {
        let budget = self.0.runner.budget(self.0.clock.now());
        self.0
            .store
            .spending(budget.caps, budget.day_start, budget.month_start)
            .await
    }

    /// A page of the ledger: up to `limit` lines (1 to 200) older than `after`, newest first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn ledger(&self, after: LedgerCursor, limit: u32) -> Result<LedgerPage, Error> {
        self.0.store.ledger(after, limit.clamp(1, 200)).await
    }

    /// What is left at fal, at most a minute old. Whatever goes wrong, it is not reported, and the reason is said.
    pub async fn balance(&self) -> Balance {
        if self.0.runner.asked() != Asked::Fal {
            return Balance::default();
        }
        let now = self.0.clock.now();
        let mut known = self.0.balance.lock().await;
        let key = self.0.keys_before.load(Ordering::SeqCst);
        if let Some((at, told_to, balance)) = &*known
            && *told_to == key
            && (TimeDelta::zero()..TimeDelta::seconds(BALANCE_SECONDS)).contains(&(now - *at))
        {
            return balance.clone();
        }
        let balance = match self.ask_balance().await {
            Ok(amount) => Balance {
                amount: Some(amount),
                reason: None,
            },
            Err(failure) => Balance {
                amount: None,
                reason: Some(failure),
            },
        };
        *known = Some((now, key, balance.clone()));
        balance
    }

    async fn ask_balance(&self) -> Result<Money, Failure> {
        let fal = self.fal().await.map_err(|error| Failure::from(&error))?;
        fal.balance().await
    }
}

impl Reader {
    /// See [`Library::spending`].
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn spending(&self, clock: &Clock) -> Result<Spending, Error> {
        let now = clock.now();
        self.store
            .spending(self.caps, clock.day_start(now), clock.month_start(now))
            .await
    }
}
