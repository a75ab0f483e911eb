//! The settings of the local API.

use super::{Change, Given, list};
use crate::error::Error;
use crate::secret::TokenHash;

/// The local API's usual port: the original backend's.
pub const DEFAULT_PORT: u16 = 8000;

/// The local API: where it listens, whom it serves. The origins are named above.
#[derive(Debug, Clone)]
pub struct ApiSettings {
    /// The window's switch.
    pub on: bool,
    /// Address to listen at (`OVERPAINT_HOST`); none: 127.0.0.1.
    pub host: Option<String>,
    /// Port (`PORT`, else the window's).
    pub port: Option<u16>,
    /// Further names it is asked by, for a proxy (`ALLOWED_HOSTS`): `name` or `name:port`, comma-separated.
    pub allowed_hosts: Vec<String>,
    /// The bearer token that is required (`API_TOKEN`, else one made in the window); none: none is.
    pub token: Option<TokenHash>,
    /// Whether it could be guessed by trying.
    pub token_is_short: bool,
    /// Beyond this computer without a token: the risk was taken with `--no-token`. Never read from a file or the environment.
    pub no_token: bool,
    /// Submits that may come at once (`SUBMIT_BURST`).
    pub submit_burst: u32,
    /// Submits a second in the long run (`SUBMIT_RATE`).
    pub submit_rate: u32,
}

/// Ports below are the system's own.
const FIRST_PORT: u16 = 1024;

/// Submits that may come at once, and each second in the long run: a person's batch passes, a script that has run wild does not.
const SUBMITS: (u32, u32) = (100, 20);

pub(super) fn read(given: &Given, stored: &Change) -> Result<ApiSettings, Error> {
    let number = |name: &'static str, usual: u32| match given.get(name) {
        None => Ok(usual),
        Some((value, _)) => {
            value
                .trim()
                .parse()
                .ok()
                .filter(|n| *n > 0)
                .ok_or_else(|| Error::SettingInvalid {
                    name,
                    value: value.to_owned(),
                    wanted: "it must be a whole number from 1 on",
                })
        }
    };
    let text = |name: &str| given.get(name).map(|(value, _)| value.trim());
    Ok(ApiSettings {
        on: stored.api_on.unwrap_or_default(),
        host: text("OVERPAINT_HOST").map(str::to_owned),
        port: text("PORT").map(port).transpose()?.or(stored.api_port),
        allowed_hosts: list(text("ALLOWED_HOSTS")),
        token: match text("API_TOKEN") {
            Some(token) => Some(TokenHash::of(token)),
            None => kept_token(stored.api_token.as_deref())?,
        },
        token_is_short: text("API_TOKEN").is_some_and(|token| token.len() < 16),
        no_token: given.flags.contains_key("NO_TOKEN"),
        submit_burst: number("SUBMIT_BURST", SUBMITS.0)?,
        submit_rate: number("SUBMIT_RATE", SUBMITS.1)?,
    })
}

impl ApiSettings {
    pub(super) fn change(&mut self, change: &Change, fixed: &[&'static str]) {
        self.on = change.api_on.unwrap_or(self.on);
        if !fixed.contains(&"api_port") {
            self.port = change.api_port.or(self.port);
        }
        if let Some(token) = change
            .api_token
            .as_deref()
            .filter(|_| !fixed.contains(&"api_token"))
        {
            self.token = TokenHash::of_row(token);
        }
    }
}

/// What the window may not decide is refused, not passed over: a token that somebody believes in must be the one that is asked for.
pub(super) fn check(change: &Change, fixed: &[&'static str]) -> Result<(), Error> {
    for (name, field, wanted) in [
        ("PORT", "api_port", change.api_port.is_some()),
        ("API_TOKEN", "api_token", change.api_token.is_some()),
    ] {
        if wanted && fixed.contains(&field) {
            return Err(Error::SettingInvalid {
                name,
                value: "set by the environment or a flag".to_owned(),
                wanted: "it can be changed only there",
            });
        }
    }
    match change.api_port {
        Some(port) if port < FIRST_PORT => Err(Error::SettingInvalid {
            name: "port",
            value: port.to_string(),
            wanted: "it must be a number from 1024 to 65535",
        }),
        _ => Ok(()),
    }
}

/// Anything but nothing must be a hash: a token that cannot be read must not mean that none is asked for.
fn kept_token(kept: Option<&str>) -> Result<Option<TokenHash>, Error> {
    match kept {
        None | Some("") => Ok(None),
        Some(hash) => TokenHash::of_row(hash)
            .map(Some)
            .ok_or_else(|| Error::SettingInvalid {
                name: "api_token",
                // It may be the token itself, typed where its hash belongs.
                value: "…".to_owned(),
                wanted: "the settings file keeps a token's hash there: make a token in Settings, or take the line away",
            }),
    }
}

fn port(value: &str) -> Result<u16, Error> {
    value.parse().map_err(|_| Error::SettingInvalid {
        name: "PORT",
        value: value.to_owned(),
        wanted: "it must be a number from 0 to 65535",
    })
}
