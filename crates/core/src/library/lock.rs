//! One owner: an exclusive lock on `lock` in the library's folder. The operating system frees it when the program ends, however it ends.
//!
//! The file's one byte says whether the last owner closed in order; if not, the database is checked before it is trusted.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use crate::error::Error;

/// The held lock.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    /// The last owner did not close in order.
    pub(super) unclean: bool,
}

impl Lock {
    /// Takes the lock file at `path` for whoever owns `dir`.
    pub(super) fn take(path: &Path, dir: &Path) -> Result<Self, Error> {
        let existed = path.exists();
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(Error::disk(path))?;
        while let Err(refused) = file.try_lock() {
            match refused {
                TryLockError::Error(error) => return Err(Error::disk(path)(error)),
                // Somebody who only looks (see `is_taken`) shares the lock for a moment; an owner shares it with nobody.
                TryLockError::WouldBlock if file.try_lock_shared().is_ok() => {
                    file.unlock().map_err(Error::disk(path))?;
                    std::thread::yield_now();
                }
                TryLockError::WouldBlock => {
                    return Err(Error::LibraryInUse {
                        dir: dir.to_owned(),
                    });
                }
            }
        }
        let mut mark = String::new();
        // Anything but the word means that nobody closed it: after a power cut the file may be empty.
        let unclean = existed && !(file.read_to_string(&mut mark).is_ok() && mark == "closed");
        let mut lock = Self { file, unclean };
        lock.mark("open").map_err(Error::disk(path))?;
        Ok(lock)
    }

    /// Frees the library and leaves word that everything was closed.
    pub(super) fn release_clean(mut self) {
        if let Err(error) = self.mark("closed") {
            tracing::warn!(%error, "the lock file could not be marked; the next start checks the database");
        }
    }

    fn mark(&mut self, word: &str) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(word.as_bytes())?;
        self.file.sync_data()
    }
}

/// Whether a program owns the library in `dir` right now.
#[must_use]
pub(super) fn is_taken(dir: &Path) -> bool {
    let Ok(file) = File::open(dir.join("lock")) else {
        return false;
    };
    // A shared lock is refused exactly while somebody holds the exclusive one.
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}
