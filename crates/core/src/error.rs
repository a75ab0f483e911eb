//! What can go wrong. A [`Code`] never changes once released; sentences live in `overpaint-api`'s one table, keyed by it.
//!
//! Two things carry a code: an [`Error`] (an operation was refused) and a [`Failure`] (a job ended without a result; it is kept in the
//! job's row). Variants are by what the person can do, the cause is the source.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::picture::PictureError;

/// Declares the codes once: the enum, its stable names, and the way back from a name.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The stable name of what went wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in JSON, in the database and in `--json` output.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The code of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

codes! {
    /// The file has no bytes.
    PictureEmpty = "picture_empty",
    /// The file ends before the picture does.
    PictureTruncated = "picture_truncated",
    /// The bytes are no picture at all.
    PictureUnknown = "picture_unknown",
    /// A known kind of picture that Overpaint does not read.
    PictureUnsupported = "picture_unsupported",
    /// Too many pixels, or too many bytes.
    PictureTooLarge = "picture_too_large",
    /// The picture's insides are broken.
    PictureBroken = "picture_broken",
    /// The file cannot be read (missing, or no permission).
    FileUnreadable = "file_unreadable",
    /// A folder without a picture in it.
    FolderWithoutPictures = "folder_without_pictures",
    /// The clipboard holds no picture.
    ClipboardEmpty = "clipboard_empty",
    /// The prompt is empty.
    PromptEmpty = "prompt_empty",
    /// The prompt is over 1 MiB.
    PromptTooLong = "prompt_too_long",
    /// A parameter of the model has a name or a value it cannot have.
    ParameterInvalid = "parameter_invalid",
    /// The idempotency key was used for another request.
    IdempotencyMismatch = "idempotency_mismatch",
    /// No such job, version or model.
    NotFound = "not_found",
    /// The job is past the point where that can be done.
    TooLate = "too_late",
    /// Another program has the library open.
    LibraryInUse = "library_in_use",
    /// The database is damaged.
    LibraryDamaged = "library_damaged",
    /// The database was made by something else.
    LibraryForeign = "library_foreign",
    /// The database is of a kind, or a newer version, that this program does not read.
    LibraryUnsupported = "library_unsupported",
    /// No space left.
    DiskFull = "disk_full",
    /// A file could not be written.
    DiskFailed = "disk_failed",
    /// A setting has a value it cannot have.
    SettingInvalid = "setting_invalid",
    /// There is no fal key.
    KeyMissing = "key_missing",
    /// The text is no key.
    KeyMalformed = "key_malformed",
    /// The key comes from the environment and cannot be changed here.
    KeyFixed = "key_fixed",
    /// The operating system offers no keychain.
    KeychainUnavailable = "keychain_unavailable",
    /// fal does not know the key.
    KeyRefused = "key_refused",
    /// The key is not allowed to do that.
    KeyNotAllowed = "key_not_allowed",
    /// fal has locked the account.
    AccountLocked = "account_locked",
    /// fal's policy forbids the edit.
    PolicyBlocked = "policy_blocked",
    /// The model refused a value.
    RequestRefused = "request_refused",
    /// The model does not exist.
    ModelUnknown = "model_unknown",
    /// Too many requests.
    RateLimited = "rate_limited",
    /// The provider cannot be reached; nothing was sent.
    ProviderUnreachable = "provider_unreachable",
    /// The provider did not answer in time.
    ProviderTimeout = "provider_timeout",
    /// The provider failed.
    ProviderFailed = "provider_failed",
    /// The provider answered something unreadable.
    AnswerUnreadable = "answer_unreadable",
    /// The model finished and gave no picture.
    NoPictureMade = "no_picture_made",
    /// The request was sent, and its answer was lost.
    SubmitUnclear = "submit_unclear",
    /// The result cannot be fetched any more.
    ResultGone = "result_gone",
    /// Fetching the result broke off; it can be fetched again.
    DownloadFailed = "download_failed",
    /// What was fetched is no picture.
    ResultUnreadable = "result_unreadable",
    /// The result is stored here but could not be brought to the bucket.
    BucketFailed = "bucket_failed",
    /// The original backend ended while it worked on the job.
    Interrupted = "interrupted",
    /// The original backend failed at the job, for a reason it gave.
    OldBackendFailed = "old_backend_failed",
    /// There is no database of the original backend that can be read.
    OldBackendUnknown = "old_backend_unknown",
    /// The demo engine understood nothing of the prompt.
    DemoNothingUnderstood = "demo_nothing_understood",
    /// The clipboard, the file manager or the browser did not do it.
    DesktopFailed = "desktop_failed",
    /// A program's request cannot be read.
    RequestMalformed = "request_malformed",
    /// A program's request is larger than is taken.
    RequestTooLarge = "request_too_large",
    /// A web page, or a name that is not ours, may not ask.
    NotAdmitted = "not_admitted",
    /// The request lacks the token that is required.
    TokenRequired = "token_required",
    /// More requests than are taken in so short a time.
    TooManyRequests = "too_many_requests",
    /// There is no such route, or not with that method.
    NoRoute = "no_route",
    /// A defect in Overpaint.
    Internal = "internal",
}

/// An operation that was refused or failed; nothing was half-done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are no usable picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The file cannot be read.
    #[error("{} cannot be read", path.display())]
    FileUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A folder without a picture in it.
    #[error("{name} has no picture in it")]
    FolderWithoutPictures {
        /// Name of the folder.
        name: String,
    },
    /// The clipboard holds no picture.
    #[error("the clipboard holds no picture")]
    ClipboardEmpty,
    /// The prompt is empty.
    #[error("the prompt is empty")]
    PromptEmpty,
    /// The prompt is over 1 MiB.
    #[error("the prompt has {bytes} bytes; at most 1,048,576 are taken")]
    PromptTooLong {
        /// Its size.
        bytes: usize,
    },
    /// A parameter cannot be that.
    #[error("the parameter {name} {wanted}")]
    ParameterInvalid {
        /// Its name, cut where it is long.
        name: String,
        /// What is wrong with it, as a verb phrase.
        wanted: &'static str,
    },
    /// The same key, another wish: one of the two would be lost.
    #[error("this idempotency key was used for another request")]
    IdempotencyMismatch,
    /// No such thing.
    #[error("there is no {what} {id}")]
    NotFound {
        /// `job`, `version` or `model`.
        what: &'static str,
        /// The id asked for.
        id: String,
    },
    /// The job is past that point.
    #[error("the job is already {state}")]
    TooLate {
        /// Its state.
        state: &'static str,
    },
    /// Another program has the library open.
    #[error("another Overpaint has {} open", dir.display())]
    LibraryInUse {
        /// The library.
        dir: PathBuf,
    },
    /// The database is damaged.
    #[error("the library's database is damaged: {report}")]
    LibraryDamaged {
        /// What SQLite said.
        report: String,
    },
    /// The database was made by something else.
    #[error("{} is not an Overpaint library", path.display())]
    LibraryForeign {
        /// The database file.
        path: PathBuf,
        /// True when the original backend made it: `overpaint import` takes it.
        original: bool,
    },
    /// No database of the original backend, or none that can be read.
    #[error("{} {what}", path.display())]
    OldBackendUnknown {
        /// The folder or the database file.
        path: PathBuf,
        /// What is wrong with it, as a verb phrase.
        what: String,
    },
    /// A kind of database this version cannot open.
    #[error("{what}")]
    LibraryUnsupported {
        /// Which, as a sentence.
        what: String,
    },
    /// A file could not be written.
    #[error("{} cannot be written", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database failed.
    #[error("the library's database failed")]
    Database(#[from] sqlx::Error),
    /// A setting has a value it cannot have.
    #[error("{name} is {value:?}; {wanted}")]
    SettingInvalid {
        /// The setting.
        name: &'static str,
        /// What it was.
        value: String,
        /// What it can be, as a clause.
        wanted: &'static str,
    },
    /// There is no fal key.
    #[error("there is no fal key")]
    KeyMissing,
    /// The text is no key.
    #[error("that is no fal key")]
    KeyMalformed,
    /// The key comes from the environment.
    #[error("the key comes from the environment")]
    KeyFixed,
    /// No keychain.
    #[error("this computer offers no keychain")]
    KeychainUnavailable(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
    /// The desktop did not do what it was asked.
    #[error("{what}")]
    Desktop {
        /// What was not done, as a sentence.
        what: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A host refused a request before it reached the library.
    #[error("{said}")]
    Request {
        /// One of the codes about requests.
        code: Code,
        /// What is wrong with it, as whole sentences.
        said: String,
    },
    /// A defect.
    #[error("{0}")]
    Internal(&'static str),
}

impl Error {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Picture(error) => picture_code(error),
            Self::FileUnreadable { .. } => Code::FileUnreadable,
            Self::FolderWithoutPictures { .. } => Code::FolderWithoutPictures,
            Self::ClipboardEmpty => Code::ClipboardEmpty,
            Self::PromptEmpty => Code::PromptEmpty,
            Self::PromptTooLong { .. } => Code::PromptTooLong,
            Self::ParameterInvalid { .. } => Code::ParameterInvalid,
            Self::IdempotencyMismatch => Code::IdempotencyMismatch,
            Self::NotFound { .. } => Code::NotFound,
            Self::TooLate { .. } => Code::TooLate,
            Self::LibraryInUse { .. } => Code::LibraryInUse,
            Self::LibraryDamaged { .. } => Code::LibraryDamaged,
            Self::LibraryForeign { .. } => Code::LibraryForeign,
            Self::OldBackendUnknown { .. } => Code::OldBackendUnknown,
            Self::LibraryUnsupported { .. } => Code::LibraryUnsupported,
            Self::Disk { source, .. } if is_full(source) => Code::DiskFull,
            Self::Disk { .. } => Code::DiskFailed,
            Self::Database(error) if database_is_full(error) => Code::DiskFull,
            Self::Database(_) => Code::DiskFailed,
            Self::SettingInvalid { .. } => Code::SettingInvalid,
            Self::KeyMissing => Code::KeyMissing,
            Self::KeyMalformed => Code::KeyMalformed,
            Self::KeyFixed => Code::KeyFixed,
            Self::KeychainUnavailable(_) => Code::KeychainUnavailable,
            Self::Desktop { .. } => Code::DesktopFailed,
            Self::Request { code, .. } => *code,
            Self::Internal(_) => Code::Internal,
        }
    }

    /// The desktop did not do what a host asked of it.
    #[must_use]
    pub fn desktop(
        what: &'static str,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::Desktop {
            what,
            source: Box::new(source),
        }
    }

    /// Wraps the failure to write `path`.
    pub(crate) fn disk(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Disk { path, source }
    }
}

/// The code of a refused picture.
#[must_use]
pub fn picture_code(error: &PictureError) -> Code {
    match error {
        PictureError::Empty => Code::PictureEmpty,
        PictureError::Truncated => Code::PictureTruncated,
        PictureError::NotAPicture => Code::PictureUnknown,
        PictureError::Unsupported { .. } => Code::PictureUnsupported,
        PictureError::TooLarge { .. }
        | PictureError::SideTooLong { .. }
        | PictureError::FileTooLarge { .. } => Code::PictureTooLarge,
        PictureError::Broken { .. } => Code::PictureBroken,
    }
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
    )
}

fn database_is_full(error: &sqlx::Error) -> bool {
    // 13 is SQLITE_FULL (sqlite.org/rescode.html).
    error
        .as_database_error()
        .and_then(|e| e.code())
        .is_some_and(|code| code == "13")
}

/// Whether money may have been spent on an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charged {
    /// Nothing was charged.
    No,
    /// It may have been charged, once.
    Maybe,
    /// It was charged.
    Yes,
}

/// Why a job ended without a result, as its row keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What it was.
    pub code: Code,
    /// Whether money may have been spent.
    pub charged: Charged,
    /// What the other side said about it, cut to [`Failure::SAID_MAX`] characters: shown to people, never branched on.
    pub said: Option<String>,
    /// What the other side did, for clients that have their own words for it.
    pub answer: Option<Answer>,
}

/// At which step the other side answered what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What it was asked.
    pub step: Step,
    /// What it did.
    pub got: Got,
    /// The start of what it sent, at most [`Answer::BODY_MAX`] characters.
    pub body: String,
    /// The address that was asked, where it was the other side's own choice (downloads).
    pub url: Option<String>,
}

/// What a provider is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// To take the input picture.
    Upload,
    /// To run the edit.
    Submit,
    /// How the job is, or for its result.
    Look,
    /// For a result picture.
    Download,
}

/// What a provider did when it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Got {
    /// It answered with this HTTP status, which was not what was hoped for, or with a body that was not.
    Status(u16),
    /// It said that the job has failed.
    SaidFailed,
    /// It said that the job is finished, and gave no picture.
    NoPictures,
    /// It was asked until the patience was over.
    StillAtWork,
    /// Nobody listened there.
    NoConnection,
    /// It did not answer in time.
    Silence,
    /// It hung up without a word.
    HungUp,
    /// It broke off in the middle.
    BrokeOff,
}

impl Answer {
    /// Longest body that is kept, in characters: what the original quoted.
    pub const BODY_MAX: usize = 300;
}

impl Failure {
    /// Longest text kept of what a provider said, in characters.
    pub const SAID_MAX: usize = 600;

    /// A failure nothing was charged for.
    #[must_use]
    pub fn free(code: Code) -> Self {
        Self {
            code,
            charged: Charged::No,
            said: None,
            answer: None,
        }
    }

    /// The same, with what the other side said.
    #[must_use]
    pub fn saying(mut self, said: impl Into<String>) -> Self {
        let said: String = said.into();
        let said = said.trim();
        self.said = (!said.is_empty()).then(|| said.chars().take(Self::SAID_MAX).collect());
        self
    }

    /// The same, with what the other side did when it was asked.
    #[must_use]
    pub(crate) fn answered(mut self, step: Step, got: Got, body: &[u8]) -> Self {
        let start = body.get(..Answer::BODY_MAX * 4).unwrap_or(body);
        let body = String::from_utf8_lossy(start)
            .chars()
            .take(Answer::BODY_MAX)
            .collect();
        self.answer = Some(Answer {
            step,
            got,
            body,
            url: None,
        });
        self
    }

    /// The same, about that address.
    #[must_use]
    pub(crate) fn about(mut self, url: &str) -> Self {
        if let Some(answer) = &mut self.answer {
            // Signed addresses may be used by whoever reads them: what follows the `?` is kept to ourselves.
            answer.url = url
                .split('?')
                .next()
                .map(|url| url.chars().take(Answer::BODY_MAX).collect());
        }
        self
    }

    /// The same, with another answer to "was I charged".
    #[must_use]
    pub fn charged(mut self, charged: Charged) -> Self {
        self.charged = charged;
        self
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self::free(error.code()).saying(error.to_string())
    }
}
