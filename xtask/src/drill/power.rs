//! Power cuts: the disk under a library at work is copied at random instants, and each copy is opened as after a cut.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::disk::{Disk, NotHere, mount_copy};
use super::verdict::{Outcome, jobs, judge, picture};
use super::world::{Click, Programs, World, ended};
use crate::http::Server;

/// Cuts in one run.
pub(super) const CUTS: u64 = 10;

/// Longest time from the first of some clicks to the cut, in microseconds.
const LATEST: u64 = 400_000;

/// A copy of the disk, and what was acknowledged before it was begun.
struct Cut {
    image: PathBuf,
    /// Clicks that were answered with their jobs.
    clicks: Vec<Click>,
    /// Jobs that were said to be done, with their results.
    done: Vec<Value>,
    /// What fal had charged.
    charged: BTreeSet<String>,
}

/// Cuts the power `cuts` times. `None`: nothing can be mounted here, which is said aloud.
pub(super) fn cut(
    folder: &Path,
    programs: &Programs,
    seed: u64,
    at_work: usize,
    cuts: u64,
) -> Result<Option<Outcome>> {
    let disk = match Disk::new(folder)? {
        Ok(disk) => disk,
        Err(NotHere(why)) => {
            println!("POWER CUTS DID NOT RUN: mounting is not allowed here ({why})");
            return Ok(None);
        }
    };
    let mut chance = StdRng::seed_from_u64(seed);
    let mut world = World::new(folder, programs)?;
    world.library = disk.folder().join("library");
    let taken = under_load(&mut world, &disk, &mut chance, at_work, cuts)?;
    // The library that was never cut is whole, too; the figures are those of the copies.
    judge(&mut world)?;
    let mut outcome = Outcome::default();
    for (number, cut) in taken.iter().enumerate() {
        let place = folder.join(format!("copy-{number}"));
        std::fs::create_dir_all(&place)?;
        outcome += open(&world, cut, &place).with_context(|| format!("cut {number}"))?;
        std::fs::remove_file(&cut.image)?;
    }
    Ok(Some(outcome))
}

/// Lets the program work on the disk, and copies it meanwhile.
fn under_load(
    world: &mut World,
    disk: &Disk,
    chance: &mut StdRng,
    at_work: usize,
    cuts: u64,
) -> Result<Vec<Cut>> {
    world.fal.script(&json!({"line": 1, "running": 1}))?;
    let program = world.start(None)?;
    let server = program.ready()?;
    // Half of them new for each cut: the rest is still at fal, or fetched.
    let portion = at_work.div_ceil(2);
    world.mean(portion * usize::try_from(cuts)?, "");
    let (meant, answered) = (world.clicks.clone(), Mutex::new(Vec::new()));
    let (go, told) = channel();
    let taken = std::thread::scope(|scope| {
        scope.spawn(|| clicking(&server, meant.chunks(portion), told, &answered));
        let mut taken = Vec::new();
        for number in 0..cuts {
            // Who clicks has ended only if the program has, which the next question will tell.
            let _ = go.send(());
            std::thread::park_timeout(Duration::from_micros(chance.random_range(0..LATEST)));
            let clicks = answered
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            let mut done = jobs(&server)?;
            done.retain(|job| job["state"] == "done");
            let charges = world.fal.charges()?;
            let cut = Cut {
                image: world.folder.join(format!("{number}.img")),
                clicks,
                done,
                charged: charges.iter().map(prompt).collect(),
            };
            disk.cut(&cut.image)?;
            taken.push(cut);
        }
        drop(go);
        anyhow::Ok(taken)
    })?;
    world.clicks = answered
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    program.kill()?;
    Ok(taken)
}

/// Sends a portion of the clicks each time it is told to.
fn clicking<'a>(
    server: &Server,
    portions: impl Iterator<Item = &'a [Click]>,
    told: Receiver<()>,
    answered: &Mutex<Vec<Click>>,
) -> Result<()> {
    for (portion, ()) in portions.zip(told) {
        for click in portion {
            let job = click.send(server)?;
            let click = Click {
                job: Some(job),
                ..click.clone()
            };
            answered
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(click);
        }
    }
    Ok(())
}

/// Opens a copy: what was acknowledged is there, and what was paid is not paid again.
fn open(world: &World, cut: &Cut, place: &Path) -> Result<Outcome> {
    let mount = mount_copy(&cut.image, &place.join("disk"))?;
    let before = world.fal.charges()?.len();
    let program = world.start_on(place, &mount.0.join("library"), None)?;
    // SQLite's quick_check has passed by then.
    let server = program.ready()?;
    for known in &cut.done {
        let job = server.get(&path_of(known))?;
        ensure!(
            job["state"] == "done" && job["result_ids"] == known["result_ids"],
            "{} was done, and is {} now",
            known["prompt"],
            job["state"]
        );
    }
    for click in &cut.clicks {
        let id = click.job.as_deref().context("an answer without a job")?;
        let job = server.get(&format!("/api/v1/jobs/{id}"));
        let job = job.with_context(|| format!("{:?} was acknowledged", click.prompt))?;
        let (bytes, _) = picture(&server, &job["input_id"])?;
        ensure!(
            bytes == click.picture,
            "the picture of {:?} is another one",
            click.prompt
        );
        ended(&server, id)?;
    }
    let all = jobs(&server)?;
    for job in &all {
        ended(&server, job["id"].as_str().unwrap_or_default())?;
    }
    let charges = world.fal.charges()?;
    let endpoints = charges.iter().filter_map(|it| it["endpoint"].as_str());
    let listed = world.fal.listed(&endpoints.collect())?;
    let mut outcome = Outcome {
        kills: 1,
        clicks: all.len() as u64,
        ..Outcome::default()
    };
    for job in jobs(&server)? {
        pictures_are_there(world, &server, &job, &charges)?;
        let charged = charges
            .iter()
            .find(|charge| charge["prompt"] == job["prompt"]);
        outcome.charges += u64::from(charged.is_some());
        match job["state"].as_str() {
            Some("done") => outcome.done += 1,
            Some("unconfirmed") => {
                outcome.unconfirmed += 1;
                let request = charged.and_then(|charge| charge["request_id"].as_str());
                ensure!(
                    !request.is_some_and(|id| listed.contains(id)),
                    "{} is in doubt, and fal's list has it",
                    job["prompt"]
                );
            }
            _ => {
                outcome.ended += 1;
                ensure!(
                    charged.is_none() || job["problem"]["charged"] != "no",
                    "{} was charged, and is {} as if it was not",
                    job["prompt"],
                    job["state"]
                );
            }
        }
    }
    let mut again = BTreeSet::new();
    for charge in charges.iter().skip(before) {
        let prompt = prompt(charge);
        ensure!(
            !cut.charged.contains(&prompt),
            "{prompt:?} was charged before the cut, and again after it"
        );
        ensure!(again.insert(prompt.clone()), "{prompt:?} was charged twice");
    }
    let left = std::fs::read_dir(mount.0.join("library/tmp"))?.count();
    ensure!(left == 0, "{left} files left in tmp");
    program.kill()?;
    Ok(outcome)
}

/// A job that is done has the pictures that fal served, and one that fal has done is done here.
fn pictures_are_there(
    world: &World,
    server: &Server,
    job: &Value,
    charges: &[Value],
) -> Result<()> {
    let charge = charges
        .iter()
        .find(|charge| charge["request_id"] == job["request_id"]);
    if job["state"] != "done" {
        let made = charge.is_some_and(|charge| charge["phase"] == "completed");
        ensure!(!made, "the picture of {} is lost", job["prompt"]);
        return Ok(());
    }
    let charge = charge.context("done without a charge")?;
    let ids = job["result_ids"].as_array().context("no results")?;
    let read: Vec<Vec<u8>> = ids
        .iter()
        .map(|id| Ok(picture(server, id)?.0))
        .collect::<Result<_>>()?;
    ensure!(
        !read.is_empty() && read == world.fal.pictures(charge)?,
        "the pictures of {} are not those that fal served",
        job["prompt"]
    );
    Ok(())
}

fn prompt(of: &Value) -> String {
    of["prompt"].as_str().unwrap_or_default().to_owned()
}

fn path_of(job: &Value) -> String {
    format!("/api/v1/jobs/{}", job["id"].as_str().unwrap_or_default())
}
