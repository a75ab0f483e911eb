//! Where the fal key is kept: given from outside, in the operating system's keychain, or, only after the user says so, in a file that only
//! they can read. The key itself leaves this file only as a [`Key`].

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Error;
use crate::secret::{Key, Source};
use crate::settings::Places;

const SERVICE: &str = "overpaint";
const ACCOUNT: &str = "fal.ai";

/// The keychain a library uses.
#[derive(Debug, Clone)]
pub enum Keychain {
    /// The operating system's: Keychain, Credential Manager, Secret Service.
    System,
    /// None, as on a server without one.
    Absent,
    /// In memory: for tests, which must not touch the tester's keychain.
    Memory(Arc<Mutex<Option<String>>>),
}

impl Keychain {
    fn get(&self) -> Option<String> {
        match self {
            Self::System => keyring::v1::Entry::new(SERVICE, ACCOUNT)
                .and_then(|entry| entry.get_password())
                .ok(),
            Self::Absent => None,
            Self::Memory(kept) => kept.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    fn set(&self, key: &str) -> Result<(), Error> {
        match self {
            Self::System => keyring::v1::Entry::new(SERVICE, ACCOUNT)
                .and_then(|entry| entry.set_password(key))
                .map_err(|error| Error::KeychainUnavailable(Some(error.into()))),
            Self::Absent => Err(Error::KeychainUnavailable(None)),
            Self::Memory(kept) => {
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.to_owned());
                Ok(())
            }
        }
    }

    fn remove(&self) -> Result<(), Error> {
        match self {
            Self::System => match keyring::v1::Entry::new(SERVICE, ACCOUNT)
                .and_then(|entry| entry.delete_credential())
            {
                Ok(()) | Err(keyring::v1::Error::NoEntry | keyring::v1::Error::NoDefaultStore) => {
                    Ok(())
                }
                Err(error) => Err(Error::KeychainUnavailable(Some(error.into()))),
            },
            Self::Absent => Ok(()),
            Self::Memory(kept) => {
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = None;
                Ok(())
            }
        }
    }
}

/// The key in force and how to change it. Methods block (a keychain may ask the user): call them on a blocking thread.
#[derive(Debug)]
pub(crate) struct Keys {
    given: Option<Key>,
    keychain: Keychain,
    file: PathBuf,
    /// What was found last: the keychain is asked once, not at every job. The lock is held while it is asked, so that two jobs that start
    /// together ask once.
    found: Mutex<Option<Key>>,
}

impl Keys {
    pub(crate) fn new(given: Option<Key>, keychain: Keychain, places: &Places) -> Self {
        Self {
            given,
            keychain,
            file: places.config.join("fal-key"),
            found: Mutex::new(None),
        }
    }

    /// The key in force.
    pub(crate) fn key(&self) -> Option<Key> {
        if let Some(given) = &self.given {
            return Some(given.clone());
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.is_none() {
            // Only a key that was found is remembered: a keychain that is locked now may be open in a minute.
            *found = self.look();
        }
        found.clone()
    }

    fn look(&self) -> Option<Key> {
        let kept = self.keychain.get().map(|text| (text, Source::Keychain));
        let (text, source) = kept.or_else(|| {
            fs::read_to_string(&self.file)
                .ok()
                .map(|text| (text, Source::File))
        })?;
        Key::parse(&text, source).ok()
    }

    /// Keeps a key: in the keychain, or in the file where the user agreed to one.
    pub(crate) fn set(&self, text: &str, allow_file: bool) -> Result<(), Error> {
        if self.given.is_some() {
            return Err(Error::KeyFixed);
        }
        let key = Key::parse(text, Source::Keychain)?;
        match self.keychain.set(key.expose()) {
            Ok(()) => self.remove_file()?,
            Err(Error::KeychainUnavailable(_)) if allow_file => self.write_file(key.expose())?,
            Err(error) => return Err(error),
        }
        self.forget();
        Ok(())
    }

    /// Removes the key from wherever it is kept.
    pub(crate) fn remove(&self) -> Result<(), Error> {
        if self.given.is_some() {
            return Err(Error::KeyFixed);
        }
        self.remove_file()?;
        self.keychain.remove()?;
        self.forget();
        Ok(())
    }

    fn forget(&self) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn remove_file(&self) -> Result<(), Error> {
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::disk(&self.file)(error))
            }
            _ => Ok(()),
        }
    }

    fn write_file(&self, key: &str) -> Result<(), Error> {
        let write = || -> std::io::Result<()> {
            let folder = self.file.parent().unwrap_or(&self.file);
            fs::create_dir_all(folder)?;
            // tempfile makes files 0600; persisting keeps the mode.
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(key.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&self.file).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(Error::disk(&self.file))
    }
}
