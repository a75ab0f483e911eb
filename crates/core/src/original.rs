//! The original backend's folder: its jobs, read so that nothing in it changes.
//!
//! It kept a table `job` in `app.db` and files in `uploads/` and `static/`. What is in the rows is believed as far as it is text; a path in
//! them is only a name to look for (see `files`), and a time is local or UTC, whichever that field was (see `times`).

mod database;
mod files;
mod times;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clock::Moment;
use crate::error::Error;
use crate::job::runner::blocking;
use crate::settings::{Given, Settings};

pub(crate) use files::{Files, file_name};
pub use times::Zone;

/// What the original left behind.
#[derive(Debug)]
pub struct OldBackend {
    /// Its database, where it lies.
    database: PathBuf,
    pub(crate) files: Arc<Files>,
    /// Oldest first.
    pub(crate) jobs: Vec<OldJob>,
}

/// A row of its table.
#[derive(Debug)]
pub(crate) struct OldJob {
    /// As it was written: perhaps no UUID.
    pub(crate) id: String,
    pub(crate) prompt: String,
    pub(crate) status: Status,
    /// Below `/static/`, or a whole address in a bucket.
    pub(crate) result_url: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) raw_path: Option<String>,
    pub(crate) out_path: Option<String>,
    pub(crate) times: Times,
}

/// How a job of the original stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// It had a result.
    Done,
    /// It had an error.
    Failed,
    /// `processing`, or a word nobody knows: the program that worked on it is gone.
    Stuck,
}

/// When a job was made and last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    /// None where nothing legible was written.
    pub(crate) created_at: Option<Moment>,
    pub(crate) updated_at: Option<Moment>,
    /// It ended before it began, or much later than the original waited: the zone is probably another one.
    pub(crate) doubtful: bool,
}

impl OldBackend {
    /// How many jobs' times speak for another time zone than the one they were read in, and of how many jobs.
    #[must_use]
    pub fn doubtful_times(&self) -> (usize, usize) {
        let doubtful = self.jobs.iter().filter(|job| job.times.doubtful).count();
        (doubtful, self.jobs.len())
    }

    /// Reads the folder at `path`, or the database file itself, with its local times in `zone`.
    ///
    /// # Errors
    /// [`Error::OldBackendUnknown`] where there is no database of the original's, [`Error::FileUnreadable`].
    pub async fn open(path: &Path, zone: Zone) -> Result<Self, Error> {
        let path = path.to_owned();
        let (database, files) = blocking(move || files::find(&path)).await?;
        let rows = database::rows(&database).await?;
        Ok(Self {
            jobs: rows.into_iter().map(|row| OldJob::of(row, zone)).collect(),
            files: Arc::new(files),
            database,
        })
    }

    /// How many jobs it kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// True where it kept none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// The same settings, unless they name the original's own database, as its `.env` in the working directory does: that is where the jobs
    /// come from, so they go to the library that is named otherwise.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub fn not_into_itself(&self, mut given: Given) -> Result<Given, Error> {
        let settings = Settings::read(&given)?;
        let same = std::fs::canonicalize(&settings.database).is_ok_and(|at| at == self.database);
        if !same {
            return Ok(given);
        }
        let library = if settings.database.parent() == Some(&settings.library) {
            given.places.library.clone()
        } else {
            settings.library
        };
        let url = format!("sqlite:///{}", library.join("library.db").display());
        given.library = Some(library);
        Ok(given.flag("DATABASE_URL", url))
    }
}

impl OldJob {
    fn of(row: database::Row, zone: Zone) -> Self {
        let status = match row.status.as_deref() {
            Some("done") => Status::Done,
            Some("error") => Status::Failed,
            _ => Status::Stuck,
        };
        Self {
            times: Times::of(
                row.created_at.as_deref(),
                row.updated_at.as_deref(),
                status,
                zone,
            ),
            id: row.id.unwrap_or_default(),
            prompt: row.prompt.unwrap_or_default(),
            status,
            result_url: row.result_url,
            error: row.error,
            raw_path: row.raw_path,
            out_path: row.out_path,
        }
    }
}
