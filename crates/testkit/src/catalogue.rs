//! The models fal has: their list (api.fal.ai) and their OpenAPI documents (the web site).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::header::AUTHORIZATION;
use serde_json::{Value, json};

use crate::keys;
use crate::platform::{self, Page, page_of, value, values};
use crate::reply;
use crate::script::{Model, Place, Script};
use crate::server::{Answer, Call, fail};
use crate::sim::Sim;

/// The list, in pages; anybody may ask, but a key that is sent must be good.
pub(crate) async fn list(sim: &Sim, call: &Call) -> Answer {
    if call.headers.contains_key(AUTHORIZATION)
        && let Some(refusal) = keys::refuse_at_platform(sim, call)
    {
        return refusal.into();
    }
    let script = sim.script();
    if let Some(failure) = sim.strike(&script, Place::Models, "") {
        return platform::failed(sim, call, failure).await.into();
    }
    let query = call.query();
    let page = match Page::of(&query, 50) {
        Ok(page) => page,
        Err(refusal) => return (*refusal).into(),
    };
    let ids: Vec<&str> = values(&query, "endpoint_id").collect();
    if ids.len() > 50 {
        return platform::bad_request("endpoint_id: at most 50").into();
    }
    let with_schema = values(&query, "expand").any(|part| part == "openapi-3.0");
    let entries: Vec<Value> = all(&script)
        .into_iter()
        .map(|(id, model)| entry(&id, &model, with_schema))
        .filter(|entry| ids.is_empty() || ids.iter().any(|id| entry["endpoint_id"] == *id))
        .filter(|entry| matches(entry, &query))
        .collect();
    let (entries, next) = page.cut(entries);
    page_of("models", &entries, next).into()
}

/// One model's OpenAPI document. No key belongs here; one that is sent is recorded, as every header is.
pub(crate) async fn schema(sim: &Sim, call: &Call) -> Answer {
    let script = sim.script();
    if let Some(failure) = sim.strike(&script, Place::Schema, "") {
        return fail(sim, call, failure, "").await.into();
    }
    let query = call.query();
    let document = value(&query, "endpoint_id").and_then(|id| openapi_of(&script, id));
    match document {
        Some(document) => reply::json(200, &document).into(),
        None => reply::json(404, &Value::Null).into(),
    }
}

/// The document in force for an endpoint.
pub(crate) fn openapi_of(script: &Script, id: &str) -> Option<Value> {
    match script.models.get(id) {
        Some(given) => given.clone()?.openapi,
        None => BUILT_IN.get(id)?.openapi.clone(),
    }
}

/// All models in force, by id.
fn all(script: &Script) -> BTreeMap<String, Model> {
    let mut all = BUILT_IN.clone();
    for (id, given) in &script.models {
        match given {
            Some(model) => all.insert(id.clone(), model.clone()),
            None => all.remove(id),
        };
    }
    all
}

fn entry(id: &str, model: &Model, with_schema: bool) -> Value {
    let told = |name: &str, default: Value| match &model.metadata[name] {
        Value::Null => default,
        told => told.clone(),
    };
    let mut entry = json!({
        "endpoint_id": id,
        "metadata": {
            "display_name": told("display_name", json!(id)),
            "category": told("category", json!("image-to-image")),
            "description": told("description", json!("")),
            "status": told("status", json!("active")),
            "tags": told("tags", json!([])),
            "updated_at": told("updated_at", json!("2026-09-01T00:00:00Z")),
            "thumbnail_url": told("thumbnail_url", json!("")),
            "model_url": format!("https://fal.ai/models/{id}"),
            "date": told("date", json!("2026-09-01T00:00:00Z")),
            "highlighted": told("highlighted", json!(false)),
            "pinned": told("pinned", json!(false)),
            "kind": told("kind", json!("inference")),
        },
        "simulated": true,
    });
    if with_schema && let Some(openapi) = &model.openapi {
        entry["openapi"] = openapi.clone();
    }
    entry
}

fn matches(entry: &Value, query: &[(String, String)]) -> bool {
    let told = |name: &str| entry["metadata"][name].as_str().unwrap_or_default();
    let is = |name: &'static str| value(query, name).is_none_or(|wanted| told(name) == wanted);
    let found = value(query, "q").is_none_or(|words| {
        let id = entry["endpoint_id"].as_str().unwrap_or_default();
        let text = format!("{id} {} {}", told("display_name"), told("description")).to_lowercase();
        words
            .split_whitespace()
            .all(|word| text.contains(&word.to_lowercase()))
    });
    found && is("category") && is("status")
}

/// The models Overpaint is built with: the one data file that it and we both read.
static BUILT_IN: LazyLock<BTreeMap<String, Model>> = LazyLock::new(|| {
    let file: Value =
        serde_json::from_str(include_str!("../../../models/built-in.json")).unwrap_or_default();
    let models = file["models"].as_array().into_iter().flatten();
    models
        .filter_map(|model| {
            let metadata = json!({
                "display_name": model["name"],
                "description": model["hint"],
                "category": model["category"],
            });
            let openapi = Some(model["openapi"].clone()).filter(Value::is_object);
            Some((
                model["id"].as_str()?.to_owned(),
                Model { metadata, openapi },
            ))
        })
        .collect()
});
