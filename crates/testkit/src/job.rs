//! One accepted job, and its course through line, work and end.
//!
//! A job moves by being looked at, not by time passing: a test that polls twice has seen two states, however slow the machine.

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::route::app_of;
use crate::script::Script;
use crate::stage::{Gates, Stage};
use crate::validation::Refused;

/// A job, as a test sees it: one accepted and charged submit.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    /// fal's id of the request.
    pub request_id: String,
    /// The model's whole path.
    pub endpoint: String,
    /// Which protocol it came by.
    pub protocol: Protocol,
    /// The prompt; empty where the input has none.
    pub prompt: String,
    /// The JSON that was sent. Shared, because it may hold megabytes of data URI.
    #[serde(skip)]
    pub input: Arc<Value>,
    /// Where it is.
    pub phase: Phase,
    /// A cancel was taken and will be kept.
    pub cancelled: bool,
    /// How many status reads and polls it has answered.
    pub status_reads: u32,
    /// How many result reads.
    pub result_reads: u32,
    /// How many reads of its output files.
    pub downloads: u32,
    /// How many looks at the list of past requests it could have been in.
    pub list_looks: u32,
    /// Whether fal keeps what was sent and answered: not with `X-Fal-Store-IO: 0`, and not once the payloads were deleted.
    pub kept: bool,
    /// What it is billed; known once its result was asked for and could be told. A refused or cancelled job is billed 0, and is a charge
    /// all the same, as tests count them: fal took the submit.
    pub billed_units: Option<u64>,
    /// Why the model will not take the input.
    #[serde(skip)]
    pub(crate) refused: Option<Arc<Refused>>,
    /// Steps done in the present phase.
    #[serde(skip)]
    steps: u32,
    /// Lines its log has.
    #[serde(skip)]
    pub(crate) log_lines: u32,
    /// The input picture's bytes, found once.
    #[serde(skip)]
    pub(crate) picture: Arc<OnceCell<Option<Bytes>>>,
}

/// Which protocol a job came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// queue.fal.run
    Queue,
    /// fal.run
    Run,
    /// The original's protocol.
    Direct,
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// In line.
    InQueue,
    /// A model works on it.
    Running,
    /// Over, one way or another.
    Completed,
}

/// What one look at a job shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    InQueue { position: u32 },
    Running,
    Completed,
}

impl Job {
    pub(crate) fn new(
        request_id: String,
        endpoint: String,
        protocol: Protocol,
        input: Value,
    ) -> Self {
        let prompt = input["prompt"].as_str().unwrap_or_default().to_owned();
        Self {
            request_id,
            endpoint,
            protocol,
            prompt,
            input: Arc::new(input),
            phase: Phase::InQueue,
            cancelled: false,
            status_reads: 0,
            result_reads: 0,
            downloads: 0,
            list_looks: 0,
            kept: true,
            billed_units: None,
            refused: None,
            steps: 0,
            log_lines: 0,
            picture: Arc::default(),
        }
    }

    /// When it was accepted, in milliseconds since 1970: its id is a UUID of version 7, which tells.
    pub(crate) fn accepted_at(&self) -> u64 {
        let id: Option<Uuid> = self.request_id.parse().ok();
        id.and_then(|id| id.get_timestamp()).map_or(0, |at| {
            let (seconds, nanos) = at.to_unix();
            seconds * 1000 + u64::from(nanos) / 1_000_000
        })
    }

    pub(crate) fn app(&self) -> &str {
        app_of(&self.endpoint)
    }

    /// Looks at a queued job, which moves it one step.
    pub(crate) fn look(&mut self, script: &Script, gates: &Gates) -> Seen {
        self.status_reads += 1;
        self.settle(script, gates);
        match self.phase {
            Phase::InQueue => {
                let position = if script.stuck {
                    0
                } else {
                    script.line.saturating_sub(self.steps + 1)
                };
                if !script.stuck && !gates.is_held(Stage::InQueue) {
                    self.steps += 1;
                }
                gates.arrive(Stage::InQueue);
                Seen::InQueue { position }
            }
            Phase::Running => {
                // A held job is still at the step it was held at, so its log does not grow either.
                if !gates.is_held(Stage::Running) {
                    self.steps += 1;
                    self.log_lines += 1;
                }
                self.log_lines = self.log_lines.max(1);
                gates.arrive(Stage::Running);
                Seen::Running
            }
            Phase::Completed => Seen::Completed,
        }
    }

    /// Moves past every phase that has no step left; does not count as a look.
    pub(crate) fn settle(&mut self, script: &Script, gates: &Gates) {
        if self.cancelled {
            self.phase = Phase::Completed;
        }
        if self.phase == Phase::InQueue
            && !script.stuck
            && self.steps >= script.line
            && !gates.is_held(Stage::InQueue)
        {
            self.phase = Phase::Running;
            self.steps = 0;
        }
        if self.phase == Phase::Running
            && self.steps >= script.running
            && !gates.is_held(Stage::Running)
        {
            self.phase = Phase::Completed;
        }
    }

    /// Looks at a job of the original's protocol: true once it is over.
    pub(crate) fn poll(&mut self, script: &Script, gates: &Gates) -> bool {
        self.status_reads += 1;
        if self.phase == Phase::Completed {
            return true;
        }
        self.phase = Phase::Running;
        let held = gates.is_held(Stage::Running);
        if held || script.direct.never_done || self.steps < script.direct.pending {
            self.steps += u32::from(!held);
            gates.arrive(Stage::Running);
            return false;
        }
        self.phase = Phase::Completed;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Job::new(
            "7".to_owned(),
            "fal-ai/nano-banana/edit".to_owned(),
            Protocol::Queue,
            Value::Null,
        )
    }

    #[test]
    fn a_job_counts_down_runs_and_ends() {
        let script = Script {
            line: 2,
            running: 1,
            ..Script::default()
        };
        let (mut job, gates) = (job(), Gates::new());
        let seen: Vec<Seen> = (0..5).map(|_| job.look(&script, &gates)).collect();
        assert_eq!(
            seen,
            [
                Seen::InQueue { position: 1 },
                Seen::InQueue { position: 0 },
                Seen::Running,
                Seen::Completed,
                Seen::Completed
            ]
        );
    }

    #[test]
    fn a_held_job_stays_where_it_is_even_when_the_script_would_let_it_pass() {
        let (script, mut job, gates) = (Script::default(), job(), Gates::new());
        gates.set_held(Stage::InQueue, true);
        gates.set_held(Stage::Running, true);
        for _ in 0..3 {
            assert_eq!(job.look(&script, &gates), Seen::InQueue { position: 0 });
        }
        gates.set_held(Stage::InQueue, false);
        for _ in 0..3 {
            assert_eq!(job.look(&script, &gates), Seen::Running);
        }
        assert_eq!(job.log_lines, 1);
        gates.set_held(Stage::Running, false);
        assert_eq!(job.look(&script, &gates), Seen::Completed);
    }
}
