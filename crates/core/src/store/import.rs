//! Jobs of the original backend becoming ours: each one whole or not at all, and never twice.

use std::collections::HashSet;

use super::job_rows::charged_name;
use super::moves::NewResult;
use super::versions::insert_picture;
use super::{Store, Transaction};
use crate::clock::Moment;
use crate::error::{Error, Failure};
use crate::job::{JobId, State};
use crate::model::{ModelId, Provider};
use crate::version::{Picture, VersionId};

/// A job that ended elsewhere. Its files are stored already.
#[derive(Debug)]
pub(crate) struct EndedJob {
    pub(crate) id: JobId,
    pub(crate) prompt: String,
    pub(crate) model: ModelId,
    pub(crate) input: Upload,
    pub(crate) end: Result<NewResult, Failure>,
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
}

/// The picture that came with it.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) id: VersionId,
    pub(crate) picture: Picture,
    pub(crate) name: String,
    pub(crate) note: Option<String>,
}

impl Store {
    /// The ids of all jobs, those in the trash too.
    pub(crate) async fn job_ids(&self) -> Result<HashSet<String>, Error> {
        let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM job")
            .fetch_all(&self.read)
            .await?;
        Ok(ids.into_iter().collect())
    }

    /// Adds a job that ended elsewhere, with its versions; false, and nothing changed, where a job of that id is there already.
    pub(crate) async fn import_job(&self, job: &EndedJob) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let known: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM job WHERE id = ?)")
            .bind(job.id.to_string())
            .fetch_one(&mut *tx)
            .await?;
        if known {
            return Ok(false);
        }
        add_upload(&mut tx, job).await?;
        add_job(&mut tx, job).await?;
        if let Ok(result) = &job.end {
            add_result(&mut tx, job, result).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// An original for each job, even where the bytes are the same: it goes with its job, and no history grows that nobody made.
async fn add_upload(tx: &mut Transaction<'_>, job: &EndedJob) -> Result<(), Error> {
    insert_picture(tx, &job.input.picture).await?;
    sqlx::query(
        "INSERT INTO version (id, root_id, picture, name, note, created_at, uploaded) VALUES (?1, ?1, ?2, ?3, ?4, ?5, 1)",
    )
    .bind(job.input.id.to_string())
    .bind(&job.input.picture.hash)
    .bind(&job.input.name)
    .bind(&job.input.note)
    .bind(job.created_at.timestamp_micros())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn add_job(tx: &mut Transaction<'_>, job: &EndedJob) -> Result<(), Error> {
    // Attempts outlive a job that was deleted for good; one that comes back goes on counting from them.
    sqlx::query(
        "INSERT INTO attempt (job_id, number, ended) VALUES (?, 1, 1) ON CONFLICT DO NOTHING",
    )
    .bind(job.id.to_string())
    .execute(&mut **tx)
    .await?;
    let failure = job.end.as_ref().err();
    let state = if failure.is_none() {
        State::Done
    } else {
        State::Failed
    };
    sqlx::query(
        "INSERT INTO job (id, input_id, root_id, prompt, model, provider, state, attempt,
                          failure_code, failure_charged, failure_said, created_at, updated_at)
         VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, (SELECT max(number) FROM attempt WHERE job_id = ?1), ?7, ?8, ?9, ?10, ?11)",
    )
    .bind(job.id.to_string())
    .bind(job.input.id.to_string())
    .bind(&job.prompt)
    .bind(&job.model)
    .bind(Provider::Fal.name())
    .bind(state.name())
    .bind(failure.map(|failure| failure.code.name()))
    .bind(failure.map(|failure| charged_name(failure.charged)))
    .bind(failure.and_then(|failure| failure.said.as_deref()))
    .bind(job.created_at.timestamp_micros())
    .bind(job.updated_at.timestamp_micros())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn add_result(
    tx: &mut Transaction<'_>,
    job: &EndedJob,
    result: &NewResult,
) -> Result<(), Error> {
    insert_picture(tx, &result.picture).await?;
    sqlx::query(
        "INSERT INTO version (id, root_id, parent_id, job_id, ordinal, picture, name, note, created_at)
         VALUES (?1, ?2, ?2, ?3, 0, ?4, ?5, ?6, ?7)",
    )
    .bind(result.id.to_string())
    .bind(job.input.id.to_string())
    .bind(job.id.to_string())
    .bind(&result.picture.hash)
    .bind(&job.input.name)
    .bind(&result.note)
    .bind(job.updated_at.timestamp_micros())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
