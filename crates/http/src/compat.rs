//! The original backend's routes, as its clients know them: the one place that knows `job_id`, `result_url`, `processing | done | error`
//! and the shapes its framework gave to errors. Frozen: what is new goes elsewhere.
//!
//! Where it is better than the original on purpose: times are UTC with a `Z`, what is no picture is refused at the door, a result is
//! served as what it is whatever the upload was called, and a deleted job's result is gone at once. A unit of ranges that is not `bytes` is
//! passed over (RFC 9110, 14.2) and refusals carry a `code` beside `detail`.

mod form;
mod heads;
mod job;
mod page;
mod refusal;
mod words;

use axum::Json;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use overpaint_api::from_core::moment;
use overpaint_core::Library;
use overpaint_core::clock::Clock;
use overpaint_core::error::Error;
use overpaint_core::job::{Edit, Job, JobId, State as JobState};
use overpaint_core::library::MAX_UPLOAD;
use overpaint_core::version::{Version, VersionId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::file::{self, Attachment};
use form::{Form, FormSchema};
use job::{JobListItem, JobOut, file_name};
use refusal::{Detail, Refusal, ValidationErrors};

/// Bytes of a form beside its picture: a prompt of 1 MiB and the heads of the parts.
const FORM_OVERHEAD: usize = 4 << 20;

/// Every frozen route.
pub(crate) fn routes() -> OpenApiRouter<Library> {
    let slips = [
        "/health/",
        "/api/jobs/",
        "/api/jobs/page/",
        "/api/jobs/{job_id}/",
        "/api/jobs/{job_id}/download/",
        "/api/jobs/{job_id}/retry/",
    ];
    let known = OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(list, create))
        .routes(routes!(page::page))
        .routes(routes!(read, delete))
        .routes(routes!(download))
        .routes(routes!(retry))
        .routes(routes!(result));
    slips
        .into_iter()
        .fold(known, |known, slip| known.route(slip, any(without_slash)))
        .route("/static", any(async || redirect("/static/".to_owned())))
        .layer(DefaultBodyLimit::max(
            usize::try_from(MAX_UPLOAD).unwrap_or(usize::MAX) + FORM_OVERHEAD,
        ))
        .layer(middleware::from_fn(without_head))
}

/// Asking for the head alone makes sense for files; elsewhere it would build an answer to throw it away.
async fn without_head(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if request.method() == Method::HEAD
        && !path.starts_with("/static/")
        && !path.ends_with("/download")
    {
        return Refusal::NotWithThatMethod.into_response();
    }
    next.run(request).await
}

/// For any address that is none.
pub(crate) async fn no_route() -> Response {
    Refusal::NoRoute.into_response()
}

/// For a method that an address does not have.
pub(crate) async fn wrong_method() -> Response {
    Refusal::NotWithThatMethod.into_response()
}

/// That the server is there.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// Always true.
    ok: bool,
    /// The server's time, UTC.
    time: String,
}

/// Check that the server is there
///
/// Says that the server is there; asked by anybody, tells nothing else.
#[utoipa::path(get, operation_id = "check_health", path = "/health", tag = "jobs", responses((status = 200, body = Health)))]
async fn health() -> Json<Health> {
    let time = moment(Clock::system().now());
    Json(Health { ok: true, time })
}

/// Run an edit
///
/// Runs an edit on fal with the server's key: a picture and what should change. The answer comes at once; poll the job until it is `done` or
/// `error`.
#[utoipa::path(post, operation_id = "create_job", path = "/api/jobs", tag = "jobs",
    request_body(content = FormSchema, content_type = "multipart/form-data"),
    responses((status = 200, body = JobOut), (status = 400, body = Detail), (status = 413, body = Detail),
        (status = 422, body = ValidationErrors), (status = 500, description = "No fal key is set", body = Detail), (status = 507, body = Detail)))]
async fn create(State(library): State<Library>, form: Form) -> Result<Json<JobOut>, Refusal> {
    // Never the demo engine instead: whoever calls this expects fal's picture.
    if library.key_state().await.source.is_none() {
        return Err(Refusal::NoKey);
    }
    let edit = Edit {
        // These clients expect a run for each request, as the original gave it.
        fresh: true,
        ..Edit::new(VersionId(Uuid::nil()), form.prompt, library.paid_model())
    };
    let job = library.submit_upload(form.image, &form.name, edit).await?;
    Ok(Json(JobOut::of(&library, job, None)))
}

/// List all jobs
///
/// Every job, newest first. Thousands of them make a large answer: `/api/jobs/page` turns pages.
#[utoipa::path(get, operation_id = "list_jobs", path = "/api/jobs", tag = "jobs", responses((status = 200, body = Vec<JobListItem>)))]
async fn list(State(library): State<Library>) -> Result<Json<Vec<JobListItem>>, Refusal> {
    let lines = library.job_lines().await?;
    let items = lines
        .into_iter()
        .map(|line| JobListItem::of(&library, line));
    Ok(Json(items.collect()))
}

/// Get a job
///
/// One job.
#[utoipa::path(get, operation_id = "get_job", path = "/api/jobs/{job_id}", tag = "jobs", params(("job_id" = String, Path, description = "Its id")),
    responses((status = 200, body = JobOut), (status = 404, body = Detail)))]
async fn read(State(library): State<Library>, id: Id) -> Result<Json<JobOut>, Refusal> {
    let id = JobId::parse(&id).ok_or(Refusal::NoJob)?;
    let (job, result) = library.live_job_with_result(id).await?;
    Ok(Json(JobOut::of(&library, job, result.as_ref())))
}

/// Delete a job
///
/// Moves a job to the trash with its picture and its result. One at work is cancelled at fal; what it cost stays on record.
#[utoipa::path(delete, operation_id = "delete_job", path = "/api/jobs/{job_id}", tag = "jobs", params(("job_id" = String, Path, description = "Its id")),
    responses((status = 200, body = Detail), (status = 404, body = Detail)))]
async fn delete(State(library): State<Library>, id: Id) -> Result<Json<Detail>, Refusal> {
    let job = find(&library, &id).await?;
    library.delete_items(&[job.id.to_string()]).await?;
    Ok(Json(Detail::of("Job deleted")))
}

/// Run a failed job again
///
/// Runs a job again that ended in an error. What fal still has is fetched or looked at, which is free; only otherwise fal runs it anew. A job
/// at work is answered as it is.
#[utoipa::path(post, operation_id = "retry_job", path = "/api/jobs/{job_id}/retry", tag = "jobs", params(("job_id" = String, Path, description = "Its id")),
    responses((status = 200, body = JobOut), (status = 404, body = Detail), (status = 409, description = "It is done", body = Detail),
        (status = 500, description = "No fal key is set", body = Detail)))]
async fn retry(State(library): State<Library>, id: Id) -> Result<Json<JobOut>, Refusal> {
    let job = find(&library, &id).await?;
    if job.state.is_active() || job.looking {
        return Ok(Json(JobOut::of(&library, job, None)));
    }
    if library.key_state().await.source.is_none() {
        return Err(Refusal::NoKey);
    }
    let job = library.retry_job(job.id).await?;
    Ok(Json(JobOut::of(&library, job, None)))
}

/// Download a result
///
/// The result as a file to save.
#[utoipa::path(get, operation_id = "download_result", path = "/api/jobs/{job_id}/download", tag = "jobs", params(("job_id" = String, Path, description = "Its id")),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 206, description = "The bytes asked for"),
        (status = 304, description = "Unchanged"), (status = 307, description = "It lies in a bucket, at Location"),
        (status = 400, description = "There is no result yet", body = Detail), (status = 404, body = Detail), (status = 416, description = "No such bytes")))]
async fn download(
    State(library): State<Library>,
    id: Id,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let job = find(&library, &id).await?;
    let result = result_of(&library, &job)
        .await?
        .ok_or(Refusal::NoResultYet)?;
    if let Some(public) = library.public_url(&result) {
        return Ok(redirect(public));
    }
    let name = file_name(job.id, &result.picture.extension);
    file::answer(&library, &result, Attachment::As(name), &headers)
        .await
        .map_err(lost)
}

/// Show a result
///
/// A result as a browser shows it. `HEAD`, one byte range, `ETag` and `Last-Modified` are understood.
#[utoipa::path(get, operation_id = "get_result", path = "/static/{name}", tag = "jobs", params(("name" = String, Path, description = "As `result_url` names it")),
    responses((status = 200, content_type = "image/*", body = Vec<u8>), (status = 206, description = "The bytes asked for"),
        (status = 304, description = "Unchanged"), (status = 404, body = Detail), (status = 416, description = "No such bytes")))]
async fn result(
    State(library): State<Library>,
    Id(name): Id,
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
        .filter(|result| file_name(job.id, &result.picture.extension) == name)
        .ok_or(Refusal::NoRoute)?;
    file::answer(&library, &result, Attachment::No, &headers)
        .await
        .map_err(|error| lost(error).or_no_route())
}

/// The original's framework took one slash too many for a slip.
async fn without_slash(uri: Uri) -> Response {
    let path = uri.path().trim_end_matches('/');
    let to = uri
        .query()
        .map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    redirect(to)
}

fn redirect(to: String) -> Response {
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response()
}

/// The id in an address, whatever bytes it has: what is no id names no job.
struct Id(String);

impl std::ops::Deref for Id {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Id {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &S,
    ) -> Result<Self, Refusal> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        match path {
            // A slash, however it is written, is another address.
            Ok(Path(id)) if id.contains('/') => Err(Refusal::NoRoute),
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Refusal::NoJob),
        }
    }
}

/// The job of exactly that id. One in the trash is gone, as far as the old clients know.
async fn find(library: &Library, id: &str) -> Result<Job, Refusal> {
    Ok(library
        .live_job(JobId::parse(id).ok_or(Refusal::NoJob)?)
        .await?)
}

/// The first result, once there is one: the original knew no more than one.
async fn result_of(library: &Library, job: &Job) -> Result<Option<Version>, Refusal> {
    match job.results.first() {
        Some(id) if job.state == JobState::Done => Ok(Some(library.version(*id).await?)),
        _ => Ok(None),
    }
}

fn lost(error: Error) -> Refusal {
    match error {
        Error::FileUnreadable { .. } => Refusal::FileLost,
        error => error.into(),
    }
}
