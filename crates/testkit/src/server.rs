//! From a socket to the route that answers, and what every answer has in common.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bytes::Bytes;
use serde_json::Value;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::fault::{Failure, detail};
use crate::record::{Recorded, Role};
use crate::reply::{self, FromIngress, X_FAL_REQUEST_ID};
use crate::route::{RequestPart, Route};
use crate::sim::Sim;
use crate::wire::{Wire, WireListener};
use crate::{
    account, catalogue, control, direct, files, hostile, prices, queue, requests, storage,
};

/// Far above any real request; only keeps a runaway client from filling the memory.
const LARGEST_BODY: usize = 1 << 30;

/// One request, read whole.
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// `http://host:port` as the client wrote it, so that the URLs we return are of the origin it knows.
    pub(crate) origin: String,
    pub(crate) wire: Wire,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn query(&self) -> Vec<(String, String)> {
        Query::try_from_uri(&self.uri)
            .map(|Query(pairs)| pairs)
            .unwrap_or_default()
    }
}

/// An answer, and the job it was about.
pub(crate) struct Answer {
    pub(crate) response: Response,
    pub(crate) request_id: Option<String>,
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Self {
            response,
            request_id: None,
        }
    }
}

impl Answer {
    pub(crate) fn about(request_id: &str, response: Response) -> Self {
        Self {
            response,
            request_id: Some(request_id.to_owned()),
        }
    }
}

/// Serves until told to stop; requests under way may end first.
pub(crate) async fn serve(sim: Arc<Sim>, listener: TcpListener) {
    let service = Router::new()
        .fallback(entry)
        .with_state(Arc::clone(&sim))
        .into_make_service_with_connect_info::<Wire>();
    let stop = async move { sim.stopped().await };
    // axum's serve ends without an error: a failed accept is retried there.
    axum::serve(WireListener(listener), service)
        .with_graceful_shutdown(stop)
        .await
        .ok();
}

async fn entry(
    State(sim): State<Arc<Sim>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        // The client went away in the middle of its body: nothing arrived, so nothing is recorded or accepted.
        return reply::bare(400);
    };
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let call = Call {
        origin: format!("http://{}", host.unwrap_or("127.0.0.1")),
        method: parts.method.as_str().to_owned(),
        uri: parts.uri,
        headers: parts.headers,
        body,
        wire,
    };
    let path = call.uri.path().to_owned();
    let route = Route::parse(&path);
    if let Some(Route::Control { rest }) = route {
        return control::answer(&sim, &call, rest).await;
    }
    let number = sim.record(recorded(&call, route.as_ref()));
    let Answer {
        mut response,
        request_id,
    } = answer(&sim, &call, route.as_ref()).await;
    sim.record_answer(number, Some(response.status().as_u16()), request_id.clone());
    if response.extensions().get::<Unanswered>().is_some() {
        sim.record_answer(number, None, request_id.clone());
    }
    if response.extensions().get::<FromIngress>().is_none() {
        let id = request_id.unwrap_or_else(|| Uuid::now_v7().to_string());
        reply::set(&mut response, X_FAL_REQUEST_ID, id);
    }
    response
}

async fn answer(sim: &Arc<Sim>, call: &Call, route: Option<&Route<'_>>) -> Answer {
    let Some(route) = route else {
        return detail(404, "Not Found").into();
    };
    // A browser's or a person's GET on a model's path at the root is no call of the original's protocol.
    if !route.takes(&call.method) {
        return detail(405, "Method Not Allowed").into();
    }
    match *route {
        Route::Submit { endpoint } => queue::submit(sim, call, endpoint).await,
        Route::Request { path, id, part } => match part {
            RequestPart::Status => queue::status(sim, call, path, id).await,
            RequestPart::StatusStream => queue::stream(sim, call, path, id),
            RequestPart::Result => queue::result(sim, call, path, id).await,
            RequestPart::Cancel => queue::cancel(sim, call, path, id).await,
        },
        Route::Run { endpoint } => direct::run(sim, call, endpoint).await,
        Route::Direct { endpoint } => direct::post(sim, call, endpoint).await,
        Route::Poll { id } => direct::poll(sim, call, id).await,
        Route::Initiate => storage::initiate(sim, call).await,
        Route::Upload { file } => storage::put(sim, call, file).await,
        Route::File { file, moved } => files::get(sim, call, file, moved).await,
        Route::Balance => account::balance(sim, call).await,
        Route::Pricing => prices::list(sim, call).await,
        Route::Estimate => prices::estimate(sim, call).await,
        Route::Models => catalogue::list(sim, call).await,
        Route::Schema => catalogue::schema(sim, call).await,
        Route::Billing => account::billing(sim, call),
        Route::Requests => requests::list(sim, call).await,
        Route::Payloads { id } => requests::delete_payloads(sim, call, id).await,
        Route::Control { .. } => detail(404, "Not Found").into(),
    }
}

/// Marks a response that never leaves because the wire is cut.
#[derive(Clone, Copy)]
struct Unanswered;

/// A failure as it goes over the wire, the two that are no answer included.
pub(crate) async fn fail(sim: &Sim, call: &Call, failure: Failure, endpoint: &str) -> Response {
    match failure {
        Failure::Reset => cut(call),
        Failure::Hang => {
            // Until we stop; when the client goes away first, this future is dropped with its connection.
            sim.stopped().await;
            cut(call)
        }
        Failure::Drip(milliseconds) => hostile::drip(sim, call, milliseconds),
        Failure::Hostile(kind) => hostile::answer(sim, call, kind),
        other => other.answer(endpoint),
    }
}

pub(crate) fn cut(call: &Call) -> Response {
    call.wire.cut();
    let mut response = reply::bare(500);
    response.extensions_mut().insert(Unanswered);
    response
}

fn recorded(call: &Call, route: Option<&Route<'_>>) -> Recorded {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    Recorded {
        role: route.map_or(Role::Other, Route::role),
        method: call.method.clone(),
        path: call.uri.path().to_owned(),
        query: call.uri.query().unwrap_or_default().to_owned(),
        headers: call
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
            .collect(),
        authorization: call
            .headers
            .get(AUTHORIZATION)
            .map(|value| text(value.as_bytes())),
        body: call.body.clone(),
        request_id: None,
        answered: None,
    }
}

/// Binds before it returns, so that a client may connect at once.
pub(crate) async fn bind(port: u16) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
