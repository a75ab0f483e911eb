//! A job in the original's words.

use overpaint_api::from_core::moment;
use overpaint_core::Library;
use overpaint_core::job::{Job, JobId, JobLine, ResultLine, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::words;

/// A job, whole.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobOut {
    job_id: String,
    /// `processing`, `done` or `error`.
    #[schema(value_type = Status)]
    status: &'static str,
    /// Where the result is, once it is there: a path of this server, or an address in the bucket.
    result_url: Option<String>,
    /// Why there is none.
    error: Option<String>,
    created_at: String,
    updated_at: String,
    prompt: String,
}

/// A job in the list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobListItem {
    job_id: String,
    /// `processing`, `done` or `error`.
    #[schema(value_type = Status)]
    status: &'static str,
    result_url: Option<String>,
    prompt: String,
    created_at: String,
}

/// A job on a page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobPageItem {
    job_id: String,
    /// `processing`, `done` or `error`.
    #[schema(value_type = Status)]
    status: &'static str,
    result_url: Option<String>,
    created_at: String,
    updated_at: String,
}

/// The three states the original knew.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum Status {
    Processing,
    Done,
    Error,
}

impl JobOut {
    pub(super) fn of(library: &Library, job: Job, result: Option<&ResultLine>) -> Self {
        Self {
            job_id: job.id.to_string(),
            status: status(job.state, job.looking),
            result_url: result_url(library, job.id, result),
            // Nothing has ended while fal's list is searched.
            error: words::error(&job).filter(|_| !job.looking),
            created_at: moment(job.created_at),
            updated_at: moment(job.updated_at),
            prompt: job.prompt,
        }
    }
}

impl JobListItem {
    pub(super) fn of(library: &Library, line: JobLine) -> Self {
        Self {
            job_id: line.id.to_string(),
            status: status(line.state, line.looking),
            result_url: result_url(library, line.id, line.result.as_ref()),
            prompt: line.prompt,
            created_at: moment(line.created_at),
        }
    }
}

impl JobPageItem {
    pub(super) fn of(library: &Library, line: &JobLine) -> Self {
        Self {
            job_id: line.id.to_string(),
            status: status(line.state, line.looking),
            result_url: result_url(library, line.id, line.result.as_ref()),
            created_at: moment(line.created_at),
            updated_at: moment(line.updated_at),
        }
    }
}

fn result_url(library: &Library, id: JobId, result: Option<&ResultLine>) -> Option<String> {
    let result = result?;
    let public = result
        .object
        .as_deref()
        .and_then(|key| library.object_url(key));
    Some(public.unwrap_or_else(|| local_url(id, &result.extension)))
}

fn local_url(id: JobId, extension: &str) -> String {
    format!("/static/{}", file_name(id, extension))
}

pub(super) fn file_name(id: JobId, extension: &str) -> String {
    format!("{id}_out.{extension}")
}

/// The states that fold to one of the original's; none for a word it did not know. The unconfirmed fold to two of them.
pub(super) fn states(status: &str) -> Vec<State> {
    State::ALL
        .into_iter()
        .filter(|state| {
            [false, true]
                .map(|looking| self::status(*state, looking))
                .contains(&status)
        })
        .collect()
}

/// The states, folded to the three the original knew. Doubt is no end while fal's list is searched.
fn status(state: State, looking: bool) -> &'static str {
    match state {
        State::Queued
        | State::Uploading
        | State::Submitting
        | State::Waiting
        | State::Downloading => "processing",
        State::Done => "done",
        State::Unconfirmed if looking => "processing",
        State::Failed | State::Cancelled | State::Unconfirmed => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_states_fold_to_the_three_old_clients_know() {
        let folded = State::ALL.map(|state| (state.name(), status(state, false)));
        let expected = [
            ("queued", "processing"),
            ("uploading", "processing"),
            ("submitting", "processing"),
            ("waiting", "processing"),
            ("downloading", "processing"),
            ("done", "done"),
            ("failed", "error"),
            ("cancelled", "error"),
            ("unconfirmed", "error"),
        ];
        assert_eq!(folded, expected);
        assert_eq!(status(State::Unconfirmed, true), "processing");
        assert_eq!(
            states("error"),
            [State::Failed, State::Cancelled, State::Unconfirmed]
        );
        assert!(states("processing").contains(&State::Unconfirmed));
        assert_eq!(states("done"), [State::Done]);
        assert!(states("nonsense").is_empty());
    }
}
