//! The wall clock, as an argument: whoever needs the time is given a [`Clock`], so that a test can hold it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

/// A moment in UTC. Stored as whole microseconds, so that what is read back equals what was written.
pub type Moment = DateTime<Utc>;

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Moment + Send + Sync>);

impl Clock {
    /// The computer's clock.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that may ask the computer"
    )]
    pub fn system() -> Self {
        Self(Arc::new(Utc::now))
    }

    /// A clock that a test moves.
    #[must_use]
    pub fn from_fn(tell: impl Fn() -> Moment + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// The present moment, cut to microseconds.
    #[must_use]
    pub fn now(&self) -> Moment {
        from_micros((self.0)().timestamp_micros())
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// The moment that many microseconds after 1970; the epoch itself for a number no calendar holds.
#[must_use]
pub fn from_micros(micros: i64) -> Moment {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
