//! What Overpaint adds to an edit: from the first byte of the submit to `done`, with a provider that answers at once.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use xshell::cmd;

use super::http::Server;
use super::picture::Picture;
use super::served::Served;
use super::{Bed, Row, median, text};

/// One poll step: how long a queued request may lie finished before it is looked at.
const POLL: Duration = Duration::from_millis(50);
/// What the promise allows beside it.
const ALLOWED: f64 = 30.0;
const KEY: &str = "bench:bench";

pub(super) fn measure(bed: &Bed) -> Result<Vec<Row>> {
    let jpeg = four_megabytes(bed)?;
    let library = bed.folder.join("latency-library");
    bed.sh.remove_path(&library)?;
    let fal = Served::start(
        &bed.simulated_fal,
        &["--port", "0", "--key", KEY],
        &[],
        "simulated fal on",
    )?;
    let service = format!("http://{}", fal.address);
    let poll = POLL.as_secs_f64().to_string();
    let variables = [
        ("FAL_SERVICE", service.as_str()),
        ("FAL_API_KEY", KEY),
        ("POLL_INTERVAL", poll.as_str()),
    ];
    let serve = ["serve", "--port", "0", "--library", text(&library)?];
    let overpaint = Served::start(&bed.overpaint, &serve, &variables, "ready")?;
    let server = Server(overpaint.address.clone());
    // Once unmeasured: connections, caches, the first file of the library.
    edit(&server, "warm up [[same-as-input]]", &jpeg)?;
    let mut times = Vec::new();
    for round in 0..bed.rounds {
        // Another prompt each time, so that nothing can be answered from what is known. The simulated fal gives back what it was sent:
        // drawing a result would be its time, not ours.
        let prompt = format!("round {round} [[same-as-input]]");
        times.push(edit(&server, &prompt, &jpeg)?.as_secs_f64() * 1000.0);
    }
    let (time, poll) = (median(times)?, POLL.as_secs_f64() * 1000.0);
    Ok(vec![Row {
        what: "submit to done, instant simulated fal, 4-MB JPEG",
        measured: format!("{time:.0} ms, of which one poll step may be {poll:.0} ms"),
        promise: "≤ 30 ms plus one poll step",
        kept: time <= ALLOWED + poll,
    }])
}

/// The time from the submit until the job is seen to be done.
fn edit(server: &Server, prompt: &str, jpeg: &[u8]) -> Result<Duration> {
    let started = Instant::now();
    let job = server.post_job(prompt, jpeg)?;
    let id = job["job_id"].as_str().context("no job_id")?;
    let path = format!("/api/jobs/{id}");
    while started.elapsed() < Duration::from_secs(30) {
        let job = server.get(&path)?;
        match job["status"].as_str() {
            Some("done") => return Ok(started.elapsed()),
            Some("processing") => {}
            _ => bail!("the job went wrong: {job}"),
        }
    }
    bail!("the job was not done in 30 s")
}

/// A JPEG of 4 MB, give or take a tenth.
fn four_megabytes(bed: &Bed) -> Result<Vec<u8>> {
    let sh = &bed.sh;
    let path = bed.folder.join("4mb.jpg");
    if !path.exists() {
        let ppm = bed.folder.join("4mb.ppm");
        sh.write_file(&ppm, Picture::landscape(3600, 2400).to_ppm())?;
        cmd!(sh, "convert {ppm} -define jpeg:extent=4000kb {path}").run()?;
        sh.remove_path(&ppm)?;
    }
    Ok(std::fs::read(&path)?)
}
