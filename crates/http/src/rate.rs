//! How many requests are taken. Submits cost money, so a script that has run wild is slowed down, whoever it is; reads are only bounded for
//! clients beyond this computer.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::Method;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use overpaint_core::settings::ApiSettings;

/// Reads a second that one client beyond this computer may make, and as many at once as in four seconds.
const READS: NonZeroU32 = NonZeroU32::new(100).unwrap();
const READS_BURST: NonZeroU32 = NonZeroU32::new(400).unwrap();

/// Clients whose reads are counted; past it those that have been quiet are forgotten.
const CLIENTS: usize = 10_000;

/// The counts of one server.
#[derive(Debug)]
pub(crate) struct Rate {
    submits: DefaultDirectRateLimiter,
    reads: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Rate {
    pub(crate) fn new(settings: &ApiSettings) -> Self {
        let some = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let submits =
            Quota::per_second(some(settings.submit_rate)).allow_burst(some(settings.submit_burst));
        Self {
            submits: RateLimiter::direct(submits),
            reads: RateLimiter::keyed(Quota::per_second(READS).allow_burst(READS_BURST)),
            clock: DefaultClock::default(),
        }
    }

    /// # Errors
    /// How long a client beyond this computer has to wait.
    pub(crate) fn take_read(&self, peer: Option<IpAddr>) -> Result<(), Duration> {
        let Some(peer) = peer.filter(|peer| !peer.is_loopback()) else {
            return Ok(());
        };
        if self.reads.len() > CLIENTS {
            self.reads.retain_recent();
        }
        let now = || self.clock.now();
        self.reads
            .check_key(&peer)
            .map_err(|not_until| not_until.wait_time_from(now()))
    }

    /// # Errors
    /// How long to wait, where the request is one submit too many.
    pub(crate) fn take_submit(&self, method: &Method, path: &str) -> Result<(), Duration> {
        if !is_submit(method, path) {
            return Ok(());
        }
        let now = || self.clock.now();
        self.submits
            .check()
            .map_err(|not_until| not_until.wait_time_from(now()))
    }
}

/// What begins an attempt that may cost.
fn is_submit(method: &Method, path: &str) -> bool {
    let submits = ["/api/jobs", "/api/v1/edits"];
    method == Method::POST && (submits.contains(&path) || path.ends_with("/retry"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use overpaint_core::settings::{Given, Settings};

    use super::*;

    #[test]
    fn submits_are_slowed_down_and_reads_of_this_computer_are_not() {
        let given = Given::nothing(std::path::Path::new("/nowhere"))
            .flag("SUBMIT_BURST", "3")
            .flag("SUBMIT_RATE", "1");
        let rate = Rate::new(&Settings::read(&given).unwrap().api);
        for path in ["/api/jobs", "/api/jobs/x/retry", "/api/v1/edits"] {
            assert!(rate.take_submit(&Method::POST, path).is_ok());
        }
        let wait = rate.take_submit(&Method::POST, "/api/jobs").unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1));
        assert!(rate.take_submit(&Method::GET, "/api/jobs").is_ok());
        let (here, far) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([10, 0, 0, 7]));
        assert!((0..5000).all(|_| rate.take_read(Some(here)).is_ok()));
        assert!((0..5000).any(|_| rate.take_read(Some(far)).is_err()));
    }
}
