//! The one window, and the message that stands in for it when there can be none.

use std::process::ExitCode;

use overpaint_api::problem::Problem;
use tauri::{App, WebviewWindowBuilder};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

/// Makes the window that `tauri.conf.json` describes.
pub(crate) fn open(app: &App) -> tauri::Result<()> {
    let Some(config) = app.config().app.windows.first() else {
        return Ok(());
    };
    let window = WebviewWindowBuilder::from_config(app.handle(), config)?
        // A dropped link or a typed address never leaves the page.
        .on_navigation(|url| {
            matches!(url.scheme(), "tauri" | "overpaint")
                || url.host_str() == Some("tauri.localhost")
        })
        .build()?;
    window.set_focus()
}

/// Says in a native message why there is no window, waits for the click, and ends.
pub(crate) fn say_and_end(problem: &Problem) -> ExitCode {
    let (title, detail) = (problem.title.clone(), problem.detail.clone());
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .setup(move |app| {
            let handle = app.handle().clone();
            app.dialog()
                .message(detail)
                .title(title)
                .kind(MessageDialogKind::Error)
                .show(move |_| handle.exit(1));
            Ok(())
        })
        .build(tauri::generate_context!());
    if let Ok(app) = app {
        app.run(|_, _| {});
    }
    ExitCode::FAILURE
}
