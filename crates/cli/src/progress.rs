//! How far a job is, in words with numbers, on a terminal. Nothing at all elsewhere. The words are the window's.

use std::io::{self, IsTerminal};

use chrono::DateTime;
use indicatif::{ProgressBar, ProgressStyle};
use overpaint_api::job::{Job, JobState, Progress};
use overpaint_core::clock::Moment;

/// The line at the bottom of a terminal. Gone when dropped.
#[derive(Debug)]
pub(crate) struct Shown(Option<ProgressBar>);

/// Steps of the bar.
const STEPS: u64 = 1000;

impl Shown {
    /// On stderr, if that is a terminal and a person reads it.
    pub(crate) fn on_terminal() -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        Self(Some(ProgressBar::new(STEPS)))
    }

    /// Shows the job as it is now.
    pub(crate) fn show(&self, job: &Job, now: Moment) {
        let fraction = job.progress.as_ref().and_then(|progress| progress.fraction);
        self.line(words(job, now), fraction);
    }

    /// Shows some other words.
    pub(crate) fn say(&self, words: String) {
        self.line(words, None);
    }

    /// Shows how much of something is behind us.
    pub(crate) fn share(&self, words: String, fraction: f32) {
        self.line(words, Some(fraction));
    }

    fn line(&self, words: String, fraction: Option<f32>) {
        let Some(bar) = &self.0 else { return };
        // First, since everything else draws.
        bar.set_message(words);
        let template = if fraction.is_some() {
            "{bar:24} {msg}"
        } else {
            "{spinner} {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a bar of a thousand steps; casts of floats saturate"
        )]
        bar.set_position((f64::from(fraction.unwrap_or(0.0)) * STEPS as f64) as u64);
        bar.tick();
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// What a job is doing: `Uploading 62 %`, `3rd in line`, `Running 4.2 s`.
pub(crate) fn words(job: &Job, now: Moment) -> String {
    if job.cancel_asked && is_at_work(job.state) {
        return "Cancelling".to_owned();
    }
    let counted = job
        .progress
        .as_ref()
        .map(|progress| elapsed(progress, now))
        .unwrap_or_default();
    let share = job.progress.as_ref().and_then(percent);
    let with = |word: &str| {
        format!("{word} {}", share.as_ref().unwrap_or(&counted))
            .trim_end()
            .to_owned()
    };
    match job.state {
        JobState::Queued => match &job.problem {
            Some(why) if job.not_before.is_some() => format!("{}, trying again soon", why.title),
            _ => "Starts soon".to_owned(),
        },
        JobState::Uploading if share.is_none() => {
            format!("Preparing {counted}").trim_end().to_owned()
        }
        JobState::Uploading => with("Uploading"),
        JobState::Submitting => format!("Sending {counted}").trim_end().to_owned(),
        JobState::Waiting => waiting(job.progress.as_ref(), &counted, share),
        JobState::Downloading => with("Downloading"),
        JobState::Done => "Done".to_owned(),
        JobState::Failed => job
            .problem
            .as_ref()
            .map_or("Failed", |problem| problem.title.as_str())
            .to_owned(),
        JobState::Cancelled => "Cancelled".to_owned(),
        JobState::Unconfirmed => "Unconfirmed".to_owned(),
    }
}

/// True while something is still to come of a job.
pub(crate) fn is_at_work(state: JobState) -> bool {
    matches!(
        state,
        JobState::Queued
            | JobState::Uploading
            | JobState::Submitting
            | JobState::Waiting
            | JobState::Downloading
    )
}

fn waiting(progress: Option<&Progress>, counted: &str, share: Option<String>) -> String {
    match (
        progress.is_some_and(|progress| progress.running),
        progress.and_then(|progress| progress.position),
        share,
    ) {
        (true, _, Some(share)) => format!("Running {counted} · {share}"),
        (true, _, None) => format!("Running {counted}"),
        (false, Some(0), _) => "Next in line".to_owned(),
        (false, Some(ahead), _) => format!("{} in line", ordinal(ahead.saturating_add(1))),
        (false, None, _) => format!("In line {counted}").trim_end().to_owned(),
    }
}

fn percent(progress: &Progress) -> Option<String> {
    progress
        .fraction
        .map(|fraction| format!("{:.0} %", (fraction * 100.0).floor()))
}

/// `4.2 s`, `48 s`, `3 min 05 s`.
fn elapsed(progress: &Progress, now: Moment) -> String {
    let Ok(since) = DateTime::parse_from_rfc3339(&progress.since) else {
        return String::new();
    };
    let passed = (now - since.to_utc()).num_milliseconds().max(0);
    let (seconds, tenths) = (passed / 1000, passed % 1000 / 100);
    match seconds {
        0..10 => format!("{seconds}.{tenths} s"),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

fn ordinal(n: u32) -> String {
    let ending = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    fn said(
        state: JobState,
        fraction: Option<f32>,
        position: Option<u32>,
        running: bool,
        seconds: f64,
    ) -> String {
        let now = DateTime::parse_from_rfc3339("2026-11-23T10:00:00Z")
            .unwrap()
            .to_utc();
        #[expect(clippy::cast_possible_truncation, reason = "small numbers")]
        let since = (now - chrono::TimeDelta::milliseconds((seconds * 1000.0) as i64)).to_rfc3339();
        let job = Job {
            id: String::new(),
            state,
            input_id: String::new(),
            root_id: String::new(),
            prompt: String::new(),
            model: String::new(),
            provider: String::new(),
            parameters: Default::default(),
            cancel_asked: false,
            attempt: 1,
            cost: None,
            cached_from_id: None,
            not_before: None,
            looking: false,
            reference_ids: Vec::new(),
            progress: Some(Progress {
                bytes_done: None,
                bytes_of: None,
                fraction,
                position,
                running,
                since,
                last_log: None,
            }),
            problem: None,
            note: None,
            result_ids: Vec::new(),
            request_id: None,
            sent_at: None,
            created_at: String::new(),
            updated_at: String::new(),
        };
        words(&job, now)
    }

    #[test]
    fn progress_is_told_in_words_with_numbers() {
        assert_eq!(
            said(JobState::Uploading, Some(0.629), None, false, 1.0),
            "Uploading 62 %"
        );
        assert_eq!(
            said(JobState::Uploading, None, None, false, 1.0),
            "Preparing 1.0 s"
        );
        assert_eq!(
            said(JobState::Waiting, None, Some(2), false, 1.0),
            "3rd in line"
        );
        assert_eq!(
            said(JobState::Waiting, None, Some(0), false, 1.0),
            "Next in line"
        );
        assert_eq!(
            said(JobState::Waiting, None, Some(10), false, 1.0),
            "11th in line"
        );
        assert_eq!(
            said(JobState::Waiting, None, None, true, 4.25),
            "Running 4.2 s"
        );
        assert_eq!(
            said(JobState::Waiting, Some(0.5), None, true, 65.0),
            "Running 1 min 05 s · 50 %"
        );
        assert_eq!(
            said(JobState::Downloading, None, None, false, 12.0),
            "Downloading 12 s"
        );
    }
}
