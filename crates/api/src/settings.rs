//! Settings, models and the key, as the window may see them. The key itself never appears.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::problem::Problem;

/// Where the fal key in force comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeySource {
    /// There is none.
    None,
    /// A command-line flag, the environment or a `.env` file; it cannot be changed in the window.
    Environment,
    /// The keychain of the operating system.
    Keychain,
    /// A file that only this user can read, because there is no keychain and the user said so.
    File,
}

/// How long fal keeps an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
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
    /// As long as fal's account says.
    Account,
}

/// The settings a person can see and change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Settings {
    /// The model that runs unless another is chosen.
    pub model: String,
    /// `system`, `light` or `dark`.
    pub theme: Theme,
    /// Jobs that may decode and upload at the same time (1 to 16).
    pub work_at_once: u32,
    /// Jobs that may wait at a provider at the same time (1 to 64).
    pub wait_at_once: u32,
    /// Most US dollars a day; none: no cap.
    pub day_cap: Option<f64>,
    /// Most US dollars a month; none: no cap.
    pub month_cap: Option<f64>,
    /// fal keeps what was asked and answered for 30 days. Without it, a request whose answer was lost cannot be looked up.
    pub keep_payloads: bool,
    /// How long fal keeps the pictures that are uploaded.
    pub upload_lifetime: UploadLifetime,
    /// Where and with which camera a picture was taken goes along to fal.
    pub send_metadata: bool,
    /// Names of settings that the environment or a flag decides; the window shows them but cannot change them.
    pub fixed: Vec<String>,
}

/// Light, dark, or as the system has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A change of settings: what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct SettingsChange {
    /// See [`Settings::model`].
    pub model: Option<String>,
    /// See [`Settings::theme`].
    pub theme: Option<Theme>,
    /// See [`Settings::work_at_once`].
    pub work_at_once: Option<u32>,
    /// See [`Settings::wait_at_once`].
    pub wait_at_once: Option<u32>,
    /// See [`Settings::day_cap`]; 0 takes the cap away.
    pub day_cap: Option<f64>,
    /// See [`Settings::month_cap`]; 0 takes the cap away.
    pub month_cap: Option<f64>,
    /// See [`Settings::keep_payloads`].
    pub keep_payloads: Option<bool>,
    /// See [`Settings::upload_lifetime`].
    pub upload_lifetime: Option<UploadLifetime>,
    /// See [`Settings::send_metadata`].
    pub send_metadata: Option<bool>,
}

/// The local API, as the window shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LocalApi {
    /// The switch.
    pub on: bool,
    /// Where it answers, for example `http://127.0.0.1:8000`; none while it does not.
    pub url: Option<String>,
    /// The port it was wished at; where that one is taken, `url` has the next free one.
    pub port: u16,
    /// Whether a bearer token is required.
    pub token_required: bool,
    /// Why it does not answer although it is on.
    pub problem: Option<Problem>,
    /// Names of what the environment or a flag decides: `api_port`, `api_token`.
    pub fixed: Vec<String>,
}

/// A change of the local API: what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct SetApi {
    /// The switch.
    pub on: Option<bool>,
    /// The port it is wished at.
    pub port: Option<u16>,
}

/// A token that was just made: shown this once, kept only as its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NewToken {
    /// For the header `Authorization: Bearer …`.
    pub token: String,
    /// The local API, which requires it from now on.
    pub api: LocalApi,
}

/// What the window asks for first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Status {
    /// Version of the program.
    pub version: String,
    /// Folder of the library.
    pub library: String,
    /// The log file for bug reports.
    pub log_file: String,
    /// Where the fal key comes from.
    pub key: KeySource,
    /// The host a fal edit is sent to, for example `queue.fal.run`.
    pub fal_host: String,
    /// True when the library has no picture yet.
    pub empty: bool,
    /// Jobs queued or at work.
    pub active: u32,
}

/// Outcome of the free key test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyTest {
    /// fal knows the key.
    Works,
    /// fal does not know the key.
    Refused,
    /// fal knows the key, but the account is locked or the key lacks a right.
    Locked,
    /// fal could not be reached.
    Unreachable,
}

/// What stood in the composer, so that an unsent prompt survives a crash.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Draft {
    /// The unsent prompt.
    pub prompt: String,
    /// The version that was shown.
    pub version_id: Option<String>,
    /// The other pictures for the model, in order.
    pub references: Vec<String>,
}
