//! What an account may ask: its balance (rest.fal.ai) and prices (api.fal.ai). Lists of models and of past requests are not simulated yet.

use serde_json::{Value, json};

use crate::keys;
use crate::platform;
use crate::reply;
use crate::script::Place;
use crate::server::{Answer, Call, fail};
use crate::sim::Sim;

/// A bare JSON number, not an object.
pub(crate) async fn balance(sim: &Sim, call: &Call) -> Answer {
    if let Some(refusal) = keys::refuse_at_rest(sim, call) {
        return refusal.into();
    }
    let script = sim.script();
    if let Some(failure) = sim.strike(&script, Place::Balance, "") {
        return fail(sim, call, failure, "").await.into();
    }
    reply::json(200, &json!(script.balance)).into()
}

pub(crate) async fn pricing(sim: &Sim, call: &Call) -> Answer {
    if let Some(refusal) = platform::refuse(sim, call, Place::Pricing).await {
        return refusal.into();
    }
    // What is unknown or has no price is left out, not an error.
    let asked = call.query();
    let prices: Vec<Value> = asked
        .iter()
        .filter(|(name, _)| name == "endpoint_id")
        .flat_map(|(_, ids)| ids.split(','))
        .filter_map(|id| PRICES.iter().find(|(endpoint, ..)| *endpoint == id))
        .map(|(endpoint, price, unit)| {
            json!({"endpoint_id": endpoint, "unit_price": price, "unit": unit, "currency": "USD"})
        })
        .collect();
    reply::json(
        200,
        &json!({"prices": prices, "next_cursor": null, "has_more": false}),
    )
    .into()
}

/// US dollars per unit, as of September 2026.
const PRICES: [(&str, f64, &str); 6] = [
    ("fal-ai/bytedance/seedream/v4/edit", 0.03, "images"),
    ("fal-ai/bytedance/seedream/v4.5/edit", 0.04, "images"),
    ("fal-ai/nano-banana/edit", 0.039, "images"),
    ("fal-ai/flux-pro/kontext", 0.04, "images"),
    ("fal-ai/flux-2/edit", 0.012, "processed megapixels"),
    // One of fal's placeholders: the model bills per image.
    ("fal-ai/qwen-image-edit", 0.00017, "compute seconds"),
];
