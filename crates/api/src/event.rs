//! What core announces, after it is written. Each event is whole: a lost or doubled one does no harm.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::job::Job;
use crate::picture::Added;

/// An announcement; under 4 KB each, except `opened`, which a person's own act bounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A job was made or changed.
    Job {
        /// Its whole state.
        job: Box<Job>,
    },
    /// Items were moved to the trash or brought back, or originals were added: read lists again.
    Library,
    /// What is known of models changed: read them again.
    Models,
    /// Settings or the key changed: read them again.
    Settings,
    /// The operating system handed files to the window (second start, open-with); they are already in the library.
    Opened {
        /// What came of them.
        added: Added,
    },
    /// The window was asked to close while jobs are at work; the page asks the person.
    CloseAsked {
        /// How many jobs are at work.
        active: u32,
    },
}
