//! Reading jobs and lists as fast as a few connections can, with wrk.

use anyhow::{Context, Result, bail, ensure};
use xshell::cmd;

use super::{ROUNDS, TOKEN, serve};
use crate::bench::served::Served;
use crate::bench::{Bed, Row, filled, median, text};
use crate::http::Server;

/// Length of one run.
const SECONDS: u32 = 2;

pub(super) fn measure(bed: &Bed) -> Result<Vec<Row>> {
    // One at a time, or two where they are compared: a server that waits still has a cache in memory.
    let mut rows = Vec::new();
    {
        let small = Library::of(bed, 1000)?;
        let [one] = bed.alternate([(&small, &small.a_job()?, 8)])?;
        rows.push(Row {
            what: "`GET /api/jobs/{id}`, 1,000 jobs, 8 connections",
            measured: format!("{:.0} requests/s", one.rate),
            promise: "≥ 7,710/s, ten times the original's 771, measured elsewhere",
            kept: one.rate >= 7710.0,
        });
        rows.push(Row {
            what: "the slowest of 100 of them (p99)",
            measured: format!("{:.2} ms", one.p99),
            promise: "≤ 1.88 ms, a tenth of the original's 18.8, measured elsewhere",
            kept: one.p99 <= 1.88,
        });
        let large = Library::of(bed, 100_000)?;
        for (what, path) in [
            (
                "first page of `/api/v1/jobs`, 100,000 jobs",
                "/api/v1/jobs?limit=50",
            ),
            (
                "first page of `/api/v1/items`, 100,000 jobs",
                "/api/v1/items?limit=50",
            ),
        ] {
            let [of_small, of_large] = bed.alternate([(&small, path, 8), (&large, path, 8)])?;
            let ratio = of_large.p50 / of_small.p50;
            rows.push(Row {
                what,
                measured: format!(
                    "{:.2} ms; 1,000 jobs {:.2} ms; ratio {ratio:.2}",
                    of_large.p50, of_small.p50
                ),
                promise: "ratio ≤ 1.5",
                kept: ratio <= 1.5,
            });
        }
    }
    let middle = Library::of(bed, 10_000)?;
    let page = "/api/jobs/page?page=1&page_size=20";
    let [page] = bed.alternate([(&middle, page, 8)])?;
    let [list] = bed.alternate([(&middle, "/api/jobs", 4)])?;
    rows.push(Row {
        what: "`GET /api/jobs/page`, 10,000 jobs, 8 connections",
        measured: format!("{:.0} requests/s", page.rate),
        promise: "≥ 1,440/s, ten times the original's 144, measured elsewhere",
        kept: page.rate >= 1440.0,
    });
    rows.push(Row {
        what: "`GET /api/jobs` of 10,000 jobs, 4 connections",
        measured: format!("{:.0} ms", list.p50),
        promise: "≤ 430 ms, a quarter of the original's 1,710, measured elsewhere",
        kept: list.p50 <= 430.0,
    });
    Ok(rows)
}

/// A filled library with its server.
struct Library {
    _served: Served,
    server: Server,
}

impl Library {
    fn of(bed: &Bed, jobs: u32) -> Result<Self> {
        let library = filled::library(bed, jobs)?;
        let (served, server) = serve(bed, text(&library)?, &[])?;
        Ok(Self {
            _served: served,
            server,
        })
    }

    fn a_job(&self) -> Result<String> {
        let newest = self.server.get("/api/v1/jobs?limit=1")?;
        let id = newest["jobs"][0]["id"].as_str().context("no job")?;
        Ok(format!("/api/jobs/{id}"))
    }
}

/// What wrk saw: requests a second, and milliseconds.
#[derive(Debug, PartialEq)]
struct Seen {
    rate: f64,
    p50: f64,
    p99: f64,
}

impl Bed {
    /// The medians of each: where is asked, what, over how many connections. Once each in every round.
    fn alternate<const N: usize>(&self, asked: [(&Library, &str, u32); N]) -> Result<[Seen; N]> {
        let mut seen: [Vec<Seen>; N] = std::array::from_fn(|_| Vec::new());
        for _ in 0..self.rounds.min(ROUNDS) {
            for ((library, path, connections), seen) in asked.iter().zip(&mut seen) {
                seen.push(self.wrk(&library.server, path, *connections)?);
            }
        }
        let medians = seen.map(|seen| {
            let of = |figure: fn(&Seen) -> f64| median(seen.iter().map(figure).collect());
            Ok(Seen {
                rate: of(|seen| seen.rate)?,
                p50: of(|seen| seen.p50)?,
                p99: of(|seen| seen.p99)?,
            })
        });
        let medians: Vec<Seen> = medians.into_iter().collect::<Result<_>>()?;
        medians
            .try_into()
            .map_err(|_| anyhow::anyhow!("a median went missing"))
    }

    fn wrk(&self, server: &Server, path: &str, connections: u32) -> Result<Seen> {
        let sh = &self.sh;
        let (connections, time) = (connections.to_string(), format!("{SECONDS}s"));
        let token = format!("Authorization: Bearer {TOKEN}");
        let url = format!("http://{}{path}", server.address);
        let said = cmd!(
            sh,
            "wrk -t1 -c {connections} -d {time} --latency --timeout 30s -H {token} {url}"
        )
        .quiet()
        .read()?;
        read(&said).with_context(|| format!("{url}: {said}"))
    }
}

/// Reads wrk's report.
fn read(said: &str) -> Result<Seen> {
    let after = |label: &str| {
        let line = said
            .lines()
            .find_map(|line| line.trim().strip_prefix(label));
        line.map(str::trim).with_context(|| format!("no {label}"))
    };
    ensure!(
        !said.contains("Non-2xx"),
        "some answers were no 200: how fast a refusal is says nothing"
    );
    Ok(Seen {
        rate: after("Requests/sec:")?.parse()?,
        p50: milliseconds(after("50%")?)?,
        p99: milliseconds(after("99%")?)?,
    })
}

fn milliseconds(text: &str) -> Result<f64> {
    for (unit, factor) in [("us", 0.001), ("ms", 1.0), ("s", 1000.0), ("m", 60_000.0)] {
        if let Some(number) = text.strip_suffix(unit) {
            return Ok(number.parse::<f64>()? * factor);
        }
    }
    bail!("no time: {text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_of_wrk_is_read_and_one_of_refusals_is_not() -> Result<()> {
        let report = "  Latency Distribution\n     50%  812.00us\n     75%    1.01ms\n     99%    1.20s \n\
                      Requests/sec:   9876.54\nTransfer/sec:      3.21MB";
        let seen = Seen {
            rate: 9876.54,
            p50: 0.812,
            p99: 1200.0,
        };
        assert_eq!(read(report)?, seen);
        assert!(read(&format!("{report}\n  Non-2xx or 3xx responses: 7")).is_err());
        assert!(read("").is_err());
        Ok(())
    }
}
