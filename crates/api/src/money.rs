//! Money: what an edit will cost, what was spent, what is left. Amounts are US dollars with at most six decimals.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::problem::Problem;

/// Whether money was spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    /// Nothing was charged.
    No,
    /// It may have been charged, once.
    Maybe,
    /// It was charged.
    Yes,
}

/// What a job may cost or did cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Cost {
    /// What was billed, or else what was estimated; none where nobody knows.
    pub amount: Option<f64>,
    /// True: fal said the units, it is no estimate any more.
    pub billed: bool,
    /// Whether it was charged.
    pub charged: Charge,
}

/// How an amount is known before the click.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// It costs nothing.
    Free,
    /// fal's price for one picture.
    PerImage,
    /// fal's price for a megapixel, in and out.
    PerMegapixel,
    /// What such calls cost on average.
    History,
    /// Nobody knows.
    Unknown,
}

/// An edit that is not run: what would it cost, and would it go?
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskQuote {
    /// The version to edit.
    pub version_id: String,
    /// The other pictures.
    #[serde(default)]
    pub references: Vec<String>,
    /// What should change; may be empty.
    #[serde(default)]
    pub prompt: String,
    /// Endpoint id or `demo`.
    pub model: String,
    /// As in `submit_edit`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub parameters: Map<String, Value>,
    /// As in `submit_edit`: pictures over the model's limits are made to fit.
    #[serde(default)]
    pub shrink: bool,
}

/// What the Run button says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Quote {
    /// About how much; none where nobody knows.
    pub amount: Option<f64>,
    /// How it is known.
    pub basis: Basis,
    /// The same in words, for example "2 images at $0.03 each".
    pub said: String,
    /// What would refuse the edit before anything is paid: the cap, a limit of the model, a parameter.
    pub problem: Option<Problem>,
    /// The problem is a picture over the model's limit, and making it smaller would do.
    pub shrinks: bool,
    /// The result that Run gives for nothing, because the same edit with the same seed was run before.
    pub cached_version_id: Option<String>,
    /// A result of the same edit without a seed: only a hint, Run makes another one.
    pub similar_version_id: Option<String>,
}

/// What was spent in a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Spent {
    /// Billed where that is known, else estimated; what may have been charged is in it.
    pub amount: f64,
    /// The part of it that may have been charged or not.
    pub maybe: f64,
    /// Edits that were, or may have been, charged.
    pub edits: u32,
    /// How many of them nobody knows a price of.
    pub unknown: u32,
}

/// Spending beside its caps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Spending {
    /// Since midnight.
    pub today: Spent,
    /// Since the first of the month.
    pub month: Spent,
    /// Most a day; none: no cap.
    pub day_cap: Option<f64>,
    /// Most a month; none: no cap.
    pub month_cap: Option<f64>,
    /// This month by model, the dearest first.
    pub models: Vec<ModelSpent>,
}

/// What one model cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ModelSpent {
    /// Endpoint id.
    pub model: String,
    /// What was spent.
    pub spent: Spent,
}

/// A line of the ledger: one attempt that was, or may have been, sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct LedgerLine {
    /// The job.
    pub job_id: String,
    /// Its attempt: 1, 2, …
    pub attempt: u32,
    /// The model.
    pub model: String,
    /// The first words of the prompt; none where the job is gone for good.
    pub prompt: Option<String>,
    /// When it was sent, RFC 3339 in UTC.
    pub at: String,
    /// What was said before the click.
    pub estimate: Option<f64>,
    /// How that was known.
    pub basis: Basis,
    /// What fal counted.
    pub units: Option<f64>,
    /// What that cost at fal's price.
    pub cost: Option<f64>,
    /// Whether it was charged.
    pub charged: Charge,
    /// fal's id for the request.
    pub request_id: Option<String>,
}

/// A page of the ledger, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct LedgerPage {
    /// The lines.
    pub lines: Vec<LedgerLine>,
    /// Give it to the next call; none at the end.
    pub next: Option<String>,
}

/// What is left at fal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Balance {
    /// None where fal does not tell this key.
    pub amount: Option<f64>,
    /// Why it is not known.
    pub problem: Option<Problem>,
}
