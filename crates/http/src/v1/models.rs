//! What can be run.

use axum::Json;
use axum::extract::State;
use overpaint_api::model::Model;
use overpaint_core::Library;

/// List models
///
/// The models fal is known to have, the one the settings name, and the demo engine.
#[utoipa::path(get, operation_id = "v1_list_models", path = "/api/v1/models", tag = "edits", responses((status = 200, body = Vec<Model>)))]
pub(super) async fn list(State(library): State<Library>) -> Json<Vec<Model>> {
    Json(
        library
            .models()
            .await
            .into_iter()
            .map(Model::from)
            .collect(),
    )
}
