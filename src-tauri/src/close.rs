//! Closing: at once when nothing runs; otherwise the page asks, and unfinished jobs go on at the next start.

use overpaint_api::event::Event;
use overpaint_core::Library;
use tauri::{AppHandle, Manager, Window, WindowEvent};

use crate::events;

pub(crate) fn on_window_event(window: &Window, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { api, .. } = event {
        // Counting takes a query, and this is the thread that draws.
        api.prevent_close();
        let app = window.app_handle().clone();
        tauri::async_runtime::spawn(async move { ask_or_quit(&app).await });
    }
}

async fn ask_or_quit(app: &AppHandle) {
    match app.state::<Library>().active_count().await {
        Ok(active) if active > 0 => events::send(app, Event::CloseAsked { active }),
        _ => quit(app),
    }
}

/// Ends the program; `main` closes the library once the window is gone.
pub(crate) fn quit(app: &AppHandle) {
    // The window disappears first: what is still being written needs no onlooker.
    for window in app.webview_windows().values() {
        let _ = window.hide();
    }
    app.exit(0);
}
