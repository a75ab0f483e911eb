//! The file a result goes to. Looked at before anything is sent, since a result that cannot be written was paid for all the same.

use std::ffi::OsStr;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use overpaint_core::error::Error;
use overpaint_core::picture::{self, SaveFormat};

use crate::output::Stop;

/// A file that can be written: its folder is there, and it is not the input.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    path: PathBuf,
    format: SaveFormat,
}

impl Target {
    /// The file `output` names, as the result for `input`; both absolute.
    pub(crate) fn new(output: &Path, input: &Path) -> Result<Self, Stop> {
        let typed = output.display().to_string();
        let Some(format) = format_of(output.extension()) else {
            return Err(Stop::usage(
                "--output",
                typed,
                "it must end in .png, .jpg, .jpeg or .webp",
            ));
        };
        // Through links, so that a link to the input counts as the input, and a link to a file stays one.
        let path = fs::canonicalize(output).unwrap_or_else(|_| output.to_owned());
        if is_same_file(&path, input) {
            return Err(Stop::usage(
                "--output",
                typed,
                "it must be another file than the picture itself, which is never changed",
            ));
        }
        if path.exists() && !path.is_file() {
            return Err(Stop::usage("--output", typed, "it must be a file"));
        }
        let target = Self { path, format };
        // Made and gone again: a folder that is missing or read-only shows here, and costs nothing.
        target
            .beside()
            .map_err(|source| target.unwritable(source))?;
        Ok(target)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The format its ending means.
    pub(crate) fn format(&self) -> SaveFormat {
        self.format
    }

    /// Writes a stored picture file with that ending: its own bytes where the format fits, else its pixels in the target's format.
    ///
    /// Blocks. [`overpaint_core::Library::save`] does the same for the program that owns the library.
    pub(crate) fn write_picture(&self, stored: &Path) -> Result<(), Error> {
        let bytes = fs::read(stored).map_err(|source| Error::FileUnreadable {
            path: stored.to_owned(),
            source,
        })?;
        if format_of(stored.extension()) == Some(self.format) {
            return self.write(&bytes);
        }
        self.write(&picture::encode(&picture::decode(&bytes)?, self.format)?)
    }

    /// Writes the file, whole or not at all: a full disk leaves what was there before.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        let write = || -> std::io::Result<()> {
            let mut file = self.beside()?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.persist(&self.path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|source| self.unwritable(source))
    }

    /// A file in the same folder that is gone unless it takes the target's place.
    fn beside(&self) -> std::io::Result<tempfile::NamedTempFile> {
        let folder = self.path.parent().ok_or(ErrorKind::NotFound)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".overpaint-");
        // As any new file of the user: what their umask leaves.
        #[cfg(unix)]
        builder
            .permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
        builder.tempfile_in(folder)
    }

    fn unwritable(&self, source: std::io::Error) -> Error {
        Error::Disk {
            path: self.path.clone(),
            source,
        }
    }
}

fn format_of(ending: Option<&OsStr>) -> Option<SaveFormat> {
    match ending?.to_string_lossy().to_ascii_lowercase().as_str() {
        "png" => Some(SaveFormat::Png),
        "jpg" | "jpeg" => Some(SaveFormat::Jpeg),
        "webp" => Some(SaveFormat::WebP),
        _ => None,
    }
}

#[cfg(unix)]
fn is_same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    // By number: two names (hard links) can be one file.
    let number = |path: &Path| fs::metadata(path).map(|file| (file.dev(), file.ino()));
    matches!((number(a), number(b)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(not(unix))]
fn is_same_file(a: &Path, b: &Path) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}
