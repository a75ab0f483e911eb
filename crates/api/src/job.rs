//! Jobs, as a host shows them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::money::Cost;
use crate::picture::Version;
use crate::problem::Problem;

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Accepted and stored; not started.
    Queued,
    /// Its input is being prepared and sent.
    Uploading,
    /// The request for the edit is on its way: the moment that can cost money.
    Submitting,
    /// The provider has it: in line, or running.
    Waiting,
    /// The result is being fetched.
    Downloading,
    /// Its results are versions.
    Done,
    /// It ended without a result.
    Failed,
    /// The user ended it.
    Cancelled,
    /// The request may or may not have arrived.
    Unconfirmed,
}

/// How far a job is, in numbers; words are the window's. Everything is optional because providers tell different things.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Progress {
    /// 0.0 to 1.0 of the present state, where it can be known (upload, download, demo rows).
    pub fraction: Option<f32>,
    /// Requests ahead in the provider's line, 0 = next.
    pub position: Option<u32>,
    /// Bytes sent or fetched so far, while pictures travel.
    #[ts(type = "number | null")]
    pub bytes_done: Option<u64>,
    /// Of how many, where that is known.
    #[ts(type = "number | null")]
    pub bytes_of: Option<u64>,
    /// True once the provider works on it (as opposed to: in line).
    pub running: bool,
    /// When the present state began, RFC 3339 in UTC; the window counts seconds from it.
    pub since: String,
    /// The provider's last log line.
    pub last_log: Option<String>,
}

/// One run of an edit by a provider. Always the whole state, never a difference, so that a lost or doubled event is harmless.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Job {
    /// Id (UUID).
    pub id: String,
    /// Where it is.
    pub state: JobState,
    /// The version it edits.
    pub input_id: String,
    /// The original of that history.
    pub root_id: String,
    /// The other pictures that the model sees.
    pub reference_ids: Vec<String>,
    /// The wish; cut to 200 characters in lists and events, whole in `get_job`.
    pub prompt: String,
    /// The model's endpoint id, or `demo`.
    pub model: String,
    /// The model's own parameters, as they were given; left out in lists and events.
    #[schema(value_type = Object)]
    pub parameters: Map<String, Value>,
    /// `fal` or `demo`.
    pub provider: String,
    /// 1 for the first run; each "run again" that may cost is one more.
    pub attempt: u32,
    /// What the current attempt may cost or did cost; none before anything was sent.
    pub cost: Option<Cost>,
    /// The job whose stored result this one was given, for nothing.
    pub cached_from_id: Option<String>,
    /// Queued: it may begin from then on, RFC 3339 in UTC; none: at once.
    pub not_before: Option<String>,
    /// Unconfirmed: Overpaint still looks in fal's list for it; nothing to decide yet.
    pub looking: bool,
    /// The user wants it ended; the provider may finish first.
    pub cancel_asked: bool,
    /// Present while it is at work.
    pub progress: Option<Progress>,
    /// Present when it failed, is unconfirmed, or waits in line to try again (`not_before`).
    pub problem: Option<Problem>,
    /// What a person should know about the result, for example which words the demo engine did not understand.
    pub note: Option<String>,
    /// Ids of the versions it made.
    pub result_ids: Vec<String>,
    /// The provider's id for the request.
    pub request_id: Option<String>,
    /// When the current attempt was sent to the provider, RFC 3339 in UTC.
    pub sent_at: Option<String>,
    /// When it was accepted, RFC 3339 in UTC.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

/// One cell of the Library: an original (no job) or a job (with its first result, once it has one).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Item {
    /// Id of the job, or of the original.
    pub id: String,
    /// The job; none for an original.
    pub job: Option<Job>,
    /// The original, or the job's first result; none while it has none.
    pub version: Option<Version>,
}

/// A page of the Library, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ItemPage {
    /// The items.
    pub items: Vec<Item>,
    /// Give it to the next call; none at the end.
    pub next: Option<String>,
    /// How many items the Library has.
    #[ts(type = "number")]
    pub total: u64,
}

/// The history of one picture: every version below one original, and the jobs that have not become a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct History {
    /// Oldest first; the first is the original.
    pub versions: Vec<Version>,
    /// Oldest first: at work, failed, cancelled, unconfirmed.
    pub jobs: Vec<Job>,
}
