//! The fal key, as hosts may handle it: set, tested, removed, never read.

use std::sync::Arc;

use super::Library;
use crate::error::Error;
use crate::event::Event;
use crate::job::runner::blocking;
use crate::provider::fal::{Destination, Fal};
use crate::secret::Source;

/// What may be known about the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyState {
    /// Where it was found; none: there is none.
    pub source: Option<Source>,
    /// The host a fal edit is sent to.
    pub host: String,
}

/// Outcome of the free test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyTest {
    /// fal knows the key.
    Works,
    /// fal does not know the key.
    Refused,
    /// fal knows the key, but the account is locked or the key lacks a right.
    Locked,
    /// fal could not be reached, or the endpoint has no such test.
    Unreachable,
}

impl Library {
    /// Where the key comes from.
    pub async fn key_state(&self) -> KeyState {
        let keys = Arc::clone(&self.0.keys);
        let source = blocking(move || Ok(keys.key()))
            .await
            .ok()
            .flatten()
            .map(|key| key.source);
        let host = Destination::of(&self.settings().fal)
            .map(|to| to.host())
            .unwrap_or_default();
        KeyState { source, host }
    }

    /// Keeps a typed key in the keychain, or, where there is none and the user agreed, in a file only they can read.
    ///
    /// # Errors
    /// [`Error::KeyMalformed`], [`Error::KeyFixed`], [`Error::KeychainUnavailable`]; then nothing is changed.
    pub async fn set_key(&self, text: String, allow_file: bool) -> Result<(), Error> {
        let keys = Arc::clone(&self.0.keys);
        blocking(move || keys.set(&text, allow_file)).await?;
        self.forget_answers();
        let _ = self.0.events.send(Event::Settings);
        Ok(())
    }

    /// Removes the key.
    ///
    /// # Errors
    /// [`Error::KeyFixed`], [`Error::KeychainUnavailable`].
    pub async fn remove_key(&self) -> Result<(), Error> {
        let keys = Arc::clone(&self.0.keys);
        blocking(move || keys.remove()).await?;
        self.forget_answers();
        let _ = self.0.events.send(Event::Settings);
        Ok(())
    }

    /// fal, with the key, to be asked what costs nothing.
    pub(super) async fn fal(&self) -> Result<Fal, Error> {
        let keys = Arc::clone(&self.0.keys);
        let key = blocking(move || Ok(keys.key()))
            .await?
            .ok_or(Error::KeyMissing)?;
        let settings = self.settings().fal;
        let to =
            Destination::of(&settings).ok_or(Error::Internal("fal's addresses do not parse"))?;
        let runner = Arc::clone(&self.0.runner);
        let http = blocking(move || runner.http()).await?;
        Ok(Fal::new(http, to, Some(key), settings.timeout))
    }

    /// Asks fal for nothing, with the key: costs nothing.
    ///
    /// # Errors
    /// [`Error::KeyMissing`].
    pub async fn test_key(&self) -> Result<KeyTest, Error> {
        let fal = self.fal().await?;
        Ok(
            match fal
                .test_key(self.new_id())
                .await
                .map(|status| status.as_u16())
            {
                Ok(404 | 200..=299) => KeyTest::Works,
                Ok(401) => KeyTest::Refused,
                Ok(403) => KeyTest::Locked,
                Ok(_) | Err(_) => KeyTest::Unreachable,
            },
        )
    }
}
