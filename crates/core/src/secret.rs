//! The fal key as a type that cannot be printed.
//!
//! There is no `Display`, `Debug` shows nothing of it, and the one way to its text is [`Key::expose`], to be searched for in reviews.

use memchr::memmem;
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

    /// What somebody else said, without the key where they repeated it: whole, or only its secret.
    pub(crate) fn taken_out_of(&self, said: Vec<u8>) -> Vec<u8> {
        let whole = self.expose();
        let secret = whole.split_once(':').map_or(whole, |(_, secret)| secret);
        // A short one is no secret, and would be found everywhere.
        let told = [whole, secret].into_iter().filter(|text| text.len() >= 8);
        told.fold(said, |said, text| {
            let mut rest = said.as_slice();
            let Some(mut at) = memmem::find(rest, text.as_bytes()) else {
                return said;
            };
            let mut clean = Vec::with_capacity(said.len());
            loop {
                clean.extend_from_slice(rest.get(..at).unwrap_or_default());
                clean.extend_from_slice(b"[key]");
                rest = rest.get(at + text.len()..).unwrap_or_default();
                match memmem::find(rest, text.as_bytes()) {
                    Some(next) => at = next,
                    None => break,
                }
            }
            clean.extend_from_slice(rest);
            clean
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

/// A bearer token of the local API, known by its hash alone: what is stored opens nothing, and comparing hashes takes the same time however
/// much of a wrong token was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenHash(blake3::Hash);

impl TokenHash {
    /// Of a token as it is typed or sent.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(blake3::hash(token.trim().as_bytes()))
    }

    /// As it was printed; `None` for anything else, the empty text too.
    #[must_use]
    pub fn of_row(hex: &str) -> Option<Self> {
        blake3::Hash::from_hex(hex).ok().map(Self)
    }

    /// Whether it is that token's.
    #[must_use]
    pub fn fits(&self, token: &str) -> bool {
        // blake3 compares hashes in constant time.
        self.0 == Self::of(token).0
    }
}

impl std::fmt::Display for TokenHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.to_hex().fmt(f)
    }
}

/// A fresh token: 256 random bits, in letters that need no quotes anywhere.
#[must_use]
pub fn fresh_token() -> String {
    let bits: [u8; 32] = rand::random();
    blake3::Hash::from_bytes(bits).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[test]
    fn a_key_that_is_repeated_is_taken_out_wherever_it_stands() {
        let key = Key::parse("id-1:s3cret-s3cret", Source::Keychain).unwrap();
        let said = b"No user for id-1:s3cret-s3cret (s3cret-s3cret), id-1".to_vec();
        assert_eq!(key.taken_out_of(said), b"No user for [key] ([key]), id-1");
        assert_eq!(key.taken_out_of(b"nothing".to_vec()), b"nothing");
        let short = Key::parse("a:b", Source::Keychain).unwrap();
        assert_eq!(short.taken_out_of(b"a:b abba".to_vec()), b"a:b abba");
    }

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

    #[test]
    fn a_token_is_known_by_its_hash() {
        let token = fresh_token();
        let hash = TokenHash::of(&token);
        assert!(token.len() == 64 && token != fresh_token());
        assert!(!hash.to_string().contains(&token));
        let read = TokenHash::of_row(&hash.to_string()).unwrap();
        assert!(read.fits(&token) && !read.fits(&hash.to_string()) && !read.fits(""));
        assert_eq!(TokenHash::of_row(""), None);
    }
}
