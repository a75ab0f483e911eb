//! What is printed, and which exit code it means. Results go to stdout, everything else to stderr, so that a pipe holds results only.

use std::io::{self, Write};
use std::process::ExitCode;

use overpaint_api::job::Job;
use overpaint_api::problem::{Charged, Problem};
use overpaint_core::error::Error;
use serde::Serialize;

/// What a command has to say when it did what was asked.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A result: as JSON for programs, in words for people.
    Result {
        json: serde_json::Value,
        words: String,
        notes: Vec<String>,
    },
    /// It said what it had to say while it ran.
    Silent,
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It was refused, or the edit failed.
    Problem(Problem),
    /// What was typed makes no sense.
    Usage(Problem),
    /// Another program has the library open and cannot be asked.
    Unreachable(Problem),
    /// The person ended it. The job, if there is one, as it was last.
    Cancelled(Option<Box<Job>>),
    /// The program was told to end; its job goes on when the library is next opened.
    Terminated(Option<Box<Job>>),
}

impl Outcome {
    /// A result that is `json` for programs and `words` for people.
    pub(crate) fn result(json: &impl Serialize, words: impl Into<String>) -> Result<Self, Stop> {
        let json =
            serde_json::to_value(json).map_err(|_| Error::Internal("a result that is no JSON"))?;
        Ok(Self::Result {
            json,
            words: words.into(),
            notes: Vec::new(),
        })
    }

    /// The same with something a person should know, for stderr.
    pub(crate) fn noting(mut self, note: impl Into<String>) -> Self {
        if let Self::Result { notes, .. } = &mut self {
            notes.push(note.into());
        }
        self
    }
}

impl Stop {
    /// What was typed for `name` cannot be.
    pub(crate) fn usage(
        name: &'static str,
        value: impl Into<String>,
        wanted: &'static str,
    ) -> Self {
        Self::Usage(
            (&Error::SettingInvalid {
                name,
                value: value.into(),
                wanted,
            })
                .into(),
        )
    }

    fn reason(&self) -> &str {
        match self {
            Self::Problem(problem) | Self::Usage(problem) | Self::Unreachable(problem) => {
                &problem.code
            }
            Self::Cancelled(_) => "cancelled",
            Self::Terminated(_) => "terminated",
        }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Problem(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) => 3,
            // As a shell counts: 128 and the number of the signal.
            Self::Cancelled(_) => 130,
            Self::Terminated(_) => 143,
        }
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error {
            Error::LibraryInUse { .. } => Self::Unreachable((&error).into()),
            error => (&error).into(),
        }
    }
}

impl From<&Error> for Stop {
    fn from(error: &Error) -> Self {
        Self::from(Problem::from(error))
    }
}

impl From<Problem> for Stop {
    fn from(mut problem: Problem) -> Self {
        // The table speaks of the window's settings; here it is a flag and a variable.
        if problem.code == "key_missing" {
            problem.detail = "Set FAL_API_KEY, in the environment or in a .env file, or edit with --demo: the built-in demo engine needs no key.".to_owned();
        }
        Self::Problem(problem)
    }
}

/// Prints how it ended; answers the exit code.
pub(crate) fn tell(outcome: Result<Outcome, Stop>, json: bool) -> ExitCode {
    match outcome {
        Ok(Outcome::Silent) => ExitCode::SUCCESS,
        Ok(Outcome::Result {
            json: value,
            words,
            notes,
        }) => {
            if !json {
                notes.iter().for_each(|note| say(&format!("note: {note}")));
            }
            let text = if json { format!("{value:#}") } else { words };
            match writeln!(io::stdout().lock(), "{text}") {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            }
        }
        Err(stop) => {
            tracing::info!(
                exit = stop.exit_code(),
                why = stop.reason(),
                "the command ends without a result"
            );
            say(&if json {
                stop_as_json(&stop)
            } else {
                stop_in_words(&stop)
            });
            ExitCode::from(stop.exit_code())
        }
    }
}

/// Prints a line for people.
pub(crate) fn say(line: &str) {
    // There is nobody left to tell when stderr is closed.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// One line of other people's text that may go to a terminal: no control characters, which could move its cursor or colour it.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let line = line.trim();
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line.to_owned(),
    }
}

fn stop_as_json(stop: &Stop) -> String {
    match stop {
        Stop::Problem(problem) | Stop::Usage(problem) | Stop::Unreachable(problem) => {
            serde_json::to_string_pretty(problem)
        }
        Stop::Cancelled(job) => {
            serde_json::to_string_pretty(&serde_json::json!({ "code": "cancelled", "job": job }))
        }
        Stop::Terminated(job) => {
            serde_json::to_string_pretty(&serde_json::json!({ "code": "terminated", "job": job }))
        }
    }
    .unwrap_or_default()
}

fn stop_in_words(stop: &Stop) -> String {
    match stop {
        Stop::Problem(problem) | Stop::Usage(problem) | Stop::Unreachable(problem) => {
            in_words(problem)
        }
        Stop::Cancelled(_) => "cancelled".to_owned(),
        Stop::Terminated(None) => "ended".to_owned(),
        Stop::Terminated(Some(job)) => format!(
            "ended; job {} goes on when the library is next opened",
            job.id
        ),
    }
}

/// What happened, were you charged, what to do, the id to copy.
fn in_words(problem: &Problem) -> String {
    let mut words = format!(
        "error: {}. {}",
        problem.title,
        one_line(&problem.detail, 2000)
    );
    match problem.charged {
        Charged::No => {}
        Charged::Maybe => words.push_str(" It may have been charged, once."),
        Charged::Yes => words.push_str(" It was charged."),
    }
    if let Some(id) = &problem.request_id {
        words.push_str(&format!("\nrequest id: {}", one_line(id, 200)));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_cannot_steer_the_terminal() {
        assert_eq!(one_line("a\u{1b}[2Jb\r\nc\u{9b}31m", 100), "a [2Jb  c 31m");
        assert_eq!(one_line("abcdef", 3), "abc…");
    }

    #[test]
    fn without_a_key_the_way_out_is_named() {
        let Stop::Problem(problem) = Stop::from(&Error::KeyMissing) else {
            panic!("a refusal")
        };
        assert!(
            problem.detail.contains("--demo") && problem.detail.contains("FAL_API_KEY"),
            "{}",
            problem.detail
        );
    }
}
