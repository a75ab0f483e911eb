//! What must be true after the last restart, whenever the program was killed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::world::{BLOCKED, Click, World};
use crate::http::Server;

/// What a run came to, in numbers.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) kills: u64,
    /// Approved charges.
    pub(super) clicks: u64,
    pub(super) charges: u64,
    pub(super) done: u64,
    pub(super) unconfirmed: u64,
    /// Failed, or cancelled by the user.
    pub(super) ended: u64,
    /// Pictures that fal has, that could be fetched, and that are not here.
    pub(super) lost: u64,
}

impl std::ops::AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.kills += other.kills;
        self.clicks += other.clicks;
        self.charges += other.charges;
        self.done += other.done;
        self.unconfirmed += other.unconfirmed;
        self.ended += other.ended;
        self.lost += other.lost;
    }
}

/// Everything that is wrong, by whoever finds it.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn unless(&mut self, right: bool, said: impl FnOnce() -> String) {
        if !right {
            self.0.push(said());
        }
    }
}

/// Starts the program a last time on what the last kill left, lets every job come to its end, and judges.
pub(super) fn judge(world: &mut World) -> Result<Outcome> {
    let program = world.start(None)?;
    let server = program.ready()?;
    world.click_again(&server)?;
    world.ended(&server)?;
    let before = jobs(&server)?;
    // Once more, after an end that was none: nothing may move now.
    program.kill()?;
    let program = world.start(None)?;
    let server = program.ready()?;
    let after = jobs(&server)?;
    ensure!(
        states(&before) == states(&after),
        "a start without anything to do changed jobs: {:?} {:?}",
        states(&before),
        states(&after)
    );
    let charges = world.fal.charges()?;
    let outcome = judge_all(world, &server, &after, &charges);
    program.kill()?;
    outcome
}

fn judge_all(world: &World, server: &Server, jobs: &[Value], charges: &[Value]) -> Result<Outcome> {
    let mut wrong = Wrong::default();
    let mut outcome = Outcome {
        kills: world.kills,
        clicks: world.clicks.iter().map(|click| click.approved).sum(),
        charges: charges.len() as u64,
        ..Outcome::default()
    };
    wrong.unless(outcome.charges <= outcome.clicks, || {
        format!("{} charges for {} clicks", outcome.charges, outcome.clicks)
    });
    wrong.unless(jobs.len() == world.clicks.len(), || {
        format!("{} jobs for {} clicks", jobs.len(), world.clicks.len())
    });
    let endpoints = charges.iter().filter_map(|it| it["endpoint"].as_str());
    let listed = world.fal.listed(&endpoints.collect())?;
    let mut named = BTreeSet::new();
    for click in &world.clicks {
        let Some(job) = jobs
            .iter()
            .find(|job| job["id"].as_str() == click.job.as_deref())
        else {
            wrong.0.push(format!("{:?} has no job", click.prompt));
            continue;
        };
        let its: Vec<&Value> = charges
            .iter()
            .filter(|charge| charge["prompt"].as_str() == Some(&click.prompt))
            .collect();
        wrong.unless(its.len() as u64 <= click.approved, || {
            format!("{:?} was charged {} times", click.prompt, its.len())
        });
        match job["state"].as_str() {
            Some("done") => outcome.done += 1,
            Some("unconfirmed") => outcome.unconfirmed += 1,
            _ => outcome.ended += 1,
        }
        judge_job(click, job, &its, &mut wrong);
        if let Err(error) = judge_pictures(world, server, job, &its, &mut named) {
            wrong.0.push(format!("{:?}: {error:#}", click.prompt));
        }
        let missing = its
            .iter()
            .filter(|charge| is_lost(click, job, charge, &listed))
            .count();
        wrong.unless(missing == 0, || {
            format!(
                "{:?}: {missing} pictures lost: {}",
                click.prompt,
                short(job)
            )
        });
        outcome.lost += missing as u64;
    }
    for charge in charges {
        let known = world.clicks.iter().any(|c| charge["prompt"] == *c.prompt);
        wrong.unless(known, || format!("a charge for nobody's click: {charge}"));
    }
    named.extend(originals(server)?);
    judge_files(&world.library, &named, &mut wrong)?;
    if wrong.0.is_empty() {
        return Ok(outcome);
    }
    bail!("{}", wrong.0.join("\n  "))
}

/// A job is in an end that says what it may have cost.
fn judge_job(click: &Click, job: &Value, charges: &[&Value], wrong: &mut Wrong) {
    let state = job["state"].as_str().unwrap_or_default();
    let request = job["request_id"].as_str();
    let its_own = |charge: &&&Value| charge["request_id"].as_str() == request;
    let known = request.is_some() && charges.iter().any(|charge| its_own(&charge));
    let said = job["problem"]["charged"].as_str();
    let right = match state {
        "done" => known && charges.len() == 1,
        // Shown as what it is: it may have been charged, and the user decides.
        "unconfirmed" => said == Some("maybe"),
        "failed" => charges.is_empty() || known,
        "cancelled" => click.cancelled && (charges.is_empty() || known),
        _ => false,
    };
    wrong.unless(right, || {
        format!(
            "{:?} with {} charges ended as {}",
            click.prompt,
            charges.len(),
            short(job)
        )
    });
}

/// What a failed check says of a job.
fn short(job: &Value) -> String {
    let (state, id, problem) = (&job["state"], &job["request_id"], &job["problem"]);
    format!(
        "{state}, attempt {}, request {id}, {} (charged: {})",
        job["attempt"], problem["code"], problem["charged"]
    )
}

/// Whether fal made a picture that this program knows of, or can find in fal's list, and that it does not have.
fn is_lost(click: &Click, job: &Value, charge: &Value, listed: &BTreeSet<String>) -> bool {
    let in_doubt = job["state"] == "unconfirmed";
    if in_doubt
        && charge["request_id"]
            .as_str()
            .is_some_and(|id| listed.contains(id))
    {
        return !click.cancelled;
    }
    // What the content checker blocks has no picture.
    let made = !click.prompt.contains(BLOCKED);
    let ended_at_fal = charge["phase"] == "completed" && charge["cancelled"] != true && made;
    let known = charge["request_id"] == job["request_id"];
    ended_at_fal && known && !click.cancelled && job["state"] != "done"
}

/// What is done can be read, and is what fal served, byte for byte.
fn judge_pictures(
    world: &World,
    server: &Server,
    job: &Value,
    charges: &[&Value],
    named: &mut BTreeSet<String>,
) -> Result<()> {
    if job["state"] != "done" {
        return Ok(());
    }
    let charge = charges
        .iter()
        .find(|charge| charge["request_id"] == job["request_id"])
        .context("done without a charge")?;
    let mut read = Vec::new();
    for id in job["result_ids"].as_array().context("no results")? {
        let (bytes, name) = picture(server, id)?;
        named.insert(name);
        read.push(bytes);
    }
    let served = world.fal.pictures(charge)?;
    ensure!(!read.is_empty(), "done without a picture");
    ensure!(read == served, "the pictures are not those that fal served");
    Ok(())
}

/// The stored bytes of a version, and the hash that its file is named by.
pub(super) fn picture(server: &Server, id: &Value) -> Result<(Vec<u8>, String)> {
    let id = id.as_str().context("a version without an id")?;
    let answer = server.ask("GET", &format!("/api/v1/versions/{id}/picture"), &[], &[])?;
    let tag = answer.header("etag").context("a picture without a tag")?;
    let name = tag.trim_matches('"').to_owned();
    Ok((answer.body, name))
}

/// The names of the originals' files. Each one is read: a row without its file is found here.
fn originals(server: &Server) -> Result<BTreeSet<String>> {
    let items = pages(server, "items")?;
    let originals = items.iter().filter(|item| item["job"].is_null());
    originals
        .map(|item| picture(server, &item["version"]["id"]).map(|(_, name)| name))
        .collect()
}

/// The files are those that rows name, and nothing half-written is left.
fn judge_files(library: &Path, named: &BTreeSet<String>, wrong: &mut Wrong) -> Result<()> {
    let mut kept = BTreeSet::new();
    for path in files(&library.join("pictures"))? {
        let stem = path.file_stem().unwrap_or_default();
        kept.insert(stem.to_string_lossy().into_owned());
    }
    wrong.unless(kept == *named, || {
        let nobodys: Vec<_> = kept.difference(named).collect();
        let missing: Vec<_> = named.difference(&kept).collect();
        format!("files without a row: {nobodys:?}; rows without a file: {missing:?}")
    });
    let left = files(&library.join("tmp"))?;
    wrong.unless(left.is_empty(), || format!("left in tmp: {left:?}"));
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// Every job there is.
pub(super) fn jobs(server: &Server) -> Result<Vec<Value>> {
    pages(server, "jobs")
}

fn pages(server: &Server, what: &str) -> Result<Vec<Value>> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("/api/v1/{what}?limit=200{after}"))?;
        all.extend(page[what].as_array().context("no list")?.iter().cloned());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(all),
        }
    }
}

fn states(jobs: &[Value]) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    jobs.iter()
        .map(|job| (text(&job["id"]), text(&job["state"])))
        .collect()
}
