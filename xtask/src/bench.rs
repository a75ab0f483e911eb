//! `cargo xtask bench`: the promised speeds, each beside what it is compared with, in one run on one machine.
//!
//! Not tests: a noisy machine must not fail a build. The table goes to the terminal and to bench/README.md, so that a
//! change of speed shows in a diff.

mod api;
mod filled;
mod latency;
mod picture;
mod served;
mod start;
mod thumbnail;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use xshell::{Shell, cmd};

use crate::packages::{self, Purpose};
use crate::place;

#[derive(Args)]
pub(crate) struct Bench {
    /// Install missing system packages without asking
    #[arg(long)]
    yes: bool,
    /// How often each thing is measured; the median counts
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Measure only these
    #[arg(value_enum)]
    only: Vec<Subject>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Subject {
    Thumbnail,
    Latency,
    Start,
    Api,
}

/// What a measurement needs: the programs, a folder to write to, how often.
struct Bed {
    sh: Shell,
    overpaint: PathBuf,
    simulated_fal: PathBuf,
    folder: PathBuf,
    rounds: usize,
}

type Measure = fn(&Bed) -> Result<Vec<Row>>;

/// One line of the table.
struct Row {
    what: &'static str,
    measured: String,
    promise: &'static str,
    kept: bool,
}

impl Bench {
    pub(crate) fn go(self) -> Result<()> {
        let sh = place::shell()?;
        packages::ensure(&sh, Purpose::Bench, self.yes)?;
        let place::Release {
            overpaint,
            simulated_fal,
        } = place::release(&sh)?;
        let bed = Bed {
            overpaint,
            simulated_fal,
            folder: place::target(&sh)?.join("bench"),
            rounds: self.rounds.max(1),
            sh,
        };
        bed.sh.create_dir(&bed.folder)?;
        let subjects: [(Subject, Measure); 4] = [
            (Subject::Thumbnail, thumbnail::measure),
            (Subject::Latency, latency::measure),
            (Subject::Start, start::measure),
            (Subject::Api, api::measure),
        ];
        let mut rows = Vec::new();
        for (subject, measure) in subjects {
            if self.only.is_empty() || self.only.contains(&subject) {
                rows.extend(measure(&bed)?);
            }
        }
        let table = table(&rows);
        println!("{table}");
        if self.only.is_empty() {
            bed.sh
                .write_file("bench/README.md", page(&bed.sh, &table)?)?;
        }
        Ok(())
    }
}

fn table(rows: &[Row]) -> String {
    let mut table = String::from("| what | measured | promise | kept |\n|---|---|---|---|\n");
    for row in rows {
        let kept = if row.kept { "yes" } else { "**no**" };
        table += &format!(
            "| {} | {} | {} | {kept} |\n",
            row.what, row.measured, row.promise
        );
    }
    table
}

fn page(sh: &Shell, table: &str) -> Result<String> {
    let date = cmd!(sh, "date --utc +%Y-%m-%d").quiet().read()?;
    let cpus = sh.read_file("/proc/cpuinfo").unwrap_or_default();
    let field = |text: &str, name: &str| -> Option<String> {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(
            line.split_once([':', '='])?
                .1
                .trim()
                .trim_matches('"')
                .to_owned(),
        )
    };
    let cpu = field(&cpus, "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let system = sh
        .read_file("/etc/os-release")
        .ok()
        .and_then(|text| field(&text, "PRETTY_NAME"));
    let system = system.unwrap_or_else(|| std::env::consts::OS.to_owned());
    let rust = cmd!(sh, "rustc --version").quiet().read()?;
    Ok(format!(
        "# Speed\n\n\
         Written by `cargo xtask bench`: medians, the things compared alternating in one run. Read ratios rather than\n\
         milliseconds: those belong to this machine. How each is measured is said in `xtask/src/bench/`.\n\n\
         {table}\n{date}, {cores} cores of {cpu}, {system}, {rust}\n"
    ))
}

/// The middle one; of an even number the upper middle.
fn median(mut numbers: Vec<f64>) -> Result<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers
        .get(numbers.len() / 2)
        .copied()
        .context("nothing was measured")
}

/// The path as an argument of a program that takes text.
fn text(path: &Path) -> Result<&str> {
    path.to_str()
        .with_context(|| format!("{} is not Unicode", path.display()))
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_does_not_care_for_order_or_outliers() {
        assert!(matches!(median(vec![900.0, 1.0, 2.0]), Ok(2.0)));
        assert!(median(Vec::new()).is_err());
    }
}
