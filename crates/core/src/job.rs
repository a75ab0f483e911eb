//! A job: one run of an edit by a provider. This file is pure: the states, the legal moves between them, and plain data.
//!
//! The order is law (product.md, promise 1): the intent is stored before the submit, the provider's URLs before the first poll, the answer
//! before the download. `runner` does the work; `store` writes each move in one transaction.

mod backoff;
mod moves;
mod parameters;
pub(crate) mod runner;

pub(crate) use backoff::LONGEST_TOLD;
pub use moves::{IllegalMove, Move, State};
pub use parameters::Parameters;

use uuid::Uuid;

use crate::clock::Moment;
use crate::error::{Charged, Failure};
use crate::model::{ModelId, Provider};
use crate::money::Money;
use crate::version::VersionId;

/// Id of a job. Old clients compare ids letter by letter, so only the canonical lower-case form parses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub Uuid);

impl JobId {
    /// The id of that exact text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        parse_exact(text).map(Self)
    }
}

impl std::fmt::Display for JobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// A UUID written exactly as we write it; anything else is another id.
pub(crate) fn parse_exact(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    (id.hyphenated().to_string() == text).then_some(id)
}

/// The wish, as it is submitted.
#[derive(Debug, Clone)]
pub struct Edit {
    /// The version to edit.
    pub input: VersionId,
    /// Other pictures that the model sees, after the input, in this order.
    pub references: Vec<VersionId>,
    /// What should change. Core takes any text up to 1 MiB, the empty one too (old clients send it); the window and the command line refuse
    /// an empty one before they come here.
    pub prompt: String,
    /// What runs it.
    pub model: ModelId,
    /// The model's own parameters, sent as they are.
    pub parameters: Parameters,
    /// Inputs over the model's limit are made to fit; without it such an edit is refused.
    pub shrink: bool,
    /// Run it even where a stored result of the same wish could be given for nothing.
    pub fresh: bool,
    /// The same key gives the same job; without one every submit is a job of its own.
    pub idempotency_key: Option<String>,
}

impl Edit {
    /// The plain wish: these words, that model, nothing else said.
    #[must_use]
    pub fn new(input: VersionId, prompt: impl Into<String>, model: impl Into<ModelId>) -> Self {
        Self {
            input,
            references: Vec::new(),
            prompt: prompt.into(),
            model: model.into(),
            parameters: Parameters::default(),
            shrink: false,
            fresh: false,
            idempotency_key: None,
        }
    }

    /// Longest prompt, in bytes: the limit of the original's form parser.
    pub const PROMPT_MAX: usize = 1 << 20;
}

/// How far a job is. Only in memory: after a restart the provider is asked again.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// 0.0 to 1.0 of the present state, where it can be known.
    pub fraction: Option<f32>,
    /// Requests ahead in the provider's line; 0 = next.
    pub position: Option<u32>,
    /// True once the provider works on it.
    pub running: bool,
    /// Bytes sent or fetched so far, and of how many, while pictures travel.
    pub bytes: Option<(u64, Option<u64>)>,
    /// When the present state, or the running, began.
    pub since: Moment,
    /// The provider's last log line.
    pub last_log: Option<String>,
}

impl Progress {
    /// Nothing known yet but the moment it began.
    #[must_use]
    pub fn begun(since: Moment) -> Self {
        Self {
            fraction: None,
            position: None,
            running: false,
            bytes: None,
            since,
            last_log: None,
        }
    }
}

/// One run of an edit, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Where it is.
    pub state: State,
    /// The version it edits.
    pub input: VersionId,
    /// The original of that history.
    pub root: VersionId,
    /// Other pictures that the model sees, after the input.
    pub references: Vec<VersionId>,
    /// The wish's words. Cut to [`Job::PROMPT_SHORT`] characters in lists and events.
    pub prompt: String,
    /// What runs it.
    pub model: ModelId,
    /// The model's own parameters.
    pub parameters: Parameters,
    /// Who runs it.
    pub provider: Provider,
    /// 1 for the first run; each "run again" that may cost is one more.
    pub attempt: u32,
    /// The edit allowed its inputs to be made smaller.
    pub shrink: bool,
    /// What the current attempt may cost or did cost; `None` before anything was sent.
    pub cost: Option<Cost>,
    /// The job whose stored result this one was given, for nothing.
    pub cached_from: Option<JobId>,
    /// Queued: it may begin from then on; `None`: at once.
    pub not_before: Option<Moment>,
    /// Unconfirmed: fal's list is still being searched for it.
    pub looking: bool,
    /// The user wants it ended; the provider may finish first.
    pub cancel_asked: bool,
    /// Why it ended without a result, why it is unconfirmed, or what it waits for with [`Job::not_before`].
    pub failure: Option<Failure>,
    /// What a person should know about the result.
    pub note: Option<String>,
    /// The versions it made.
    pub results: Vec<VersionId>,
    /// The provider's id of the current attempt.
    pub request_id: Option<String>,
    /// When the current attempt was sent, or was about to be.
    pub sent_at: Option<Moment>,
    /// How far it is, while it is at work.
    pub progress: Option<Progress>,
    /// When it was accepted.
    pub created_at: Moment,
    /// When it last changed state.
    pub updated_at: Moment,
    /// When it was moved to the trash.
    pub deleted_at: Option<Moment>,
}

impl Job {
    /// Characters of a prompt that lists and events carry, so that an event stays under 4 KB.
    pub const PROMPT_SHORT: usize = 200;

    /// The same job for lists and events: its prompt cut, its parameters left out.
    #[must_use]
    pub fn short(mut self) -> Self {
        if let Some((end, _)) = self.prompt.char_indices().nth(Self::PROMPT_SHORT) {
            self.prompt.truncate(end);
        }
        self.parameters = Parameters::default();
        self
    }
}

/// What an attempt may cost or did cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// What it cost once that is known, else what was estimated; `None` where nobody knows.
    pub amount: Option<Money>,
    /// True once the amount is what fal billed, in its units at its price.
    pub billed: bool,
    /// Whether it was charged.
    pub charged: Charged,
}

/// A job as a list of many thousands shows it: what a line needs and no more.
#[derive(Debug, Clone, PartialEq)]
pub struct JobLine {
    /// Its id.
    pub id: JobId,
    /// Where it is.
    pub state: State,
    /// The wish's words, whole.
    pub prompt: String,
    /// The first result, once the job is done.
    pub result: Option<ResultLine>,
    /// Unconfirmed: fal's list is still being searched for it.
    pub looking: bool,
    /// When it was accepted.
    pub created_at: Moment,
    /// When it last changed state.
    pub updated_at: Moment,
}

/// A result as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultLine {
    /// Ending of the stored file, without the dot.
    pub extension: String,
    /// Its key in the bucket, if it lies there.
    pub object: Option<String>,
}

/// What the provider gave us to find the job again. Its URLs are used as they came, never rebuilt (fal-contract 3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// How the provider is asked about it.
    pub protocol: Protocol,
    /// The provider's id, where it has one.
    pub request_id: Option<String>,
    /// Where its state is read.
    pub status_url: String,
    /// Where its result is read; the original's protocol has only the one URL.
    pub response_url: String,
    /// Where it is cancelled.
    pub cancel_url: Option<String>,
}

/// How a provider is asked about a job it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// fal's queue: status, then result.
    Queue,
    /// The original's polling: one URL, asked until it holds an image.
    Poll,
}

impl Protocol {
    /// Its name in SQL.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Poll => "poll",
        }
    }

    /// The protocol of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Queue, Self::Poll]
            .into_iter()
            .find(|p| p.name() == name)
    }
}

/// One picture of a provider's answer, before it is a version.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// To be downloaded from there.
    Url(String),
    /// It came inside the answer and is stored already, under this content hash.
    Stored(String),
}

/// A run and everything durable about it, as the runner needs it.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// 1, 2, …
    pub number: u32,
    /// When the intent to submit was stored; none before.
    pub intended_at: Option<Moment>,
    /// The provider's ticket, once it accepted.
    pub ticket: Option<Ticket>,
    /// What only this attempt's body holds: with it fal's list is searched when the answer was lost.
    pub mark: Option<String>,
    /// How often that list was searched.
    pub looks: u32,
    /// When it was last.
    pub looked_at: Option<Moment>,
    /// When polling began; `POLL_MAX_WAIT` counts from it. None with a ticket: nobody has seen yet that the provider knows the request.
    pub accepted_at: Option<Moment>,
    /// The provider's answer, once it gave one.
    pub outputs: Option<Vec<Output>>,
    /// For each output, whether the model's safety check named it; short or empty where it said nothing.
    pub flagged: Vec<bool>,
    /// The provider ended it without pictures, or it never began: looking again is useless. In doubt: its list is not searched any more.
    pub ended: bool,
}
