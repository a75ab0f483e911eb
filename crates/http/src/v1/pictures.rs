//! Pictures coming in.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use overpaint_api::picture::Version;
use overpaint_core::Library;
use overpaint_core::error::{Code, Error};
use overpaint_core::library::MAX_UPLOAD;

use super::input::Query;
use crate::problem::Refusal;

/// Add a picture
///
/// Adds a picture to the library: the body is the file itself, PNG, JPEG, WebP, GIF, TIFF or BMP, at most 64 MiB. Its bytes decide what it
/// is, not its name or content type. The same bytes under the same name are the original that is there already.
#[utoipa::path(post, operation_id = "v1_add_picture", path = "/api/v1/pictures", tag = "library",
    params(("name" = Option<String>, Query, description = "Its file name, for people")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = Version, headers(("Location" = String, description = "The original")))))]
pub(super) async fn add(
    State(library): State<Library>,
    query: Query,
    request: Request,
) -> Result<Response, Refusal> {
    let sent = request.headers().get(CONTENT_TYPE);
    if sent.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/")) {
        return Err(Refusal::malformed(
            "Send the file itself as the body, not a form: curl --data-binary @photo.jpg.",
        ));
    }
    let mut upload = library.upload();
    let (mut wrong, mut read) = (None, 0);
    let mut body = request.into_body().into_data_stream();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| Error::Request {
            code: Code::RequestMalformed,
            said: "The body broke off, or paused for too long.".to_owned(),
        })?;
        // Read on to the end, so that its client hears the refusal instead of a reset; but not for ever.
        read += piece.len() as u64;
        if wrong.is_none() {
            wrong = upload.write(&piece).await.err();
        }
        if read > 2 * MAX_UPLOAD {
            break;
        }
    }
    if let Some(wrong) = wrong {
        return Err(wrong.into());
    }
    let name = query.text("name").unwrap_or_default();
    let version = library.add_upload(upload, &name).await?;
    let location = format!("/api/v1/versions/{}", version.id);
    Ok((
        StatusCode::CREATED,
        [(LOCATION, location)],
        axum::Json(Version::from(version)),
    )
        .into_response())
}
