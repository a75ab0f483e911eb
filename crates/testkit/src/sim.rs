//! What all requests to one simulated fal share.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

use crate::fault::Failure;
use crate::job::{Job, Protocol};
use crate::record::{Recorded, Role};
use crate::script::{Format, Place, Script};
use crate::stage::{Gates, Stage};
use crate::wire::Wire;

#[derive(Debug)]
pub(crate) struct Sim {
    pub(crate) key: String,
    pub(crate) gates: Gates,
    /// Number of accepted submits. A channel, so that it can be awaited.
    pub(crate) charges: watch::Sender<u64>,
    pub(crate) stopping: watch::Sender<bool>,
    /// Goes up whenever a job may see something new without being looked at: a gate, the script, a cancel.
    changed: watch::Sender<u64>,
    // Guards a few lines at a time, never across an await: requests come in on several threads.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    script: Script,
    /// In the order they were accepted.
    jobs: Vec<Job>,
    job_index: HashMap<String, usize>,
    files: HashMap<String, File>,
    seen: Vec<Recorded>,
    /// How often each fault has struck, by place and by what it is counted for.
    strikes: HashMap<(Place, String), u32>,
}

/// A file of the file host.
#[derive(Debug, Clone)]
pub(crate) enum File {
    /// Announced by an initiate; `bytes` once they came.
    Upload {
        content_type: String,
        signature: String,
        /// What its lifecycle header said.
        lifetime: Option<Value>,
        bytes: Option<Bytes>,
    },
    /// A result picture; made when first read.
    Output {
        request_id: String,
        index: u32,
        format: Format,
        bytes: std::sync::Arc<tokio::sync::OnceCell<Bytes>>,
    },
}

/// The wire was cut because the simulator stops.
#[derive(Debug)]
pub(crate) struct Stopped;

impl Sim {
    pub(crate) fn new(key: String, script: Script) -> Self {
        Self {
            key,
            gates: Gates::new(),
            charges: watch::Sender::new(0),
            stopping: watch::Sender::new(false),
            changed: watch::Sender::new(0),
            state: Mutex::new(State {
                script,
                ..State::default()
            }),
        }
    }

    // Script

    pub(crate) fn script(&self) -> Script {
        self.state().script.clone()
    }

    pub(crate) fn script_for(&self, prompt: &str) -> Script {
        self.script().with_markers(prompt)
    }

    pub(crate) fn change_script(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.state().script);
        self.note_change();
    }

    /// The failure that strikes now at this place, if any. `counted_for` tells apart what "the first N times" means.
    pub(crate) fn strike(
        &self,
        script: &Script,
        place: Place,
        counted_for: &str,
    ) -> Option<Failure> {
        let fault = script.faults.get(&place)?;
        let mut state = self.state();
        let strikes = state
            .strikes
            .entry((place, counted_for.to_owned()))
            .or_default();
        if fault.times.is_some_and(|times| *strikes >= times) {
            return None;
        }
        *strikes += 1;
        Some(fault.failure)
    }

    // Jobs

    /// Accepts a job, which charges it.
    pub(crate) fn accept(
        &self,
        endpoint: &str,
        protocol: Protocol,
        input: Value,
        judge: impl FnOnce(&mut Job),
    ) -> Job {
        let mut job = Job::new(
            Uuid::now_v7().to_string(),
            endpoint.to_owned(),
            protocol,
            input,
        );
        judge(&mut job);
        let charges = {
            let mut state = self.state();
            let index = state.jobs.len();
            state.job_index.insert(job.request_id.clone(), index);
            state.jobs.push(job.clone());
            state.jobs.len()
        };
        self.charges.send_replace(charges as u64);
        job
    }

    pub(crate) fn jobs(&self) -> Vec<Job> {
        self.state().jobs.clone()
    }

    pub(crate) fn job(&self, request_id: &str) -> Option<Job> {
        let state = self.state();
        let index = *state.job_index.get(request_id)?;
        state.jobs.get(index).cloned()
    }

    /// Changes a job, with the script in force for it at hand; `None` where there is no such job.
    pub(crate) fn with_job<T>(
        &self,
        request_id: &str,
        change: impl FnOnce(&mut Job, &Script) -> T,
    ) -> Option<T> {
        let mut state = self.state();
        let index = *state.job_index.get(request_id)?;
        let state = &mut *state;
        let job = state.jobs.get_mut(index)?;
        let script = state.script.with_markers(&job.prompt);
        Some(change(job, &script))
    }

    // Files

    pub(crate) fn file(&self, name: &str) -> Option<File> {
        self.state().files.get(name).cloned()
    }

    /// Keeps a file unless one of that name is there: a result read twice names the same files.
    pub(crate) fn keep_file(&self, name: &str, file: File) {
        self.state().files.entry(name.to_owned()).or_insert(file);
    }

    /// The bytes of an upload have come.
    pub(crate) fn fill_upload(&self, name: &str, content_type: Option<String>, content: Bytes) {
        if let Some(File::Upload {
            content_type: held,
            bytes,
            ..
        }) = self.state().files.get_mut(name)
        {
            *bytes = Some(content);
            if let Some(content_type) = content_type {
                *held = content_type;
            }
        }
    }

    // Record

    /// Notes a request; the number is how its answer is noted later.
    pub(crate) fn record(&self, request: Recorded) -> usize {
        let mut state = self.state();
        state.seen.push(request);
        state.seen.len() - 1
    }

    pub(crate) fn record_answer(
        &self,
        number: usize,
        answered: Option<u16>,
        request_id: Option<String>,
    ) {
        if let Some(request) = self.state().seen.get_mut(number) {
            request.answered = answered;
            request.request_id = request_id;
        }
    }

    pub(crate) fn seen(&self) -> Vec<Recorded> {
        self.state().seen.clone()
    }

    pub(crate) fn seen_as(&self, role: Role) -> Vec<Recorded> {
        let state = self.state();
        state
            .seen
            .iter()
            .filter(|request| request.role == role)
            .cloned()
            .collect()
    }

    // Gates

    /// Counts the arrival at a stage that withholds replies, and waits while it is held. Stopping cuts the wire.
    pub(crate) async fn pass(&self, stage: Stage, wire: &Wire) -> Result<(), Stopped> {
        self.gates.arrive(stage);
        tokio::select! {
            () = self.gates.opened(stage) => Ok(()),
            () = self.stopped() => {
                wire.cut();
                Err(Stopped)
            }
        }
    }

    pub(crate) async fn stopped(&self) {
        // The sender lives as long as `self`, so the wait cannot fail.
        self.stopping.subscribe().wait_for(|stop| *stop).await.ok();
    }

    pub(crate) fn note_change(&self) {
        self.changed.send_modify(|version| *version += 1);
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic in a test that held the lock must not hide behind a second one here.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
