//! `/_control`: the same knobs for tests that drive real programs, in any language. No part of fal; never recorded.

use axum::response::Response;
use serde_json::{Value, json};

use crate::fault::detail;
use crate::markers;
use crate::reply;
use crate::script::Script;
use crate::server::Call;
use crate::sim::Sim;
use crate::stage::Stage;

pub(crate) async fn answer(sim: &Sim, call: &Call, rest: &str) -> Response {
    let (what, stage) = rest.split_once('/').unwrap_or((rest, ""));
    match (call.method.as_str(), what) {
        ("GET", "charges") => reply::json(200, &json!({"charges": *sim.charges.borrow()})),
        ("GET", "charged") => charged(sim, call).await,
        ("GET", "jobs") => reply::json(200, &json!(sim.jobs())),
        ("GET", "requests") => requests(sim),
        ("GET", "script") => reply::json(200, &json!(sim.script())),
        ("PUT", "script") => put_script(sim, call),
        ("GET", "markers") => {
            reply::with_type(200, "text/markdown; charset=utf-8", markers::table())
        }
        ("POST", "hold") => at_stage(stage, |stage| hold(sim, stage, true)),
        ("POST", "release") => at_stage(stage, |stage| hold(sim, stage, false)),
        ("GET", "reached") => match stage.parse::<Stage>() {
            Ok(stage) => reached(sim, call, stage).await,
            Err(_) => no_such_stage(),
        },
        _ => detail(404, "no such control route, or not with this method"),
    }
}

pub(crate) fn hold(sim: &Sim, stage: Stage, held: bool) -> Response {
    sim.gates.set_held(stage, held);
    sim.note_change();
    reply::json(200, &json!({"stage": stage, "held": held}))
}

/// Answers once that many submits have been accepted.
async fn charged(sim: &Sim, call: &Call) -> Response {
    let times = times(call);
    let mut charges = sim.charges.subscribe();
    tokio::select! {
        count = charges.wait_for(|count| *count >= times) => {
            reply::json(200, &json!({"charges": count.map_or(0, |count| *count)}))
        }
        () = sim.stopped() => detail(503, "the simulator stops"),
    }
}

async fn reached(sim: &Sim, call: &Call, stage: Stage) -> Response {
    let times = times(call);
    tokio::select! {
        () = sim.gates.arrived(stage, times) => {
            reply::json(200, &json!({"stage": stage, "reached": times}))
        }
        () = sim.stopped() => detail(503, "the simulator stops"),
    }
}

fn requests(sim: &Sim) -> Response {
    let requests: Vec<Value> = sim.seen().iter().map(|request| request.to_json()).collect();
    reply::json(200, &json!({"count": requests.len(), "requests": requests}))
}

fn put_script(sim: &Sim, call: &Call) -> Response {
    match serde_json::from_slice::<Script>(&call.body) {
        Ok(script) => {
            sim.change_script(|held| *held = script);
            reply::json(200, &json!(sim.script()))
        }
        Err(error) => detail(400, &error.to_string()),
    }
}

fn at_stage(name: &str, act: impl FnOnce(Stage) -> Response) -> Response {
    name.parse().map_or_else(|_| no_such_stage(), act)
}

fn no_such_stage() -> Response {
    detail(
        404,
        &format!("stages: {}", Stage::ALL.map(Stage::name).join(", ")),
    )
}

fn times(call: &Call) -> u64 {
    call.query()
        .iter()
        .find(|(name, _)| name == "times")
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(1)
}
