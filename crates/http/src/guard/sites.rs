//! Which names are ours and which sites may ask, read from the settings once.

use std::net::SocketAddr;

use axum::http::HeaderValue;
use overpaint_core::error::Error;
use overpaint_core::settings::Settings;
use regex::Regex;

/// The names we answer to and the sites that may ask.
#[derive(Debug)]
pub(super) struct Sites {
    hosts: Vec<String>,
    origins: Vec<String>,
    pattern: Option<Regex>,
}

impl Sites {
    /// For a server at `address`.
    ///
    /// # Errors
    /// [`Error::SettingInvalid`] for `*` or `null` among the origins or hosts, and for a pattern that is none.
    pub(super) fn new(settings: &Settings, address: SocketAddr) -> Result<Self, Error> {
        Ok(Self {
            hosts: hosts(settings, address)?,
            origins: origins(settings)?,
            pattern: pattern(settings)?,
        })
    }

    /// Whether that `Host` is one of our names, letter by letter.
    pub(super) fn is_ours(&self, host: &str) -> bool {
        self.hosts
            .iter()
            .any(|known| known.eq_ignore_ascii_case(host))
    }

    /// Whether a page of that origin may ask.
    pub(super) fn lists(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        // Frames without an origin of their own, files and redirects all call themselves "null": that names nobody.
        origin != "null"
            && (self.origins.contains(&origin)
                || self
                    .pattern
                    .as_ref()
                    .is_some_and(|pattern| pattern.is_match(&origin)))
    }

    /// Whether a page at that address may ask.
    pub(super) fn lists_page(&self, referer: &HeaderValue) -> bool {
        let page = referer
            .to_str()
            .ok()
            .and_then(|text| url::Url::parse(text).ok());
        page.is_some_and(|page| self.lists(&page.origin().ascii_serialization()))
    }
}

/// Loopback's names with the port, the address itself where it is another one, and what the settings add.
fn hosts(settings: &Settings, address: SocketAddr) -> Result<Vec<String>, Error> {
    let port = address.port();
    let loopback = ["127.0.0.1", "localhost", "[::1]"];
    let mut hosts: Vec<String> = loopback.map(|name| format!("{name}:{port}")).into();
    if port == 80 {
        hosts.extend(loopback.map(str::to_owned));
    }
    if !address.ip().is_unspecified() {
        hosts.push(address.to_string());
    }
    for host in &settings.api.allowed_hosts {
        if host.contains(['*', '/', '@']) {
            return Err(Error::SettingInvalid {
                name: "ALLOWED_HOSTS",
                value: host.clone(),
                wanted: "it must be a list of names such as pictures.example.org or 10.0.0.7:8000; a * would let any page reach this server by a name of its own",
            });
        }
        hosts.push(host.clone());
        // A name without a port is asked for at a proxy's port, or at this server's own.
        if !host
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .ends_with(':')
        {
            hosts.push(format!("{host}:{port}"));
        }
    }
    Ok(hosts)
}

fn origins(settings: &Settings) -> Result<Vec<String>, Error> {
    let origin = |text: &String| {
        let origin = text.trim_end_matches('/').to_ascii_lowercase();
        let fits = origin.split_once("://").is_some_and(|(scheme, host)| {
            !scheme.is_empty() && !host.is_empty() && !host.contains(['/', '*'])
        });
        let wanted = "it must be a list of origins such as https://example.org; a * would let every web page spend your money";
        if fits {
            Ok(origin)
        } else {
            Err(Error::SettingInvalid {
                name: "ALLOWED_ORIGINS",
                value: text.clone(),
                wanted,
            })
        }
    };
    settings.allowed_origins.iter().map(origin).collect()
}

/// The pattern must fit the whole origin, as it had to in the original's framework: one that only *contains* `//example.org` is a
/// stranger's to register.
fn pattern(settings: &Settings) -> Result<Option<Regex>, Error> {
    let Some(text) = &settings.allowed_origin_regex else {
        return Ok(None);
    };
    let wanted = "it must be a regular expression";
    let invalid = |_| Error::SettingInvalid {
        name: "ALLOWED_ORIGIN_REGEX",
        value: text.clone(),
        wanted,
    };
    Regex::new(&format!(r"\A(?:{text})\z"))
        .map(Some)
        .map_err(invalid)
}
