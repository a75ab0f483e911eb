//! `cargo xtask test`: every test there is, and one line at the end that counts them all.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use xshell::{Shell, cmd};

use crate::packages::{self, Purpose};
use crate::tally::Tally;
use crate::{interface, place};

#[derive(Args)]
pub(crate) struct Test {
    /// Install missing system packages without asking
    #[arg(long)]
    yes: bool,
    /// Write the screenshots of the window to docs/, for the README; otherwise they go to e2e/out
    #[arg(long)]
    screenshots: bool,
}

impl Test {
    pub(crate) fn go(self) -> Result<()> {
        let sh = place::shell()?;
        if self.screenshots {
            sh.set_var("OVERPAINT_SCREENSHOTS", "docs");
        }
        let mut total = Tally::default();
        let mut suites = Vec::new();
        let ready = packages::ensure(&sh, Purpose::Test, self.yes)
            .and_then(|()| place::target(&sh))
            .and_then(|target| interface::build(&sh, &target).map(|()| target));
        match ready {
            Ok(target) => {
                let run: [(&str, Suite); 3] = [
                    ("Rust", rust),
                    ("interface", interface_tests),
                    ("window", window),
                ];
                for (name, suite) in run {
                    eprintln!("\n── {name}");
                    let tally = suite(&sh, &target).unwrap_or_else(|error| {
                        eprintln!("{error:#}");
                        Tally::default().settle(false)
                    });
                    total += tally;
                    suites.push((name, tally));
                }
            }
            Err(error) => {
                eprintln!("{error:#}");
                total = total.settle(false);
            }
        }
        println!();
        for (name, tally) in suites {
            println!("{name:<10} {tally}");
        }
        // The last line, alone: machines read it.
        println!("{total}");
        if total.failed > 0 {
            std::process::exit(1);
        }
        Ok(())
    }
}

type Suite = fn(&Shell, &Path) -> Result<Tally>;

/// Every test of the workspace; the output streams by and is counted on its way.
fn rust(_: &Shell, _: &Path) -> Result<Tally> {
    let mut cargo = Command::new("cargo")
        .args(["test", "--workspace", "--locked", "--no-fail-fast"])
        .current_dir(place::top())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo test")?;
    let mut tally = Tally::default();
    for line in BufReader::new(cargo.stdout.take().context("cargo has no stdout")?).lines() {
        let line = line?;
        println!("{line}");
        if let Some(counted) = Tally::of_cargo_line(&line) {
            tally += counted;
        }
    }
    Ok(tally.settle(cargo.wait()?.success()))
}

/// vitest in `ui/`.
fn interface_tests(sh: &Shell, target: &Path) -> Result<Tally> {
    let report = fresh(sh, target, "vitest.json")?;
    let _ui = sh.push_dir("ui");
    let run = cmd!(
        sh,
        "node node_modules/vitest/vitest.mjs run --reporter=default --reporter=json --outputFile.json={report}"
    );
    let succeeded = run.run().is_ok();
    let text = sh.read_file(&report).context("vitest wrote no report")?;
    Ok(Tally::of_vitest(&text)?.settle(succeeded))
}

/// The real window under a virtual display. WebDriver for it exists on Linux only (Tauri's has no macOS).
fn window(sh: &Shell, target: &Path) -> Result<Tally> {
    if !cfg!(target_os = "linux") {
        eprintln!("left out: the tests of the real window run on Linux only");
        return Ok(Tally::default());
    }
    cmd!(sh, "cargo build --workspace --locked --bins").run()?;
    let report = fresh(sh, target, "window.tap")?;
    let tests: Vec<_> = sh
        .read_dir("e2e/window")?
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    if tests.is_empty() {
        bail!("e2e/window has no tests");
    }
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
    .env(
        "OVERPAINT_DESKTOP",
        place::program(target, "debug", "overpaint-desktop"),
    )
    .env(
        "OVERPAINT_SIMULATED_FAL",
        place::program(target, "debug", "simulated-fal"),
    )
    .run()
    .is_ok();
    let text = sh.read_file(&report).context("node wrote no report")?;
    Ok(Tally::of_node(&text)?.settle(succeeded))
}

/// A path for a report, with no older report at it.
fn fresh(sh: &Shell, target: &Path, name: &str) -> Result<std::path::PathBuf> {
    let folder = target.join("xtask");
    sh.create_dir(&folder)?;
    let path = folder.join(name);
    sh.remove_path(&path)?;
    Ok(path)
}
