//! Why a job ended without a result, and what the other side did.

use serde::{Deserialize, Serialize};

use super::{Code, Error};

/// Whether money may have been spent on an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charged {
    /// Nothing was charged.
    No,
    /// It may have been charged, once.
    Maybe,
    /// It was charged.
    Yes,
}

/// Why a job ended without a result, as its row keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What it was.
    pub code: Code,
    /// Whether money may have been spent.
    pub charged: Charged,
    /// What the other side said about it, cut to [`Failure::SAID_MAX`] characters: shown to people, never branched on.
    pub said: Option<String>,
    /// What the other side did, for clients that have their own words for it.
    pub answer: Option<Answer>,
}

/// At which step the other side answered what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What it was asked.
    pub step: Step,
    /// What it did.
    pub got: Got,
    /// The start of what it sent, at most [`Answer::BODY_MAX`] characters.
    pub body: String,
    /// The address that was asked, where it was the other side's own choice (downloads).
    pub url: Option<String>,
    /// Whether it said that trying again may help.
    #[serde(default)]
    pub retryable: Option<bool>,
}

/// What a provider is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// To take the input picture.
    Upload,
    /// To run the edit.
    Submit,
    /// How the job is, or for its result.
    Look,
    /// For a result picture.
    Download,
}

/// What a provider did when it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Got {
    /// It answered with this HTTP status, which was not what was hoped for, or with a body that was not.
    Status(u16),
    /// It said that the job has failed.
    SaidFailed,
    /// It said that the job is finished, and gave no picture.
    NoPictures,
    /// It was asked until the patience was over.
    StillAtWork,
    /// Nobody listened there.
    NoConnection,
    /// It did not answer in time.
    Silence,
    /// It hung up without a word.
    HungUp,
    /// It broke off in the middle.
    BrokeOff,
}

impl Answer {
    /// Longest body that is kept, in characters: what the original quoted.
    pub const BODY_MAX: usize = 300;
}

impl Failure {
    /// Longest text kept of what a provider said, in characters.
    pub const SAID_MAX: usize = 600;

    /// A failure nothing was charged for.
    #[must_use]
    pub fn free(code: Code) -> Self {
        Self {
            code,
            charged: Charged::No,
            said: None,
            answer: None,
        }
    }

    /// The same, with what the other side said.
    #[must_use]
    pub fn saying(mut self, said: impl Into<String>) -> Self {
        let said: String = said.into();
        let said = said.trim();
        self.said = (!said.is_empty()).then(|| said.chars().take(Self::SAID_MAX).collect());
        self
    }

    /// The same, with what the other side did when it was asked.
    #[must_use]
    pub(crate) fn answered(mut self, step: Step, got: Got, body: &[u8]) -> Self {
        let start = body.get(..Answer::BODY_MAX * 4).unwrap_or(body);
        let body = String::from_utf8_lossy(start)
            .chars()
            .take(Answer::BODY_MAX)
            .collect();
        self.answer = Some(Answer {
            step,
            got,
            body,
            url: None,
            retryable: None,
        });
        self
    }

    /// The same, about that address.
    #[must_use]
    pub(crate) fn about(mut self, url: &str) -> Self {
        if let Some(answer) = &mut self.answer {
            // Signed addresses may be used by whoever reads them: what follows the `?` is kept to ourselves.
            answer.url = url
                .split('?')
                .next()
                .map(|url| url.chars().take(Answer::BODY_MAX).collect());
        }
        self
    }

    /// The same, with another answer to "was I charged".
    #[must_use]
    pub fn charged(mut self, charged: Charged) -> Self {
        self.charged = charged;
        self
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self::free(error.code()).saying(error.to_string())
    }
}
