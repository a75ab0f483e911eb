//! The settings file: what a person chose in the window, as TOML. Unknown keys are kept, so that an older Overpaint loses nothing.

use std::fs;
use std::io::Write;

use serde::{Deserialize, Serialize};

use super::{Places, UploadLifetime};
use crate::error::Error;

/// Light, dark, or as the system has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A change of settings; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Change {
    /// The model that runs unless another is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Light or dark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
    /// Jobs that may decode and upload at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_at_once: Option<u32>,
    /// Jobs that may wait at a provider at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_at_once: Option<u32>,
    /// Most US dollars a day; 0: no cap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day_cap: Option<f64>,
    /// Most US dollars a month; 0: no cap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month_cap: Option<f64>,
    /// Whether fal keeps what was asked and answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_payloads: Option<bool>,
    /// How long fal keeps uploads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_lifetime: Option<UploadLifetime>,
    /// Whether a picture's metadata goes along to fal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_metadata: Option<bool>,
    /// Whether the window serves the local API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_on: Option<bool>,
    /// The port it is wished at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_port: Option<u16>,
    /// The hash of the bearer token it requires, as [`TokenHash`](crate::secret::TokenHash) prints it; empty: none is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_token: Option<String>,
}

const NAME: &str = "settings.toml";

/// What the file says; nothing where there is none.
pub(super) fn read(places: &Places) -> Result<Change, Error> {
    table(places)?.try_into().map_err(|_| invalid(places))
}

/// Lays the change over the file.
pub(super) fn write(places: &Places, change: &Change) -> Result<(), Error> {
    let mut table = table(places)?;
    let change =
        toml::Table::try_from(change).map_err(|_| Error::Internal("settings that are no table"))?;
    table.extend(change);
    let path = places.config.join(NAME);
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(&places.config)?;
        let mut file = tempfile::NamedTempFile::new_in(&places.config)?;
        file.write_all(table.to_string().as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(Error::disk(&path))
}

fn table(places: &Places) -> Result<toml::Table, Error> {
    match fs::read_to_string(places.config.join(NAME)) {
        Ok(text) => text.parse().map_err(|_| invalid(places)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(toml::Table::new()),
        Err(source) => Err(Error::FileUnreadable {
            path: places.config.join(NAME),
            source,
        }),
    }
}

fn invalid(places: &Places) -> Error {
    let value = places.config.join(NAME).display().to_string();
    Error::SettingInvalid {
        name: NAME,
        value,
        wanted: "it must be TOML with the settings' own kinds of values",
    }
}
