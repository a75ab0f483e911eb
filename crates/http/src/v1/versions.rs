//! Versions: the nodes of a picture's history, and their bytes.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use overpaint_api::job::{History, Job};
use overpaint_api::picture::Version;
use overpaint_core::Library;
use overpaint_core::pictures::Size;
use overpaint_core::version::VersionId;

use super::input::{Id, Query};
use crate::file::{self, Attachment};
use crate::problem::Refusal;

/// Get a version
///
/// One version.
#[utoipa::path(get, operation_id = "v1_get_version", path = "/api/v1/versions/{id}", tag = "library", params(("id" = String, Path, description = "Its id")),
    responses((status = 200, body = Version)))]
pub(super) async fn read(
    State(library): State<Library>,
    Id(id): Id<VersionId>,
) -> Result<axum::Json<Version>, Refusal> {
    Ok(axum::Json(library.live_version(id).await?.into()))
}

/// Get a picture's history
///
/// The whole history a version belongs to: its versions, and the jobs that have become none, oldest first.
#[utoipa::path(get, operation_id = "v1_get_history", path = "/api/v1/versions/{id}/history", tag = "library", params(("id" = String, Path, description = "Its id")),
    responses((status = 200, body = History)))]
pub(super) async fn history(
    State(library): State<Library>,
    Id(id): Id<VersionId>,
) -> Result<axum::Json<History>, Refusal> {
    library.live_version(id).await?;
    let (versions, jobs) = library.history(id).await?;
    Ok(axum::Json(History {
        versions: versions.into_iter().map(Version::from).collect(),
        jobs: jobs.into_iter().map(Job::from).collect(),
    }))
}

/// Get a version's picture
///
/// The picture of a version: the stored bytes as they are, or by `size` a copy for a screen: `thumb` (512 pixels), `screen` (2048), `full`
/// (every pixel, in a format a browser shows). `ETag`; the stored bytes also by ranges.
#[utoipa::path(get, operation_id = "v1_get_picture", path = "/api/v1/versions/{id}/picture", tag = "library",
    params(("id" = String, Path, description = "Its id"),
        ("size" = Option<String>, Query, description = "`thumb`, `screen` or `full`; none: the stored bytes")),
    responses((status = 200, content_type = "image/*", body = Vec<u8>), (status = 206, description = "The bytes asked for"),
        (status = 304, description = "Unchanged"), (status = 416, description = "No such bytes")))]
pub(super) async fn picture(
    State(library): State<Library>,
    Id(id): Id<VersionId>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let version = library.live_version(id).await?;
    let Some(name) = query.text("size") else {
        return Ok(file::answer(&library, &version, Attachment::No, &headers).await?);
    };
    let size = Size::from_name(&name)
        .ok_or_else(|| Refusal::malformed("`size` must be thumb, screen or full."))?;
    let tag = format!("\"{}-{name}\"", version.picture.hash);
    if headers
        .get(IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes())
    {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let shown = library.shown(id, size).await?;
    let headers = [
        (CONTENT_TYPE, shown.media_type),
        (ETAG, tag),
        // The bytes of a version never change.
        (CACHE_CONTROL, "private, max-age=86400".to_owned()),
    ];
    Ok((headers, shown.bytes).into_response())
}

/// Delete a version
///
/// Moves an original to the trash with everything made from it. A result is deleted with its job.
#[utoipa::path(delete, operation_id = "v1_delete_version", path = "/api/v1/versions/{id}", tag = "library", params(("id" = String, Path, description = "Id of an original")),
    responses((status = 204)))]
pub(super) async fn delete(
    State(library): State<Library>,
    Id(id): Id<VersionId>,
) -> Result<StatusCode, Refusal> {
    let version = library.live_version(id).await?;
    let item = version
        .job
        .map_or_else(|| version.id.to_string(), |job| job.to_string());
    library.delete_items(&[item]).await?;
    Ok(StatusCode::NO_CONTENT)
}
