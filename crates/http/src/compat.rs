//! The original backend's routes, as its clients know them: the one place that knows `job_id`, `result_url`, `processing | done | error`
//! and the shapes its framework gave to errors. Frozen: what is new goes elsewhere.
//!
//! Where it is better than the original on purpose: times are UTC with a `Z`, what is no picture is refused at the door, a result is
//! served as what it is whatever the upload was called, and a deleted job's result is gone at once.
//!
//! Not here yet: pages, retry, `/openapi.json` and its pages.

mod file;
mod form;
mod refusal;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use overpaint_api::from_core::moment;
use overpaint_api::problem::Problem;
use overpaint_core::Library;
use overpaint_core::clock::Clock;
use overpaint_core::job::{Edit, Job, JobId, Parameters, State as JobState};
use overpaint_core::model;
use overpaint_core::version::Version;
use serde::Serialize;
use serde_json::{Value, json};

use file::Attachment;
use form::{Form, MAX_UPLOAD};
use refusal::Refusal;

/// Every frozen route.
pub(crate) fn routes(library: Library) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/api/jobs", get(list).post(create))
        .route("/api/jobs/{id}", get(read).delete(delete))
        .route("/api/jobs/{id}/download", get(download))
        .route("/static/{name}", get(result))
        .route("/health/", any(without_slash))
        .route("/api/jobs/", any(without_slash))
        .route("/api/jobs/{id}/", any(without_slash))
        .fallback(async || Refusal::NoRoute)
        .method_not_allowed_fallback(async || Refusal::NotWithThatMethod)
        .layer(DefaultBodyLimit::max(MAX_UPLOAD))
        .with_state(library)
}

/// A job, as the POST and the single GET answer it.
#[derive(Debug, Serialize)]
struct JobOut {
    job_id: String,
    status: &'static str,
    result_url: Option<String>,
    error: Option<String>,
    created_at: String,
    updated_at: String,
    prompt: String,
}

/// A job in the list.
#[derive(Debug, Serialize)]
struct JobListItem {
    job_id: String,
    status: &'static str,
    result_url: Option<String>,
    prompt: String,
    created_at: String,
}

async fn health() -> Json<Value> {
    Json(json!({ "ok": true, "time": moment(Clock::system().now()) }))
}

async fn create(State(library): State<Library>, form: Form) -> Result<Json<JobOut>, Refusal> {
    // Never the demo engine instead: whoever calls this expects fal's picture.
    if library.key_state().await.source.is_none() {
        return Err(Refusal::NoKey);
    }
    let input = library.add_bytes(form.image, &form.name).await?.id;
    // Whoever calls this route pays for a model: the demo engine as the window's default is no answer here.
    let model = match library.settings().model {
        demo if demo == model::DEMO => model::SEEDREAM_4.to_owned(),
        model => model,
    };
    let job = library
        .submit_edit(Edit {
            input,
            prompt: form.prompt,
            model,
            parameters: Parameters::default(),
            idempotency_key: None,
        })
        .await?;
    Ok(Json(JobOut::of(&library, job, None)))
}

async fn list(State(library): State<Library>) -> Result<Json<Vec<JobListItem>>, Refusal> {
    let mut items = Vec::new();
    for job in library.newest_jobs(u32::MAX).await? {
        let result = result_of(&library, &job).await?;
        items.push(JobListItem::of(&library, job, result.as_ref()));
    }
    Ok(Json(items))
}

async fn read(
    State(library): State<Library>,
    Path(id): Path<String>,
) -> Result<Json<JobOut>, Refusal> {
    let job = find(&library, &id).await?;
    let result = result_of(&library, &job).await?;
    Ok(Json(JobOut::of(&library, job, result.as_ref())))
}

async fn delete(
    State(library): State<Library>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let job = find(&library, &id).await?;
    library.delete_items(&[job.id.to_string()]).await?;
    Ok(Json(json!({ "detail": "Job deleted" })))
}

async fn download(
    State(library): State<Library>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let job = find(&library, &id).await?;
    let result = result_of(&library, &job)
        .await?
        .ok_or(Refusal::NoResultYet)?;
    if let Some(url) = library.public_url(&result) {
        return Ok((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, url)]).into_response());
    }
    file::answer(
        &library,
        &result,
        Attachment::As(file_name(&job, &result)),
        &headers,
    )
    .await
}

async fn result(
    State(library): State<Library>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    // Nothing of the name becomes a path: it must be, letter by letter, the name of a job's result.
    let id = name
        .split_once("_out.")
        .map(|(id, _)| id)
        .ok_or(Refusal::NoRoute)?;
    let job = find(&library, id).await.map_err(Refusal::or_no_route)?;
    let result = result_of(&library, &job)
        .await?
        .filter(|result| file_name(&job, result) == name)
        .ok_or(Refusal::NoRoute)?;
    file::answer(&library, &result, Attachment::No, &headers)
        .await
        .map_err(Refusal::or_no_route)
}

/// The original's framework took one slash too many for a slip.
async fn without_slash(uri: Uri) -> Response {
    let path = uri.path().trim_end_matches('/');
    let to = uri
        .query()
        .map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response()
}

/// The job of exactly that id. One in the trash is gone, as far as the old clients know.
async fn find(library: &Library, id: &str) -> Result<Job, Refusal> {
    let job = library.job(JobId::parse(id).ok_or(Refusal::NoJob)?).await?;
    if job.deleted_at.is_some() {
        Err(Refusal::NoJob)
    } else {
        Ok(job)
    }
}

/// The first result, once there is one: the original knew no more than one.
async fn result_of(library: &Library, job: &Job) -> Result<Option<Version>, Refusal> {
    match job.results.first() {
        Some(id) if job.state == JobState::Done => Ok(Some(library.version(*id).await?)),
        _ => Ok(None),
    }
}

fn file_name(job: &Job, result: &Version) -> String {
    format!("{}_out.{}", job.id, result.picture.extension)
}

/// Where anybody can read it, if it lies in the bucket too; else with us.
fn result_url(library: &Library, job: &Job, result: Option<&Version>) -> Option<String> {
    let result = result?;
    let here = || format!("/static/{}", file_name(job, result));
    Some(library.public_url(result).unwrap_or_else(here))
}

/// The states, folded to the three the original knew.
fn status(state: JobState) -> &'static str {
    match state {
        JobState::Queued
        | JobState::Uploading
        | JobState::Submitting
        | JobState::Waiting
        | JobState::Downloading => "processing",
        JobState::Done => "done",
        JobState::Failed | JobState::Cancelled | JobState::Unconfirmed => "error",
    }
}

fn error(job: &Job) -> Option<String> {
    let problem = || {
        job.failure
            .as_ref()
            .map(|failure| Problem::of_failure(failure, None).to_string())
    };
    match job.state {
        JobState::Failed | JobState::Unconfirmed => {
            problem().or_else(|| Some("It failed.".to_owned()))
        }
        JobState::Cancelled => Some("Cancelled.".to_owned()),
        _ => None,
    }
}

impl JobOut {
    fn of(library: &Library, job: Job, result: Option<&Version>) -> Self {
        Self {
            job_id: job.id.to_string(),
            status: status(job.state),
            result_url: result_url(library, &job, result),
            error: error(&job),
            created_at: moment(job.created_at),
            updated_at: moment(job.updated_at),
            prompt: job.prompt,
        }
    }
}

impl JobListItem {
    fn of(library: &Library, job: Job, result: Option<&Version>) -> Self {
        let JobOut {
            job_id,
            status,
            result_url,
            prompt,
            created_at,
            ..
        } = JobOut::of(library, job, result);
        Self {
            job_id,
            status,
            result_url,
            prompt,
            created_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_states_fold_to_the_three_old_clients_know() {
        let folded = JobState::ALL.map(|state| (state.name(), status(state)));
        let expected = [
            ("queued", "processing"),
            ("uploading", "processing"),
            ("submitting", "processing"),
            ("waiting", "processing"),
            ("downloading", "processing"),
            ("done", "done"),
            ("failed", "error"),
            ("cancelled", "error"),
            ("unconfirmed", "error"),
        ];
        assert_eq!(folded, expected);
    }
}
