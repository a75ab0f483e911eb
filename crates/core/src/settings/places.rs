//! Where files of the user lie: XDG on Linux, Application Support on macOS, AppData on Windows.

use std::path::PathBuf;

/// The folders of one user.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The default library.
    pub library: PathBuf,
    /// The settings file, and the key file where there is no keychain.
    pub config: PathBuf,
    /// Log files.
    pub logs: PathBuf,
}

impl Places {
    /// This user's folders; below the temporary folder for a user without a home.
    #[must_use]
    pub fn of_user() -> Self {
        let Some(dirs) = directories::ProjectDirs::from("", "", "overpaint") else {
            let dir = std::env::temp_dir().join("overpaint");
            return Self {
                library: dir.join("library"),
                config: dir.clone(),
                logs: dir.join("logs"),
            };
        };
        Self {
            library: dirs.data_dir().join("library"),
            config: dirs.config_dir().to_owned(),
            // Only Linux has a folder for state; elsewhere logs lie with the local data.
            logs: dirs
                .state_dir()
                .unwrap_or_else(|| dirs.data_local_dir())
                .join("logs"),
        }
    }
}
