//! `overpaint import`: the original backend's jobs, brought over.

use std::path::Path;

use overpaint_core::Library;
use overpaint_core::error::{Code, Error};
use overpaint_core::library::{Imported, Options, try_import};
use overpaint_core::original::{OldBackend, Zone};
use overpaint_core::settings::{Given, Settings};
use serde::Serialize;

use crate::args;
use crate::interrupt::{Interrupt, Interrupts};
use crate::output::{Outcome, Stop, one_line};
use crate::progress::Shown;

/// What happened, for programs.
#[derive(Serialize)]
struct Summary {
    library: String,
    dry_run: bool,
    jobs: u64,
    done: u64,
    failed: u64,
    interrupted: u64,
    already_there: u64,
    files_missing: u64,
    files_unreadable: u64,
    incomplete: Vec<String>,
    refused: Vec<String>,
    doubtful_times: u64,
}

/// Reads the old folder and fills the library from it.
pub(crate) async fn run(args: args::Import, given: Given) -> Result<Outcome, Stop> {
    let zone = zone(args.timezone.as_deref())?;
    // First: a slip in the path makes no library.
    let old = OldBackend::open(&given.working_dir.join(&args.path), zone).await?;
    let given = old.not_into_itself(args.library.over(given))?;
    let library = Settings::read(&given)?.library;
    let imported = if args.dry_run {
        let shown = Shown::on_terminal();
        try_import(&given, old, |number, total| tell(&shown, number, total)).await?
    } else {
        if args.timezone.is_none() {
            trust_times(&old)?;
        }
        import(given, old).await?
    };
    outcome(Summary::of(imported, &library, args.dry_run))
}

async fn import(given: Given, old: OldBackend) -> Result<Imported, Stop> {
    let mut interrupts = Interrupts::listen()?;
    let library = Library::open(Options::new(given)).await?;
    let shown = Shown::on_terminal();
    let imported = tokio::select! {
        imported = library.import(old, |number, total| tell(&shown, number, total)) => imported.map_err(Stop::from),
        interrupt = interrupts.next() => Err(match interrupt {
            Interrupt::Typed => Stop::Cancelled(None),
            Interrupt::Terminate => Stop::Terminated(None),
        }),
    };
    drop(shown);
    library.close().await;
    imported
}

/// Times are brought over once. Where most of them cannot have been written in this computer's zone, somebody has to say which it was.
fn trust_times(old: &OldBackend) -> Result<(), Stop> {
    let (doubtful, jobs) = old.doubtful_times();
    if doubtful * 2 <= jobs {
        return Ok(());
    }
    let said = format!(
        "By the times of {doubtful} of {}, the old backend ran in another time zone than this computer. Nothing was brought over. Name its zone, \
         for example --timezone UTC for a container or --timezone Europe/Berlin, or this computer's own if the times are right; --dry-run shows \
         what fits.",
        count(jobs as u64, "job")
    );
    Err(Error::Request {
        code: Code::SettingInvalid,
        said,
    }
    .into())
}

fn zone(typed: Option<&str>) -> Result<Zone, Stop> {
    let Some(name) = typed else {
        return Ok(Zone::Computer);
    };
    let wanted = "it must be the name of a time zone, such as Asia/Tokyo, Europe/Berlin or UTC";
    Zone::parse(name).ok_or_else(|| Stop::usage("--timezone", name, wanted))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a share of a bar; nobody has 16 million jobs"
)]
fn tell(shown: &Shown, number: usize, total: usize) {
    let share = number as f32 / total.max(1) as f32;
    shown.share(format!("Job {number} of {total}"), share);
}

impl Summary {
    fn of(imported: Imported, library: &Path, dry_run: bool) -> Self {
        let Imported {
            done,
            failed,
            interrupted,
            already_there,
            files_missing,
            files_unreadable,
            incomplete,
            refused,
            doubtful_times,
        } = imported;
        Self {
            library: library.display().to_string(),
            dry_run,
            jobs: done + failed + interrupted,
            done,
            failed,
            interrupted,
            already_there,
            files_missing,
            files_unreadable,
            incomplete: incomplete.iter().map(ToString::to_string).collect(),
            refused,
            doubtful_times,
        }
    }

    fn in_words(&self) -> String {
        let Self {
            library,
            jobs,
            done,
            failed,
            interrupted,
            ..
        } = self;
        let would = if self.dry_run {
            "Would bring"
        } else {
            "Brought"
        };
        let mut lines = vec![format!(
            "{would} over {} ({done} done, {failed} failed, {interrupted} interrupted) to {library}",
            count(*jobs, "job")
        )];
        if self.already_there > 0 {
            lines.push(format!(
                "{} already there",
                count(self.already_there, "job")
            ));
        }
        if self.files_missing > 0 {
            lines.push(format!(
                "{} missing in the old folder",
                count(self.files_missing, "file")
            ));
        }
        if self.files_unreadable > 0 {
            lines.push(format!(
                "{} no picture",
                count(self.files_unreadable, "file")
            ));
        }
        if !self.incomplete.is_empty() {
            let most = 10;
            let named = self.incomplete.iter().take(most).map(String::as_str);
            let more = if self.incomplete.len() > most {
                ", …"
            } else {
                ""
            };
            lines.push(format!(
                "Those files belonged to {}{more}",
                named.collect::<Vec<_>>().join(", ")
            ));
        }
        if !self.refused.is_empty() {
            let ids = self
                .refused
                .iter()
                .map(|id| format!("{:?}", one_line(id, 80)));
            lines.push(format!(
                "{} refused, whose id is no UUID: {}",
                count(self.refused.len() as u64, "job"),
                ids.collect::<Vec<_>>().join(", ")
            ));
        }
        if self.dry_run {
            lines.push("Nothing was changed.".to_owned());
        }
        lines.join("\n")
    }
}

fn outcome(summary: Summary) -> Result<Outcome, Stop> {
    let outcome = Outcome::result(&summary, summary.in_words())?;
    if summary.doubtful_times == 0 {
        return Ok(outcome);
    }
    Ok(outcome.noting(format!(
        "by the times of {}, the old computer was in another time zone: an end before the start, or more than half an hour after it. Try \
         --dry-run with --timezone, for example UTC for a container; a job that was brought over keeps the times it has",
        count(summary.doubtful_times, "job")
    )))
}

fn count(number: u64, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{ending}")
}
