//! Announcements as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream, StreamExt};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::news::{Entry, News};
use super::over;

/// Between two signs of life, so that proxies keep the line.
const ALIVE: Duration = Duration::from_secs(15);

/// Listen to what happens
///
/// What happens, as it happens: `event: job` with the whole job, `event: library` (read lists again), `event: models` (a list, a form or a
/// price changed), `event: settings`. Each has an id; a client that comes back with `Last-Event-ID` is told what it missed, or
/// `event: reset` where that is not known any more: read everything again.
#[utoipa::path(get, operation_id = "v1_listen", path = "/api/v1/events", tag = "events",
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was heard")),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(super) async fn listen(
    State(news): State<Arc<News>>,
    State(ending): State<watch::Receiver<bool>>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last_id = headers
        .get("last-event-id")
        .map(|id| id.to_str().unwrap_or_default());
    let hearing = news.hear(last_id);
    let first = hearing.lost.then(reset);
    let missed = {
        let news = Arc::clone(&news);
        hearing
            .missed
            .into_iter()
            .map(move |entry| written(&news, &entry))
    };
    let live = stream::unfold(
        (hearing.live, ending, news),
        |(mut live, mut ending, news)| async move {
            let heard = tokio::select! {
                heard = live.recv() => heard,
                () = over(&mut ending) => return None,
            };
            let event = match heard {
                Ok(entry) => written(&news, &entry),
                Err(RecvError::Lagged(_)) => reset(),
                Err(RecvError::Closed) => return None,
            };
            Some((event, (live, ending, news)))
        },
    );
    let told = stream::iter(first.into_iter().chain(missed)).chain(live);
    Sse::new(told.map(Ok)).keep_alive(KeepAlive::new().interval(ALIVE))
}

fn written(news: &News, entry: &Entry) -> Event {
    let Some((name, json)) = &entry.event else {
        return reset().id(news.id(entry));
    };
    Event::default().id(news.id(entry)).event(name).data(json)
}

fn reset() -> Event {
    Event::default().event("reset").data("{\"type\":\"reset\"}")
}
