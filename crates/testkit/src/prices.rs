//! api.fal.ai's prices and estimates, and how many units a job is billed.

use serde_json::{Value, json};

use crate::fault::Failure;
use crate::platform::{self, page_of, values};
use crate::reply;
use crate::script::{Place, Price, Script};
use crate::server::{Answer, Call};
use crate::sim::Sim;

pub(crate) async fn list(sim: &Sim, call: &Call) -> Answer {
    if let Some(refusal) = platform::refuse(sim, call, Place::Pricing).await {
        return refusal.into();
    }
    let script = sim.script();
    let query = call.query();
    // What is unknown or has no price is left out, not an error.
    let prices: Vec<Value> = values(&query, "endpoint_id")
        .filter_map(|id| Some((id, price_of(&script, id)?)))
        .map(|(id, price)| {
            json!({
                "endpoint_id": id, "unit_price": price.unit_price, "unit": price.unit, "currency": "USD",
            })
        })
        .collect();
    page_of("prices", &prices, None).into()
}

/// What a batch of calls would cost: by their unit price, or by what calls really cost on average.
pub(crate) async fn estimate(sim: &Sim, call: &Call) -> Answer {
    if let Some(refusal) = platform::refuse(sim, call, Place::Estimate).await {
        return refusal.into();
    }
    let (script, wish) = (sim.script(), call.json());
    let kind = wish["estimate_type"].as_str().unwrap_or_default();
    let quantity = match kind {
        "historical_api_price" => "call_quantity",
        "unit_price" => "unit_quantity",
        _ => {
            return platform::bad_request("estimate_type: historical_api_price or unit_price")
                .into();
        }
    };
    let Some(endpoints) = wish["endpoints"].as_object().filter(|all| !all.is_empty()) else {
        return platform::bad_request("endpoints is required").into();
    };
    let mut total = 0.0;
    for (id, asked) in endpoints {
        let Some(quantity) = asked[quantity].as_f64() else {
            return platform::bad_request(&format!("{quantity} is required")).into();
        };
        let Some(price) = price_of(&script, id) else {
            return platform::failed(sim, call, Failure::NotFound).await.into();
        };
        total += quantity
            * match kind {
                "unit_price" => price.unit_price,
                _ => price.average_call,
            };
    }
    let body = json!({"estimate_type": kind, "total_cost": total, "currency": "USD"});
    reply::json(200, &body).into()
}

/// The price in force: the script's, else the one of the table.
pub(crate) fn price_of(script: &Script, id: &str) -> Option<Price> {
    if let Some(given) = script.prices.get(id) {
        return given.clone();
    }
    PRICES.iter().find(|(endpoint, ..)| *endpoint == id).map(
        |(_, unit_price, unit, average_call)| Price {
            unit_price: *unit_price,
            unit: (*unit).to_owned(),
            average_call: *average_call,
        },
    )
}

/// The units of a result with these sizes, from inputs of those: pictures, or megapixels, which fal rounds up.
pub(crate) fn units(price: Option<&Price>, made: &[(u32, u32)], sent: &[(u32, u32)]) -> u64 {
    let pixels = |sizes: &[(u32, u32)]| -> u64 {
        sizes
            .iter()
            .map(|(width, height)| u64::from(*width) * u64::from(*height))
            .sum()
    };
    match price.map(|price| price.unit.as_str()) {
        Some("megapixels") => pixels(made).div_ceil(MEGAPIXEL),
        Some("processed megapixels") => (pixels(made) + pixels(sent)).div_ceil(MEGAPIXEL),
        _ => made.len() as u64,
    }
}

const MEGAPIXEL: u64 = 1_000_000;

/// US dollars per unit, and what one call costs on average, as of September 2026.
#[rustfmt::skip] // A table reads as a table.
const PRICES: &[(&str, f64, &str, f64)] = &[
    ("fal-ai/bytedance/seedream/v4/edit",   0.03,    "images",               0.036),
    ("fal-ai/bytedance/seedream/v4.5/edit", 0.04,    "images",               0.048),
    ("fal-ai/nano-banana/edit",             0.039,   "images",               0.042),
    ("fal-ai/nano-banana-2/edit",           0.08,    "images",               0.091),
    ("fal-ai/flux-2-pro/edit",              0.015,   "processed megapixels", 0.047),
    ("fal-ai/flux-2/edit",                  0.012,   "processed megapixels", 0.026),
    ("fal-ai/flux-pro/kontext",             0.04,    "images",               0.041),
    ("fal-ai/flux-pro/v1/fill",             0.05,    "megapixels",           0.071),
    ("fal-ai/qwen-image-edit-2511",         0.03,    "megapixels",           0.034),
    // fal's placeholders: the models bill per image and per token.
    ("fal-ai/qwen-image-edit",              0.00017, "compute seconds",      0.029),
    ("openai/gpt-image-2/edit",             0.00017, "compute seconds",      0.187),
    ("fal-ai/clarity-upscaler",             0.03,    "megapixels",           0.13),
    ("fal-ai/esrgan",                       0.00111, "compute seconds",      0.0042),
    ("fal-ai/bria/background/remove",       0.018,   "generations",          0.018),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_pictures_or_megapixels_in_and_out_rounded_up() {
        let (made, sent) = ([(1000, 1000), (1000, 1500)], [(2000, 1000)]);
        let of = |unit: &str| {
            let price = Price {
                unit_price: 1.0,
                unit: unit.to_owned(),
                average_call: 1.0,
            };
            units(Some(&price), &made, &sent)
        };
        assert_eq!(of("images"), 2);
        assert_eq!(of("megapixels"), 3);
        assert_eq!(of("processed megapixels"), 5);
        assert_eq!(units(None, &made, &sent), 2);
    }
}
