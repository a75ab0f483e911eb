//! Files from outside: given at the start, opened with us from the file manager, or handed over by a second start.
//!
//! Deliberately not the single-instance plug-in: on Linux it needs a session bus, and it knows one window per user where we want one per
//! library. The owner's control address, which the command line uses anyway, does both.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use overpaint_api::event::Event;
use overpaint_api::picture::Added;
use overpaint_core::Library;
use overpaint_core::error::Error;
use overpaint_http::control::{Control, ControlError, Owner};
use tauri::{AppHandle, Manager};

use crate::events;

/// What was added before the page could hear of it; it takes it once.
#[derive(Default)]
pub(crate) struct Opened(Mutex<Option<Added>>);

impl Opened {
    pub(crate) fn take(&self) -> Added {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.unwrap_or(Added {
            versions: Vec::new(),
            refused: Vec::new(),
        })
    }
}

/// The files named on the command line, absolute. Flags are not ours: the command line's program has those.
pub(crate) fn files_from_arguments(working_dir: &Path) -> Vec<PathBuf> {
    let arguments = std::env::args_os().skip(1).map(PathBuf::from);
    arguments
        .filter(|argument| !argument.to_string_lossy().starts_with('-'))
        .map(|path| working_dir.join(path))
        .collect()
}

/// How long a second start looks for the first one's control address, which is there a moment after its lock.
const PATIENCE: u32 = 50;

/// Hands the files to the window that owns the library. False: nobody took them.
pub(crate) async fn to_owner(error: &Error, files: &[PathBuf]) -> bool {
    let Error::LibraryInUse { dir } = error else {
        return false;
    };
    for _ in 0..PATIENCE {
        if let Some(owner) = Owner::of(dir) {
            match owner.open(files).await {
                Ok(()) => return true,
                // An owner without a window says so at once.
                Err(ControlError::Refused(_)) => return false,
                Err(ControlError::Gone(_)) => {}
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}

/// Adds the files given at the start. The window does not wait for them: whatever the page asks first, it hears of them once.
pub(crate) fn take_in(app: &AppHandle, files: Vec<PathBuf>) {
    if files.is_empty() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let added: Added = app.state::<Library>().add_files(files).await.into();
        let opened = app.state::<Opened>();
        *opened.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(added.clone());
        events::send(&app, Event::Opened { added });
    });
}

/// Listens for other programs of this user: the command line's edits, and a second start's files.
pub(crate) fn listen(app: &AppHandle) {
    let library = app.state::<Library>().inner().clone();
    let handle = app.clone();
    let on_open = move |files: Vec<PathBuf>| {
        let app = handle.clone();
        tauri::async_runtime::spawn(async move {
            if let Some(window) = app.get_webview_window("main") {
                let _ = window
                    .unminimize()
                    .and_then(|()| window.show())
                    .and_then(|()| window.set_focus());
            }
            if !files.is_empty() {
                let added = app.state::<Library>().add_files(files).await.into();
                events::send(&app, Event::Opened { added });
            }
        });
    };
    match tauri::async_runtime::block_on(Control::open(library, Some(Box::new(on_open)))) {
        // Kept by the app: dropping it closes the door.
        Ok(door) => drop(app.manage(door)),
        Err(error) => {
            tracing::warn!(%error, "other programs of this user cannot reach this window")
        }
    }
}
