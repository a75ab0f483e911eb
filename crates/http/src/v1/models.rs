//! What can be run, and what it takes.

use axum::Json;
use axum::extract::{Path, State};
use overpaint_api::model::{Model, ModelForm};
use overpaint_core::Library;

use super::input::Query;
use crate::problem::Refusal;

/// List models, or look for some
///
/// The demo engine, the model the settings name, the built-in ones, favourites and those used lately. With `search`, the best 50 of all that
/// are known; an endpoint id that nobody lists is among them.
#[utoipa::path(get, operation_id = "v1_list_models", path = "/api/v1/models", tag = "edits",
    params(("search" = Option<String>, Query, description = "Words of a name, an id or a hint, all of which must be there; or an endpoint id")),
    responses((status = 200, body = Vec<Model>)))]
pub(super) async fn list(
    State(library): State<Library>,
    query: Query,
) -> Result<Json<Vec<Model>>, Refusal> {
    let models = match query.text("search") {
        Some(words) => library.search_models(&words).await?.models,
        None => library.models().await?,
    };
    Ok(Json(models.into_iter().map(Model::from).collect()))
}

/// Get what a model takes
///
/// The parameters of a model in order, with what each can be and its default; how it takes its prompt and how many pictures. Where its
/// description is not known it is read from fal. `known` is false where that is not possible: then fal alone judges the parameters.
#[utoipa::path(get, operation_id = "v1_get_model", path = "/api/v1/models/{*id}", tag = "edits",
    params(("id" = String, Path, description = "Its endpoint id; the slashes in it may be written as they are, or as `%2F`")),
    responses((status = 200, body = ModelForm)))]
pub(super) async fn read(
    State(library): State<Library>,
    Path(id): Path<String>,
) -> Result<Json<ModelForm>, Refusal> {
    Ok(Json(library.model_form(&id).await?.into()))
}
