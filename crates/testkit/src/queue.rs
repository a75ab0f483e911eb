//! queue.fal.run: submit, status, streamed status, result, cancel.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};

use crate::fault::{Failure, detail};
use crate::input;
use crate::job::{Job, Protocol, Seen};
use crate::keys;
use crate::outputs;
use crate::reply;
use crate::route::app_of;
use crate::script::{Cancel, Place, Script};
use crate::server::{Answer, Call, cut, fail};
use crate::sim::Sim;
use crate::stage::Stage;

pub(crate) async fn submit(sim: &Sim, call: &Call, endpoint: &str) -> Answer {
    let (job, script) = match accept(sim, call, endpoint, Protocol::Queue).await {
        Ok(accepted) => accepted,
        Err(refusal) => return refusal,
    };
    if let Some(failure) = script.reply {
        return Answer::about(&job.request_id, fail(sim, call, failure, endpoint).await);
    }
    let mut body = urls(call, &job);
    body["status"] = json!("IN_QUEUE");
    body["queue_position"] = json!(script.line);
    body["gateway_request_id"] = json!(job.request_id);
    Answer::about(&job.request_id, reply::json(200, &body))
}

/// What all three protocols do before they answer a POST: key, refusals, the charge, and the two stages around it.
pub(crate) async fn accept(
    sim: &Sim,
    call: &Call,
    endpoint: &str,
    protocol: Protocol,
) -> Result<(Job, Script), Answer> {
    if let Some(refusal) = keys::refuse_at_model(sim, call, endpoint) {
        return Err(refusal.into());
    }
    if sim.pass(Stage::Submit, &call.wire).await.is_err() {
        return Err(cut(call).into());
    }
    let input = call.json();
    let prompt = input["prompt"].as_str().unwrap_or_default();
    let script = sim.script_for(prompt);
    if let Some(failure) = sim.strike(&script, Place::Submit, prompt) {
        return Err(fail(sim, call, failure, endpoint).await.into());
    }
    let served_by_fal = protocol != Protocol::Direct;
    if served_by_fal
        && (!endpoint.contains('/') || script.unknown_apps.iter().any(|app| app == endpoint))
    {
        return Err(Failure::UnknownApp.answer(endpoint).into());
    }
    if !input.is_object() {
        // Validated by the gateway, before any job exists.
        return Err(detail(422, "Request body must be a JSON object").into());
    }
    let kept = call.header("x-fal-store-io") != Some("0");
    let checked = match protocol {
        Protocol::Direct => Ok(()),
        Protocol::Queue | Protocol::Run => input::check(sim, &script, endpoint, &input),
    };
    let job = sim.accept(endpoint, protocol, input, |job| {
        job.kept = kept;
        job.refused = checked.err().map(Arc::new);
    });
    if sim.pass(Stage::Accepted, &call.wire).await.is_err() {
        return Err(Answer::about(&job.request_id, cut(call)));
    }
    // The script may have been changed while the reply was withheld.
    let script = sim.script_for(&job.prompt);
    Ok((job, script))
}

pub(crate) async fn status(sim: &Sim, call: &Call, path: &str, id: &str) -> Answer {
    let job = match find(sim, call, path, id) {
        Ok(job) => job,
        Err(refusal) => return *refusal,
    };
    let script = sim.script_for(&job.prompt);
    if let Some(failure) = sim.strike(&script, Place::Status, id) {
        return Answer::about(id, fail(sim, call, failure, &job.endpoint).await);
    }
    let look = sim.with_job(id, |job, script| {
        (job.look(script, &sim.gates), job.clone())
    });
    let Some((seen, job)) = look else {
        return Failure::NotFound.answer(path).into();
    };
    let (http, mut body) = told(call, &job, &script, seen);
    if body.get("logs").is_some() && !wants_logs(call) {
        body["logs"] = Value::Null;
    }
    Answer::about(id, reply::json(http, &body))
}

pub(crate) async fn result(sim: &Sim, call: &Call, path: &str, id: &str) -> Answer {
    let job = match find(sim, call, path, id) {
        Ok(job) => job,
        Err(refusal) => return *refusal,
    };
    if sim.pass(Stage::Result, &call.wire).await.is_err() {
        return Answer::about(id, cut(call));
    }
    let script = sim.script_for(&job.prompt);
    if let Some(failure) = sim.strike(&script, Place::Result, id) {
        return Answer::about(id, fail(sim, call, failure, &job.endpoint).await);
    }
    let now = sim.with_job(id, |job, script| {
        job.result_reads += 1;
        job.settle(script, &sim.gates);
        job.clone()
    });
    let response = match now {
        None => Failure::NotFound.answer(path),
        Some(job) if job.phase != crate::job::Phase::Completed => {
            Failure::StillInProgress.answer(path)
        }
        Some(job) if job.cancelled => Failure::Cancelled.answer(path),
        Some(job) => outputs::ended(sim, call, &job, &script).await,
    };
    outputs::bill(sim, id, &response);
    Answer::about(id, response)
}

pub(crate) async fn cancel(sim: &Sim, call: &Call, path: &str, id: &str) -> Answer {
    let job = match find(sim, call, path, id) {
        Ok(job) => job,
        Err(refusal) => return *refusal,
    };
    let script = sim.script_for(&job.prompt);
    if let Some(failure) = sim.strike(&script, Place::Cancel, id) {
        return Answer::about(id, fail(sim, call, failure, &job.endpoint).await);
    }
    let taken = sim.with_job(id, |job, script| {
        job.settle(script, &sim.gates);
        let open = job.phase != crate::job::Phase::Completed;
        job.cancelled |= open && script.cancel != Cancel::Race;
        open
    });
    sim.note_change();
    let response = match (taken, script.cancel) {
        (None, _) => Failure::NotFound.answer(path),
        (Some(false), _) => reply::json(400, &json!({"status": "ALREADY_COMPLETED"})),
        (Some(true), Cancel::Removed) => reply::json(200, &json!("OK")),
        (Some(true), Cancel::Requested | Cancel::Race) => {
            reply::json(202, &json!({"status": "CANCELLATION_REQUESTED"}))
        }
    };
    Answer::about(id, response)
}

/// The streamed status: one event per step, logs only the new ones, closed after COMPLETED. A job that cannot move on waits for a
/// change, so that a stream never spins.
pub(crate) fn stream(sim: &Arc<Sim>, call: &Call, path: &str, id: &str) -> Answer {
    let job = match find(sim, call, path, id) {
        Ok(job) => job,
        Err(refusal) => return *refusal,
    };
    struct Watching {
        sim: Arc<Sim>,
        id: String,
        urls: Value,
        wants_logs: bool,
        logs_sent: usize,
        last: Option<Seen>,
        over: bool,
    }
    let start = Watching {
        sim: Arc::clone(sim),
        id: id.to_owned(),
        urls: urls(call, &job),
        wants_logs: wants_logs(call),
        logs_sent: 0,
        last: None,
        over: false,
    };
    let events = stream::unfold(start, |mut watching| async move {
        if watching.over {
            return None;
        }
        let mut changes = watching.sim.changes();
        loop {
            let sim = Arc::clone(&watching.sim);
            let (seen, job, script) = sim.with_job(&watching.id, |job, script| {
                (job.look(script, &sim.gates), job.clone(), script.clone())
            })?;
            let frozen = script.stuck
                || sim.gates.is_held(Stage::InQueue)
                || sim.gates.is_held(Stage::Running);
            if frozen && watching.last == Some(seen) {
                tokio::select! {
                    _ = changes.changed() => continue,
                    () = sim.stopped() => return None,
                }
            }
            watching.last = Some(seen);
            watching.over = seen == Seen::Completed;
            let (_, mut body) = told_at(watching.urls.clone(), &job, &script, seen);
            let all = body["logs"].as_array().cloned();
            if let (Some(all), Some(logs)) = (all, body.get_mut("logs")) {
                *logs = if watching.wants_logs {
                    all.iter().skip(watching.logs_sent).cloned().collect()
                } else {
                    Value::Null
                };
                watching.logs_sent = all.len();
            }
            let event = Bytes::from(format!("data: {body}\n\n"));
            return Some((Ok::<_, Infallible>(event), watching));
        }
    });
    Answer::about(
        id,
        reply::with_type(200, "text/event-stream", Body::from_stream(events)),
    )
}

/// The job of a request URL, or why there is none. Answers under the app and under the model's full path, as fal does.
fn find(sim: &Sim, call: &Call, path: &str, id: &str) -> Result<Job, Box<Answer>> {
    if let Some(refusal) = keys::refuse_at_model(sim, call, path) {
        return Err(Box::new(refusal.into()));
    }
    let Some(job) = sim.job(id) else {
        return Err(Box::new(Failure::NotFound.answer(path).into()));
    };
    if path == job.app() || path == job.endpoint {
        return Ok(job);
    }
    let beyond = path.strip_prefix(app_of(path)).unwrap_or(path);
    let response: Response = detail(404, &format!("Path {beyond} not found"));
    Err(Box::new(Answer::about(id, response)))
}

fn urls(call: &Call, job: &Job) -> Value {
    let base = format!(
        "{}/queue/{}/requests/{}",
        call.origin,
        job.app(),
        job.request_id
    );
    json!({
        "request_id": job.request_id,
        "response_url": base,
        "status_url": format!("{base}/status"),
        "cancel_url": format!("{base}/cancel"),
        // No client may stumble over a key it does not know.
        "simulated": true,
    })
}

fn told(call: &Call, job: &Job, script: &Script, seen: Seen) -> (u16, Value) {
    told_at(urls(call, job), job, script, seen)
}

/// A status: HTTP code and body, logs included.
fn told_at(mut body: Value, job: &Job, script: &Script, seen: Seen) -> (u16, Value) {
    let logs = logs(job.log_lines);
    match seen {
        Seen::InQueue { position } => {
            body["status"] = json!("IN_QUEUE");
            body["queue_position"] = json!(position);
            (202, body)
        }
        Seen::Running => {
            body["status"] = json!("IN_PROGRESS");
            body["logs"] = logs;
            (202, body)
        }
        Seen::Completed => {
            body["status"] = json!("COMPLETED");
            body["logs"] = logs;
            body["metrics"] = json!({"inference_time": 3.41});
            let end = if job.cancelled {
                Some(told_of(Failure::Cancelled))
            } else if let Some(refused) = &job.refused {
                Some(refused.told())
            } else {
                script.end.map(told_of)
            };
            if let Some((sentence, kind)) = end {
                body["error"] = json!(sentence);
                body["error_type"] = json!(kind);
                body["metrics"] = json!({});
            }
            (200, body)
        }
    }
}

fn told_of(failure: Failure) -> (String, String) {
    let (sentence, kind) = failure.told();
    (sentence, kind.to_owned())
}

/// Every second entry lacks the two fields that have gone missing at fal.
fn logs(lines: u32) -> Value {
    (1..=lines)
        .map(|line| {
            // Invented and always the same: the simulator has no clock.
            let timestamp = format!(
                "2026-09-30T08:{:02}:{:02}.137281Z",
                line / 60 % 60,
                line % 60
            );
            let mut entry = json!({"message": format!("step {line}"), "timestamp": timestamp});
            if line % 2 == 1 {
                entry["level"] = json!("INFO");
                entry["source"] = json!("USER");
            }
            entry
        })
        .collect()
}

fn wants_logs(call: &Call) -> bool {
    call.query()
        .iter()
        .any(|(name, value)| name == "logs" && matches!(value.as_str(), "1" | "true"))
}
