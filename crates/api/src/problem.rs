//! What went wrong, as every host says it: one table from core's codes to HTTP status, title, sentence and next step.
//!
//! In the spirit of RFC 9457: the code never changes, the sentences may. Neither match has a `_` arm, so a new code cannot be forgotten.

use overpaint_core::error::{self as core_error, Code, Error, Failure};
use overpaint_core::picture::PictureError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whether money may have been spent on the attempt a problem speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Run the same edit again.
    Retry,
    /// Change the prompt first.
    EditPrompt,
    /// Open Settings at the key.
    OpenKeySettings,
    /// Open fal's billing page in the browser.
    OpenFalBilling,
    /// Open the log file's folder.
    ShowLog,
    /// Choose another picture.
    ChoosePicture,
}

/// One error, told to a person and to a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
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

/// One row of the table: what a code means outside.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// HTTP status that fits.
    pub status: u16,
    /// What happened, a few words.
    pub title: &'static str,
    /// What happened and what to do, for a case that brings no words of its own.
    pub sentence: &'static str,
    /// Whether the same request may succeed later, unchanged.
    pub retryable: bool,
    /// The one thing to do next.
    pub next: Option<NextStep>,
}

/// The table: every code, once. What it cost is said by [`Charged`], in words of the window's own.
#[must_use]
pub fn row(code: Code) -> Row {
    use NextStep as N;
    let row = |status, title, sentence, next| Row { status, title, sentence, retryable: false, next };
    let again = |status, title, sentence, next| Row { status, title, sentence, retryable: true, next };
    match code {
        Code::PictureEmpty => row(422, "The file is empty", "It has no bytes. Copy or download it again.", Some(N::ChoosePicture)),
        Code::PictureTruncated => row(422, "The file is cut off", "It ends before the picture does. Copy or download it again.", Some(N::ChoosePicture)),
        Code::PictureUnknown => row(422, "This is not a picture", "Overpaint takes PNG, JPEG, WebP, GIF, TIFF and BMP.", Some(N::ChoosePicture)),
        Code::PictureUnsupported => row(422, "This kind of picture is not supported", "Save it as PNG or JPEG first.", Some(N::ChoosePicture)),
        Code::PictureTooLarge => row(413, "The picture is too large", "Save a smaller copy first.", Some(N::ChoosePicture)),
        Code::PictureBroken => row(422, "The picture is damaged", "Its insides cannot be read. Copy or download it again.", Some(N::ChoosePicture)),
        Code::FileUnreadable => row(404, "The file cannot be read", "Check that it is still there and that you may open it.", Some(N::ChoosePicture)),
        Code::FolderWithoutPictures => row(422, "No pictures in this folder", "Overpaint looks at the files directly in it.", Some(N::ChoosePicture)),
        Code::ClipboardEmpty => row(422, "No picture on the clipboard", "Copy a picture first, then paste.", None),
        Code::PromptEmpty => row(422, "Say what should change", "Write a few words first.", Some(N::EditPrompt)),
        Code::PromptTooLong => row(413, "The prompt is too long", "At most 1 MB is taken.", Some(N::EditPrompt)),
        Code::NotFound => row(404, "Not found", "It may have been deleted for good.", None),
        Code::TooLate => row(409, "Too late for that", "The edit has moved on meanwhile.", None),
        Code::LibraryInUse => row(409, "The library is in use", "Another Overpaint has it open. Close that one first.", None),
        Code::LibraryDamaged => row(500, "The library is damaged", "Its database did not pass the check. Nothing was changed; a backup lies beside it if one was made.", Some(N::ShowLog)),
        Code::LibraryForeign => row(409, "This is not an Overpaint library", "The database was made by another program. Choose another library folder.", None),
        Code::LibraryUnsupported => row(501, "This library cannot be opened", "This version of Overpaint does not read it.", None),
        Code::DiskFull => again(507, "The disk is full", "Free some space, then try again. Nothing that was saved is lost.", Some(N::Retry)),
        Code::DiskFailed => again(500, "A file could not be written", "Check the disk and the folder's permissions, then try again.", Some(N::Retry)),
        Code::SettingInvalid => row(422, "A setting does not fit", "Change it and try again.", None),
        Code::KeyMissing => row(401, "No fal key", "Add your key in Settings, or choose the demo engine.", Some(N::OpenKeySettings)),
        Code::KeyMalformed => row(422, "That is no fal key", "A key looks like id:secret, without spaces. Copy it again from fal's dashboard.", Some(N::OpenKeySettings)),
        Code::KeyFixed => row(409, "The key comes from the environment", "Change it where it is set (FAL_API_KEY or FAL_KEY).", None),
        Code::KeychainUnavailable => row(503, "No keychain on this computer", "The key can be kept in a file that only you can read, if you say so.", None),
        Code::KeyRefused => row(401, "fal does not know this key", "Check the key in Settings; fal shows a key's secret only once.", Some(N::OpenKeySettings)),
        Code::KeyNotAllowed => row(403, "The key may not do that", "Use a key with the API scope, or choose another model.", Some(N::OpenKeySettings)),
        Code::AccountLocked => again(403, "Your fal account is locked", "Usually the balance is used up. Top up at fal, then try again.", Some(N::OpenFalBilling)),
        Code::PolicyBlocked => row(422, "Blocked by fal's content policy", "Change the prompt or the picture.", Some(N::EditPrompt)),
        Code::RequestRefused => row(422, "The model refused the request", "Change what it names, or choose another model.", Some(N::EditPrompt)),
        Code::ModelUnknown => row(404, "fal has no such model", "Choose another model.", None),
        Code::RateLimited => again(429, "Too many requests", "fal asks for a pause. Try again in a moment.", Some(N::Retry)),
        Code::ProviderUnreachable => again(503, "fal cannot be reached", "Check the network. Nothing was sent.", Some(N::Retry)),
        Code::ProviderTimeout => again(504, "The model did not answer in time", "Try again, or choose another model.", Some(N::Retry)),
        Code::ProviderFailed => again(502, "The model failed", "Try again, or choose another model.", Some(N::Retry)),
        Code::AnswerUnreadable => again(502, "fal's answer made no sense", "It was not what fal's documents promise. Try again.", Some(N::Retry)),
        Code::NoPictureMade => again(502, "The model made no picture", "Say it in other words, or try again.", Some(N::EditPrompt)),
        Code::SubmitUnclear => row(502, "We can't tell whether fal ran this", "The connection broke after the request was sent. Look at your fal dashboard before you run it again.", Some(N::Retry)),
        Code::ResultGone => row(410, "The result is gone", "fal does not have it any more.", Some(N::Retry)),
        Code::DownloadFailed => again(502, "The result could not be fetched", "It is still at fal. Trying again costs nothing.", Some(N::Retry)),
        Code::ResultUnreadable => again(502, "The result is no picture", "What fal's file host gave cannot be read. Trying again costs nothing.", Some(N::Retry)),
        Code::DemoNothingUnderstood => row(422, "The demo engine did not understand", "It knows simple colour and shape edits, such as “warmer, soft vignette” or “black and white”.", Some(N::EditPrompt)),
        Code::DesktopFailed => again(503, "The desktop did not do it", "Try again.", None),
        Code::Internal => row(500, "Something in Overpaint broke", "That is a defect. The log file tells more.", Some(N::ShowLog)),
    }
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
        let Row { status, title, retryable, next, .. } = row(code);
        Self { code: code.name().to_owned(), status, title: title.to_owned(), detail, retryable, charged, next, request_id }
    }

    /// The problem of a job that ended without a result.
    #[must_use]
    pub fn of_failure(failure: &Failure, request_id: Option<String>) -> Self {
        let sentence = row(failure.code).sentence;
        let detail = match (failure.code, failure.said.as_deref()) {
            (Code::DemoNothingUnderstood, Some(words)) => format!("Nothing it knows in “{words}”. {sentence}"),
            (Code::ResultUnreadable | Code::DownloadFailed, Some(said)) => format!("{} {sentence}", ended(said)),
            // Our own sentence first; what the other side said stands behind it, named as theirs.
            (_, Some(said)) => format!("{sentence} fal said: {}", ended(said)),
            (_, None) => sentence.to_owned(),
        };
        Self::of(failure.code, failure.charged.into(), detail, request_id)
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
            Error::Picture(PictureError::Unsupported { .. } | PictureError::TooLarge { .. } | PictureError::SideTooLong { .. } | PictureError::FileTooLarge { .. } | PictureError::Broken { .. }) => ended(&error.to_string()),
            Error::Desktop { what, source } => format!("{what}: {}", ended(&source.to_string())),
            Error::FileUnreadable { source, .. } => format!("{}: {source}. {sentence}", capital(&error.to_string())),
            Error::Disk { source, .. } => format!("{}: {source}. {sentence}", capital(&error.to_string())),
            Error::LibraryForeign { original: true, .. } => {
                format!("{}: the original backend made it. Bring its jobs over with `overpaint import`.", capital(&error.to_string()))
            }
            Error::LibraryForeign { .. } | Error::LibraryInUse { .. } | Error::LibraryDamaged { .. } | Error::NotFound { .. } | Error::FolderWithoutPictures { .. } | Error::TooLate { .. } => {
                format!("{} {sentence}", ended(&capital(&error.to_string())))
            }
            Error::LibraryUnsupported { .. } | Error::SettingInvalid { .. } | Error::PromptTooLong { .. } => ended(&capital(&error.to_string())),
            Error::Picture(PictureError::Empty | PictureError::Truncated | PictureError::NotAPicture)
            | Error::ClipboardEmpty
            | Error::PromptEmpty
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
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The text with a full stop at its end.
fn ended(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[test]
    fn every_code_has_a_row_a_person_can_read() {
        for code in Code::ALL {
            let row = row(*code);
            assert!((400..600).contains(&row.status), "{}", code.name());
            assert!(!row.title.ends_with('.') && row.title.len() <= 48, "{}", code.name());
            assert!(row.sentence.ends_with('.') && !row.sentence.contains('!'), "{}", code.name());
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
    }

    #[test]
    fn a_failure_says_what_fal_said_and_what_it_cost() {
        let failure = Failure::free(Code::AccountLocked).saying("User is locked. Reason: Exhausted balance");
        let problem = Problem::of_failure(&failure, Some("r-1".to_owned()));
        assert_eq!((problem.status, problem.charged, problem.next), (403, Charged::No, Some(NextStep::OpenFalBilling)));
        assert!(problem.detail.ends_with("fal said: User is locked. Reason: Exhausted balance."), "{}", problem.detail);
        assert_eq!(problem.request_id.as_deref(), Some("r-1"));
    }

    #[test]
    fn the_originals_database_is_refused_with_the_name_of_the_import_command() {
        let error = Error::LibraryForeign { path: "/srv/app.db".into(), original: true };
        assert!(Problem::from(&error).detail.contains("`overpaint import`"));
    }
}
