//! Picture files of one library, held by the BLAKE3 hash of their bytes: `pictures/ab/ab12….png`.
//!
//! A file is written to `tmp/`, synced, renamed into place, and its folder synced, before anything in the database speaks of it: what a row
//! names exists, whole, after a power cut. Names come from hashes and our own endings, never from anybody's text. Small copies for the
//! screen live in `cache/` and may be deleted at any time.

use std::fs::{self, File};
use std::io::{BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::picture::{self, Encoded, Facts, Format};
use crate::version::Picture;

/// How large a picture is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// Fits in 512 × 512 pixels: grids and trees.
    Thumb,
    /// Fits in 2048 × 2048 pixels: the stage.
    Screen,
    /// Every pixel, in a format a web view shows.
    Full,
}

impl Size {
    /// The size of that name (`thumb`, `screen`, `full`).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "thumb" => Some(Self::Thumb),
            "screen" => Some(Self::Screen),
            "full" => Some(Self::Full),
            _ => None,
        }
    }

    /// The longest edge in pixels; none for [`Size::Full`].
    #[must_use]
    pub fn edge(self) -> Option<u32> {
        match self {
            Self::Thumb => Some(512),
            Self::Screen => Some(2048),
            Self::Full => None,
        }
    }
}

/// Bytes to show, and what they are.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Media type of the bytes.
    pub media_type: String,
    /// The picture file.
    pub bytes: Vec<u8>,
}

/// The folders of a library's picture files. Every method blocks: call it on a blocking thread.
#[derive(Debug, Clone)]
pub(crate) struct Pictures {
    dir: PathBuf,
}

impl Pictures {
    /// Makes the folders. The owner also clears what an earlier run left half-written.
    pub(crate) fn open(dir: &Path) -> Result<Self, Error> {
        let tmp = dir.join("tmp");
        if tmp.exists() {
            fs::remove_dir_all(&tmp).map_err(Error::disk(&tmp))?;
        }
        for folder in [tmp, dir.join("pictures"), dir.join("cache")] {
            fs::create_dir_all(&folder).map_err(Error::disk(&folder))?;
        }
        Ok(Self {
            dir: dir.to_owned(),
        })
    }

    /// The folders as they are, for a program that only reads.
    pub(crate) fn beside(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
        }
    }

    /// Where a file may be written before it has a name.
    pub(crate) fn tmp(&self) -> PathBuf {
        self.dir.join("tmp")
    }

    /// Checks a stranger's bytes, every pixel of them, and keeps them.
    ///
    /// # Errors
    /// [`Error::Picture`] for bytes that are no usable picture, [`Error::Disk`]. Nothing is left behind either way.
    pub(crate) fn keep(&self, bytes: &[u8]) -> Result<(Picture, Facts), Error> {
        self.store(bytes, picture::check(bytes)?)
    }

    /// Keeps a result: paid for, or our own work. Only its header and its end are checked.
    ///
    /// # Errors
    /// As [`Pictures::keep`].
    pub(crate) fn keep_result(&self, bytes: &[u8]) -> Result<(Picture, Facts), Error> {
        self.store(bytes, picture::check_end(bytes)?)
    }

    /// Keeps a stranger's file that lies in `tmp/`: its header and its end are checked, then it is moved into place as it is.
    ///
    /// # Errors
    /// As [`Pictures::keep`].
    pub(crate) fn keep_file(
        &self,
        mut file: tempfile::NamedTempFile,
    ) -> Result<(Picture, Facts), Error> {
        let at = file.path().to_owned();
        let mut bytes = Vec::new();
        file.rewind()
            .and_then(|()| file.read_to_end(&mut bytes))
            .map_err(Error::disk(&at))?;
        let facts = picture::check_end(&bytes)?;
        let picture = described(&bytes, &facts);
        let path = self.path(&picture);
        if fs::metadata(&path).is_ok_and(|m| m.len() == picture.bytes) {
            return Ok((picture, facts));
        }
        drop(bytes);
        self.place(&path, file, Durable::Yes)
            .map_err(Error::disk(&path))?;
        Ok((picture, facts))
    }

    fn store(&self, bytes: &[u8], facts: Facts) -> Result<(Picture, Facts), Error> {
        let picture = described(bytes, &facts);
        let path = self.path(&picture);
        if fs::metadata(&path).is_ok_and(|m| m.len() == picture.bytes) {
            return Ok((picture, facts));
        }
        self.write(&path, bytes, Durable::Yes)?;
        Ok((picture, facts))
    }

    /// The stored file.
    pub(crate) fn path(&self, picture: &Picture) -> PathBuf {
        self.file("pictures", &picture.hash, &picture.file_name())
    }

    /// The stored bytes.
    pub(crate) fn read(&self, picture: &Picture) -> Result<Vec<u8>, Error> {
        let path = self.path(picture);
        fs::read(&path).map_err(|source| Error::FileUnreadable { path, source })
    }

    /// Whether it is black all over. Reads no more of the file than that takes.
    pub(crate) fn is_black(&self, picture: &Picture) -> Result<bool, Error> {
        let path = self.path(picture);
        let file = File::open(&path).map_err(|source| Error::FileUnreadable { path, source })?;
        let format = Format::of_media_type(&picture.media_type);
        let pixels = u64::from(picture.width) * u64::from(picture.height);
        Ok(format.is_some_and(|format| picture::is_black(BufReader::new(file), format, pixels)))
    }

    /// The stored bytes of the file of that name (`<hash>.<ending>`).
    pub(crate) fn read_named(&self, name: &str) -> Result<Vec<u8>, Error> {
        let path = self.file("pictures", name, name);
        // The name comes from our own row, but a path is never built on trust.
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.') || name.contains("..") {
            return Err(Error::Internal("a stored picture's name is no name"));
        }
        fs::read(&path).map_err(|source| Error::FileUnreadable { path, source })
    }

    /// The picture in that size, made and kept if it was not there.
    pub(crate) fn shown(&self, picture: &Picture, size: Size) -> Result<Shown, Error> {
        let Some(edge) = size.edge() else {
            return self.full(picture);
        };
        if picture.width.max(picture.height) <= edge && size == Size::Screen {
            return self.full(picture);
        }
        let copy = |ending: &str| {
            self.file(
                "cache",
                &picture.hash,
                &format!("{}-{edge}.{ending}", picture.hash),
            )
        };
        for (ending, media_type) in [
            ("jpg", "image/jpeg"),
            ("png", "image/png"),
            ("webp", "image/webp"),
        ] {
            if let Ok(bytes) = fs::read(copy(ending)) {
                return Ok(Shown {
                    media_type: media_type.to_owned(),
                    bytes,
                });
            }
        }
        let made = picture::thumbnail(&self.read(picture)?, edge)?;
        self.write(&copy(made.format.extension()), &made.bytes, Durable::No)?;
        Ok(shown(made))
    }

    fn full(&self, picture: &Picture) -> Result<Shown, Error> {
        let bytes = self.read(picture)?;
        match picture::for_display(&bytes)? {
            Some(made) => Ok(shown(made)),
            None => Ok(Shown {
                media_type: picture.media_type.clone(),
                bytes,
            }),
        }
    }

    /// Deletes the files of pictures no row names any more.
    pub(crate) fn remove(&self, hash: &str, extension: &str) {
        let stale = [("pictures", format!("{hash}.{extension}"))]
            .into_iter()
            .chain(
                [Size::Thumb, Size::Screen]
                    .into_iter()
                    .filter_map(Size::edge)
                    .flat_map(|edge| {
                        ["jpg", "png", "webp"]
                            .map(|ending| ("cache", format!("{hash}-{edge}.{ending}")))
                    }),
            );
        for (kind, name) in stale {
            let path = self.file(kind, hash, &name);
            if let Err(error) = fs::remove_file(&path)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(file = %path.display(), %error, "a file of a purged picture could not be deleted");
            }
        }
    }

    fn file(&self, kind: &str, hash: &str, name: &str) -> PathBuf {
        self.dir
            .join(kind)
            .join(hash.get(..2).unwrap_or("00"))
            .join(name)
    }

    fn write(&self, path: &Path, bytes: &[u8], durable: Durable) -> Result<(), Error> {
        let write = || -> std::io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(self.tmp())?;
            file.write_all(bytes)?;
            self.place(path, file, durable)
        };
        write().map_err(Error::disk(path))
    }

    /// Moves a file of `tmp/` to where it stays.
    fn place(
        &self,
        path: &Path,
        file: tempfile::NamedTempFile,
        durable: Durable,
    ) -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(&self.dir);
        let fresh = !folder.exists();
        fs::create_dir_all(folder)?;
        if durable == Durable::Yes {
            file.as_file().sync_all()?;
        }
        file.persist(path).map_err(|error| error.error)?;
        if durable == Durable::Yes {
            sync_folder(folder)?;
            // A new folder is itself an entry of the one above.
            if let Some(above) = folder.parent().filter(|_| fresh) {
                sync_folder(above)?;
            }
        }
        Ok(())
    }
}

/// The picture that those bytes are, kept or not.
pub(crate) fn described(bytes: &[u8], facts: &Facts) -> Picture {
    Picture {
        hash: blake3::hash(bytes).to_hex().to_string(),
        media_type: facts.format.media_type().to_owned(),
        extension: facts.format.extension().to_owned(),
        width: facts.width,
        height: facts.height,
        bytes: bytes.len() as u64,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Durable {
    Yes,
    /// Can be made again: not worth waiting for the disk.
    No,
}

fn shown(made: Encoded) -> Shown {
    Shown {
        media_type: made.format.media_type().to_owned(),
        bytes: made.bytes,
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows has no handle for a folder to sync; NTFS journals the rename.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}
