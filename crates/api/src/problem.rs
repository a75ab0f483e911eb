//! What went wrong, as every host says it: one table from core's codes to HTTP status, title, sentence and next step.
//!
//! In the spirit of RFC 9457: the code never changes, the sentences may. Neither match has a `_` arm, so a new code cannot be forgotten.

mod locked;
mod table;

use overpaint_core::error::{self as core_error, Code, Error, Failure};
use overpaint_core::picture::PictureError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

pub use table::{Row, row};

/// Whether money may have been spent on the attempt a problem speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Charged {
    /// Nothing was charged.
    No,
    /// The provider may have charged once; nobody can tell yet.
    Maybe,
    /// The provider ran the edit and will charge it.
    Yes,
}

/// What the person can do next; the window draws it as the card's first button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Run the same edit again.
    Retry,
    /// Change the prompt first.
    EditPrompt,
    /// Open Settings at the key.
    OpenKeySettings,
    /// Open Settings at the caps on spending.
    OpenSpending,
    /// Open fal's billing page in the browser.
    OpenFalBilling,
    /// Open the log file's folder.
    ShowLog,
    /// Choose another picture.
    ChoosePicture,
}

/// One error, told to a person and to a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Problem {
    /// Stable name to branch on, for example `key_refused`.
    pub code: String,
    /// HTTP status that fits.
    pub status: u16,
    /// What happened, a few words.
    pub title: String,
    /// What happened in this case, whether it was charged, what to do: whole sentences.
    pub detail: String,
    /// Whether the same request may succeed later, unchanged.
    pub retryable: bool,
    /// Whether money may have been spent.
    pub charged: Charged,
    /// What can be done next, where there is one thing.
    pub next: Option<NextStep>,
    /// The provider's id for the request, to copy into a support mail.
    pub request_id: Option<String>,
}

impl From<core_error::Charged> for Charged {
    fn from(charged: core_error::Charged) -> Self {
        match charged {
            core_error::Charged::No => Self::No,
            core_error::Charged::Maybe => Self::Maybe,
            core_error::Charged::Yes => Self::Yes,
        }
    }
}

impl Problem {
    fn of(code: Code, charged: Charged, detail: String, request_id: Option<String>) -> Self {
        let Row {
            status,
            title,
            retryable,
            next,
            ..
        } = row(code);
        Self {
            code: code.name().to_owned(),
            status,
            title: title.to_owned(),
            detail,
            retryable,
            charged,
            next,
            request_id,
        }
    }

    /// The problem of a job that ended without a result.
    #[must_use]
    pub fn of_failure(failure: &Failure, request_id: Option<String>) -> Self {
        let sentence = row(failure.code).sentence;
        let detail = match (failure.code, failure.said.as_deref()) {
            (Code::DemoNothingUnderstood, Some(words)) => {
                format!("Nothing it knows in “{words}”. {sentence}")
            }
            // Our own words for what happened, before what to do about it.
            (
                Code::ResultUnreadable
                | Code::DownloadFailed
                | Code::ResultGone
                | Code::SubmitUnclear
                | Code::CapReached,
                Some(said),
            ) => format!("{} {sentence}", ended(&capital(said))),
            // The system's words, for whoever can use them.
            (
                Code::ProviderUnreachable
                | Code::ProviderTimeout
                | Code::DiskFull
                | Code::DiskFailed
                | Code::FileUnreadable
                | Code::BucketFailed
                | Code::Internal,
                Some(said),
            ) => {
                // What is paid lies at fal still: it is only fetched again.
                let free = match (failure.code, failure.charged) {
                    (Code::DiskFull | Code::DiskFailed, core_error::Charged::Yes) => {
                        " Trying again costs nothing."
                    }
                    _ => "",
                };
                format!("{sentence}{free} ({})", said.trim_end_matches('.'))
            }
            (Code::OldBackendFailed, Some(said)) => format!("It said: {} {sentence}", ended(said)),
            (Code::AccountLocked, Some(said)) => locked::detail(said, sentence),
            // No answer of fal's: the words are our own.
            (_, Some(said)) if failure.answer.is_none() => {
                format!("{} {sentence}", ended(&capital(said)))
            }
            (_, Some(said)) => format!("{sentence} fal said: {}", ended(said)),
            (_, None) => sentence.to_owned(),
        };
        let problem = Self::of(failure.code, failure.charged.into(), detail, request_id);
        let hint = failure.answer.as_ref().and_then(|answer| answer.retryable);
        Self {
            // Of this very request fal knows more than a table does.
            retryable: hint.unwrap_or(problem.retryable),
            next: match (failure.code, failure.said.as_deref()) {
                (Code::AccountLocked, Some(said)) => locked::next(said).or(problem.next),
                _ => problem.next,
            },
            ..problem
        }
    }
}

impl Problem {
    /// What would refuse an edit that nobody has sent yet: only what is the matter. What to do lies beside it in the window, and what was charged
    /// is no question before a click.
    #[must_use]
    pub fn before(error: &Error) -> Self {
        let brief = match error {
            Error::CapReached(_) | Error::ParameterInvalid { .. } => {
                Some(ended(&capital(&error.to_string())))
            }
            Error::PictureOverLimit { said } => Some(said.clone()),
            _ => None,
        };
        let problem = Self::from(error);
        // Where the sentence is only what to do, the title is what is the matter.
        let brief = brief.or_else(|| {
            let is_advice = problem.detail == row(error.code()).sentence;
            is_advice.then(|| ended(&problem.title))
        });
        Self {
            detail: brief.unwrap_or(problem.detail),
            ..problem
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        let code = error.code();
        let sentence = row(code).sentence;
        let detail = match error {
            // These name the file, the limit or the field, which the table cannot.
            Error::Picture(
                PictureError::Unsupported { .. }
                | PictureError::TooLarge { .. }
                | PictureError::SideTooLong { .. }
                | PictureError::FileTooLarge { .. }
                | PictureError::Broken { .. },
            ) => ended(&error.to_string()),
            Error::Desktop { what, source } => format!("{what}: {}", ended(&source.to_string())),
            Error::PictureOverLimit { said } => format!("{said} {sentence}"),
            Error::FileUnreadable { source, .. } => {
                format!("{}: {source}. {sentence}", capital(&error.to_string()))
            }
            Error::Disk { source, .. } => {
                format!("{}: {source}. {sentence}", capital(&error.to_string()))
            }
            Error::LibraryForeign { original: true, .. } => {
                format!(
                    "{}: the original backend made it. Bring its jobs over with `overpaint import`, and take away DATABASE_URL where it names this file.",
                    capital(&error.to_string())
                )
            }
            Error::LibraryForeign { .. }
            | Error::LibraryInUse { .. }
            | Error::LibraryDamaged { .. }
            | Error::OldBackendUnknown { .. }
            | Error::CapReached(_)
            | Error::NotFound { .. }
            | Error::ParameterInvalid { .. }
            | Error::FolderWithoutPictures { .. }
            | Error::TooLate { .. } => {
                format!("{} {sentence}", ended(&capital(&error.to_string())))
            }
            Error::LibraryUnsupported { .. }
            | Error::SettingInvalid { .. }
            | Error::Request { .. }
            | Error::PromptTooLong { .. } => ended(&capital(&error.to_string())),
            Error::Picture(
                PictureError::Empty | PictureError::Truncated | PictureError::NotAPicture,
            )
            | Error::ClipboardEmpty
            | Error::PromptEmpty
            | Error::IdempotencyMismatch
            | Error::Database(_)
            | Error::KeyMissing
            | Error::KeyMalformed
            | Error::KeyFixed
            | Error::KeychainUnavailable(_)
            | Error::Internal(_) => sentence.to_owned(),
        };
        Self::of(code, Charged::No, detail, None)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}. {}", self.title, self.detail)
    }
}

/// The text with a capital at its start.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// The text with a full stop at its end.
fn ended(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_row_a_person_can_read() {
        for code in Code::ALL {
            let row = row(*code);
            assert!((400..600).contains(&row.status), "{}", code.name());
            assert!(
                !row.title.ends_with('.') && row.title.len() <= 48,
                "{}",
                code.name()
            );
            assert!(
                row.sentence.ends_with('.') && !row.sentence.contains('!'),
                "{}",
                code.name()
            );
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
    }

    #[test]
    fn a_failure_says_what_fal_said_and_what_it_cost() {
        let failure =
            Failure::free(Code::AccountLocked).saying("User is locked. Reason: Exhausted balance");
        let problem = Problem::of_failure(&failure, Some("r-1".to_owned()));
        assert_eq!(
            (problem.status, problem.charged, problem.next),
            (403, Charged::No, Some(NextStep::OpenFalBilling))
        );
        assert!(
            problem
                .detail
                .starts_with("fal's reason: exhausted balance. "),
            "{}",
            problem.detail
        );
        assert_eq!(problem.request_id.as_deref(), Some("r-1"));
    }

    #[test]
    fn before_a_click_only_what_is_the_matter_is_said() {
        let said = |error: &Error| Problem::before(error).detail;
        let misfit = "The model takes at most 15 MB; this picture has 16.3.";
        let over = Error::PictureOverLimit {
            said: misfit.to_owned(),
        };
        assert_eq!(said(&over), misfit);
        assert_eq!(said(&Error::KeyMissing), "No fal key.");
        assert_eq!(Problem::before(&over).next, Some(NextStep::ChoosePicture));
    }

    #[test]
    fn our_own_words_are_not_put_in_fals_mouth() {
        let ours = Failure::free(Code::PictureOverLimit).saying("The model takes at most 15 MB.");
        let detail = Problem::of_failure(&ours, None).detail;
        assert!(
            detail.starts_with("The model takes at most 15 MB. Choose another"),
            "{detail}"
        );
        let answer = core_error::Answer {
            step: core_error::Step::Look,
            got: core_error::Got::Status(422),
            body: String::new(),
            url: None,
            retryable: Some(true),
        };
        let fals = Failure {
            answer: Some(answer),
            ..Failure::free(Code::PictureNotTaken).saying("image_url: no such file")
        };
        let problem = Problem::of_failure(&fals, None);
        assert!(
            problem
                .detail
                .ends_with("fal said: image_url: no such file.")
        );
        assert!(problem.retryable && !row(Code::PictureNotTaken).retryable);
    }

    #[test]
    fn the_originals_database_is_refused_with_the_name_of_the_import_command() {
        let error = Error::LibraryForeign {
            path: "/srv/app.db".into(),
            original: true,
        };
        assert!(Problem::from(&error).detail.contains("`overpaint import`"));
    }
}
