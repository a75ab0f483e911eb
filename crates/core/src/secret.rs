//! The fal key as a type that cannot be printed.
//!
//! There is no `Display`, `Debug` shows nothing of it, and the one way to its text is [`Key::expose`], to be searched for in reviews.

use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;

/// Where a value was found, in falling order of precedence. Keys and endpoints remember it: a key never travels to an endpoint that
/// somebody else wrote down (see `provider::fal::destination`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A command-line flag or the environment: both are typed by whoever starts the program.
    Environment,
    /// The `.env` file in the library.
    LibraryDotenv,
    /// The `.env` file in the working directory.
    WorkingDotenv,
    /// The settings file, or for a key: the 0600 file the user agreed to.
    File,
    /// The operating system's keychain.
    Keychain,
    /// Built in.
    Default,
}

/// A fal API key: `<id>:<secret>`, trimmed.
#[derive(Clone)]
pub struct Key {
    text: SecretString,
    /// Where it was found.
    pub source: Source,
}

impl Key {
    /// Takes a key as typed or found. White space around it is dropped (a trailing newline is a known cause of 401s, fal-contract 1).
    /// The colon is not insisted on, because other `FAL_ENDPOINT`s have other keys.
    ///
    /// # Errors
    /// [`Error::KeyMalformed`] when it is empty or holds what no HTTP header may hold.
    pub fn parse(text: &str, source: Source) -> Result<Self, Error> {
        let text = text.trim();
        let fits =
            !text.is_empty() && text.len() <= 1024 && text.chars().all(|c| c.is_ascii_graphic());
        if !fits {
            return Err(Error::KeyMalformed);
        }
        Ok(Self {
            text: text.into(),
            source,
        })
    }

    /// The key itself: only for the `Authorization` header and for storing it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({:?})", self.source)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[test]
    fn a_key_is_trimmed_and_never_printed() {
        let key = Key::parse(" id-1:secret-2\n", Source::Keychain).unwrap();
        assert_eq!(key.expose(), "id-1:secret-2");
        assert!(!format!("{key:?}").contains("secret"));
    }

    #[test]
    fn what_no_header_may_hold_is_no_key() {
        for text in ["", "  ", "id:\u{0}", "id: with space", "clé:ü"] {
            assert!(
                matches!(Key::parse(text, Source::File), Err(Error::KeyMalformed)),
                "{text:?}"
            );
        }
    }
}
