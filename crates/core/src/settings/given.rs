//! What somebody gave us: flags, environment, `.env` files. As data, so that tests hold the environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Places;
use crate::error::Error;
use crate::secret::Source;

/// Settings as text, by the environment's names, each layer over the next.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// `--library`.
    pub library: Option<PathBuf>,
    /// Flags by the name of the variable they stand for.
    pub flags: BTreeMap<String, String>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// The working directory: relative paths and its `.env`.
    pub working_dir: PathBuf,
    /// The user's folders.
    pub places: Places,
    dotenv: Vec<(Source, BTreeMap<String, String>)>,
}

impl Given {
    /// The environment and folders of this process.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn from_process() -> Self {
        Self {
            env: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            working_dir: std::env::current_dir().unwrap_or_default(),
            places: Places::of_user(),
            ..Self::default()
        }
    }

    /// Nothing but a library folder: for tests. User folders lie inside it.
    #[must_use]
    pub fn nothing(library: &Path) -> Self {
        Self {
            library: Some(library.to_owned()),
            working_dir: library.to_owned(),
            places: Places {
                library: library.to_owned(),
                config: library.join("config"),
                logs: library.join("logs"),
            },
            ..Self::default()
        }
    }

    /// The same with one flag more.
    #[must_use]
    pub fn flag(mut self, name: &str, value: impl Into<String>) -> Self {
        self.flags.insert(name.to_owned(), value.into());
        self
    }

    /// A value and where it was found. An empty one counts as none, as it did for the original.
    pub(super) fn get(&self, name: &str) -> Option<(&str, Source)> {
        let layers = [
            (Source::Environment, &self.flags),
            (Source::Environment, &self.env),
        ];
        let dotenv = self.dotenv.iter().map(|(source, layer)| (*source, layer));
        layers
            .into_iter()
            .chain(dotenv)
            .find_map(|(source, layer)| {
                let value = layer.get(name)?.as_str();
                (!value.trim().is_empty()).then_some((value, source))
            })
    }

    /// The same with the `.env` files of the library and the working directory below the environment.
    pub(super) fn with_dotenv(&self, library: &Path) -> Result<Self, Error> {
        let mut given = self.clone();
        given.dotenv = Vec::new();
        let files = [
            (Source::LibraryDotenv, library.join(".env")),
            (Source::WorkingDotenv, self.working_dir.join(".env")),
        ];
        for (source, path) in files {
            let same = source == Source::WorkingDotenv && library == self.working_dir;
            if path.is_file() && !same {
                given.dotenv.push((source, read_dotenv(&path)?));
            }
        }
        Ok(given)
    }
}

/// Lines of `NAME=value`, with `export`, quotes and comments. Deliberately without `$NAME`: a file that came with somebody's folder must not
/// put the environment's secrets into an address (every kept library expands them, so this is our own).
fn read_dotenv(path: &Path) -> Result<BTreeMap<String, String>, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::FileUnreadable {
        path: path.to_owned(),
        source,
    })?;
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let line = line.strip_prefix("export ").unwrap_or(line);
            let (name, value) = line.split_once('=').ok_or_else(|| Error::SettingInvalid {
                name: ".env",
                value: path.display().to_string(),
                wanted: "it must hold lines of the form NAME=value",
            })?;
            Ok((name.trim().to_owned(), dotenv_value(value.trim())))
        })
        .collect()
}

/// What stands between quotes, or before a comment.
fn dotenv_value(value: &str) -> String {
    for quote in ['"', '\''] {
        let inside = value
            .strip_prefix(quote)
            .and_then(|rest| rest.split_once(quote));
        if let Some((inside, _)) = inside {
            return inside.to_owned();
        }
    }
    value
        .split(" #")
        .next()
        .unwrap_or(value)
        .trim_end()
        .to_owned()
}
