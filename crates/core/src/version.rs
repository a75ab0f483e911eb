//! A version: a node of a picture's history. An original, or the result of an edit; its bytes never change.

use uuid::Uuid;

use crate::clock::Moment;
use crate::job::{Job, JobId, parse_exact};
use crate::model::ModelId;

/// Id of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VersionId(pub Uuid);

impl VersionId {
    /// The id of that exact text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        parse_exact(text).map(Self)
    }
}

impl std::fmt::Display for VersionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// A stored picture file: bytes under their BLAKE3 hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// BLAKE3 of the bytes, 64 hex digits.
    pub hash: String,
    /// Media type by content, for example `image/png`.
    pub media_type: String,
    /// Ending of the stored file, without the dot.
    pub extension: String,
    /// Width in pixels, as shown.
    pub width: u32,
    /// Height in pixels, as shown.
    pub height: u32,
    /// Size in bytes.
    pub bytes: u64,
}

impl Picture {
    /// Name of the stored file.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}.{}", self.hash, self.extension)
    }

    /// The bytes it has when it is sent; none are known of one that is encoded anew, and then they are made to fit.
    pub(crate) fn bytes_sent(&self) -> u64 {
        match self.media_type.as_str() {
            "image/png" | "image/jpeg" | "image/webp" => self.bytes,
            _ => 0,
        }
    }
}

/// A node of a picture's history.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Its id.
    pub id: VersionId,
    /// What it was made from; none for an original.
    pub parent: Option<VersionId>,
    /// The original its history began with.
    pub root: VersionId,
    /// The job that made it.
    pub job: Option<JobId>,
    /// The file.
    pub picture: Picture,
    /// File name of the original.
    pub name: String,
    /// What a person should know about it.
    pub note: Option<String>,
    /// Its key in the bucket, if it also lies there.
    pub object: Option<String>,
    /// The prompt that made it.
    pub prompt: Option<String>,
    /// The model that made it.
    pub model: Option<ModelId>,
    /// Milliseconds from claim to result.
    pub elapsed_ms: Option<u64>,
    /// The provider's id for the request.
    pub request_id: Option<String>,
    /// The seed the model says it used, in digits.
    pub seed: Option<String>,
    /// When it was made.
    pub created_at: Moment,
}

/// What the note of an original says whose file was lost before it came here.
pub(crate) const STANDS_FOR: &str = "this grey picture stands for it";

impl Version {
    /// Whether it only stands for a picture that was lost. Editing it would cost money and give nothing.
    #[must_use]
    pub fn is_stand_in(&self) -> bool {
        self.job.is_none()
            && self
                .note
                .as_deref()
                .is_some_and(|note| note.contains(STANDS_FOR))
    }
}

/// One entry of the Library: an original, or a job with its first result.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The job; none for an original.
    pub job: Option<Job>,
    /// The original, or the job's first result.
    pub version: Option<Version>,
}

/// A page of the Library, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The items.
    pub items: Vec<Item>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
    /// How many items there are in all.
    pub total: u64,
}

/// A place in the Library: everything older than this item comes after it. Time first, id second, so that ids need not be sorted by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Microseconds since 1970 of the last item seen.
    pub micros: i64,
    /// Its id.
    pub id: Uuid,
}

impl Cursor {
    /// Before everything.
    pub const START: Self = Self {
        micros: i64::MAX,
        id: Uuid::max(),
    };

    /// The cursor of that text, as [`Cursor`] prints it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (micros, id) = text.split_once('.')?;
        Some(Self {
            micros: micros.parse().ok()?,
            id: parse_exact(id)?,
        })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.micros, self.id.hyphenated())
    }
}
