//! Calls without a queue: fal.run, and the original's protocol at the bare root.

use axum::http::header::LOCATION;
use axum::response::Response;
use serde_json::{Value, json};

use crate::fault::{Failure, detail};
use crate::job::{Job, Protocol};
use crate::keys;
use crate::outputs;
use crate::queue::accept;
use crate::reply;
use crate::script::{DirectAnswer, Place, Script};
use crate::server::{Answer, Call, cut, fail};
use crate::sim::Sim;
use crate::stage::Stage;

/// fal.run: the answer is the result.
pub(crate) async fn run(sim: &Sim, call: &Call, endpoint: &str) -> Answer {
    let (job, script) = match accept(sim, call, endpoint, Protocol::Run).await {
        Ok(accepted) => accepted,
        Err(refusal) => return refusal,
    };
    Answer::about(&job.request_id, at_once(sim, call, &job, &script).await)
}

/// The original's protocol: 200 with images, or 202 and somewhere to poll.
pub(crate) async fn post(sim: &Sim, call: &Call, endpoint: &str) -> Answer {
    let (job, script) = match accept(sim, call, endpoint, Protocol::Direct).await {
        Ok(accepted) => accepted,
        Err(refusal) => return refusal,
    };
    let response = match (script.reply, script.direct.answer) {
        (Some(_), _) | (None, DirectAnswer::Images) => at_once(sim, call, &job, &script).await,
        (None, polled) => come_back(call, &job, polled),
    };
    Answer::about(&job.request_id, response)
}

pub(crate) async fn poll(sim: &Sim, call: &Call, id: &str) -> Answer {
    if let Some(refusal) = keys::refuse_at_model(sim, call, "") {
        return refusal.into();
    }
    let Some(job) = sim.job(id).filter(|job| job.protocol == Protocol::Direct) else {
        return detail(404, "no such request").into();
    };
    let script = sim.script_for(&job.prompt);
    let look = sim.with_job(id, |job, script| {
        (job.poll(script, &sim.gates), job.clone())
    });
    let response = match look {
        None => Failure::NotFound.answer(""),
        // Both forms are seen in the wild: 202 while it works, and 200 with a status.
        Some((false, job)) => {
            let http = if job.status_reads % 2 == 1 { 202 } else { 200 };
            reply::json(http, &json!({"status": "IN_PROGRESS"}))
        }
        Some((true, job)) => {
            if sim.pass(Stage::Result, &call.wire).await.is_err() {
                return Answer::about(id, cut(call));
            }
            match sim.strike(&script, Place::Status, id) {
                Some(failure) => fail(sim, call, failure, &job.endpoint).await,
                None => ended(sim, call, &job, &script).await,
            }
        }
    };
    Answer::about(id, response)
}

async fn at_once(sim: &Sim, call: &Call, job: &Job, script: &Script) -> Response {
    if let Some(failure) = script.reply {
        return fail(sim, call, failure, &job.endpoint).await;
    }
    if script.end.is_none() {
        sim.with_job(&job.request_id, |job, _| {
            job.phase = crate::job::Phase::Completed;
        });
    }
    let response = outputs::ended(sim, call, job, script).await;
    outputs::bill(sim, &job.request_id, &response);
    response
}

fn come_back(call: &Call, job: &Job, answer: DirectAnswer) -> Response {
    let path = format!("/_poll/{}", job.request_id);
    let url = format!("{}{path}", call.origin);
    let named = |key: &str| {
        let mut body = json!({"request_id": job.request_id});
        body[key] = json!(url);
        reply::json(202, &body)
    };
    let located = |place: &str| {
        let mut response = reply::bare(202);
        reply::set(&mut response, LOCATION, place);
        response
    };
    match answer {
        DirectAnswer::Location => located(&url),
        DirectAnswer::RelativeLocation => located(&path),
        DirectAnswer::PollUrl => named("poll_url"),
        DirectAnswer::StatusUrl => named("status_url"),
        DirectAnswer::ResultUrl => named("result_url"),
        DirectAnswer::Images | DirectAnswer::NoUrl => {
            reply::json(202, &json!({"request_id": job.request_id}))
        }
        DirectAnswer::NotJson => {
            reply::with_type(202, "text/plain", "accepted, but this is not JSON")
        }
    }
}

async fn ended(sim: &Sim, call: &Call, job: &Job, script: &Script) -> Response {
    let word = if script.direct.state_word {
        "state"
    } else {
        "status"
    };
    let mut body = json!({});
    if let Some(failure) = script.end {
        let (key, value) = if script.direct.error_state {
            ("state", "error")
        } else {
            (word, "FAILED")
        };
        body[key] = json!(value);
        body["error"] = json!(failure.told().0);
        return reply::json(200, &body);
    }
    body[word] = json!("COMPLETED");
    if !script.direct.without_image
        && let Value::Object(told) = outputs::told(sim, call, job, script).await
        && let Value::Object(fields) = &mut body
    {
        fields.extend(told);
    }
    reply::json(200, &body)
}
