//! What Overpaint adds to an edit: from the first byte of the submit to `done`, with a provider that answers at once.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::picture::jpeg;
use super::served::Served;
use super::{Bed, Row, median, text};
use crate::http::Server;

/// One poll step: how long a queued request may lie finished before it is looked at.
const POLL: Duration = Duration::from_millis(50);
/// What the promise allows beside it.
const ALLOWED: f64 = 30.0;
const KEY: &str = "bench:bench";

pub(super) fn measure(bed: &Bed) -> Result<Vec<Row>> {
    let jpeg = jpeg(bed, 3600, 2400, 4000)?;
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
    let server = Server::at(&overpaint.address);
    // Once unmeasured: connections, caches, the first file of the library.
    edit(&server, "warm up [[same-as-input]]", &jpeg)?;
    let mut times = Vec::new();
    for round in 0..bed.rounds {
        // Another prompt each time, so that nothing can be answered from what is known. The simulated fal gives back what it was sent:
        // drawing a result would be its time, not ours.
        let prompt = format!("round {round} [[same-as-input]]");
        times.push(edit(&server, &prompt, &jpeg)?.done.as_secs_f64() * 1000.0);
    }
    let (time, poll) = (median(times)?, POLL.as_secs_f64() * 1000.0);
    Ok(vec![Row {
        what: "submit to done, instant simulated fal, 4-MB JPEG",
        measured: format!("{time:.0} ms, of which one poll step may be {poll:.0} ms"),
        promise: "≤ 30 ms plus one poll step",
        kept: time <= ALLOWED + poll,
    }])
}

/// How long an edit took, from the first byte of its submit.
pub(super) struct Edit {
    /// Until the server had said yes.
    pub(super) accepted: Duration,
    /// Until the job was seen to be done.
    pub(super) done: Duration,
}

/// Submits an edit and looks until it is done.
pub(super) fn edit(server: &Server, prompt: &str, jpeg: &[u8]) -> Result<Edit> {
    let started = Instant::now();
    let job = server.post_job(prompt, jpeg)?;
    let accepted = started.elapsed();
    let id = job["job_id"].as_str().context("no job_id")?;
    let path = format!("/api/jobs/{id}");
    while started.elapsed() < Duration::from_secs(30) {
        let job = server.get(&path)?;
        let done = started.elapsed();
        match job["status"].as_str() {
            Some("done") => return Ok(Edit { accepted, done }),
            Some("processing") => {}
            _ => bail!("the job went wrong: {job}"),
        }
    }
    bail!("the job was not done in 30 s")
}
