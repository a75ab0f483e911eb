//! The local API as the window has it: there while its switch is on, at the port that was wished or the next free one.
//!
//! The settings say what should be, [`Endpoint::apply`] makes it so, and whoever changes them here waits until it is. What stands in the way
//! (origins that cannot be, no port) is a part of what is shown, never a failed start: the window works without it.
//!
//! Deliberately on this computer only (`OVERPAINT_HOST` is for `overpaint serve`), and a token leaves here once, when it is made.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use overpaint_api::problem::Problem;
use overpaint_api::settings::{LocalApi, NewToken};
use overpaint_core::Library;
use overpaint_core::error::Error;
use overpaint_core::secret::{TokenHash, fresh_token};
use overpaint_core::settings::{Change, DEFAULT_PORT, Settings};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinHandle;

use crate::Server;

/// How many ports after a taken one are tried before any free one will do.
const FOLLOWING: u16 = 20;

/// How long a switch waits for requests under way. After that they go on by themselves; no new one is heard either way.
const PATIENCE: Duration = Duration::from_secs(1);

/// The window's local API over one library. Cloning is cheap; when the last clone goes, it ends.
#[derive(Debug, Clone)]
pub struct Endpoint(Arc<Inner>);

struct Inner {
    library: Library,
    /// Held while reality is made to follow the settings, so that whoever asks meanwhile is told the outcome.
    now: Mutex<Now>,
}

/// What is.
#[derive(Default)]
struct Now {
    running: Option<Running>,
    /// Why it is not, although it should be.
    problem: Option<Problem>,
}

/// A server, and what it was started for.
struct Running {
    wish: Wish,
    address: SocketAddr,
    /// Dropped, the server ends.
    open: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

/// What makes another server necessary.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Wish {
    port: u16,
    token: Option<TokenHash>,
}

impl Endpoint {
    /// Not there yet: [`Self::apply`] starts it.
    #[must_use]
    pub fn new(library: Library) -> Self {
        Self(Arc::new(Inner {
            library,
            now: Mutex::default(),
        }))
    }

    /// Starts, ends or restarts it, as the settings say.
    pub async fn apply(&self) {
        self.0.now.lock().await.follow(&self.0.library).await;
    }

    /// What is, for the window to show.
    pub async fn state(&self) -> LocalApi {
        let now = self.0.now.lock().await;
        now.shown(&self.0.library.settings())
    }

    /// Changes the settings and makes it so. That it cannot be made so is told in the answer.
    ///
    /// # Errors
    /// As [`Library::change_settings`]; then nothing is changed.
    pub async fn change(&self, change: Change) -> Result<LocalApi, Error> {
        // From before the announcement on: who hears it and asks waits for the outcome.
        let mut now = self.0.now.lock().await;
        let settings = self.0.library.change_settings(change)?;
        now.follow(&self.0.library).await;
        Ok(now.shown(&settings))
    }

    /// Makes a token that is required from now on. Only its hash is kept; one that was required before no longer opens anything.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn make_token(&self) -> Result<NewToken, Error> {
        let token = fresh_token();
        let api = self.change(token_change(TokenHash::of(&token).to_string()));
        let api = api.await?;
        Ok(NewToken { token, api })
    }

    /// No token is required any more.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn remove_token(&self) -> Result<LocalApi, Error> {
        self.change(token_change(String::new())).await
    }

    /// Where its description can be read.
    ///
    /// # Errors
    /// [`Error::NotFound`] while it does not answer.
    pub async fn description(&self) -> Result<String, Error> {
        let url = self.state().await.url.ok_or_else(|| Error::NotFound {
            what: "local API",
            id: "/docs".to_owned(),
        })?;
        Ok(format!("{url}/docs"))
    }

    /// Ends it; requests under way may end first. The settings stay: what was on is on at the next start.
    pub async fn close(&self) {
        if let Some(running) = self.0.now.lock().await.running.take() {
            drop(running.open);
            let _ = running.serving.await;
        }
    }
}

impl Now {
    async fn follow(&mut self, library: &Library) {
        let api = library.settings().api;
        let wish = Wish {
            port: api.port.unwrap_or(DEFAULT_PORT),
            token: api.token,
        };
        let stays = |running: &Running| api.on && running.wish == wish && running.answers();
        if self.running.as_ref().is_some_and(stays) {
            return;
        }
        self.problem = None;
        let last = match self.running.take() {
            Some(running) => Some(running.end().await),
            None => None,
        };
        if !api.on {
            return;
        }
        // Clients know where it is: a new token leaves it there, also beside the port that was wished.
        let same = last.filter(|(before, _)| before.port == wish.port);
        match start(library, wish, same.map(|(_, port)| port)).await {
            Ok(running) => self.running = Some(running),
            Err(error) => {
                tracing::warn!(%error, "the local API cannot start");
                self.problem = Some(error.into());
            }
        }
    }

    fn shown(&self, settings: &Settings) -> LocalApi {
        let broke = |running: &Running| {
            (!running.answers()).then(|| Error::Internal("the local API ended by itself").into())
        };
        let running = self.running.as_ref();
        let fixed = settings.fixed.iter();
        LocalApi {
            on: settings.api.on,
            url: running
                .filter(|running| running.answers())
                .map(|running| format!("http://{}", running.address)),
            port: settings.api.port.unwrap_or(DEFAULT_PORT),
            token_required: settings.api.token.is_some(),
            problem: self.problem.clone().or_else(|| running.and_then(broke)),
            fixed: fixed
                .filter(|name| name.starts_with("api_"))
                .map(|&name| name.to_owned())
                .collect(),
        }
    }
}

impl Running {
    fn answers(&self) -> bool {
        !self.serving.is_finished()
    }

    /// Nobody is heard any more once this is over. Answers what it was started for, and where it was.
    async fn end(self) -> (Wish, u16) {
        let Self {
            wish,
            address,
            open,
            mut serving,
        } = self;
        drop(open);
        if tokio::time::timeout(PATIENCE, &mut serving).await.is_err() {
            // The listener goes with it; requests under way have tasks of their own.
            serving.abort();
            let _ = serving.await;
        }
        (wish, address.port())
    }
}

async fn start(library: &Library, wish: Wish, same: Option<u16>) -> Result<Running, Error> {
    let server = Server::new(library.clone(), listen(wish.port, same).await?)?;
    let address = server.address();
    let (open, closed) = oneshot::channel();
    let serving = tokio::spawn(async move {
        let end = async move {
            let _ = closed.await;
        };
        server.run(end).await;
    });
    tracing::info!(%address, "the local API answers");
    Ok(Running {
        wish,
        address,
        open,
        serving,
    })
}

/// At the port where it was, else at the wished one, else at one of those that follow, else anywhere.
async fn listen(wished: u16, same: Option<u16>) -> Result<TcpListener, Error> {
    let following = wished..=wished.saturating_add(FOLLOWING);
    for port in same.into_iter().chain(following).chain([0]) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) => tracing::debug!(port, %error, "the local API cannot have this port"),
        }
    }
    Err(Error::SettingInvalid {
        name: "PORT",
        value: wished.to_string(),
        wanted: "but this computer lets Overpaint listen at no port at all",
    })
}

fn token_change(hash: String) -> Change {
    Change {
        api_token: Some(hash),
        ..Change::default()
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").finish_non_exhaustive()
    }
}
