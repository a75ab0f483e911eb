//! Throw-away folders: a library of its own for every test.

use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder that is gone when the value is.
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// A new, empty one.
    ///
    /// # Errors
    /// Where the system's folder for temporary files cannot be written.
    pub fn new() -> io::Result<Self> {
        TempDir::with_prefix("overpaint-").map(Self)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Puts a file into it, with the folders above it, and says where it lies.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn put(&self, name: &str, content: &[u8]) -> io::Result<PathBuf> {
        let file = self.path().join(name);
        if let Some(above) = file.parent() {
            std::fs::create_dir_all(above)?;
        }
        std::fs::write(&file, content)?;
        Ok(file)
    }

    /// All files in it, at any depth, sorted, as paths below it: for "nothing was left behind".
    ///
    /// # Errors
    /// Where a folder in it cannot be read, or vanishes meanwhile.
    pub fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                } else if let Ok(below) = entry.path().strip_prefix(self.path()) {
                    found.push(below.to_owned());
                }
            }
        }
        found.sort();
        Ok(found)
    }
}
