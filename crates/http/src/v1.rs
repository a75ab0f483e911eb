//! Our own routes, under `/api/v1`: plain data of `overpaint-api`, problem+json (RFC 9457) for every refusal, cursors instead of page numbers.
//!
//! `Idempotency-Key` is the only thing that joins two requests into one job: equal edits without it are separate jobs, each paid for.
//! Later features bring their own routes; what is here stays.

mod events;
mod input;
mod items;
mod jobs;
mod models;
mod money;
mod news;
mod pictures;
mod versions;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, FromRef};
use axum::response::{IntoResponse, Response};
use overpaint_core::Library;
use overpaint_core::error::{Code, Error};
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Refusal;
use news::News;

/// A prompt of 1 MiB in JSON, where each byte may take six, and parameters.
const MAX_JSON: usize = 8 << 20;

/// What the handlers share.
#[derive(Clone, FromRef)]
pub(crate) struct Shared {
    library: Library,
    news: Arc<News>,
    ending: watch::Receiver<bool>,
}

impl Shared {
    /// Listens to the library until `ending` is true.
    pub(crate) fn of(library: Library, ending: &watch::Sender<bool>) -> Self {
        Self {
            news: News::of(&library, ending.subscribe()),
            ending: ending.subscribe(),
            library,
        }
    }
}

/// Every route of ours.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::<Shared>::new()
        .routes(routes!(models::list))
        .routes(routes!(models::read))
        .routes(routes!(jobs::submit))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::read, jobs::delete))
        .routes(routes!(jobs::cancel))
        .routes(routes!(jobs::retry))
        .routes(routes!(jobs::look))
        .routes(routes!(items::list))
        .routes(routes!(items::restore))
        .routes(routes!(versions::read, versions::delete))
        .routes(routes!(versions::history))
        .routes(routes!(versions::picture))
        .routes(routes!(money::quote))
        .routes(routes!(money::spending))
        .routes(routes!(money::ledger))
        .routes(routes!(money::balance))
        .routes(routes!(events::listen))
        .layer(DefaultBodyLimit::max(MAX_JSON))
        // Streamed to the disk, and bounded there.
        .merge(
            OpenApiRouter::new()
                .routes(routes!(pictures::add))
                .layer(DefaultBodyLimit::disable()),
        )
}

/// The server's end, or that nobody will ever ask for it.
async fn over(ending: &mut watch::Receiver<bool>) {
    // Its guard must not be held by whoever awaits us.
    let _ = ending.wait_for(|ending| *ending).await;
}

/// For any address below `/api/v1` that is none.
pub(crate) async fn no_route() -> Response {
    refused(Code::NoRoute, "There is no such route.")
}

/// For a method that an address does not have.
pub(crate) async fn wrong_method() -> Response {
    refused(Code::MethodNotAllowed, "This address has no such method.")
}

fn refused(code: Code, said: &str) -> Response {
    Refusal::from(Error::Request {
        code,
        said: said.to_owned(),
    })
    .into_response()
}
