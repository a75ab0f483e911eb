//! Who owns the library: this program, or another one that takes our edit and lets us look on.
//!
//! Owners come and go. A window closes, a server is killed, another command line takes over; so the question is asked again whenever
//! nobody answers, and the answer may be another one than before.

use std::time::{Duration, Instant};

use overpaint_core::Library;
use overpaint_core::error::Error;
use overpaint_core::library::{Options, Reader};
use overpaint_core::settings::Given;
use overpaint_http::control::Owner;

use crate::output::Stop;

/// How long a library may be in use without anybody answering for it. Longer than a program needs to close, which lets submits under way
/// end.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// Where we stand.
pub(crate) enum Place {
    /// The library is ours.
    Own(Library),
    /// Another program owns it; its database and files can be read beside it.
    Beside(Owner, Reader),
}

/// Asks who owns the library.
pub(crate) struct Search {
    given: Given,
    patience: Duration,
    /// Since when nobody answered; none after an answer.
    unanswered: Option<Instant>,
}

impl Search {
    /// Gives up after `patience`, usually [`PATIENCE`].
    pub(crate) fn new(given: Given, patience: Duration) -> Self {
        Self {
            given,
            patience,
            unanswered: None,
        }
    }

    /// The owner that was found last did answer.
    pub(crate) fn answered(&mut self) {
        self.unanswered = None;
    }

    /// Takes the library, or finds out whose it is. Asked again without [`Search::answered`] in between, it pauses first, and gives up in
    /// the end.
    pub(crate) async fn next(&mut self) -> Result<Place, Stop> {
        loop {
            let dir = match Library::open(Options::new(self.given.clone())).await {
                Ok(library) => return Ok(Place::Own(library)),
                Err(Error::LibraryInUse { dir }) => dir,
                Err(error) => return Err(error.into()),
            };
            match self.unanswered {
                None => self.unanswered = Some(Instant::now()),
                Some(since) if since.elapsed() >= self.patience => {
                    return Err(Error::LibraryInUse { dir }.into());
                }
                Some(_) => tokio::time::sleep(PAUSE).await,
            }
            // A library that is being made has no card yet, perhaps not even a database.
            if let Some(owner) = Owner::of(&dir)
                && let Ok(reader) = Reader::open(&self.given).await
            {
                tracing::info!(pid = owner.pid(), "another program owns the library");
                return Ok(Place::Beside(owner, reader));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a panic is how a test fails"
    )]
    use super::*;

    #[tokio::test]
    async fn a_library_whose_owner_left_no_card_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let given = Given::nothing(folder.path());
        let owner = Library::open(Options::new(given.clone())).await.unwrap();
        match Search::new(given, Duration::ZERO).next().await {
            Err(Stop::Unreachable(problem)) => assert_eq!(problem.code, "library_in_use"),
            _ => panic!("nobody answers there"),
        }
        owner.close().await;
    }

    #[tokio::test]
    async fn a_library_that_becomes_free_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let given = Given::nothing(folder.path());
        let owner = Library::open(Options::new(given.clone())).await.unwrap();
        let mut search = Search::new(given, PATIENCE);
        let (found, ()) = tokio::join!(search.next(), owner.close());
        match found.unwrap() {
            Place::Own(library) => library.close().await,
            Place::Beside(..) => panic!("nobody else is there"),
        }
    }
}
