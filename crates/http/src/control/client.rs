//! The other's end: a program that found the library owned.

use std::path::{Path, PathBuf};
use std::time::Duration;

use overpaint_api::job::Job;
use overpaint_api::problem::Problem;
use reqwest::{Client, Method, Response, StatusCode, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ById, Card, Files, card_path};
use crate::file_edit::FileEdit;

/// For questions, which the owner answers from memory or one row.
const SHORT: Duration = Duration::from_secs(5);

/// For an edit: the owner reads and checks the picture first, perhaps after others.
const LONG: Duration = Duration::from_secs(300);

/// The program that owns a library, as another one sees it.
pub struct Owner {
    card: Card,
    http: Client,
}

/// Why the owner did not do it.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Nobody answers there (any more), or the owner is about to leave: look again who owns the library.
    #[error("the library's owner does not answer")]
    Gone(#[source] Option<reqwest::Error>),
    /// It refused, and says why.
    #[error("{0}")]
    Refused(Problem),
}

impl Owner {
    /// The owner of the library in that folder, as it says itself; `None` where no program left its card.
    #[must_use]
    pub fn of(library: &Path) -> Option<Self> {
        let card = std::fs::read(card_path(library)).ok()?;
        let card: Card = serde_json::from_slice(&card).ok()?;
        // A card that leads away from this computer is not one of ours.
        if !card.address.ip().is_loopback() {
            return None;
        }
        let http = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(SHORT)
            .build()
            .ok()?;
        Some(Self { card, http })
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.card.pid
    }

    /// Hands an edit over; answers the id of its job.
    ///
    /// # Errors
    /// [`ControlError`]. After [`ControlError::Gone`] the edit may have been accepted: hand it over again with the same idempotency key.
    pub async fn submit(&self, wish: &FileEdit) -> Result<String, ControlError> {
        let answer: ById = self.ask(Method::POST, "edits", Some(wish), LONG).await?;
        Ok(answer.job_id)
    }

    /// A job as it is, with how far it is.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn job(&self, id: &str) -> Result<Job, ControlError> {
        self.ask(Method::GET, &format!("jobs/{id}"), None::<&()>, SHORT)
            .await
    }

    /// Asks for a job's end.
    ///
    /// # Errors
    /// [`ControlError`], for example `too_late`.
    pub async fn cancel(&self, id: &str) -> Result<Job, ControlError> {
        self.ask(
            Method::POST,
            "cancel",
            Some(&ById {
                job_id: id.to_owned(),
            }),
            SHORT,
        )
        .await
    }

    /// Has the owner's window come to the front and take in these files; absolute paths, possibly none.
    ///
    /// # Errors
    /// [`ControlError`]; [`ControlError::Refused`] by an owner without a window.
    pub async fn open(&self, files: &[PathBuf]) -> Result<(), ControlError> {
        let answer: Result<Files, ControlError> = self
            .ask(
                Method::POST,
                "open",
                Some(&Files {
                    paths: files.to_owned(),
                }),
                SHORT,
            )
            .await;
        answer.map(drop)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        what: &str,
        body: Option<&impl Serialize>,
        within: Duration,
    ) -> Result<T, ControlError> {
        let gone = |error| ControlError::Gone(Some(error));
        let url = format!("http://{}/control/{what}", self.card.address);
        let request = self
            .http
            .request(method, url)
            .bearer_auth(&self.card.token)
            .timeout(within);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.map_err(gone)?;
        match answer.status() {
            StatusCode::OK => answer.json().await.map_err(gone),
            StatusCode::CONFLICT => Err(refused(answer).await),
            // Leaving, or another program that got the port of a dead owner.
            _ => Err(ControlError::Gone(None)),
        }
    }
}

async fn refused(answer: Response) -> ControlError {
    answer.json().await.map_or_else(
        |error| ControlError::Gone(Some(error)),
        ControlError::Refused,
    )
}

impl std::fmt::Debug for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Owner")
            .field("address", &self.card.address)
            .field("pid", &self.card.pid)
            .finish_non_exhaustive()
    }
}
