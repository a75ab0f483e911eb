//! What the library announces, after it is written. Every event is whole: a lost or doubled one does no harm, and whoever lags reads again.

use crate::job::Job;

/// An announcement.
#[derive(Debug, Clone)]
pub enum Event {
    /// A job was made or changed; its whole state, with how far it is.
    Job(Box<Job>),
    /// Items were added, moved to the trash or brought back: read lists again.
    Library,
    /// What is known of models changed: their list, a schema, a price, a favourite.
    Models,
    /// Settings or the key changed.
    Settings,
}
