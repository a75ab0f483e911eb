//! `overpaint`: the command line, and the server without a window. Needs no WebKit.
//!
//! `args` is what can be typed, one file for each command what it does. `owner` finds out who owns the library: this program, or another
//! one that takes our edit. `progress` says how far a job is, `output` everything else that is printed, and which exit code it means.
//!
//! A command returns what it has to say as [`Outcome`]; only this file and `output` speak.

mod args;
mod edit;
mod import;
mod interrupt;
mod jobs;
mod output;
mod owner;
mod progress;
mod serve;
mod spending;
mod target;
mod thumbnail;

use std::process::ExitCode;

use args::{Command, LogForm};
use output::{Outcome, Stop};
use overpaint_core::clock::Clock;
use overpaint_core::error::Error;
use overpaint_core::settings::Given;

fn main() -> ExitCode {
    let given = Given::from_process();
    let args = args::parse(&given.places);
    let outcome = run(args.command, given);
    output::tell(outcome, args.json)
}

fn run(command: Command, given: Given) -> Result<Outcome, Stop> {
    let clock = Clock::system();
    match command {
        // Starts no runtime and opens no library: it is called a thousand times in a row by scripts.
        Command::Thumbnail(args) => thumbnail::run(&args, &given.working_dir),
        Command::Edit(args) => {
            log(&given)?;
            on_runtime(edit::run(args, given, clock))
        }
        Command::Jobs(args) => on_runtime(jobs::list(args, given, clock)),
        Command::Show(args) => on_runtime(jobs::show(args, given)),
        Command::Spending(args) => on_runtime(spending::run(args, given, clock)),
        Command::Import(args) => {
            log(&given)?;
            on_runtime(import::run(args, given))
        }
        Command::Serve(args) => {
            match args.log {
                Some(form) => overpaint_http::log::to_stderr(&given, form == LogForm::Json)?,
                None => log(&given)?,
            }
            on_runtime(serve::run(args, given))
        }
    }
}

/// A log that cannot be written is said, and stops nobody's edit; a level that makes no sense does, since somebody is looking for something.
fn log(given: &Given) -> Result<(), Stop> {
    match overpaint_http::log::to_file(given) {
        Ok(()) => Ok(()),
        Err(error @ Error::SettingInvalid { .. }) => Err(error.into()),
        Err(error) => {
            output::say(&format!("note: there is no log: {error}"));
            Ok(())
        }
    }
}

fn on_runtime(work: impl Future<Output = Result<Outcome, Stop>>) -> Result<Outcome, Stop> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|_| Error::Internal("no runtime could be started"))?;
    let outcome = runtime.block_on(work);
    // A decode still under way belongs to a job that goes on at the next start; nobody waits for it.
    runtime.shutdown_background();
    outcome
}
