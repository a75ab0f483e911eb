//! Coming from the original: its jobs become ours, with their ids, prompts, times and files.
//!
//! One job at a time: files first, then its rows in one transaction, so an import that was killed goes on where it stopped. What the old
//! backend lost is said in the job; no job is left out because a file is missing.

mod found;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::Library;
use crate::error::Error;
use crate::job::JobId;
use crate::original::{Files, OldBackend, OldJob, Status};
use crate::settings::{Given, Settings};
use crate::store::{Access, EndedJob, NewResult, Store, Upload};
use crate::version::VersionId;
use found::{Found, Shelf, find, upload_name};

/// What an import did, or would do.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Jobs with their result.
    pub done: u64,
    /// Jobs that had failed, or whose result is lost.
    pub failed: u64,
    /// Jobs that were still at work when the old backend ended.
    pub interrupted: u64,
    /// Jobs that were here already, in the trash or not.
    pub already_there: u64,
    /// Uploads and results that are not in the old folder.
    pub files_missing: u64,
    /// Uploads and results that are no picture.
    pub files_unreadable: u64,
    /// The jobs that such a file belonged to.
    pub incomplete: Vec<JobId>,
    /// Ids that are no UUID as the original wrote them: their jobs stay where they are.
    pub refused: Vec<String>,
    /// Jobs whose times speak for another time zone.
    pub doubtful_times: u64,
}

/// What became of one job.
enum Outcome {
    AlreadyThere,
    Came(Ended),
}

#[derive(Clone, Copy)]
enum Ended {
    Done,
    Failed,
    Interrupted,
}

impl Library {
    /// Brings over every job that is not here yet. `report` hears how many were looked at, and of how many.
    ///
    /// # Errors
    /// [`Error::Disk`], [`Error::Database`]; what came before stays, and the next import goes on from there.
    pub async fn import(
        &self,
        old: OldBackend,
        report: impl FnMut(usize, usize),
    ) -> Result<Imported, Error> {
        let known = self.0.store.job_ids().await?;
        let shelf = Shelf::Keep(self.0.pictures.clone());
        let imported = each(old, &known, report, async |id, job, files| {
            self.import_job(id, job, files, shelf.clone()).await
        })
        .await;
        self.announce_library();
        imported
    }

    async fn import_job(
        &self,
        id: JobId,
        job: OldJob,
        files: Arc<Files>,
        shelf: Shelf,
    ) -> Result<(Outcome, Found), Error> {
        // Nobody closes this semaphore.
        let _place = self.0.decodes.acquire().await.ok();
        let _files = self.0.runner.files.read().await;
        let (job, found) = find(job, files, shelf).await?;
        let now = self.0.clock.now();
        let ended = EndedJob {
            id,
            // The original did not keep a job's model; the one that is set now is the likeliest.
            model: self.paid_model(),
            input: Upload {
                id: VersionId(self.new_id()),
                picture: found.upload.clone(),
                name: upload_name(&job),
                note: found.note.clone(),
            },
            end: found.end.clone().map(|(picture, facts)| NewResult {
                id: VersionId(self.new_id()),
                picture,
                note: facts.note().map(str::to_owned),
                object: None,
            }),
            created_at: job.times.created_at.unwrap_or(now),
            updated_at: job.times.updated_at.unwrap_or(now),
            prompt: job.prompt,
        };
        let outcome = match self.0.store.import_job(&ended).await? {
            true => Outcome::Came(ended_as(job.status, &found)),
            false => Outcome::AlreadyThere,
        };
        Ok((outcome, found))
    }
}

/// What [`Library::import`] would do with the library of these settings, whoever owns it. Nothing is written anywhere.
///
/// # Errors
/// [`Error::Database`], or what is wrong with the settings.
pub async fn try_import(
    given: &Given,
    old: OldBackend,
    report: impl FnMut(usize, usize),
) -> Result<Imported, Error> {
    let database = Settings::read(given)?.database;
    let known = if database.exists() {
        // An owner always has a log, and so has a library that was not closed in order.
        let mut log = database.clone().into_os_string();
        log.push("-wal");
        let access = match PathBuf::from(log).exists() {
            true => Access::Beside,
            false => Access::AtRest,
        };
        let store = Store::open(&database, access).await?;
        let known = store.job_ids().await;
        store.close().await;
        known?
    } else {
        HashSet::new()
    };
    each(old, &known, report, async |_, job, files| {
        let (job, found) = find(job, files, Shelf::Look).await?;
        Ok((Outcome::Came(ended_as(job.status, &found)), found))
    })
    .await
}

async fn each(
    old: OldBackend,
    known: &HashSet<String>,
    mut report: impl FnMut(usize, usize),
    mut bring: impl AsyncFnMut(JobId, OldJob, Arc<Files>) -> Result<(Outcome, Found), Error>,
) -> Result<Imported, Error> {
    let mut imported = Imported::default();
    let mut seen = HashSet::new();
    let total = old.jobs.len();
    for (number, job) in old.jobs.into_iter().enumerate() {
        report(number, total);
        let Some(id) = JobId::parse(&job.id) else {
            imported.refused.push(job.id);
            continue;
        };
        if known.contains(&job.id) || !seen.insert(id) {
            imported.already_there += 1;
            continue;
        }
        let doubtful = job.times.doubtful;
        let (outcome, found) = bring(id, job, Arc::clone(&old.files)).await?;
        let Outcome::Came(ended) = outcome else {
            imported.already_there += 1;
            continue;
        };
        match ended {
            Ended::Done => imported.done += 1,
            Ended::Failed => imported.failed += 1,
            Ended::Interrupted => imported.interrupted += 1,
        }
        if found.missing + found.unreadable > 0 {
            imported.incomplete.push(id);
        }
        imported.files_missing += found.missing;
        imported.files_unreadable += found.unreadable;
        imported.doubtful_times += u64::from(doubtful);
    }
    report(total, total);
    Ok(imported)
}

fn ended_as(status: Status, found: &Found) -> Ended {
    match (&found.end, status) {
        (Ok(_), _) => Ended::Done,
        (Err(_), Status::Stuck) => Ended::Interrupted,
        (Err(_), Status::Done | Status::Failed) => Ended::Failed,
    }
}
