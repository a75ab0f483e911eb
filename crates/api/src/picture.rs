//! Versions (nodes of a picture's history) and what is refused on the way in.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::problem::Problem;

/// A node of a picture's history: an original, or the result of an edit. Its bytes are fetched by id through the host, never as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Version {
    /// Id (UUID).
    pub id: String,
    /// The version this one was made from; none for an original.
    pub parent_id: Option<String>,
    /// The original this history began with (its own id for an original).
    pub root_id: String,
    /// The job that made it; none for an original.
    pub job_id: Option<String>,
    /// File name of the original, for example `coffee.png`.
    pub name: String,
    /// Width in pixels, as shown (EXIF orientation applied).
    pub width: u32,
    /// Height in pixels, as shown.
    pub height: u32,
    /// Size of the stored file in bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Media type of the stored file, for example `image/png`.
    pub media_type: String,
    /// What a person should know about the file, for example "Animated: the first frame is used."
    pub note: Option<String>,
    /// The prompt that made it.
    pub prompt: Option<String>,
    /// The model that made it.
    pub model: Option<String>,
    /// Milliseconds from the run's start to its result.
    #[ts(type = "number | null")]
    pub elapsed_ms: Option<u64>,
    /// The provider's id for the request.
    pub request_id: Option<String>,
    /// The seed the model says it used, in digits: it can be past 2^53.
    pub seed: Option<String>,
    /// When it was made, RFC 3339 in UTC.
    pub created_at: String,
}

/// A file that did not become a picture, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Refused {
    /// File name, without its folder.
    pub name: String,
    /// Why.
    pub problem: Problem,
}

/// The answer to adding files: what became a version, what was refused. Adding the same bytes twice gives the same version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Added {
    /// New originals, in the order of the request.
    pub versions: Vec<Version>,
    /// What was refused.
    pub refused: Vec<Refused>,
}
