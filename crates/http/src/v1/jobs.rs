//! Edits and the jobs that run them.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use overpaint_api::job::{Job, JobState};
use overpaint_api::operations::{EditWish, JobPage};
use overpaint_core::Library;
use overpaint_core::error::Error;
use overpaint_core::event::Event;
use overpaint_core::job::{Edit, JobId, State as CoreState};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::input::{Id, IdempotencyKey, Json, Query};
use super::over;
use crate::problem::Refusal;

/// Longest wait for a job's end, in seconds: below what proxies allow.
const LONGEST_WAIT: u32 = 60;

/// Submit an edit
///
/// Submits an edit of a version. Without `Idempotency-Key` each request is a job of its own; with one, the same request again answers the
/// job it made, and another request with the same key is refused.
#[utoipa::path(post, operation_id = "v1_submit_edit", path = "/api/v1/edits", tag = "edits", request_body = EditWish,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 characters of your own, a fresh one for each edit you mean")),
    responses((status = 202, body = Job, headers(("Location" = String, description = "The job")))))]
pub(super) async fn submit(
    State(library): State<Library>,
    IdempotencyKey(key): IdempotencyKey,
    Json(wish): Json<EditWish>,
) -> Result<Response, Refusal> {
    let edit = Edit {
        idempotency_key: key,
        ..wish.try_into()?
    };
    let job = library.submit_asked(edit).await?;
    let location = format!("/api/v1/jobs/{}", job.id);
    Ok((
        StatusCode::ACCEPTED,
        [(LOCATION, location)],
        axum::Json(Job::from(job)),
    )
        .into_response())
}

/// List jobs
///
/// Jobs by pages, newest first; prompts cut to 200 characters.
#[utoipa::path(get, operation_id = "v1_list_jobs", path = "/api/v1/jobs", tag = "edits",
    params(("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 200, 50 by default; what is outside is moved in"),
        ("state" = Option<JobState>, Query, description = "Only jobs in this state")),
    responses((status = 200, body = JobPage)))]
pub(super) async fn list(
    State(library): State<Library>,
    query: Query,
) -> Result<axum::Json<JobPage>, Refusal> {
    let states = states(&query)?;
    let limit = query.number("limit", 1..=200, 50)?;
    let (jobs, next) = library.jobs_after(&states, query.after()?, limit).await?;
    Ok(axum::Json(JobPage {
        jobs: jobs.into_iter().map(Job::from).collect(),
        next: next.map(|next| next.to_string()),
    }))
}

fn states(query: &Query) -> Result<Vec<CoreState>, Refusal> {
    match query.text("state") {
        None => Ok(CoreState::ALL.to_vec()),
        Some(name) => CoreState::from_name(&name)
            .map(|state| vec![state])
            .ok_or_else(|| Refusal::malformed("`state` must be the name of a state.")),
    }
}

/// Get a job, or wait for its end
///
/// One job. With `wait`, the answer comes when it has ended, or after so many seconds as it is then.
#[utoipa::path(get, operation_id = "v1_get_job", path = "/api/v1/jobs/{id}", tag = "edits",
    params(("id" = String, Path, description = "Its id"), ("wait" = Option<u32>, Query, description = "Seconds, at most 60")),
    responses((status = 200, body = Job)))]
pub(super) async fn read(
    State(library): State<Library>,
    State(ending): State<watch::Receiver<bool>>,
    Id(id): Id<JobId>,
    query: Query,
) -> Result<axum::Json<Job>, Refusal> {
    let wait = query.number("wait", 0..=LONGEST_WAIT, 0)?;
    let until = Instant::now() + Duration::from_secs(wait.into());
    Ok(axum::Json(ended(&library, ending, id, until).await?.into()))
}

/// The job once it has ended, or as it is at that moment.
async fn ended(
    library: &Library,
    mut ending: watch::Receiver<bool>,
    id: JobId,
    until: Instant,
) -> Result<overpaint_core::job::Job, Error> {
    // Heard before it is looked at: nothing that happens between the two is missed.
    let mut events = library.subscribe();
    loop {
        let job = library.live_job(id).await?;
        if !job.state.is_active() || Instant::now() >= until {
            return Ok(job);
        }
        let of_this_job = async {
            loop {
                match events.recv().await {
                    Ok(Event::Job(job)) if job.id == id => return,
                    Ok(Event::Library) | Err(RecvError::Lagged(_)) => return,
                    Err(RecvError::Closed) => return std::future::pending().await,
                    Ok(_) => {}
                }
            }
        };
        tokio::select! {
            heard = timeout_at(until, of_this_job) => drop(heard),
            () = over(&mut ending) => return library.live_job(id).await,
        }
    }
}

/// Cancel a job
///
/// Asks for a job's end. One in line ends at once; one at fal ends when fal agrees, and a result that is paid by then is kept.
#[utoipa::path(post, operation_id = "v1_cancel_job", path = "/api/v1/jobs/{id}/cancel", tag = "edits", params(("id" = String, Path, description = "Its id")),
    responses((status = 200, body = Job)))]
pub(super) async fn cancel(
    State(library): State<Library>,
    Id(id): Id<JobId>,
) -> Result<axum::Json<Job>, Refusal> {
    Ok(axum::Json(library.cancel_job(id).await?.into()))
}

/// Run a job again
///
/// Runs a job again that failed, was cancelled or is unconfirmed. What fal still has is fetched or looked at, which is free; only
/// otherwise fal runs it anew, which costs.
#[utoipa::path(post, operation_id = "v1_retry_job", path = "/api/v1/jobs/{id}/retry", tag = "edits", params(("id" = String, Path, description = "Its id")),
    responses((status = 202, body = Job)))]
pub(super) async fn retry(
    State(library): State<Library>,
    Id(id): Id<JobId>,
) -> Result<(StatusCode, axum::Json<Job>), Refusal> {
    let job = library.retry_job(id).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(job.into())))
}

/// Look what became of a job
///
/// Searches fal's list for an unconfirmed job, or asks fal again about one that ended there. Free: nothing is sent to be run.
#[utoipa::path(post, operation_id = "v1_look_again", path = "/api/v1/jobs/{id}/look", tag = "edits", params(("id" = String, Path, description = "Its id")),
    responses((status = 202, body = Job)))]
pub(super) async fn look(
    State(library): State<Library>,
    Id(id): Id<JobId>,
) -> Result<(StatusCode, axum::Json<Job>), Refusal> {
    let job = library.look_again(id).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(job.into())))
}

/// Delete a job
///
/// Moves a job to the trash with its results. One at work is cancelled.
#[utoipa::path(delete, operation_id = "v1_delete_job", path = "/api/v1/jobs/{id}", tag = "edits", params(("id" = String, Path, description = "Its id")),
    responses((status = 204)))]
pub(super) async fn delete(
    State(library): State<Library>,
    Id(id): Id<JobId>,
) -> Result<StatusCode, Refusal> {
    let job = library.live_job(id).await?;
    library.delete_items(&[job.id.to_string()]).await?;
    Ok(StatusCode::NO_CONTENT)
}
