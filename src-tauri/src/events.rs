//! Core's announcements on their way to the page.

use overpaint_api::event::Event;
use overpaint_core::Library;
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast::error::RecvError;

/// The one event name the page listens to.
const NAME: &str = "overpaint";

/// Forwards announcements until the library is closed.
pub(crate) fn forward(app: AppHandle, library: &Library) {
    let mut events = library.subscribe();
    tauri::async_runtime::spawn(async move {
        loop {
            let event = match events.recv().await {
                Ok(event) => event.into(),
                // Too slow for a moment: the page reads again, which is as good.
                Err(RecvError::Lagged(_)) => Event::Library,
                Err(RecvError::Closed) => return,
            };
            send(&app, event);
        }
    });
}

/// Sends one announcement to the page.
pub(crate) fn send(app: &AppHandle, event: Event) {
    if let Err(error) = app.emit(NAME, event) {
        tracing::warn!(%error, "an event did not reach the page");
    }
}
