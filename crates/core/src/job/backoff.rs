//! How long to wait before the next try. Pure: time and chance are arguments.

use std::time::Duration;

use chrono::DateTime;

use crate::clock::Moment;

/// The longest pause that is chosen here.
const LONGEST: Duration = Duration::from_secs(60);

/// The longest that somebody else may tell us to wait.
pub(crate) const LONGEST_TOLD: Duration = Duration::from_secs(600);

/// The pause after `tries` vain tries: `first`, doubled each time, up to a minute, a quarter more or less by `chance` (0.0 to 1.0), so that
/// jobs that failed together do not come back together.
pub(super) fn pause(first: Duration, tries: u32, chance: f64) -> Duration {
    let doubled = first
        .checked_mul(1 << tries.min(16))
        .unwrap_or(LONGEST)
        .min(LONGEST);
    doubled.mul_f64(0.75 + chance.clamp(0.0, 1.0) / 2.0)
}

/// What a `Retry-After` says: seconds, or a date; `None` for neither.
pub(super) fn told(retry_after: &str, now: Moment) -> Option<Duration> {
    let retry_after = retry_after.trim();
    let told = match retry_after.parse().map(Duration::from_secs) {
        Ok(told) => told,
        Err(_) => {
            let date = DateTime::parse_from_rfc2822(retry_after).ok()?;
            // A date that has passed: at once.
            (date.to_utc() - now).to_std().unwrap_or_default()
        }
    };
    Some(told.min(LONGEST_TOLD))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::from_micros;

    #[test]
    fn pauses_double_to_a_minute_and_vary_by_a_quarter() {
        let first = Duration::from_secs(1);
        let middle = [0, 1, 2, 5, 6, 7, u32::MAX].map(|tries| pause(first, tries, 0.5).as_secs());
        assert_eq!(middle, [1, 2, 4, 32, 60, 60, 60]);
        assert_eq!(pause(first, 3, 0.0), Duration::from_secs(6));
        assert_eq!(pause(first, 3, 1.0), Duration::from_secs(10));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_never_longer_than_ten_minutes() {
        let now = from_micros(1_700_000_000_000_000);
        let seconds = |text| told(text, now).map(|told| told.as_secs());
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds(" 0 "), Some(0));
        assert_eq!(seconds("86400"), Some(600));
        assert_eq!(seconds("Tue, 14 Nov 2023 22:13:50 GMT"), Some(30));
        assert_eq!(seconds("Tue, 14 Nov 2023 22:00:00 GMT"), Some(0));
        for nothing in ["", "-1", "1.5", "soon", "99999999999999999999"] {
            assert_eq!(seconds(nothing), None, "{nothing:?}");
        }
    }
}
