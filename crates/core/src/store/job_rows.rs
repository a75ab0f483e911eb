//! Rows of jobs and attempts, read into what they mean.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::versions::{uuid, version_id};
use crate::clock::from_micros;
use crate::error::{Charged, Code, Error, Failure};
use crate::job::{Attempt, Cost, Job, JobId, Parameters, Protocol, State, Ticket};
use crate::model::Provider;
use crate::money::Money;

/// Everything a [`Job`] shows, in one row.
pub(super) const SELECT: &str = "
    SELECT j.*, a.request_id, a.intended_at AS sent_at, a.charged, a.estimate, a.cost, a.mark, a.ended,
           (SELECT group_concat(version_id) FROM (SELECT r.version_id FROM reference r WHERE r.job_id = j.id ORDER BY r.ordinal)) AS refs,
           (SELECT group_concat(id) FROM (SELECT v.id FROM version v WHERE v.job_id = j.id ORDER BY v.ordinal)) AS results
    FROM job j
    LEFT JOIN attempt a ON a.job_id = j.id AND a.number = j.attempt";

/// The current attempt's row of the job bound as `?1`.
pub(super) const CURRENT_OF: &str =
    "(job_id, number) = (SELECT id, attempt FROM job WHERE id = ?1)";

pub(super) fn not_found(id: JobId) -> Error {
    Error::NotFound {
        what: "job",
        id: id.to_string(),
    }
}

/// Reads a row of [`SELECT`].
pub(super) fn job_of(row: &SqliteRow) -> Job {
    let code: Option<&str> = row.get("failure_code");
    let results: Option<&str> = row.get("results");
    let state = State::from_name(row.get("state")).unwrap_or(State::Failed);
    Job {
        id: JobId(uuid(row.get("id"))),
        state,
        input: version_id(row.get("input_id")),
        root: version_id(row.get("root_id")),
        references: row
            .get::<Option<&str>, _>("refs")
            .map(|ids| ids.split(',').map(version_id).collect())
            .unwrap_or_default(),
        prompt: row.get("prompt"),
        model: row.get("model"),
        parameters: Parameters::of_row(row.get("parameters")),
        provider: Provider::from_name(row.get("provider")).unwrap_or(Provider::Fal),
        attempt: row.get("attempt"),
        shrink: row.get("shrink"),
        cost: cost_of(row),
        cached_from: row
            .get::<Option<&str>, _>("cached_from")
            .map(|id| JobId(uuid(id))),
        not_before: row
            .get::<Option<i64>, _>("not_before")
            .filter(|_| state == State::Queued)
            .map(from_micros),
        looking: state == State::Unconfirmed
            && row.get::<Option<&str>, _>("mark").is_some()
            && row.get::<Option<bool>, _>("ended") == Some(false),
        cancel_asked: row.get("cancel_asked"),
        failure: code.map(|code| Failure {
            code: Code::from_name(code).unwrap_or(Code::Internal),
            charged: charged_of(row.get("failure_charged")),
            said: row.get("failure_said"),
            answer: row
                .get::<Option<&str>, _>("failure_answer")
                .and_then(|json| serde_json::from_str(json).ok()),
        }),
        note: row.get("note"),
        results: results
            .map(|ids| ids.split(',').map(version_id).collect())
            .unwrap_or_default(),
        request_id: row.get("request_id"),
        sent_at: row.get::<Option<i64>, _>("sent_at").map(from_micros),
        progress: None,
        created_at: from_micros(row.get("created_at")),
        updated_at: from_micros(row.get("updated_at")),
        deleted_at: row.get::<Option<i64>, _>("deleted_at").map(from_micros),
    }
}

pub(super) fn attempt_of(row: &SqliteRow) -> Attempt {
    let ticket = row
        .get::<Option<&str>, _>("protocol")
        .and_then(Protocol::from_name)
        .and_then(|protocol| {
            Some(Ticket {
                protocol,
                request_id: row.get("request_id"),
                status_url: row.get::<Option<String>, _>("status_url")?,
                response_url: row.get::<Option<String>, _>("response_url")?,
                cancel_url: row.get("cancel_url"),
            })
        });
    Attempt {
        number: row.get("number"),
        intended_at: row.get::<Option<i64>, _>("intended_at").map(from_micros),
        ticket,
        mark: row.get("mark"),
        looks: row.get("looks"),
        looked_at: row.get::<Option<i64>, _>("looked_at").map(from_micros),
        accepted_at: row.get::<Option<i64>, _>("accepted_at").map(from_micros),
        outputs: row
            .get::<Option<&str>, _>("outputs")
            .and_then(|json| serde_json::from_str(json).ok()),
        flagged: row
            .get::<Option<&str>, _>("flagged")
            .and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default(),
        ended: row.get("ended"),
    }
}

/// What the current attempt may cost or did cost; nothing before its intent.
fn cost_of(row: &SqliteRow) -> Option<Cost> {
    let charged = row.get::<Option<&str>, _>("charged")?;
    let billed: Option<i64> = row.get("cost");
    Some(Cost {
        amount: billed.or_else(|| row.get("estimate")).map(Money),
        billed: billed.is_some(),
        charged: charged_of(Some(charged)),
    })
}

pub(super) fn charged_name(charged: Charged) -> &'static str {
    match charged {
        Charged::No => "no",
        Charged::Maybe => "maybe",
        Charged::Yes => "yes",
    }
}

pub(super) fn charged_of(name: Option<&str>) -> Charged {
    match name {
        Some("no") => Charged::No,
        Some("yes") => Charged::Yes,
        _ => Charged::Maybe,
    }
}
