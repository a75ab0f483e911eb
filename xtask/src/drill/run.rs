//! The runs: one point, or several random instants.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use super::points::{JOBS, Life, Point, SeenBy};
use super::program::{Overpaint, PATIENCE};
use super::verdict::{Outcome, jobs, judge};
use super::world::{BLOCKED, Click, Programs, World};
use crate::http::Server;

/// Kills in one run of random instants: a program that was killed before is killed again.
pub(super) const KILLS: u64 = 5;

/// Longest time from letting the jobs go to the kill, in microseconds: by then most of them have ended.
const LATEST: u64 = 500_000;

/// Where something can be held, so that all jobs are under way when they are let go.
const STAGES: [&str; 7] = [
    "upload", "submit", "accepted", "in_queue", "running", "result", "download",
];

/// Kills the program where a job passes the point for the `nth` time.
pub(super) fn at_point(
    folder: &Path,
    programs: &Programs,
    point: &Point,
    nth: u64,
) -> Result<Outcome> {
    let mut world = World::new(folder, programs)?;
    world.fal.script(&json!({"line": 1, "running": 1}))?;
    match point.life {
        Life::Sent => world.mean(JOBS, ""),
        Life::AnswerLost => world.mean(JOBS, "[[lost-reply]]"),
        Life::PutOff => world.mean(JOBS, "[[submit:429*1]]"),
        // Each is answered with 500 once, which may mean anything; nothing was charged.
        Life::Again => {
            world.mean(JOBS, "[[fail-first:1]]");
            undisturbed(&mut world)?;
        }
        Life::Cancelled => {
            world.mean(JOBS, "");
            world.fal.hold("in_queue")?;
        }
        Life::Restarted => {
            world.mean(JOBS, "");
            world.fal.hold("upload")?;
            let program = world.start(None)?;
            world.click(&program.ready()?);
            world.fal.reached("upload", 1)?;
            killed(&mut world, program)?;
            world.fal.release("upload")?;
        }
    }
    if let SeenBy::Fal(stage) = point.seen_by {
        world.fal.hold(stage)?;
        let program = world.start(None)?;
        world.click(&program.ready()?);
        world.fal.reached(stage, nth)?;
        killed(&mut world, program)?;
        world.fal.release(stage)?;
        return judge(&mut world);
    }
    let program = world.start(Some((point.name, nth)))?;
    // A start that stops before it serves has nobody to click at.
    let server = (point.life != Life::Restarted)
        .then(|| program.ready())
        .transpose()?;
    std::thread::scope(|scope| -> Result<()> {
        // Beside, because a program that has stopped may never answer. Cut off in the middle is how it ends.
        let acting = server.map(|server| {
            let world = &mut world;
            scope.spawn(move || act(world, &server, point.life))
        });
        let stopped = program.stopped();
        program.kill()?;
        let acted = acting.map(|acting| acting.join());
        match (stopped, acted) {
            // Why it was not reached, where that is known.
            (Err(_), Some(Ok(Err(error)))) => Err(error.context("the point was never reached")),
            (stopped, _) => stopped,
        }
    })?;
    world.kills += 1;
    if point.life == Life::Cancelled {
        world.fal.release("in_queue")?;
    }
    judge(&mut world)
}

/// What the user does, until the program is killed under their hands.
fn act(world: &mut World, server: &Server, life: Life) -> Result<()> {
    match life {
        Life::Sent | Life::AnswerLost | Life::PutOff | Life::Restarted => world.click(server),
        Life::Cancelled => {
            world.click(server);
            for click in &world.clicks {
                until(server, click, "waiting")?;
            }
            for click in &mut world.clicks {
                click.cancelled = true;
                ask(server, click, "cancel")?;
            }
        }
        Life::Again => {
            // A yes is one charge more than there were, not one more than there might have been.
            let before = world.fal.charges()?;
            for click in &mut world.clicks {
                let charged = before.iter().filter(|it| it["prompt"] == *click.prompt);
                click.approved = charged.count() as u64 + 1;
                ask(server, click, "retry")?;
            }
        }
    }
    Ok(())
}

fn ask(server: &Server, click: &Click, what: &str) -> Result<()> {
    let id = click.job.as_deref().context("a click without a job")?;
    server.post(&format!("/api/v1/jobs/{id}/{what}"))?;
    Ok(())
}

fn until(server: &Server, click: &Click, state: &str) -> Result<()> {
    let id = click.job.as_deref().context("a click without a job")?;
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if server.get(&format!("/api/v1/jobs/{id}"))?["state"] == state {
            return Ok(());
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
    bail!("job {id} is never {state}")
}

/// Clicks, lets every job come to its end, and kills the idle program.
fn undisturbed(world: &mut World) -> Result<()> {
    let program = world.start(None)?;
    let server = program.ready()?;
    world.click(&server);
    world.ended(&server)?;
    killed(world, program)
}

fn killed(world: &mut World, program: Overpaint) -> Result<()> {
    world.kills += 1;
    program.kill()
}

/// Kills the program `kills` times at random, each time with `at_work` jobs under way, and now and then two kills in a row.
pub(super) fn at_random(
    folder: &Path,
    programs: &Programs,
    seed: u64,
    at_work: usize,
    kills: u64,
) -> Result<Outcome> {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut world = World::new(folder, programs)?;
    for _ in 0..kills {
        let script = json!({
            "line": chance.random_range(0..3),
            "running": chance.random_range(0..3),
        });
        world.fal.script(&script)?;
        let stage = STAGES[chance.random_range(0..STAGES.len())];
        world.fal.hold(stage)?;
        let program = world.start(None)?;
        let server = program.ready()?;
        let begun = world.clicks.len();
        top_up(&mut world, &server, at_work, &mut chance)?;
        world.click(&server);
        for click in world.clicks.iter_mut().skip(begun) {
            // One that has ended already stays as it is.
            click.cancelled = chance.random_bool(0.1) && ask(&server, click, "cancel").is_ok();
        }
        world.fal.release(stage)?;
        // An instant of real time: what happens in it is another thing on every machine, and in every run.
        let wait = Duration::from_micros(chance.random_range(0..LATEST));
        std::thread::park_timeout(wait);
        killed(&mut world, program)?;
    }
    judge(&mut world)
}

/// New clicks, until so many jobs are under way.
fn top_up(world: &mut World, server: &Server, at_work: usize, chance: &mut StdRng) -> Result<()> {
    let over = ["done", "failed", "cancelled", "unconfirmed"];
    let jobs = jobs(server)?;
    let under_way = jobs
        .iter()
        .filter(|job| !over.contains(&job["state"].as_str().unwrap_or_default()))
        .count();
    for _ in under_way..at_work {
        let marks = match chance.random_range(0..20) {
            0 => "[[lost-reply]]",
            1 | 2 => "[[two-images]]",
            3 => BLOCKED,
            _ => "",
        };
        world.mean(1, marks);
    }
    Ok(())
}
