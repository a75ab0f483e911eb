//! Uploads: many at once with a fal that takes two seconds, and many one after the other.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};

use super::{KEY, ROUNDS, pause, serve};
use crate::bench::latency::edit;
use crate::bench::picture::jpeg;
use crate::bench::served::Served;
use crate::bench::{Bed, Row, median, text};
use crate::http::Server;

const AT_ONCE: usize = 50;
const ONE_BY_ONE: usize = 200;

/// What fal takes for an edit.
const FAL: Duration = Duration::from_secs(2);

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(20);

pub(super) fn measure(bed: &Bed) -> Result<Vec<Row>> {
    let mut rows = at_once(bed)?;
    rows.extend(one_by_one(bed)?);
    Ok(rows)
}

/// How fal is spoken to.
#[derive(Clone, Copy)]
enum Protocol {
    /// Its queue: it takes a request, and is asked how far it is.
    Queue,
    /// The original's: the answer to the request is the result, and comes when there is one.
    Direct,
}

impl Protocol {
    /// The server's settings for it.
    fn variables(self, fal: &str) -> [(&'static str, String); 2] {
        let place = match self {
            Self::Queue => "FAL_SERVICE",
            Self::Direct => "FAL_ENDPOINT",
        };
        [
            (place, format!("http://{fal}/")),
            ("FAL_API_KEY", KEY.to_owned()),
        ]
    }

    /// Where the simulated fal, which knows no time, keeps an edit that it works on.
    fn stage(self) -> &'static str {
        match self {
            Self::Queue => "running",
            Self::Direct => "accepted",
        }
    }
}

fn simulated_fal(bed: &Bed) -> Result<Served> {
    let arguments = ["--port", "0", "--key", KEY];
    Served::start(&bed.simulated_fal, &arguments, &[], "simulated fal on")
}

/// A fresh library and its server, before that fal.
fn fresh(bed: &Bed, protocol: Protocol, fal: &Served) -> Result<(Served, Server)> {
    let library = bed.folder.join("api-uploads");
    bed.sh.remove_path(&library)?;
    let variables = protocol.variables(&fal.address);
    // A script that sends two hundred without a pause is what is measured, not how it is slowed down.
    let mut variables: Vec<_> = variables.iter().map(|(name, it)| (*name, &**it)).collect();
    variables.push(("SUBMIT_RATE", "1000"));
    serve(bed, text(&library)?, &variables)
}

/// Seconds from the first byte of the first upload.
struct Burst {
    accepted: f64,
    done: f64,
    /// The slowest answer of `/health` meanwhile.
    health: f64,
}

fn at_once(bed: &Bed) -> Result<Vec<Row>> {
    let jpeg: Arc<[u8]> = jpeg(bed, 480, 320, 50)?.into();
    let mut rows = Vec::new();
    for (protocol, what_accepted, what_done, what_health) in [
        (
            Protocol::Direct,
            "50 uploads at once, fal takes 2 s: all accepted",
            "all done",
            "slowest `/health` meanwhile",
        ),
        (
            Protocol::Queue,
            "the same with fal's queue: all accepted",
            "all done",
            "slowest `/health` meanwhile",
        ),
    ] {
        let mut bursts = Vec::new();
        for _ in 0..bed.rounds.min(ROUNDS) {
            bursts.push(burst(bed, protocol, &jpeg)?);
        }
        let of = |figure: fn(&Burst) -> f64| median(bursts.iter().map(figure).collect());
        let (accepted, done, health) = (of(|b| b.accepted)?, of(|b| b.done)?, of(|b| b.health)?);
        rows.extend([
            Row {
                what: what_accepted,
                measured: format!("{accepted:.2} s"),
                promise: "≤ 1 s; the original, measured elsewhere, refused half of them",
                kept: accepted <= 1.0,
            },
            Row {
                what: what_done,
                measured: format!("{done:.2} s"),
                promise: "≤ 4 s, twice fal's time; the original's 725, measured elsewhere",
                kept: done <= 4.0,
            },
            Row {
                what: what_health,
                measured: format!("{:.0} ms", health * 1000.0),
                promise: "≤ 100 ms; the original, measured elsewhere, was silent",
                kept: health <= 0.1,
            },
        ]);
    }
    Ok(rows)
}

fn burst(bed: &Bed, protocol: Protocol, jpeg: &Arc<[u8]>) -> Result<Burst> {
    let fal = simulated_fal(bed)?;
    let control = Server::at(&fal.address);
    let stage = protocol.stage();
    let (_served, server) = fresh(bed, protocol, &fal)?;
    // Once unmeasured: connections, certificates, the first file of the library.
    edit(&server, "warm up [[same-as-input]]", jpeg)?;
    control.post(&format!("/_control/hold/{stage}"))?;

    let (stop, stopped) = mpsc::channel::<()>();
    let asking = server.clone();
    let health = thread::spawn(move || -> Result<Duration> {
        let mut slowest = Duration::ZERO;
        while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            let asked = Instant::now();
            asking.get("/health")?;
            slowest = slowest.max(asked.elapsed());
        }
        Ok(slowest)
    });
    let ready = Arc::new(Barrier::new(AT_ONCE + 1));
    let uploads: Vec<_> = (0..AT_ONCE)
        .map(|n| {
            let (server, jpeg, ready) = (server.clone(), Arc::clone(jpeg), Arc::clone(&ready));
            thread::spawn(move || {
                ready.wait();
                server.post_job(&format!("upload {n} [[same-as-input]]"), &jpeg)
            })
        })
        .collect();
    ready.wait();
    let started = Instant::now();
    for upload in uploads {
        upload.join().map_err(|_| anyhow!("an upload panicked"))??;
    }
    let accepted = started.elapsed().as_secs_f64();
    // Fal's time begins when it has the last of them: no job is let off before its two seconds are over.
    control.get(&format!("/_control/charged?times={}", AT_ONCE + 1))?;
    pause(FAL);
    control.post(&format!("/_control/release/{stage}"))?;
    while at_work(&server)? > 0 {
        ensure!(
            started.elapsed() < Duration::from_secs(60),
            "not all were done in a minute"
        );
        pause(LOOK);
    }
    let done = started.elapsed().as_secs_f64();
    drop(stop);
    let health = health.join().map_err(|_| anyhow!("/health panicked"))??;
    let ended = server.get("/api/jobs/page?status=done")?;
    ensure!(ended["total"] == AT_ONCE + 1, "not all ended well: {ended}");
    Ok(Burst {
        accepted,
        done,
        health: health.as_secs_f64(),
    })
}

fn at_work(server: &Server) -> Result<u64> {
    let page = server.get("/api/jobs/page?page_size=1&status=processing")?;
    page["total"].as_u64().context("a page without a total")
}

fn one_by_one(bed: &Bed) -> Result<Vec<Row>> {
    let jpeg = jpeg(bed, 2550, 1700, 2000)?;
    let (mut memory, mut accepted, mut done) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bed.rounds.min(3) {
        let fal = simulated_fal(bed)?;
        let (served, server) = fresh(bed, Protocol::Direct, &fal)?;
        for n in 0..ONE_BY_ONE {
            let edit = edit(&server, &format!("edit {n} [[same-as-input]]"), &jpeg)?;
            accepted.push(edit.accepted.as_secs_f64() * 1000.0);
            done.push(edit.done.as_secs_f64() * 1000.0);
        }
        memory.push(served.resident()?);
    }
    let (memory, accepted, done) = (median(memory)?, median(accepted)?, median(done)?);
    Ok(vec![
        Row {
            what: "upload of a 2-MB JPEG, accepted",
            measured: format!("{accepted:.1} ms"),
            promise: "≤ 10.5 ms, the original's, measured elsewhere",
            kept: accepted <= 10.5,
        },
        Row {
            what: "the same to done, instant simulated fal",
            measured: format!("{done:.1} ms"),
            promise: "≤ 89.7 ms, the original's, measured elsewhere",
            kept: done <= 89.7,
        },
        Row {
            what: "memory after 200 of them one by one (RSS)",
            measured: format!("{memory:.0} MiB"),
            promise: "≤ 63 MiB, half the original's 127, measured elsewhere",
            kept: memory <= 63.5,
        },
    ])
}
