//! The named points of a job's life: where the drill kills the program.

/// One of them.
pub(super) struct Point {
    /// As it stands in the README, and in the sources of `crates/core` (`drill::point("…")`) unless fal is what shows it.
    pub(super) name: &'static str,
    /// What has happened, and what has not.
    pub(super) means: &'static str,
    pub(super) seen_by: SeenBy,
    /// What is done with the jobs, so that they come by.
    pub(super) life: Life,
    /// Which passing of the point is killed, one run for each: the first of the jobs, and the last.
    pub(super) times: &'static [u64],
}

/// How it is known that a job has got there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SeenBy {
    /// The program says so and stops there.
    Program,
    /// The simulated fal withholds its answer to a request that is there, whole.
    Fal(&'static str),
}

/// The course of the jobs of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// They are sent and run to their end.
    Sent,
    /// fal takes and charges them, and its answers are lost.
    AnswerLost,
    /// fal has too much to do at first, and says so.
    PutOff,
    /// They are cancelled while they are in fal's line.
    Cancelled,
    /// They end unconfirmed, and the user has them run again.
    Again,
    /// The program was killed in the middle of uploads before, and starts.
    Restarted,
}

/// Three jobs a run.
pub(super) const JOBS: usize = 3;

const BOTH: &[u64] = &[1, JOBS as u64];

const fn sent(name: &'static str, means: &'static str) -> Point {
    lived(Life::Sent, name, means)
}

const fn lived(life: Life, name: &'static str, means: &'static str) -> Point {
    Point {
        name,
        means,
        seen_by: SeenBy::Program,
        life,
        times: BOTH,
    }
}

const fn at_fal(stage: &'static str, name: &'static str, means: &'static str) -> Point {
    Point {
        seen_by: SeenBy::Fal(stage),
        ..sent(name, means)
    }
}

/// In the order of a job's life.
pub(super) const POINTS: &[Point] = &[
    sent(
        "job_stored",
        "the job is on disk; the click is not answered",
    ),
    sent("claimed", "its turn has come"),
    sent("input_read", "the picture is read; nothing is sent"),
    sent(
        "upload_promised",
        "fal has named a place for the picture; its bytes are not sent",
    ),
    sent(
        "uploaded",
        "the picture is at fal; the intent is not stored",
    ),
    sent(
        "intent_stored",
        "the intent is on disk; no byte of the request has left",
    ),
    at_fal(
        "submit",
        "submit_sent",
        "fal has the request whole; nothing is charged",
    ),
    at_fal(
        "accepted",
        "submit_charged",
        "fal has charged; its answer has not left",
    ),
    sent(
        "submit_answered",
        "fal's answer is read; its ticket is not stored",
    ),
    sent("ticket_stored", "the ticket is on disk"),
    sent("before_first_look", "fal has it and was not asked yet"),
    sent("seen_in_line", "fal says: in line"),
    sent("seen_running", "fal says: running"),
    sent("result_read", "the result's addresses are read, not stored"),
    sent("answer_stored", "the result's addresses are on disk"),
    sent("download_begun", "the first bytes of the result have come"),
    sent("download_read", "all bytes have come; no file is written"),
    sent(
        "picture_kept",
        "the picture's file is in its place; no row names it",
    ),
    sent("end_stored", "the end is on disk; nobody was told"),
    lived(
        Life::AnswerLost,
        "doubt_stored",
        "fal's answer was lost, and the doubt is on disk",
    ),
    lived(
        Life::AnswerLost,
        "list_read",
        "fal's list of requests is read; what it says is not stored",
    ),
    lived(
        Life::AnswerLost,
        "found_stored",
        "fal's list has the request, and its ticket is on disk",
    ),
    lived(
        Life::PutOff,
        "put_off",
        "fal said \"later\", and that the job waits is on disk",
    ),
    lived(
        Life::Cancelled,
        "cancel_asked",
        "the wish to cancel is on disk; fal does not know of it",
    ),
    lived(
        Life::Cancelled,
        "cancel_answered",
        "fal has answered the cancel; nothing of it is on disk",
    ),
    lived(
        Life::Again,
        "retry_stored",
        "the user's \"run again\" is on disk; the click is not answered",
    ),
    Point {
        times: &[1],
        ..lived(
            Life::Restarted,
            "recovered",
            "after a kill: what was left is sorted; nothing goes on yet",
        )
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use anyhow::Result;

    use super::*;
    use crate::place;

    #[test]
    fn there_are_at_least_fourteen_points_and_no_two_of_one_name() {
        let names: BTreeSet<&str> = POINTS.iter().map(|point| point.name).collect();
        assert!(names.len() >= 14);
        assert_eq!(names.len(), POINTS.len());
    }

    #[test]
    fn every_point_is_in_the_sources_and_every_one_of_the_sources_is_drilled() -> Result<()> {
        let listed: BTreeSet<String> = POINTS
            .iter()
            .filter(|point| point.seen_by == SeenBy::Program)
            .map(|point| point.name.to_owned())
            .collect();
        let mut placed = BTreeSet::new();
        collect(&place::top().join("crates/core/src"), &mut placed)?;
        assert_eq!(placed, listed);
        Ok(())
    }

    fn collect(folder: &Path, names: &mut BTreeSet<String>) -> Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                collect(&path, names)?;
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            for (at, opening) in text.match_indices("drill::point(\"") {
                let name = text[at + opening.len()..].split('"').next();
                names.extend(name.map(str::to_owned));
            }
        }
        Ok(())
    }
}
