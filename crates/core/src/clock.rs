//! The wall clock, as an argument: whoever needs the time is given a [`Clock`], so that a test can hold it.

use std::sync::Arc;

use chrono::{DateTime, Datelike, Local, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A moment in UTC. Stored as whole microseconds, so that what is read back equals what was written.
pub type Moment = DateTime<Utc>;

/// Tells the time, and where days begin.
#[derive(Clone)]
pub struct Clock {
    tell: Arc<dyn Fn() -> Moment + Send + Sync>,
    /// None: the computer's zone, whatever it is at that moment.
    zone: Option<Tz>,
}

impl Clock {
    /// The computer's clock.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that may ask the computer"
    )]
    pub fn system() -> Self {
        Self::from_fn(Utc::now)
    }

    /// A clock that a test moves.
    #[must_use]
    pub fn from_fn(tell: impl Fn() -> Moment + Send + Sync + 'static) -> Self {
        Self {
            tell: Arc::new(tell),
            zone: None,
        }
    }

    /// The same clock on a wall elsewhere: its days and months are that zone's.
    #[must_use]
    pub fn in_zone(self, zone: Tz) -> Self {
        Self {
            zone: Some(zone),
            ..self
        }
    }

    /// The present moment, cut to microseconds.
    #[must_use]
    pub fn now(&self) -> Moment {
        from_micros((self.tell)().timestamp_micros())
    }

    /// When the day of `now` began, in the clock's zone.
    #[must_use]
    pub fn day_start(&self, now: Moment) -> Moment {
        self.start(now, Some)
    }

    /// When the month of `now` began, in the clock's zone.
    #[must_use]
    pub fn month_start(&self, now: Moment) -> Moment {
        self.start(now, |day| day.with_day(1))
    }

    fn start(&self, now: Moment, first: impl Fn(NaiveDate) -> Option<NaiveDate>) -> Moment {
        match &self.zone {
            None => start_in(&Local, now, first),
            Some(zone) => start_in(zone, now, first),
        }
    }
}

/// The first moment of the day that `first` makes of the day of `now`. Where the clocks are put forward at midnight a day has none, and
/// begins with its first half hour.
fn start_in<Z: TimeZone>(
    zone: &Z,
    now: Moment,
    first: impl Fn(NaiveDate) -> Option<NaiveDate>,
) -> Moment {
    let today = now.with_timezone(zone).date_naive();
    let midnight = first(today).unwrap_or(today).and_time(NaiveTime::MIN);
    (0..=4)
        .find_map(|halves| {
            let local = midnight + TimeDelta::minutes(30 * halves);
            zone.from_local_datetime(&local).earliest()
        })
        .map_or(now, |start| start.to_utc())
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[test]
    fn a_day_and_a_month_begin_where_the_clock_hangs() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let table = [
            (
                Tz::UTC,
                "2026-03-01T00:00:00Z",
                "2026-03-01T00:00:00Z",
                "2026-03-01T00:00:00Z",
            ),
            // Already the first of the month in Tokyo, still the last in Los Angeles.
            (
                Tz::Asia__Tokyo,
                "2026-02-28T15:30:00Z",
                "2026-02-28T15:00:00Z",
                "2026-02-28T15:00:00Z",
            ),
            (
                Tz::America__Los_Angeles,
                "2026-03-01T07:59:59Z",
                "2026-02-28T08:00:00Z",
                "2026-02-01T08:00:00Z",
            ),
            // The day the clocks go forward there, the month's start is still in winter time.
            (
                Tz::America__Los_Angeles,
                "2026-03-08T20:00:00Z",
                "2026-03-08T08:00:00Z",
                "2026-03-01T08:00:00Z",
            ),
            (
                Tz::America__Los_Angeles,
                "2026-03-09T20:00:00Z",
                "2026-03-09T07:00:00Z",
                "2026-03-01T08:00:00Z",
            ),
            // No midnight on that day: it begins at one.
            (
                Tz::Africa__Cairo,
                "2026-04-24T10:00:00Z",
                "2026-04-23T22:00:00Z",
                "2026-03-31T22:00:00Z",
            ),
        ];
        for (zone, now, day, month) in table {
            let clock = Clock::from_fn(Moment::default).in_zone(zone);
            assert_eq!(clock.day_start(at(now)), at(day), "{zone} {now}");
            assert_eq!(clock.month_start(at(now)), at(month), "{zone} {now}");
        }
    }
}
