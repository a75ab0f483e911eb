//! Reading: lists, histories, single things; the same for the owner and for a program that looks beside it.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;

use super::{Library, lock};
use crate::error::Error;
use crate::job::{Job, JobId, JobLine, ResultLine, State};
use crate::money::Caps;
use crate::pictures::Pictures;
use crate::settings::{Given, Settings};
use crate::store::{Access, Store};
use crate::version::{Cursor, Page, Version, VersionId};

impl Library {
    /// One job with its whole prompt.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn job(&self, id: JobId) -> Result<Job, Error> {
        Ok(self.0.runner.with_progress(self.0.store.job(id).await?))
    }

    /// One job that is not in the trash, with its whole prompt, and its first result once it is done.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn live_job_with_result(
        &self,
        id: JobId,
    ) -> Result<(Job, Option<ResultLine>), Error> {
        let (job, result) = self.0.store.job_with_result(id).await?;
        Ok((live(self.0.runner.with_progress(job))?, result))
    }

    /// One job that is not in the trash.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn live_job(&self, id: JobId) -> Result<Job, Error> {
        live(self.job(id).await?)
    }

    /// One version that is not in the trash.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn live_version(&self, id: VersionId) -> Result<Version, Error> {
        self.0.store.live_version(id).await
    }

    /// Jobs queued or at work, in doubt, or failed within a day; newest first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn active_jobs(&self) -> Result<Vec<Job>, Error> {
        let since = self.0.clock.now() - TimeDelta::days(1);
        let jobs = self.0.store.active_jobs(since).await?;
        Ok(jobs
            .into_iter()
            .map(|job| self.0.runner.with_progress(job))
            .collect())
    }

    /// How many jobs are queued or at work.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn active_count(&self) -> Result<u32, Error> {
        self.0.store.active_count().await
    }

    /// A page of the Library: up to `limit` items (1 to 200) older than `after`, newest first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn items(&self, after: Cursor, limit: u32) -> Result<Page, Error> {
        let mut page = self.0.store.items(after, limit.clamp(1, 200)).await?;
        for item in &mut page.items {
            item.job = item.job.take().map(|job| self.0.runner.with_progress(job));
        }
        Ok(page)
    }

    /// The newest jobs, whole, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn newest_jobs(&self, limit: u32) -> Result<Vec<Job>, Error> {
        let jobs = self.0.store.newest_jobs(limit).await?;
        Ok(jobs
            .into_iter()
            .map(|job| self.0.runner.with_progress(job))
            .collect())
    }

    /// Every job as a line, newest first: for clients that know no pages.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn job_lines(&self) -> Result<Vec<JobLine>, Error> {
        self.0.store.job_lines().await
    }

    /// A numbered page of jobs in one of these states, newest first, and how many there are in all. `looking`: of the unconfirmed ones only
    /// those that fal's list is still, or is no more, searched for.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn job_page(
        &self,
        states: &[State],
        looking: Option<bool>,
        offset: u64,
        limit: u32,
    ) -> Result<(Vec<JobLine>, u64), Error> {
        self.0.store.job_page(states, looking, offset, limit).await
    }

    /// Up to `limit` (1 to 200) jobs in one of these states older than `after`, newest first, prompts cut, and where the next page begins.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn jobs_after(
        &self,
        states: &[State],
        after: Cursor,
        limit: u32,
    ) -> Result<(Vec<Job>, Option<Cursor>), Error> {
        let limit = limit.clamp(1, 200);
        let jobs = self.0.store.jobs_after(states, after, limit).await?;
        let next = jobs
            .last()
            .filter(|_| jobs.len() == limit as usize)
            .map(|job| Cursor {
                micros: job.created_at.timestamp_micros(),
                id: job.id.0,
            });
        let jobs = jobs
            .into_iter()
            .map(|job| self.0.runner.with_progress(job).short());
        Ok((jobs.collect(), next))
    }

    /// One version.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn version(&self, id: VersionId) -> Result<Version, Error> {
        self.0.store.version(id).await
    }

    /// The history a version belongs to: its versions and the jobs without one, oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn history(&self, id: VersionId) -> Result<(Vec<Version>, Vec<Job>), Error> {
        let root = self.0.store.version(id).await?.root;
        let jobs = self.0.store.open_jobs_of(root).await?;
        let jobs = jobs
            .into_iter()
            .map(|job| self.0.runner.with_progress(job))
            .collect();
        Ok((self.0.store.versions_of(root).await?, jobs))
    }

    /// True while there is no picture.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn is_empty(&self) -> Result<bool, Error> {
        self.0.store.is_empty().await
    }
}

/// A job in the trash is not found by those who do not know of the trash.
fn live(job: Job) -> Result<Job, Error> {
    match job.deleted_at {
        None => Ok(job),
        Some(_) => Err(Error::NotFound {
            what: "job",
            id: job.id.to_string(),
        }),
    }
}

/// A library somebody else may own: it is read, and nothing else.
#[derive(Debug, Clone)]
pub struct Reader {
    dir: PathBuf,
    pub(super) store: Store,
    pictures: Pictures,
    pub(super) caps: Caps,
}

impl Reader {
    /// Opens the library of these settings for reading.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`] when there is none yet.
    pub async fn open(given: &Given) -> Result<Self, Error> {
        let settings = Settings::read(given)?;
        let path = settings.database;
        if !path.is_file() {
            return Err(Error::FileUnreadable {
                path,
                source: std::io::ErrorKind::NotFound.into(),
            });
        }
        let store = Store::open(&path, Access::Beside).await?;
        Ok(Self {
            pictures: Pictures::beside(&settings.library),
            dir: settings.library,
            store,
            caps: settings.caps,
        })
    }

    /// The library's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether a program owns the library right now.
    #[must_use]
    pub fn is_owned(&self) -> bool {
        lock::is_taken(&self.dir)
    }

    /// See [`Library::job`].
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn job(&self, id: JobId) -> Result<Job, Error> {
        self.store.job(id).await
    }

    /// See [`Library::newest_jobs`].
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn newest_jobs(&self, limit: u32) -> Result<Vec<Job>, Error> {
        self.store.newest_jobs(limit).await
    }

    /// See [`Library::version`].
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn version(&self, id: VersionId) -> Result<Version, Error> {
        self.store.version(id).await
    }

    /// The stored file of a version.
    #[must_use]
    pub fn file(&self, version: &Version) -> PathBuf {
        self.pictures.path(&version.picture)
    }
}
