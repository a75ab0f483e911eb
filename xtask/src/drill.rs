//! `cargo xtask drill`: the program is killed at every named point of a job's life, at random instants, and its disk is cut off in the middle
//! of writing. After each restart nothing is paid twice, nothing acknowledged is gone, and no picture is lost that could be fetched.
//!
//! A kill is SIGKILL of the real `overpaint serve`, a restart is its next start, and fal is the simulated one, which counts charges.

mod disk;
mod points;
mod power;
mod program;
mod run;
mod table;
mod verdict;
mod world;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;

use anyhow::{Context, Result, bail};
use clap::Args;
use xshell::{Shell, cmd};

use crate::place;
use crate::tally::Tally;
use points::{POINTS, Point};
use table::Row;
use verdict::Outcome;
use world::Programs;

#[derive(Args)]
pub(crate) struct Drill {
    /// Kill at every named point; without any of the three, everything is done
    #[arg(long)]
    points: bool,
    /// Kill at so many random instants
    #[arg(long, value_name = "N")]
    random: Option<u64>,
    /// Cut the power at so many random instants (root, Linux)
    #[arg(long, value_name = "N")]
    power_cuts: Option<u64>,
    /// Jobs under way at a random instant
    #[arg(long, default_value_t = 20)]
    jobs: usize,
    /// What the random instants begin from; without it, another one each time
    #[arg(long)]
    seed: Option<u64>,
    /// Runs at the same time
    #[arg(long, default_value_t = 3)]
    at_once: usize,
    /// Write the table into the README
    #[arg(long)]
    readme: bool,
}

/// What is done when nothing is asked for.
const RANDOM: u64 = 200;
const POWER_CUTS: u64 = 100;

/// What every test run does.
const RANDOM_IN_TESTS: u64 = 40;
const POWER_CUTS_IN_TESTS: u64 = 20;

/// One run, and the line of the table it counts for.
struct Plan {
    row: String,
    name: String,
    run: What,
}

enum What {
    Point(&'static Point, u64),
    Random { seed: u64, kills: u64 },
    PowerCuts { seed: u64, cuts: u64 },
}

impl Drill {
    pub(crate) fn go(self) -> Result<()> {
        let sh = place::shell()?;
        let all = !self.points && self.random.is_none() && self.power_cuts.is_none();
        let random = self.random.unwrap_or(if all { RANDOM } else { 0 });
        let power_cuts = self.power_cuts.unwrap_or(if all { POWER_CUTS } else { 0 });
        let seed = self.seed.unwrap_or_else(rand::random);
        let plans = plans(self.points || all, random, power_cuts, seed);
        let (rows, tally) = drill(&sh, plans, self.jobs, self.at_once)?;
        println!("\n{}\n\nseed {seed}; {tally}", table::table(&rows));
        if tally.failed > 0 {
            bail!("a promise is broken: see above");
        }
        if self.readme {
            table::write(&sh, &rows)?;
        }
        Ok(())
    }
}

/// The part of it that every test run does.
pub(crate) fn suite(sh: &Shell) -> Result<Tally> {
    let seed = rand::random();
    let plans = plans(true, RANDOM_IN_TESTS, POWER_CUTS_IN_TESTS, seed);
    let (rows, tally) = drill(sh, plans, 20, 3)?;
    println!("\n{}\n\nseed {seed}", table::table(&rows));
    Ok(tally)
}

fn plans(points: bool, random: u64, power_cuts: u64, seed: u64) -> Vec<Plan> {
    let mut plans = Vec::new();
    for point in POINTS.iter().filter(|_| points) {
        for &nth in point.times {
            plans.push(Plan {
                row: point.name.to_owned(),
                name: format!("{}-{nth}", point.name),
                run: What::Point(point, nth),
            });
        }
    }
    // Each run of its own seed: what is done in one does not depend on how many others there are.
    for (number, kills) in portions(random, run::KILLS) {
        plans.push(Plan {
            row: format!("{random} random instants"),
            name: format!("random-{number}"),
            run: What::Random {
                seed: seed.wrapping_add(number),
                kills,
            },
        });
    }
    for (number, cuts) in portions(power_cuts, power::CUTS) {
        plans.push(Plan {
            row: format!("{power_cuts} power cuts"),
            name: format!("power-{number}"),
            run: What::PowerCuts {
                seed: seed.wrapping_add(number),
                cuts,
            },
        });
    }
    plans
}

/// So many in portions of at most `most`, numbered.
fn portions(all: u64, most: u64) -> Vec<(u64, u64)> {
    (0..all.div_ceil(most))
        .map(|number| (number, most.min(all - number * most)))
        .collect()
}

/// Runs the plans, several at a time, and says of each how it went.
fn drill(sh: &Shell, plans: Vec<Plan>, jobs: usize, at_once: usize) -> Result<(Vec<Row>, Tally)> {
    let target = place::target(sh)?;
    let folder = target.join("xtask/drill");
    disk::tidy(&folder);
    sh.remove_path(&folder)?;
    sh.create_dir(&folder)?;
    let programs = build(sh, &target, &folder)?;
    let mut names: Vec<String> = Vec::new();
    for plan in &plans {
        if !names.contains(&plan.row) {
            names.push(plan.row.clone());
        }
    }
    let (todo, done) = (Mutex::new(plans.into_iter()), Mutex::new(Vec::new()));
    let lock = |error: PoisonError<_>| error.into_inner();
    std::thread::scope(|scope| {
        for _ in 0..at_once.max(1) {
            scope.spawn(|| {
                loop {
                    let next = todo.lock().unwrap_or_else(lock).next();
                    let Some(plan) = next else { return };
                    let outcome = one(&plan, &folder.join(&plan.name), &programs, jobs);
                    done.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((plan.row, outcome));
                }
            });
        }
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(summed(names, &done))
}

/// `None` inside: it was left out, aloud.
type Went = Result<Option<Outcome>, ()>;

fn one(plan: &Plan, folder: &Path, programs: &Programs, jobs: usize) -> Went {
    let (outcome, seed) = match plan.run {
        What::Point(point, nth) => (
            run::at_point(folder, programs, point, nth).map(Some),
            String::new(),
        ),
        What::Random { seed, kills } => (
            run::at_random(folder, programs, seed, jobs, kills).map(Some),
            format!(" (--random {kills} --seed {seed})"),
        ),
        What::PowerCuts { seed, cuts } => (
            power::cut(folder, programs, seed, jobs, cuts),
            format!(" (--power-cuts {cuts} --seed {seed})"),
        ),
    };
    match outcome {
        Ok(outcome) => {
            if outcome.is_some() {
                println!("drill {} … ok", plan.name);
            }
            // What passed needs nobody's eyes.
            let _ = std::fs::remove_dir_all(folder);
            Ok(outcome)
        }
        Err(error) => {
            println!(
                "drill {} … FAILED{seed}\n  {error:#}\n  kept: {}",
                plan.name,
                folder.display()
            );
            Err(())
        }
    }
}

/// The lines of the table in their order, and how many runs went well.
fn summed(names: Vec<String>, done: &[(String, Went)]) -> (Vec<Row>, Tally) {
    let mut tally = Tally::default();
    let mut rows = Vec::new();
    for name in names {
        let (mut sum, mut ran) = (Some(Outcome::default()), false);
        for (_, went) in done.iter().filter(|(row, _)| *row == name) {
            match went {
                Ok(Some(outcome)) => {
                    ran = true;
                    tally.passed += 1;
                    if let Some(sum) = &mut sum {
                        *sum += *outcome;
                    }
                }
                Ok(None) => {}
                Err(()) => {
                    ran = true;
                    tally.failed += 1;
                    sum = None;
                }
            }
        }
        if ran {
            rows.push(Row { name, outcome: sum });
        }
    }
    (rows, tally)
}

/// The programs, `overpaint` with its points. Copied aside: the next ordinary build puts the one without them in its place.
fn build(sh: &Shell, target: &Path, folder: &Path) -> Result<Programs> {
    // The whole workspace is selected, so that nothing but our own crates is built another time (see `place::release`).
    cmd!(
        sh,
        "cargo build --locked --workspace --bin overpaint --bin simulated-fal --features overpaint/drill"
    )
    .run()
    .context("the programs to be drilled did not build")?;
    let copy = |name: &str| -> Result<PathBuf> {
        let built = place::program(target, "debug", name);
        sh.copy_file(&built, folder)?;
        Ok(folder.join(built.file_name().unwrap_or_default()))
    };
    Ok(Programs {
        overpaint: copy("overpaint")?,
        simulated_fal: copy("simulated-fal")?,
    })
}
