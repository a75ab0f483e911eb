//! The suites of `e2e/` that Node's test runner drives: real programs, from outside.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use super::{fresh, left_out};
use crate::place;
use crate::tally::Tally;

/// The real window under a virtual display. WebDriver for it exists on Linux only (Tauri's has no macOS).
pub(super) fn window(sh: &Shell, target: &Path) -> Result<Tally> {
    if !cfg!(target_os = "linux") {
        return Ok(left_out("the tests of the real window run on Linux only"));
    }
    cmd!(sh, "cargo build --workspace --locked --bins").run()?;
    let programs = [
        (
            "OVERPAINT_DESKTOP",
            place::program(target, "debug", "overpaint-desktop"),
        ),
        (
            "OVERPAINT_SIMULATED_FAL",
            place::program(target, "debug", "simulated-fal"),
        ),
    ];
    run(sh, target, "window", &tests_in(sh, "e2e/window")?, programs)
}

/// The local API as the pages of a real browser find it.
pub(super) fn browser(sh: &Shell, target: &Path) -> Result<Tally> {
    if !cfg!(target_os = "linux") {
        return Ok(left_out("the tests in a browser run on Linux only"));
    }
    let tests = tests_in(sh, "e2e/browser")?;
    run(sh, target, "browser", &tests, release(sh)?)
}

/// The README's commands.
pub(super) fn readme(sh: &Shell, target: &Path) -> Result<Tally> {
    if cfg!(windows) {
        return Ok(left_out("the README's commands are for a POSIX shell"));
    }
    let tests = [PathBuf::from("e2e/readme.test.mjs")];
    run(sh, target, "readme", &tests, release(sh)?)
}

type Programs = [(&'static str, PathBuf); 2];

fn release(sh: &Shell) -> Result<Programs> {
    let release = place::release(sh)?;
    Ok([
        ("OVERPAINT", release.overpaint),
        ("OVERPAINT_SIMULATED_FAL", release.simulated_fal),
    ])
}

fn tests_in(sh: &Shell, folder: &str) -> Result<Vec<PathBuf>> {
    let tests: Vec<_> = sh
        .read_dir(folder)?
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    if tests.is_empty() {
        bail!("{folder} has no tests");
    }
    Ok(tests)
}

fn run(
    sh: &Shell,
    target: &Path,
    name: &str,
    tests: &[PathBuf],
    programs: Programs,
) -> Result<Tally> {
    let report = fresh(sh, target, &format!("{name}.tap"))?;
    // One after the other: every window wants the processor to itself to be as quick as a user's.
    let reporters = [
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        "--test-reporter=tap",
        &format!("--test-reporter-destination={}", report.display()),
    ];
    let succeeded = cmd!(
        sh,
        "node --test --test-concurrency=1 {reporters...} {tests...}"
    )
    .envs(programs)
    .run()
    .is_ok();
    let text = sh.read_file(&report).context("node wrote no report")?;
    Ok(Tally::of_node(&text)?.settle(succeeded))
}
