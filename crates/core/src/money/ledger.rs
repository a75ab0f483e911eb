//! The ledger's words: what was spent in a time, and its lines. Its rows are the attempts (`store/ledger.rs`).

use super::{Basis, Caps, Money};
use crate::clock::Moment;
use crate::error::Charged;
use crate::job::JobId;
use crate::model::ModelId;

/// What was spent in a time. What may have been charged is counted as if it was: a cap that hopes is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// Billed where that is known, else estimated.
    pub amount: Money,
    /// The part of it that may have been charged or not.
    pub maybe: Money,
    /// Attempts that were, or may have been, charged.
    pub edits: u32,
    /// How many of them nobody knows a price of.
    pub unknown: u32,
}

impl std::ops::AddAssign for Spent {
    fn add_assign(&mut self, more: Self) {
        self.amount = self.amount + more.amount;
        self.maybe = self.maybe + more.maybe;
        self.edits = self.edits.saturating_add(more.edits);
        self.unknown = self.unknown.saturating_add(more.unknown);
    }
}

/// Spending beside its caps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spending {
    /// Since midnight.
    pub today: Spent,
    /// Since the first of the month.
    pub month: Spent,
    /// Most that may be spent.
    pub caps: Caps,
    /// This month by model, the dearest first.
    pub models: Vec<ModelSpent>,
}

/// What one model cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSpent {
    /// The model.
    pub model: ModelId,
    /// What was spent on it.
    pub spent: Spent,
}

/// One attempt that was, or may have been, sent.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerLine {
    /// The job, which may be gone for good.
    pub job: JobId,
    /// Its attempt: 1, 2, …
    pub attempt: u32,
    /// The model.
    pub model: ModelId,
    /// The start of the prompt; `None` where the job is gone for good.
    pub prompt: Option<String>,
    /// When it was sent.
    pub at: Moment,
    /// What was said before the click.
    pub estimate: Option<Money>,
    /// How that was known.
    pub basis: Basis,
    /// What fal counted.
    pub units: Option<f64>,
    /// What that cost at fal's price.
    pub cost: Option<Money>,
    /// Whether it was charged.
    pub charged: Charged,
    /// fal's id for the request.
    pub request_id: Option<String>,
}

/// A page of the ledger, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerPage {
    /// The lines.
    pub lines: Vec<LedgerLine>,
    /// Where the next page begins.
    pub next: Option<LedgerCursor>,
}

/// A place in the ledger: what is older than this line comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerCursor {
    /// Microseconds since 1970 of the last line seen.
    pub micros: i64,
    /// Its job.
    pub job: JobId,
    /// Its attempt.
    pub attempt: u32,
}

impl LedgerCursor {
    /// Before everything.
    pub const START: Self = Self {
        micros: i64::MAX,
        job: JobId(uuid::Uuid::max()),
        attempt: u32::MAX,
    };

    /// The cursor of that text, as [`LedgerCursor`] prints it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        Some(Self {
            micros: parts.next()?.parse().ok()?,
            job: JobId::parse(parts.next()?)?,
            attempt: parts.next()?.parse().ok()?,
        })
    }
}

impl std::fmt::Display for LedgerCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.micros, self.job, self.attempt)
    }
}
