//! What can go wrong. A [`Code`] never changes once released; sentences live in `overpaint-api`'s one table, keyed by it.
//!
//! Two things carry a code: an [`Error`] (an operation was refused) and a [`Failure`] (a job ended without a result; it is kept in the
//! job's row). Variants are by what the person can do, the cause is the source.

mod code;
mod failure;

use std::borrow::Cow;
use std::path::PathBuf;

use crate::money::OverCap;
use crate::picture::PictureError;

pub use code::Code;
pub use failure::{Answer, Charged, Failure, Got, Step};

/// An operation that was refused or failed; nothing was half-done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are no usable picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The model would refuse the picture, so it is not sent.
    #[error("{said}")]
    PictureOverLimit {
        /// The limit and the picture, as a sentence.
        said: String,
    },
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
        wanted: Cow<'static, str>,
    },
    /// The same key, another wish: one of the two would be lost.
    #[error("this idempotency key was used for another request")]
    IdempotencyMismatch,
    /// It would pass a cap.
    #[error("{0}")]
    CapReached(OverCap),
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
            Self::PictureOverLimit { .. } => Code::PictureOverLimit,
            Self::FileUnreadable { .. } => Code::FileUnreadable,
            Self::FolderWithoutPictures { .. } => Code::FolderWithoutPictures,
            Self::ClipboardEmpty => Code::ClipboardEmpty,
            Self::PromptEmpty => Code::PromptEmpty,
            Self::PromptTooLong { .. } => Code::PromptTooLong,
            Self::ParameterInvalid { .. } => Code::ParameterInvalid,
            Self::IdempotencyMismatch => Code::IdempotencyMismatch,
            Self::CapReached(_) => Code::CapReached,
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
            Self::Database(sqlx::Error::PoolTimedOut) => Code::Busy,
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
