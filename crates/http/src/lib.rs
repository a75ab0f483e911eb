//! Overpaint's local HTTP, for every host that has one: the window's endpoint and `overpaint serve`.
//!
//! `compat` alone knows the frozen routes of the original backend, `v1` are our own, `docs` describes both. `guard` stands before every
//! route and decides who may ask, `rate` how often; `serve` keeps the connections. `control` is another, private door: how a second program
//! on this computer hands its work to the one that owns the library. `log` is the log file that both hosts write; it lives here because
//! the window must not depend on the command line, and core prints nothing.
//!
//! Invariant: nothing here knows Tauri, and nothing here knows the database; handlers call the facade, [`Library`].

mod compat;
pub mod control;
mod docs;
mod endpoint;
mod file;
pub mod file_edit;
mod guard;
pub mod log;
mod problem;
mod query;
mod rate;
mod serve;
mod v1;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware;
use axum::response::Response;
use overpaint_core::Library;
use overpaint_core::error::Error;
use overpaint_core::settings::Settings;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::timeout::{RequestBodyDeadlineLayer, RequestBodyTimeoutLayer};

use guard::Guard;

pub use docs::description;
pub use endpoint::Endpoint;

/// How long a client may pause while it sends a body.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// How long a body may take in all: 64 MiB over a slow line, and no longer.
const BODY_DEADLINE: Duration = Duration::from_secs(15 * 60);

/// The library's HTTP on one listener, ready to be run.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    routes: Router,
    /// True once the end was asked for: what would wait for news ends then.
    ending: watch::Sender<bool>,
}

impl Server {
    /// Who may ask is decided here, by the library's settings and the listener's own address.
    ///
    /// # Errors
    /// [`Error::SettingInvalid`] for origins or hosts that cannot be, and for an address beyond this computer without a token.
    pub fn new(library: Library, listener: TcpListener) -> Result<Self, Error> {
        let address = listener
            .local_addr()
            .map_err(|_| Error::Internal("a listener without an address"))?;
        let guard = Arc::new(Guard::new(&library.settings(), address)?);
        let ending = watch::Sender::new(false);
        let routes = routes(library, &ending)
            .layer(RequestBodyTimeoutLayer::new(BODY_PATIENCE))
            .layer(RequestBodyDeadlineLayer::new(BODY_DEADLINE))
            .layer(middleware::from_fn_with_state(guard, guard::protect));
        Ok(Self {
            listener,
            address,
            routes,
            ending,
        })
    }

    /// Whether these settings may be served at that address: for a host that wants to know before it opens anything.
    ///
    /// # Errors
    /// As [`Server::new`].
    pub fn may_serve(settings: &Settings, address: SocketAddr) -> Result<(), Error> {
        Guard::new(settings, address).map(drop)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is over; requests under way may end within ten seconds. The library stays open: it is the caller's to close.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send + 'static) {
        let ending = self.ending;
        let shutdown = async move {
            shutdown.await;
            let _ = ending.send(true);
        };
        serve::serve(self.listener, self.routes, serve::HEAD_PATIENCE, shutdown).await;
    }
}

fn routes(library: Library, ending: &watch::Sender<bool>) -> Router {
    let shared = v1::Shared::of(library.clone(), ending);
    Router::from(compat::routes().with_state(library))
        .merge(v1::routes().with_state(shared))
        .merge(docs::routes(&docs::description()))
        .fallback(no_route)
        .method_not_allowed_fallback(wrong_method)
}

async fn no_route(request: Request) -> Response {
    match request.uri().path().starts_with("/api/v1/") {
        true => v1::no_route().await,
        false => compat::no_route().await,
    }
}

async fn wrong_method(request: Request) -> Response {
    match request.uri().path().starts_with("/api/v1/") {
        true => v1::wrong_method().await,
        false => compat::wrong_method().await,
    }
}
