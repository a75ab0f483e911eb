//! What fal gets to know and to keep.

use serde::{Deserialize, Serialize};

use super::file::Change;

/// What fal gets to know and to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Privacy {
    /// fal keeps what was asked and answered for 30 days (fal-contract 2, `X-Fal-Store-IO`). Without it, a request whose answer was lost
    /// cannot be looked up.
    pub keep_payloads: bool,
    /// How long fal keeps the pictures that are uploaded.
    pub upload_lifetime: UploadLifetime,
    /// Where and with which camera a picture was taken goes along.
    pub send_metadata: bool,
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            keep_payloads: true,
            upload_lifetime: UploadLifetime::Day,
            send_metadata: false,
        }
    }
}

/// How long fal keeps an upload (fal-contract 2, `X-Fal-Object-Lifecycle-Preference`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadLifetime {
    /// An hour: long enough for the edit.
    Hour,
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// As long as the account at fal says: nothing is asked for.
    Account,
}

impl UploadLifetime {
    /// In seconds; `None`: nothing is asked for.
    #[must_use]
    pub fn seconds(self) -> Option<u32> {
        const DAY: u32 = 24 * 60 * 60;
        match self {
            Self::Hour => Some(60 * 60),
            Self::Day => Some(DAY),
            Self::Week => Some(7 * DAY),
            Self::Month => Some(30 * DAY),
            Self::Account => None,
        }
    }
}

impl Privacy {
    /// After a change.
    pub(super) fn changed(self, change: &Change) -> Self {
        Self {
            keep_payloads: change.keep_payloads.unwrap_or(self.keep_payloads),
            upload_lifetime: change.upload_lifetime.unwrap_or(self.upload_lifetime),
            send_metadata: change.send_metadata.unwrap_or(self.send_metadata),
        }
    }
}
