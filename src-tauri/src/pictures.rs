//! Picture bytes for the page: `overpaint://localhost/version/<id>/<thumb|screen|full>`. By id and size only; nothing the page says becomes
//! a path.

use overpaint_core::Library;
use overpaint_core::pictures::{Shown, Size};
use overpaint_core::version::VersionId;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

/// Answers one request, off the UI thread.
pub(crate) fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let library = context.app_handle().state::<Library>().inner().clone();
    tauri::async_runtime::spawn(async move {
        let response = match wanted(request.uri().path()) {
            None => plain(StatusCode::NOT_FOUND),
            Some((id, size)) => match library.shown(id, size).await {
                Ok(shown) => picture(shown),
                Err(error) => {
                    tracing::warn!(version = %id, code = error.code().name(), %error, "a picture could not be shown");
                    plain(StatusCode::NOT_FOUND)
                }
            },
        };
        responder.respond(response);
    });
}

fn wanted(path: &str) -> Option<(VersionId, Size)> {
    let mut parts = path.strip_prefix("/version/")?.split('/');
    let wanted = (
        VersionId::parse(parts.next()?)?,
        Size::from_name(parts.next()?)?,
    );
    parts.next().is_none().then_some(wanted)
}

fn picture(shown: Shown) -> Response<Vec<u8>> {
    Response::builder()
        .header(header::CONTENT_TYPE, shown.media_type)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        // A version's bytes never change.
        .header(
            header::CACHE_CONTROL,
            "private, max-age=31536000, immutable",
        )
        .body(shown.bytes)
        .unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR))
}

fn plain(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_id_and_a_size_name_a_picture() {
        let id = "01a0c7e2-5b1d-7f30-9a44-2f6d0e8b9c11";
        assert!(wanted(&format!("/version/{id}/thumb")).is_some());
        for path in [
            "/version/../lock/full",
            "/version/x/thumb",
            "/version//thumb",
            "/",
            "/etc/passwd",
        ] {
            assert!(wanted(path).is_none(), "{path}");
        }
        assert!(wanted(&format!("/version/{id}/thumb/..")).is_none());
        assert!(wanted(&format!("/version/{id}/huge")).is_none());
    }
}
