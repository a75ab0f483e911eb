//! The Library's list: originals and jobs in one line by time.

use axum::extract::State;
use axum::http::StatusCode;
use overpaint_api::job::ItemPage;
use overpaint_api::operations::ByIds;
use overpaint_core::Library;

use super::input::{Json, Query};
use crate::problem::Refusal;

/// List the library
///
/// Ids of one request: what it does is one transaction, and others wait for it.
const MOST: usize = 1000;

/// Originals, and jobs with their first result, by pages, newest first.
#[utoipa::path(get, operation_id = "v1_list_items", path = "/api/v1/items", tag = "library",
    params(("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 200, 50 by default; what is outside is moved in")),
    responses((status = 200, body = ItemPage)))]
pub(super) async fn list(
    State(library): State<Library>,
    query: Query,
) -> Result<axum::Json<ItemPage>, Refusal> {
    let limit = query.number("limit", 1..=200, 50)?;
    Ok(axum::Json(
        library.items(query.after()?, limit).await?.into(),
    ))
}

/// Bring back what was deleted
///
/// Brings jobs and originals back from the trash. What is not there is passed over.
#[utoipa::path(post, operation_id = "v1_restore_items", path = "/api/v1/items/restore", tag = "library", request_body = ByIds, responses((status = 204)))]
pub(super) async fn restore(
    State(library): State<Library>,
    Json(ByIds { ids }): Json<ByIds>,
) -> Result<StatusCode, Refusal> {
    if ids.len() > MOST {
        return Err(Refusal::malformed(format!("At most {MOST} ids at a time.")));
    }
    library.restore_items(&ids).await?;
    Ok(StatusCode::NO_CONTENT)
}
