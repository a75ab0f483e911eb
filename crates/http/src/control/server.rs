//! The owner's end.

use std::collections::HashSet;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{DefaultBodyLimit, Path as Segment, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use overpaint_api::job::Job as JobOut;
use overpaint_api::problem::Problem;
use overpaint_core::Library;
use overpaint_core::error::Error;
use overpaint_core::job::JobId;
use overpaint_core::secret::{TokenHash, fresh_token};
use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinHandle;

use super::{ById, Card, Files, card_path};
use crate::file_edit::{self, FileEdit};

/// A prompt of 1 MiB in JSON, where each byte may take six.
const MAX_BODY: usize = 8 << 20;

/// What a window does with files that a second start hands over: come to the front, and add them. It must return at once.
pub type OnOpen = Box<dyn Fn(Vec<PathBuf>) + Send + Sync>;

/// The open door. Dropping it closes it and takes the card away.
#[derive(Debug)]
pub struct Control {
    door: Arc<Door>,
    serving: JoinHandle<()>,
}

struct Door {
    library: Library,
    token: TokenHash,
    host: String,
    on_open: Option<OnOpen>,
    handed: Mutex<Handed>,
    /// Something of `handed` changed.
    changed: Notify,
}

/// What others are waiting for.
#[derive(Debug, Default)]
struct Handed {
    /// No more are taken.
    closed: bool,
    /// Edits being accepted in this moment.
    arriving: usize,
    jobs: HashSet<JobId>,
}

impl Control {
    /// Opens the door of a library that this program owns; `on_open` is for a program with a window.
    ///
    /// # Errors
    /// [`Error::Disk`] where the card cannot be written; [`Error::Internal`] where this computer has no free loopback port.
    pub async fn open(library: Library, on_open: Option<OnOpen>) -> Result<Self, Error> {
        let no_port = |_| Error::Internal("no free port on 127.0.0.1");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(no_port)?;
        let address = listener.local_addr().map_err(no_port)?;
        let token = fresh_token();
        let dir = library.dir().to_owned();
        let door = Arc::new(Door {
            library,
            token: TokenHash::of(&token),
            host: address.to_string(),
            on_open,
            handed: Mutex::default(),
            changed: Notify::new(),
        });
        leave_card(&dir, address, token)?;
        let routes = routes(Arc::clone(&door));
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "the control door broke");
            }
        });
        Ok(Self { door, serving })
    }

    /// How many edits that others handed over are not over yet.
    #[must_use]
    pub fn handed(&self) -> usize {
        let handed = self.door.handed();
        handed.jobs.len() + handed.arriving
    }

    /// Waits until every edit that was handed over has ended, and from that moment takes no more.
    pub async fn settled(&self) {
        // Armed before each look, so that nothing that happens between the two is slept over.
        let mut events = self.door.library.subscribe();
        loop {
            let changed = self.door.changed.notified();
            self.door.forget_ended().await;
            if self.door.close_if_idle() {
                return;
            }
            tokio::select! {
                () = changed => {}
                event = events.recv() => {
                    if matches!(event, Err(broadcast::error::RecvError::Closed)) {
                        return;
                    }
                }
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.door.handed().closed = true;
        self.serving.abort();
        // The library is still ours, so the card is too.
        if let Err(error) = std::fs::remove_file(card_path(self.door.library.dir())) {
            tracing::debug!(%error, "the control card was gone already");
        }
    }
}

impl Door {
    fn handed(&self) -> MutexGuard<'_, Handed> {
        // A panic while it was held cannot have left a set half-changed.
        self.handed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn forget_ended(&self) {
        let jobs: Vec<JobId> = self.handed().jobs.iter().copied().collect();
        for id in jobs {
            let at_work = self
                .library
                .job(id)
                .await
                .is_ok_and(|job| job.state.is_active());
            if !at_work {
                self.handed().jobs.remove(&id);
            }
        }
    }

    /// The look and the closing are one step: nobody hands an edit to an owner that is leaving.
    fn close_if_idle(&self) -> bool {
        let mut handed = self.handed();
        handed.closed |= handed.arriving == 0 && handed.jobs.is_empty();
        handed.closed
    }
}

/// An edit on its way in; counts until it is dropped, also when its client hangs up meanwhile.
struct Arriving<'a>(&'a Door);

impl<'a> Arriving<'a> {
    fn at(door: &'a Door) -> Result<Self, Refused> {
        let mut handed = door.handed();
        if handed.closed {
            return Err(Refused::Closing);
        }
        handed.arriving += 1;
        Ok(Self(door))
    }
}

impl Drop for Arriving<'_> {
    fn drop(&mut self) {
        self.0.handed().arriving -= 1;
        self.0.changed.notify_one();
    }
}

fn routes(door: Arc<Door>) -> Router {
    Router::new()
        .route("/control/edits", post(submit))
        .route("/control/cancel", post(cancel))
        .route("/control/jobs/{id}", get(read))
        .route("/control/open", post(open))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&door), admit))
        .with_state(door)
}

async fn submit(
    State(door): State<Arc<Door>>,
    Json(wish): Json<FileEdit>,
) -> Result<Json<ById>, Refused> {
    let _arriving = Arriving::at(&door)?;
    let job = file_edit::submit(&door.library, wish).await?;
    door.handed().jobs.insert(job.id);
    Ok(Json(ById {
        job_id: job.id.to_string(),
    }))
}

async fn cancel(
    State(door): State<Arc<Door>>,
    Json(ById { job_id }): Json<ById>,
) -> Result<Json<JobOut>, Refused> {
    Ok(Json(door.library.cancel_job(job(&job_id)?).await?.into()))
}

async fn read(
    State(door): State<Arc<Door>>,
    Segment(id): Segment<String>,
) -> Result<Json<JobOut>, Refused> {
    Ok(Json(door.library.job(job(&id)?).await?.into()))
}

async fn open(
    State(door): State<Arc<Door>>,
    Json(Files { paths }): Json<Files>,
) -> Result<Json<Files>, Refused> {
    let Some(on_open) = &door.on_open else {
        return Err(Error::LibraryInUse {
            dir: door.library.dir().to_owned(),
        }
        .into());
    };
    on_open(paths);
    Ok(Json(Files { paths: Vec::new() }))
}

fn job(id: &str) -> Result<JobId, Error> {
    JobId::parse(id).ok_or_else(|| Error::NotFound {
        what: "job",
        id: id.to_owned(),
    })
}

async fn admit(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    if door.admits(request.headers()) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

impl Door {
    fn admits(&self, headers: &HeaderMap) -> bool {
        let is = |name, wanted: &str| {
            headers
                .get(name)
                .is_some_and(|value| value.as_bytes() == wanted.as_bytes())
        };
        let token = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let known = token.is_some_and(|token| self.token.fits(token));
        known && is(HOST, &self.host) && !headers.contains_key(ORIGIN)
    }
}

/// Why the owner did not do it.
enum Refused {
    /// It is leaving: whoever asks may own the library in a moment.
    Closing,
    Core(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self::Core(error) = self else {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        };
        let problem = Problem::from(&error);
        // 409 for all: what the problem's own status would mean to a stranger's client is of no use here, and 503 means leaving.
        (
            StatusCode::CONFLICT,
            [(CONTENT_TYPE, "application/problem+json")],
            Json(problem),
        )
            .into_response()
    }
}

/// Whole or not at all, and never readable by others, not even for a moment: temporary files are made with mode 0600.
fn leave_card(library: &Path, address: SocketAddr, token: String) -> Result<(), Error> {
    let path = card_path(library);
    let write = || -> std::io::Result<()> {
        let card = Card {
            address,
            token,
            pid: std::process::id(),
        };
        let mut file = tempfile::Builder::new()
            .prefix(".control-")
            .tempfile_in(library)?;
        file.write_all(&serde_json::to_vec(&card)?)?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|source| Error::Disk {
        path: card_path(library),
        source,
    })
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}
