//! Gates: places at which a test freezes what happens, and learns that it got there, without a clock.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// A place in the life of an edit that can be held.
///
/// At [`InQueue`](Self::InQueue) and [`Running`](Self::Running) a hold freezes the *job*: status reads are answered, and say the same
/// again. At every other stage it withholds the *reply* to the request that got there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The bytes of an upload have arrived; not kept yet.
    Upload,
    /// A submit has arrived; nothing is accepted, nothing charged.
    Submit,
    /// The job exists and is charged; the client has not been told.
    Accepted,
    /// In line.
    InQueue,
    /// A model works on it.
    Running,
    /// The result was asked for.
    Result,
    /// An output file was asked for.
    Download,
    /// The list of past requests was read; what it showed then is what the reply will say.
    List,
}

impl Stage {
    /// All of them, in the order an edit meets them.
    pub const ALL: [Self; 8] = [
        Self::Upload,
        Self::Submit,
        Self::Accepted,
        Self::InQueue,
        Self::Running,
        Self::Result,
        Self::Download,
        Self::List,
    ];

    /// The name used in control routes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Submit => "submit",
            Self::Accepted => "accepted",
            Self::InQueue => "in_queue",
            Self::Running => "running",
            Self::Result => "result",
            Self::Download => "download",
            Self::List => "list",
        }
    }
}

/// No stage has that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownStage;

impl FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(name: &str) -> Result<Self, UnknownStage> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.name() == name)
            .ok_or(UnknownStage)
    }
}

#[derive(Debug)]
pub(crate) struct Gates([Gate; Stage::ALL.len()]);

#[derive(Debug)]
struct Gate {
    held: watch::Sender<bool>,
    arrivals: watch::Sender<u64>,
}

impl Gates {
    pub(crate) fn new() -> Self {
        Self(Stage::ALL.map(|_| Gate {
            held: watch::Sender::new(false),
            arrivals: watch::Sender::new(0),
        }))
    }

    pub(crate) fn set_held(&self, stage: Stage, held: bool) {
        self.gate(stage).held.send_replace(held);
    }

    pub(crate) fn is_held(&self, stage: Stage) -> bool {
        *self.gate(stage).held.borrow()
    }

    /// Counts one arrival.
    pub(crate) fn arrive(&self, stage: Stage) {
        self.gate(stage).arrivals.send_modify(|count| *count += 1);
    }

    pub(crate) async fn opened(&self, stage: Stage) {
        // The sender lives as long as `self`, so the wait cannot fail.
        let mut held = self.gate(stage).held.subscribe();
        held.wait_for(|held| !held).await.ok();
    }

    pub(crate) async fn arrived(&self, stage: Stage, times: u64) {
        let mut arrivals = self.gate(stage).arrivals.subscribe();
        arrivals.wait_for(|count| *count >= times).await.ok();
    }

    fn gate(&self, stage: Stage) -> &Gate {
        // `Stage::ALL` lists the variants in the order of their declaration.
        &self.0[stage as usize]
    }
}
