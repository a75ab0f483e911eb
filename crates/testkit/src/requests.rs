//! api.fal.ai's list of past requests: where a client finds the job whose answer it never got.

use axum::response::Response;
use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::fault::Failure;
use crate::job::{Job, Phase};
use crate::outputs;
use crate::platform::{self, Page, page_of, value, values};
use crate::reply;
use crate::script::Place;
use crate::server::{Answer, Call, cut};
use crate::sim::Sim;
use crate::stage::Stage;

/// Requests of the endpoints asked for, the newest first.
pub(crate) async fn list(sim: &Sim, call: &Call) -> Answer {
    if let Some(refusal) = platform::refuse(sim, call, Place::Requests).await {
        return refusal.into();
    }
    let query = call.query();
    let asked = match Asked::of(&query) {
        Ok(asked) => asked,
        Err(refusal) => return (*refusal).into(),
    };
    let mut jobs = Vec::new();
    for job in sim.jobs().into_iter().rev() {
        if asked.wants(&job) && shows(sim, &job, asked.page.is_first()) {
            jobs.push(job);
        }
    }
    if sim.pass(Stage::List, &call.wire).await.is_err() {
        return cut(call).into();
    }
    let (jobs, next) = asked.page.cut(jobs);
    let mut items = Vec::new();
    for job in &jobs {
        items.push(item(sim, call, job, asked.payloads).await);
    }
    page_of("items", &items, next).into()
}

/// Deletes what was kept of a request, its files not included: the simulator's own pictures serve other requests as well.
pub(crate) async fn delete_payloads(sim: &Sim, call: &Call, id: &str) -> Answer {
    if let Some(refusal) = platform::refuse(sim, call, Place::Payloads).await {
        return refusal.into();
    }
    if sim.with_job(id, |job, _| job.kept = false).is_none() {
        return platform::failed(sim, call, Failure::NotFound).await.into();
    }
    Answer::about(id, reply::json(200, &json!({"cdn_delete_results": []})))
}

struct Asked {
    endpoints: Vec<String>,
    request_id: Option<String>,
    start: Option<DateTime<Utc>>,
    /// Exclusive.
    end: Option<DateTime<Utc>>,
    payloads: bool,
    page: Page,
}

impl Asked {
    fn of(query: &[(String, String)]) -> Result<Self, Box<Response>> {
        let endpoints: Vec<String> = values(query, "endpoint_id").map(str::to_owned).collect();
        if endpoints.is_empty() || endpoints.len() > 50 {
            return Err(Box::new(platform::bad_request(
                "endpoint_id: between 1 and 50 are needed",
            )));
        }
        Ok(Self {
            endpoints,
            request_id: value(query, "request_id").map(str::to_owned),
            start: moment(query, "start")?,
            end: moment(query, "end")?,
            payloads: values(query, "expand").any(|part| part == "payloads"),
            page: Page::of(query, 50)?,
        })
    }

    fn wants(&self, job: &Job) -> bool {
        let at = accepted(job);
        // Without a start fal goes back one day.
        let start = self.start.or_else(|| now().checked_sub_days(Days::new(1)));
        self.endpoints.contains(&job.endpoint)
            && self
                .request_id
                .as_ref()
                .is_none_or(|id| *id == job.request_id)
            // An id tells milliseconds; a client's start may be finer and still be before.
            && start.is_none_or(|start| start.timestamp_millis() <= at.timestamp_millis())
            && self.end.is_none_or(|end| at < end)
    }
}

/// Counts a look and answers whether the job is in the list by now.
fn shows(sim: &Sim, job: &Job, first_page: bool) -> bool {
    sim.with_job(&job.request_id, |job, script| {
        job.list_looks = job.list_looks.saturating_add(u32::from(first_page));
        job.list_looks > script.listed_after
    })
    .unwrap_or_default()
}

async fn item(sim: &Sim, call: &Call, job: &Job, payloads: bool) -> Value {
    let script = sim.script_for(&job.prompt);
    let at = accepted(job).to_rfc3339_opts(SecondsFormat::Micros, true);
    let over = job.phase == Phase::Completed;
    let status = match (&job.refused, script.end) {
        _ if job.cancelled => 499,
        (Some(_), _) => 422,
        (None, Some(failure)) => failure.answer(&job.endpoint).status().as_u16(),
        (None, None) => 200,
    };
    let mut item = json!({
        "request_id": job.request_id,
        "endpoint_id": job.endpoint,
        "sent_at": at,
        "started_at": at,
        "ended_at": over.then_some(&at),
        "status_code": over.then_some(status),
        "duration": over.then_some(3.41),
        "simulated": true,
    });
    if payloads && job.kept && !script.no_payloads {
        item["json_input"] = (*job.input).clone();
        if over && status == 200 {
            item["json_output"] = outputs::told(sim, call, job, &script).await;
        }
    }
    item
}

fn accepted(job: &Job) -> DateTime<Utc> {
    i64::try_from(job.accepted_at())
        .ok()
        .and_then(DateTime::from_timestamp_millis)
        .unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "requests are dated by the computer's clock, as their ids are"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// A moment or a day, as ISO 8601 writes them.
fn moment(
    query: &[(String, String)],
    name: &'static str,
) -> Result<Option<DateTime<Utc>>, Box<Response>> {
    let Some(text) = value(query, name) else {
        return Ok(None);
    };
    let moment = DateTime::parse_from_rfc3339(text)
        .map(|moment| moment.to_utc())
        .ok();
    let day = || {
        let day: NaiveDate = text.parse().ok()?;
        Some(day.and_hms_opt(0, 0, 0)?.and_utc())
    };
    match moment.or_else(day) {
        Some(moment) => Ok(Some(moment)),
        None => Err(Box::new(platform::bad_request(&format!(
            "{name} is not a date"
        )))),
    }
}
