//! Who may call.

use axum::http::header::AUTHORIZATION;
use axum::response::Response;

use crate::fault::{Failure, detail, platform_error};
use crate::route::app_of;
use crate::server::Call;
use crate::sim::Sim;

enum Key {
    Good,
    Missing,
    Malformed,
    Unknown,
}

fn key(sim: &Sim, call: &Call) -> Key {
    let Some(sent) = call.headers.get(AUTHORIZATION) else {
        return Key::Missing;
    };
    let key = sent
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix("Key "));
    match key {
        Some(key) if key == sim.key => Key::Good,
        Some(key)
            if key
                .split_once(':')
                .is_some_and(|(id, secret)| !id.is_empty() && !secret.is_empty()) =>
        {
            Key::Unknown
        }
        _ => Key::Malformed,
    }
}

/// The queue's, run's and the original protocol's refusal of a caller without a good key.
pub(crate) fn refuse_at_model(sim: &Sim, call: &Call, endpoint: &str) -> Option<Response> {
    match key(sim, call) {
        Key::Good => None,
        Key::Missing => Some(detail(
            401,
            &format!(
                "Cannot access application \"{}\". Authentication is required to access this application.",
                app_of(endpoint)
            ),
        )),
        Key::Malformed => Some(Failure::BadKeyFormat.answer(endpoint)),
        Key::Unknown => Some(Failure::Unauthorized.answer(endpoint)),
    }
}

/// The refusal of rest.fal.ai.
pub(crate) fn refuse_at_rest(sim: &Sim, call: &Call) -> Option<Response> {
    match key(sim, call) {
        Key::Good => None,
        Key::Missing => Some(detail(401, "Authorization header is required")),
        Key::Malformed => Some(Failure::BadKeyFormat.answer("")),
        Key::Unknown => Some(Failure::Unauthorized.answer("")),
    }
}

/// The refusal of api.fal.ai.
pub(crate) fn refuse_at_platform(sim: &Sim, call: &Call) -> Option<Response> {
    match key(sim, call) {
        Key::Good => None,
        Key::Missing | Key::Malformed | Key::Unknown => Some(platform_error(
            401,
            "authorization_error",
            "Invalid or missing API key",
        )),
    }
}
