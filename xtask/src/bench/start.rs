//! From the start of the headless program to `ready`, on a library of 100,000 jobs that was closed cleanly.

use std::time::Instant;

use anyhow::Result;

use super::served::Served;
use super::{Bed, Row, filled, median, text};

pub(super) fn measure(bed: &Bed) -> Result<Vec<Row>> {
    let library = filled::library(bed, 100_000)?;
    let serve = ["serve", "--port", "0", "--library", text(&library)?];
    let mut times = Vec::new();
    for _ in 0..bed.rounds {
        let started = Instant::now();
        let served = Served::start(&bed.overpaint, &serve, &[], "ready")?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
        drop(served);
    }
    let time = median(times)?;
    Ok(vec![Row {
        what: "headless start to ready, 100,000 jobs",
        measured: format!("{time:.0} ms"),
        promise: "≤ 60 ms",
        kept: time <= 60.0,
    }])
}
