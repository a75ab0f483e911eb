//! The log file for bug reports, written by every host: `overpaint.log` in the user's folder for logs, a new file each day, seven kept.
//!
//! Lines are written at once, not by a thread in the background: what matters in a bug report is the last line before the end. Neither
//! keys nor prompts are logged.

use std::path::PathBuf;

use overpaint_core::error::Error;
use overpaint_core::settings::{Given, Places};
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// Days of log files that are kept.
const KEPT: usize = 7;

/// The link to the newest file.
const NAME: &str = "overpaint.log";

/// Where the newest log is.
#[must_use]
pub fn file(places: &Places) -> PathBuf {
    places.logs.join(NAME)
}

/// Writes what happens from now on, and every panic, to the log file. How much is said by `OVERPAINT_LOG` in the environment: `error`,
/// `warn`, `info` (the default), `debug`, `trace`, or filters by module (`info,overpaint_core=debug`).
///
/// # Errors
/// [`Error::SettingInvalid`] for a level that is none, [`Error::Disk`] where the folder cannot be written.
pub fn to_file(given: &Given) -> Result<(), Error> {
    let places = &given.places;
    let filter = filter(given)?;
    let not_writable = |source| Error::Disk {
        path: file(places),
        source,
    };
    std::fs::create_dir_all(&places.logs).map_err(not_writable)?;
    let appender = appender(places).map_err(|error| not_writable(std::io::Error::other(error)))?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(appender)
        .finish();
    if tracing::subscriber::set_global_default(subscriber).is_ok() {
        write_panics_too();
    }
    Ok(())
}

/// The same to stderr, for a server whose host collects it; as JSON, one object a line, where a program reads it.
///
/// # Errors
/// [`Error::SettingInvalid`] for a level that is none.
pub fn to_stderr(given: &Given, json: bool) -> Result<(), Error> {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter(given)?)
        .with_ansi(false)
        .with_writer(std::io::stderr);
    let set = if json {
        tracing::subscriber::set_global_default(lines.json().flatten_event(true).finish())
    } else {
        tracing::subscriber::set_global_default(lines.finish())
    };
    if set.is_ok() {
        write_panics_too();
    }
    Ok(())
}

fn filter(given: &Given) -> Result<EnvFilter, Error> {
    let level = given
        .env
        .get("OVERPAINT_LOG")
        .map(|level| level.trim())
        .filter(|level| !level.is_empty())
        .unwrap_or("info");
    EnvFilter::try_new(level).map_err(|_| Error::SettingInvalid {
        name: "OVERPAINT_LOG",
        value: level.to_owned(),
        wanted: "it must be error, warn, info, debug or trace",
    })
}

fn appender(places: &Places) -> Result<RollingFileAppender, InitError> {
    let daily = || {
        RollingFileAppender::builder()
            .rotation(Rotation::DAILY)
            .filename_prefix("overpaint")
            .filename_suffix("log")
            .max_log_files(KEPT)
    };
    // The day's file has its date in its name; a link leads to it. Where links cannot be made (Windows lets only administrators), or
    // another program makes the same one in this moment, the log itself is written all the same.
    let linked = daily().latest_symlink(NAME).build(&places.logs);
    linked.or_else(|_| daily().build(&places.logs))
}

fn write_panics_too() {
    let shown = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!(%panic, "a thread panicked");
        shown(panic);
    }));
}
