//! Overpaint's local HTTP, for every host that has one: the window's endpoint and `overpaint serve`.
//!
//! `compat` alone knows the frozen routes of the original backend. `guard` stands before every route and decides who may ask. `control`
//! is another, private door: how a second program on this computer hands its work to the one that owns the library. `log` is the log file
//! that both hosts write; it lives here because the window must not depend on the command line, and core prints nothing.
//!
//! Deliberately absent so far: our own routes (`/api/v1`), tokens, addresses beyond loopback.
//!
//! Invariant: nothing here knows Tauri, and nothing here knows the database; handlers call the facade, [`Library`].

mod compat;
pub mod control;
mod endpoint;
pub mod file_edit;
mod guard;
pub mod log;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use axum::serve::ListenerExt;
use overpaint_core::Library;
use overpaint_core::error::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use endpoint::Endpoint;

use guard::Guard;

/// How long requests under way may go on after the end was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// The library's HTTP on one listener, ready to be run.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    routes: Router,
}

impl Server {
    /// Who may ask is decided here, by the library's settings (`ALLOWED_ORIGINS`, `ALLOWED_ORIGIN_REGEX`) and the listener's own address.
    ///
    /// # Errors
    /// [`Error::SettingInvalid`] for origins that cannot be.
    pub fn new(library: Library, listener: TcpListener) -> Result<Self, Error> {
        let address = listener
            .local_addr()
            .map_err(|_| Error::Internal("a listener without an address"))?;
        let guard = Arc::new(Guard::new(&library.settings(), address)?);
        let routes =
            compat::routes(library).layer(middleware::from_fn_with_state(guard, guard::protect));
        Ok(Self {
            listener,
            address,
            routes,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is over; requests under way may end within ten seconds. The library stays open: it is the caller's to close.
    ///
    /// # Errors
    /// [`Error::Internal`] where the listener breaks.
    pub async fn run(
        self,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Error> {
        // Answers are small and asked for one by one: waiting to fill a packet only costs time.
        let listener = self.listener.tap_io(|connection| {
            if let Err(error) = connection.set_nodelay(true) {
                tracing::debug!(%error, "a connection keeps its delay");
            }
        });
        let (ending, ended) = oneshot::channel();
        let serving = axum::serve(listener, self.routes).with_graceful_shutdown(async move {
            shutdown.await;
            let _ = ending.send(());
        });
        let grace_over = async {
            // An error: the server ended first, and there is nothing to cut.
            match ended.await {
                Ok(()) => tokio::time::sleep(GRACE).await,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            served = serving => served.map_err(|_| Error::Internal("the listener broke"))?,
            () = grace_over => tracing::warn!("requests were still under way and are cut"),
        }
        Ok(())
    }
}
