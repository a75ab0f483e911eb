//! The handle a test holds.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::job::Job;
use crate::record::{Recorded, Role};
use crate::script::Script;
use crate::server;
use crate::sim::{File, Sim};
use crate::stage::Stage;

/// The key that is good unless told otherwise.
pub const GOOD_KEY: &str = "test-key-id:test-key-secret";

/// How a simulated fal starts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The port on 127.0.0.1; 0 = any free one.
    pub port: u16,
    /// The one key that is good.
    pub key: String,
    /// What it does from the first request on.
    pub script: Script,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 0,
            key: GOOD_KEY.to_owned(),
            script: Script::default(),
        }
    }
}

/// A simulated fal, listening. Dropping it closes its port, lets requests under way end, and cuts those that are held.
#[derive(Debug)]
pub struct Fal {
    sim: Arc<Sim>,
    origin: String,
    serving: Option<JoinHandle<()>>,
}

/// A file that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// Its type, as the bytes were sent with.
    pub content_type: String,
    /// What the lifecycle header of its initiate said, such as `{"expiration_duration_seconds": 3600}`; `None` without one.
    pub lifetime: Option<Value>,
    /// Its bytes.
    pub bytes: Bytes,
}

impl Fal {
    /// On a free port, with [`GOOD_KEY`], on its best day.
    ///
    /// # Panics
    /// Where no port of 127.0.0.1 can be opened: no test could go on.
    #[expect(
        clippy::expect_used,
        reason = "a test without its fal has nothing to say"
    )]
    pub async fn start() -> Self {
        Self::start_with(Settings::default())
            .await
            .expect("127.0.0.1 has a free port")
    }

    /// As the settings say; requests are answered on the runtime this is called from.
    ///
    /// # Errors
    /// Where the port cannot be opened.
    pub async fn start_with(settings: Settings) -> io::Result<Self> {
        let (listener, address) = server::bind(settings.port).await?;
        let sim = Arc::new(Sim::new(settings.key, settings.script));
        let serving = tokio::spawn(server::serve(Arc::clone(&sim), listener));
        Ok(Self {
            sim,
            origin: format!("http://{address}"),
            serving: Some(serving),
        })
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end: what `FAL_SERVICE` is set to.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The key that is good.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.sim.key
    }

    /// Changes what it does, from the next request on, jobs under way included.
    pub fn script<R>(&self, change: impl FnOnce(&mut Script) -> R) {
        self.sim.change_script(|script| {
            change(script);
        });
    }

    /// Number of accepted submits in all protocols, which is the number of charges.
    #[must_use]
    pub fn charges(&self) -> u64 {
        *self.sim.charges.borrow()
    }

    /// Waits until there have been that many charges.
    pub async fn charged(&self, times: u64) {
        let mut charges = self.sim.charges.subscribe();
        // The sender lives as long as `self`, so the wait cannot fail.
        charges.wait_for(|count| *count >= times).await.ok();
    }

    /// Every accepted job, in the order of acceptance.
    #[must_use]
    pub fn jobs(&self) -> Vec<Job> {
        self.sim.jobs()
    }

    /// One job, by fal's request id.
    #[must_use]
    pub fn job(&self, request_id: &str) -> Option<Job> {
        self.sim.job(request_id)
    }

    /// Every request, in the order they came in whole. Control routes are not among them.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.sim.seen()
    }

    /// The requests that wanted one thing.
    #[must_use]
    pub fn requests_as(&self, role: Role) -> Vec<Recorded> {
        self.sim.seen_as(role)
    }

    /// The requests about one job, its submit included.
    #[must_use]
    pub fn requests_about(&self, request_id: &str) -> Vec<Recorded> {
        let mut seen = self.sim.seen();
        seen.retain(|request| request.request_id.as_deref() == Some(request_id));
        seen
    }

    /// The uploaded file behind a `file_url`; `None` before its bytes have come.
    #[must_use]
    pub fn uploaded(&self, file_url: &str) -> Option<Uploaded> {
        match self.sim.file(file_url.split_once("/files/b/")?.1)? {
            File::Upload {
                content_type,
                lifetime,
                bytes: Some(bytes),
                ..
            } => Some(Uploaded {
                content_type,
                lifetime,
                bytes,
            }),
            File::Upload { bytes: None, .. } | File::Output { .. } => None,
        }
    }

    /// Freezes everything that gets to a stage.
    pub fn hold(&self, stage: Stage) {
        self.sim.gates.set_held(stage, true);
        self.sim.note_change();
    }

    /// Lets everything held at a stage go on.
    pub fn release(&self, stage: Stage) {
        self.sim.gates.set_held(stage, false);
        self.sim.note_change();
    }

    /// Waits until something has got to a stage, now or since the start, held or not.
    pub async fn reached(&self, stage: Stage) {
        self.reached_times(stage, 1).await;
    }

    /// Waits until as many requests have got to a stage since the start.
    pub async fn reached_times(&self, stage: Stage, times: u64) {
        self.sim.gates.arrived(stage, times).await;
    }

    /// Stops as dropping does, and waits until the last connection is closed.
    pub async fn stop(mut self) {
        self.sim.stopping.send_replace(true);
        if let Some(serving) = self.serving.take() {
            // It ends early only if the runtime does.
            serving.await.ok();
        }
    }
}

impl Drop for Fal {
    fn drop(&mut self) {
        self.sim.stopping.send_replace(true);
    }
}
