//! `cargo xtask test`: every test there is, and one line at the end that counts them all.

mod api;
mod node;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use xshell::{Shell, cmd};

use crate::packages::{self, Purpose};
use crate::tally::Tally;
use crate::{drill, interface, place};

#[derive(Args)]
pub(crate) struct Test {
    /// Install missing system packages without asking
    #[arg(long)]
    yes: bool,
    /// Write the screenshots of the window to docs/, for the README; otherwise they go to e2e/out
    #[arg(long)]
    screenshots: bool,
    /// Run only these suites
    #[arg(value_enum)]
    only: Vec<Suite>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Suite {
    Rust,
    Drill,
    Interface,
    Conformance,
    Schema,
    Readme,
    Browser,
    Window,
}

impl Suite {
    fn run(self, sh: &Shell, target: &Path) -> Result<Tally> {
        match self {
            Self::Rust => rust(),
            Self::Drill => drill::suite(sh),
            Self::Interface => interface_tests(sh, target),
            Self::Conformance => api::conformance(sh, target),
            Self::Schema => api::schema(sh, target),
            Self::Readme => node::readme(sh, target),
            Self::Browser => node::browser(sh, target),
            Self::Window => node::window(sh, target),
        }
    }
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
                for suite in Suite::value_variants() {
                    if !(self.only.is_empty() || self.only.contains(suite)) {
                        continue;
                    }
                    eprintln!("\n── {suite:?}");
                    let tally = suite.run(&sh, &target).unwrap_or_else(|error| {
                        eprintln!("{error:#}");
                        Tally::default().settle(false)
                    });
                    total += tally;
                    suites.push((format!("{suite:?}"), tally));
                }
            }
            Err(error) => {
                eprintln!("{error:#}");
                total = total.settle(false);
            }
        }
        println!();
        for (name, tally) in suites {
            println!("{name:<12} {tally}");
        }
        // The last line, alone: machines read it.
        println!("{total}");
        if total.failed > 0 {
            std::process::exit(1);
        }
        Ok(())
    }
}

/// Every test of the workspace; the output streams by and is counted on its way.
fn rust() -> Result<Tally> {
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

/// A path for a report, with no older report at it.
fn fresh(sh: &Shell, target: &Path, name: &str) -> Result<std::path::PathBuf> {
    let folder = target.join("xtask");
    sh.create_dir(&folder)?;
    let path = folder.join(name);
    sh.remove_path(&path)?;
    Ok(path)
}

/// A suite that this system cannot run.
fn left_out(why: &str) -> Tally {
    eprintln!("left out: {why}");
    Tally::default()
}
