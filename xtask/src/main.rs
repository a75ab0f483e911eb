//! What is done to this repository, as code, so that it is the same on every machine: `cargo xtask run`, `test`, `check`, …
//!
//! One file per sub-command. On a fresh machine this program is the first thing built, so it leans on few crates and
//! on none of ours. It changes nothing outside the repository except system packages, and those only after a question.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to whoever started it"
)]

mod bench;
mod check;
mod drill;
mod http;
mod interface;
mod package;
mod packages;
mod place;
mod run;
mod tally;
mod test;
mod tidy;
mod types;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Build, run, test and package Overpaint."
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing, build, and open the window.
    Run(run::Run),
    /// Run every test; the last line is `N passed, N failed`.
    Test(test::Test),
    /// Formats, lints, types, docs, licences, and the habits of this repository.
    Check(check::Check),
    /// Write ui/src/lib/api/generated.ts from crates/api.
    Types,
    /// Measure the promised speeds and write bench/README.md.
    Bench(bench::Bench),
    /// Kill the program at every point of a job's life and see that nothing is paid twice or lost.
    Drill(drill::Drill),
    /// Build the .deb of the release and print its path.
    Package(package::Package),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Run(run) => run.go(),
        Task::Test(test) => test.go(),
        Task::Check(check) => check.go(),
        Task::Types => place::shell().and_then(|sh| types::write(&sh)),
        Task::Bench(bench) => bench.go(),
        Task::Drill(drill) => drill.go(),
        Task::Package(package) => package.go(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Without a backtrace: what went wrong is in the command above, not in this program.
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
