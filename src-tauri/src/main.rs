//! Host 1: the window. It opens the library, mounts the owner's control address and the local API, forwards events, and hands every command
//! to the facade.
//!
//! One window per library: a second start finds the lock taken, hands its files to the first, and ends.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod close;
mod commands;
mod events;
mod handover;
mod native;
mod pictures;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use overpaint_api::event::Event;
use overpaint_core::Library;
use overpaint_core::library::Options;
use overpaint_core::settings::Given;
use overpaint_http::Endpoint;
use tauri::{AppHandle, Manager};

fn main() -> ExitCode {
    let given = Given::from_process();
    // A window without a log is better than none.
    let _ = overpaint_http::log::to_file(&given);
    let files = handover::files_from_arguments(&given.working_dir);
    match tauri::async_runtime::block_on(open(given, &files)) {
        Ok(Some(opened)) => run(opened, files),
        Ok(None) => ExitCode::SUCCESS,
        Err(problem) => {
            tracing::error!(code = %problem.code, "the library could not be opened: {problem}");
            window::say_and_end(&problem)
        }
    }
}

/// Opens the library, or hands the files to the window that has it and answers `None`.
async fn open(
    given: Given,
    files: &[PathBuf],
) -> Result<Option<Opened>, overpaint_api::problem::Problem> {
    let log_file = overpaint_http::log::file(&given.places);
    match Library::open(Options::new(given)).await {
        Ok(library) => Ok(Some(Opened { library, log_file })),
        Err(error) => match handover::to_owner(&error, files).await {
            true => Ok(None),
            false => Err((&error).into()),
        },
    }
}

/// What the window starts with.
struct Opened {
    library: Library,
    log_file: PathBuf,
}

fn run(opened: Opened, files: Vec<PathBuf>) -> ExitCode {
    let library = opened.library.clone();
    let endpoint = Endpoint::new(library.clone());
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .register_asynchronous_uri_scheme_protocol("overpaint", pictures::answer)
        .invoke_handler(commands::all())
        .manage(opened.library)
        .manage(endpoint.clone())
        .manage(native::Clipboard::default())
        .manage(native::LogFile(opened.log_file))
        .manage(handover::Opened::default())
        .on_window_event(close::on_window_event)
        .setup(move |app| {
            let handle = app.handle().clone();
            handover::take_in(&handle, files);
            events::forward(handle.clone(), &app.state::<Library>());
            handover::listen(&handle);
            window::open(app)?;
            serve(handle);
            Ok(())
        })
        .build(tauri::generate_context!());
    let code = match app {
        // Not `run`, which ends the process by itself: the library has to be closed first.
        Ok(app) => app.run_return(|_, _| {}),
        Err(error) => {
            tracing::error!(%error, "the window could not be made");
            1
        }
    };
    tauri::async_runtime::block_on(async {
        // Nobody new is let in while the library closes.
        endpoint.close().await;
        library.close().await;
    });
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Starts the local API if it was on at the last close. The window does not wait for it: the page hears when it is there, or why not.
fn serve(app: AppHandle) {
    tauri::async_runtime::spawn(async move {
        app.state::<Endpoint>().apply().await;
        events::send(&app, Event::Settings);
    });
}
