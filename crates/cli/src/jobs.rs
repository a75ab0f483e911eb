//! `overpaint jobs` and `overpaint show`: reading, beside whoever owns the library.

use std::collections::BTreeSet;
use std::fmt::Write;

use overpaint_api::job::Job;
use overpaint_api::picture::Version;
use overpaint_core::clock::{Clock, Moment};
use overpaint_core::error::Error;
use overpaint_core::job::{Job as CoreJob, JobId};
use overpaint_core::library::Reader;
use overpaint_core::settings::Given;
use overpaint_core::version::VersionId;
use serde::Serialize;
use uuid::Uuid;

use crate::args;
use crate::output::{Outcome, Stop, one_line};
use crate::progress::words;

/// Characters of an id that tell jobs of a library apart. From its end: ids begin with their time, which neighbours share.
const SHORT: usize = 8;

/// Fewer characters than this are no part of an id but a slip.
const SHORTEST: usize = 4;

/// A job and what it made.
#[derive(Serialize)]
struct ShownJob {
    job: Job,
    results: Vec<ShownVersion>,
}

/// A version and where its picture lies.
#[derive(Serialize)]
struct ShownVersion {
    version: Version,
    file: String,
}

/// Lists the newest jobs.
pub(crate) async fn list(args: args::Jobs, given: Given, clock: Clock) -> Result<Outcome, Stop> {
    let reader = Reader::open(&args.library.over(given)).await?;
    let jobs: Vec<Job> = reader
        .newest_jobs(args.limit)
        .await?
        .into_iter()
        .map(Job::from)
        .collect();
    let now = clock.now();
    let lines: Vec<String> = jobs.iter().map(|job| line(job, now)).collect();
    let words = if lines.is_empty() {
        "No jobs yet.".to_owned()
    } else {
        lines.join("\n")
    };
    Outcome::result(&jobs, words)
}

/// Shows one job or version.
pub(crate) async fn show(args: args::Show, given: Given) -> Result<Outcome, Stop> {
    let reader = Reader::open(&args.library.over(given)).await?;
    let id = whole_id(&reader, &args.id).await?;
    match reader.job(JobId(id)).await {
        Ok(job) => show_job(&reader, job).await,
        Err(Error::NotFound { .. }) => {
            let version = shown_version(&reader, VersionId(id)).await?;
            Outcome::result(&version, version_in_words(&version))
        }
        Err(error) => Err(error.into()),
    }
}

async fn show_job(reader: &Reader, job: CoreJob) -> Result<Outcome, Stop> {
    let mut results = Vec::new();
    for id in &job.results {
        results.push(shown_version(reader, *id).await?);
    }
    let shown = ShownJob {
        job: job.into(),
        results,
    };
    Outcome::result(&shown, job_in_words(&shown))
}

async fn shown_version(reader: &Reader, id: VersionId) -> Result<ShownVersion, Error> {
    let version = reader.version(id).await?;
    let file = reader.file(&version).display().to_string();
    Ok(ShownVersion {
        version: version.into(),
        file,
    })
}

/// The one id that is `text`, begins with it or ends with it.
async fn whole_id(reader: &Reader, text: &str) -> Result<Uuid, Stop> {
    if let Some(id) = JobId::parse(text) {
        return Ok(id.0);
    }
    if text.len() < SHORTEST {
        return Err(Stop::usage("ID", text, "it must have 4 characters or more"));
    }
    let mut fitting = BTreeSet::new();
    for job in reader.newest_jobs(u32::MAX).await? {
        let versions = [job.input, job.root].into_iter().chain(job.results);
        let ids = versions.map(|version| version.0).chain([job.id.0]);
        fitting.extend(ids.filter(|id| {
            let id = id.hyphenated().to_string();
            id.starts_with(text) || id.ends_with(text)
        }));
    }
    match fitting.pop_first() {
        None => Err(Error::NotFound {
            what: "job or version",
            id: text.to_owned(),
        }
        .into()),
        Some(one) if fitting.is_empty() => Ok(one),
        Some(_) => Err(Stop::usage(
            "ID",
            text,
            "it fits several jobs or versions: give more of it",
        )),
    }
}

fn line(job: &Job, now: Moment) -> String {
    let short = job
        .id
        .get(job.id.len().saturating_sub(SHORT)..)
        .unwrap_or(&job.id);
    let state = one_line(&words(job, now), 24);
    format!(
        "{short}  {state:<24}  {:>7}  {:<28}  {}",
        age(job, now),
        one_line(&job.model, 28),
        one_line(&job.prompt, 60)
    )
}

/// How long ago a job was accepted: `now`, `3 min`, `5 h`, `2 d`.
fn age(job: &Job, now: Moment) -> String {
    let Ok(since) = chrono::DateTime::parse_from_rfc3339(&job.created_at) else {
        return String::new();
    };
    match (now - since.to_utc()).num_minutes() {
        ..1 => "now".to_owned(),
        minutes @ 1..60 => format!("{minutes} min"),
        minutes @ 60..1440 => format!("{} h", minutes / 60),
        minutes => format!("{} d", minutes / 1440),
    }
}

fn job_in_words(shown: &ShownJob) -> String {
    let ShownJob { job, results } = shown;
    let updated = chrono::DateTime::parse_from_rfc3339(&job.updated_at)
        .map(|at| at.to_utc())
        .unwrap_or_default();
    let state = words(job, updated);
    let problem = job.problem.as_ref().map(ToString::to_string);
    let mut text = table(&[
        ("job", Some(&job.id)),
        ("state", Some(&state)),
        ("problem", problem.as_ref()),
        ("prompt", Some(&job.prompt)),
        ("model", Some(&job.model)),
        ("request", job.request_id.as_ref()),
        ("note", job.note.as_ref()),
        ("accepted", Some(&job.created_at)),
        ("changed", Some(&job.updated_at)),
        ("input", Some(&job.input_id)),
    ]);
    for result in results {
        let _ = write!(text, "\n\n{}", version_in_words(result));
    }
    text
}

fn version_in_words(shown: &ShownVersion) -> String {
    let ShownVersion { version, file } = shown;
    let size = format!(
        "{} × {} pixels, {} bytes, {}",
        version.width, version.height, version.bytes, version.media_type
    );
    let took = version
        .elapsed_ms
        .map(|ms| format!("{}.{} s", ms / 1000, ms % 1000 / 100));
    table(&[
        ("version", Some(&version.id)),
        ("of", Some(&version.name)),
        ("parent", version.parent_id.as_ref()),
        ("prompt", version.prompt.as_ref()),
        ("model", version.model.as_ref()),
        ("picture", Some(&size)),
        ("took", took.as_ref()),
        ("note", version.note.as_ref()),
        ("file", Some(file)),
    ])
}

/// The rows that have something to say.
fn table(rows: &[(&str, Option<&String>)]) -> String {
    let rows = rows
        .iter()
        .filter_map(|(name, text)| Some(format!("{name:<9} {}", one_line((*text)?, 4000))));
    rows.collect::<Vec<_>>().join("\n")
}
