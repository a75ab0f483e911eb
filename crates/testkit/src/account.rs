//! What an account may ask about itself: its balance (rest.fal.ai), and its credits (api.fal.ai), which a key like ours may not.

use serde_json::json;

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

/// The documented way to the balance wants a key of a higher scope.
pub(crate) fn billing(sim: &Sim, call: &Call) -> Answer {
    keys::refuse_at_platform(sim, call)
        .unwrap_or_else(platform::no_scope)
        .into()
}
