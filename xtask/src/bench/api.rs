//! The HTTP API as a server has it: `overpaint serve` with a token, its usual limits, and nothing switched off.
//!
//! What is promised beside the original backend cannot alternate with it, for it is not here: its figures were measured elsewhere, on a machine
//! of this size, with the same client, sizes and connections. Where one of them is a bound, the row names it.

mod reads;
mod uploads;

use std::time::{Duration, Instant};

use anyhow::Result;

use super::served::Served;
use super::{Bed, Row, median, text};
use crate::http::Server;

const TOKEN: &str = "a token that is asked for in every request";
const KEY: &str = "bench:bench";

/// Rounds of what takes seconds each.
const ROUNDS: usize = 5;

pub(super) fn measure(bed: &Bed) -> Result<Vec<Row>> {
    let mut rows = reads::measure(bed)?;
    rows.extend(uploads::measure(bed)?);
    rows.extend(start_and_rest(bed)?);
    Ok(rows)
}

/// The server on that library, and somebody who has its token.
fn serve(bed: &Bed, library: &str, variables: &[(&str, &str)]) -> Result<(Served, Server)> {
    let serve = ["serve", "--port", "0", "--library", library];
    let variables: Vec<_> = [("API_TOKEN", TOKEN)]
        .into_iter()
        .chain(variables.iter().copied())
        .collect();
    let served = Served::start(&bed.overpaint, &serve, &variables, "ready")?;
    let server = Server {
        token: Some(TOKEN),
        ..Server::at(&served.address)
    };
    Ok((served, server))
}

/// From the start of the program to its first answer, and what it holds a second later.
fn start_and_rest(bed: &Bed) -> Result<Vec<Row>> {
    let library = bed.folder.join("api-empty");
    let (mut times, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..bed.rounds.min(ROUNDS) {
        bed.sh.remove_path(&library)?;
        let started = Instant::now();
        let (served, server) = serve(bed, text(&library)?, &[])?;
        server.get("/health")?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
        pause(Duration::from_secs(1));
        memory.push(served.resident()?);
    }
    let (time, memory) = (median(times)?, median(memory)?);
    Ok(vec![
        Row {
            what: "start on a new library to the first 200",
            measured: format!("{time:.0} ms"),
            promise: "≤ 64 ms, a tenth of the original's 640, measured elsewhere",
            kept: time <= 64.0,
        },
        Row {
            what: "memory when idle (RSS)",
            measured: format!("{memory:.0} MiB"),
            promise: "≤ 34 MiB, half the original's 69, measured elsewhere",
            kept: memory <= 34.5,
        },
    ])
}

#[expect(
    clippy::disallowed_methods,
    reason = "time that passes is what is measured"
)]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
