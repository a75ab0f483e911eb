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

fn read_dotenv(path: &Path) -> Result<BTreeMap<String, String>, Error> {
    let wanted = "it must hold lines of the form NAME=value";
    let invalid = || Error::SettingInvalid {
        name: ".env",
        value: path.display().to_string(),
        wanted,
    };
    let lines = dotenvy::from_path_iter(path).map_err(|_| invalid())?;
    lines.map(|line| line.map_err(|_| invalid())).collect()
}
