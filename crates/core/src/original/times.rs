//! The original's times: naive, `created_at` local, `updated_at` of a job that ended UTC. Pure.

use chrono::{DateTime, Datelike, Local, NaiveDate, NaiveDateTime, TimeDelta, TimeZone};

use super::{Status, Times};
use crate::clock::{Moment, from_micros};

/// The original gave up polling after ten minutes. Zones differ by half an hour at least, so a job that took longer than that was probably
/// read in a wrong one.
const LONGEST: TimeDelta = TimeDelta::minutes(30);

/// The zone of the computer that the original ran on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// The same as this computer's.
    Computer,
    /// One by its IANA name.
    Named(chrono_tz::Tz),
}

impl Zone {
    /// The zone of that name, for example `Asia/Tokyo` or `UTC`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok().map(Self::Named)
    }

    fn moment(self, local: NaiveDateTime) -> Moment {
        match self {
            Self::Computer => moment_in(&Local, local),
            Self::Named(zone) => moment_in(&zone, local),
        }
    }
}

/// The earlier one of an hour that came twice. An hour that was skipped is read as if the clock had not been put forward yet.
fn moment_in(zone: &impl TimeZone, local: NaiveDateTime) -> Moment {
    if let Some(at) = zone.from_local_datetime(&local).earliest() {
        return at.to_utc();
    }
    let day = TimeDelta::days(1);
    let before = zone.from_local_datetime(&(local - day)).earliest();
    before.map_or(local.and_utc(), |at| at.to_utc() + day)
}

impl Times {
    pub(super) fn of(
        created: Option<&str>,
        updated: Option<&str>,
        status: Status,
        zone: Zone,
    ) -> Self {
        let ended = status != Status::Stuck;
        let created_at = created.and_then(|text| read(text, |local| zone.moment(local)));
        // A new job got both stamps from the same local clock; only its end was written in UTC.
        let updated_at = updated.and_then(|text| {
            read(text, |naive| {
                if ended {
                    naive.and_utc()
                } else {
                    zone.moment(naive)
                }
            })
        });
        let took = updated_at.zip(created_at).map(|(end, start)| end - start);
        Self {
            created_at: created_at.or(updated_at),
            // However wrong the zone: nothing ends before it began.
            updated_at: updated_at.max(created_at),
            doubtful: ended && took.is_some_and(|took| took < TimeDelta::zero() || took > LONGEST),
        }
    }
}

/// A time as SQLAlchemy writes it (`2026-01-01 10:11:12.345678`, no fraction where it is 0); with an offset it is exact.
fn read(text: &str, naive: impl Fn(NaiveDateTime) -> Moment) -> Option<Moment> {
    let text = text.trim();
    let moment = match DateTime::parse_from_rfc3339(text) {
        Ok(exact) => exact.to_utc(),
        Err(_) => naive(written(text)?),
    };
    Some(from_micros(moment.timestamp_micros()))
}

fn written(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .into_iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .ok()?
                .and_hms_opt(0, 0, 0)
        })
        // Outside of these no program of ours was running, and calendars end.
        .filter(|at| (1970..=9999).contains(&at.year()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    fn times(
        created: &str,
        updated: &str,
        status: Status,
        zone: &str,
    ) -> (Option<String>, Option<String>, bool) {
        let times = Times::of(
            Some(created),
            Some(updated),
            status,
            Zone::parse(zone).unwrap(),
        );
        let text = |at: Option<Moment>| at.map(|at| at.format("%F %T%.f").to_string());
        (
            text(times.created_at),
            text(times.updated_at),
            times.doubtful,
        )
    }

    fn created(local: &str, zone: &str) -> Option<String> {
        times(local, "", Status::Done, zone).0
    }

    #[test]
    fn the_start_was_local_and_the_end_utc() {
        // As measured with TZ=JST-9.
        let (start, end) = ("2026-11-23 08:07:40.133689", "2026-11-22 23:07:40.285753");
        for status in [Status::Done, Status::Failed] {
            let expected = (
                Some("2026-11-22 23:07:40.133689".to_owned()),
                Some("2026-11-22 23:07:40.285753".to_owned()),
                false,
            );
            assert_eq!(times(start, end, status, "Asia/Tokyo"), expected);
        }
        let stuck = times(
            start,
            "2026-11-23 08:07:40.133790",
            Status::Stuck,
            "Asia/Tokyo",
        );
        assert_eq!(stuck.1.as_deref(), Some("2026-11-22 23:07:40.133790"));
    }

    #[test]
    fn a_wrong_zone_is_noticed_and_nothing_ends_before_it_began() {
        let (start, end) = ("2026-11-23 08:07:40", "2026-11-22 23:07:41");
        assert_eq!(
            times(start, end, Status::Done, "UTC"),
            (
                Some("2026-11-23 08:07:40".to_owned()),
                Some("2026-11-23 08:07:40".to_owned()),
                true
            )
        );
        assert!(
            times(start, end, Status::Done, "Asia/Kolkata").2
                && times(start, end, Status::Done, "Pacific/Auckland").2
        );
    }

    #[test]
    fn an_hour_that_came_twice_is_the_earlier_one_and_one_that_never_came_is_moved_on() {
        let berlin = |local| created(local, "Europe/Berlin").unwrap();
        assert_eq!(berlin("2026-10-25 02:30:00"), "2026-10-25 00:30:00");
        assert_eq!(berlin("2026-03-29 02:30:00"), "2026-03-29 01:30:00");
        // Samoa had no 30 December in 2011.
        assert_eq!(
            created("2011-12-30 12:00:00", "Pacific/Apia").unwrap(),
            "2011-12-30 22:00:00"
        );
    }

    #[test]
    fn every_way_to_write_a_time_is_read_and_what_is_none_is_passed_over() {
        for (text, expected) in [
            (
                "2026-01-01 10:11:12.345678",
                Some("2026-01-01 10:11:12.345678"),
            ),
            ("2026-01-01 10:11:12", Some("2026-01-01 10:11:12")),
            ("2026-01-01T10:11:12.5", Some("2026-01-01 10:11:12.500")),
            (" 2026-01-01T10:11:12+09:00", Some("2026-01-01 01:11:12")),
            ("2026-01-01", Some("2026-01-01 00:00:00")),
            ("yesterday", None),
            ("", None),
            ("0000-00-00 00:00:00", None),
            ("+262000-01-01 00:00:00", None),
        ] {
            assert_eq!(created(text, "UTC").as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn one_time_stands_for_the_other_where_that_is_missing() {
        let zone = Zone::parse("UTC").unwrap();
        let times = |created, updated| Times::of(created, updated, Status::Done, zone);
        let at = Some("2026-01-01 10:11:12");
        assert_eq!(times(None, at).created_at, times(at, None).created_at);
        assert_eq!(times(at, None).updated_at, times(at, None).created_at);
        assert_eq!(times(None, Some("soon")).created_at, None);
        assert!(Zone::parse("Mars/Olympus").is_none());
    }
}
