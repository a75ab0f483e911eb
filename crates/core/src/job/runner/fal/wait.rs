//! A job at the provider: looked at until it answers.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant;

use crate::drill;
use crate::error::{Charged, Code, Error, Failure, Got, Step};
use crate::job::Attempt;
use crate::job::runner::run::{End, Run};
use crate::job::runner::{blocking, insist};
use crate::provider::fal::{CancelReply, Fal, Look};

/// Pauses between looks at fal: quick at first, since most edits take seconds (fal-contract 3.7).
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long a cancel is waited for before the job is shown as cancelled.
const CANCEL_PATIENCE: Duration = Duration::from_secs(30);

/// So many looks in a row that say "never heard of it" or "wrong key", or that show a result nobody can use, are believed. The ticket is
/// kept: looking again stays free.
const REFUSALS_BELIEVED: u32 = 5;

/// So long after it took a job, fal may not know it everywhere: "never heard of it" means nothing yet.
const UNKNOWN_AT_FIRST: TimeDelta = TimeDelta::minutes(2);

impl Run {
    /// Looks until the provider answers. On fal's own hosts without an end, as long as it is only silent: what is paid is never given up.
    /// `None`: there are pictures to fetch.
    pub(super) async fn wait(&mut self, fal: &mut Fal) -> Result<Option<End>, Error> {
        let Attempt {
            ticket: Some(ticket),
            accepted_at,
            intended_at,
            mark,
            ..
        } = self.runner.store.attempt(self.job.id).await?
        else {
            return Err(Error::Internal("a waiting job without a ticket"));
        };
        let began = Instant::now();
        let mut pause = self.runner.fal.poll_interval.unwrap_or(FIRST_PAUSE);
        let (mut cancelled_at, mut cancel_taken) = (None::<Instant>, false);
        // Of a request that only the head of a lost answer named, the list tells more: there "never heard of it" is believed sooner.
        let mut unseen = accepted_at.is_none();
        let known_from = accepted_at
            .or(intended_at.filter(|_| mark.is_none()))
            .filter(|_| fal.is_fals_own())
            .map(|at| at + UNKNOWN_AT_FIRST);
        let mut refusals = 0;
        drill::point("before_first_look").await;
        loop {
            let mut trouble = None;
            let look = fal.look(&ticket).await;
            if unseen && !matches!(look, Look::Unknown(_)) {
                let (runner, id) = (Arc::clone(&self.runner), self.job.id);
                insist(|| runner.store.seen(id, runner.clock.now())).await?;
                unseen = false;
            }
            match look {
                Look::Answered(outputs) => {
                    drill::point("result_read").await;
                    self.answered(fal, outputs, None).await?;
                    return Ok(None);
                }
                Look::Failed(_) if cancelled_at.is_some() => {
                    return Ok(Some(End::Cancelled { ended: true }));
                }
                Look::Failed(failure) => {
                    let ended = true;
                    return Ok(Some(End::Failed { failure, ended }));
                }
                Look::Cancelled => return Ok(Some(End::Cancelled { ended: true })),
                Look::InLine(ahead) => {
                    drill::point("seen_in_line").await;
                    self.runner
                        .progress(&self.job, |p| (p.position, p.running) = (ahead, false));
                }
                Look::Running(log) => {
                    drill::point("seen_running").await;
                    self.show_running(log);
                }
                Look::Unknown(failure) => trouble = Some(failure),
            }
            refusals = match &trouble {
                Some(failure) => {
                    self.show_trouble(failure);
                    let early = known_from.is_some_and(|from| self.runner.clock.now() < from);
                    refusals + u32::from(is_refusal(failure.code, early))
                }
                None => 0,
            };
            if refusals > 0 {
                // The user may have put in another key meanwhile.
                let keys = Arc::clone(&self.runner.keys);
                fal.set_key(blocking(move || Ok(keys.key())).await?);
            }
            let refused = refusals >= REFUSALS_BELIEVED;
            let given_up =
                refused || !fal.is_fals_own() && began.elapsed() >= self.runner.fal.poll_max_wait;
            let impatient =
                cancelled_at.is_some_and(|at| refused || at.elapsed() >= CANCEL_PATIENCE);
            // fal does not know it by that id, which says nothing of whether it has it.
            if unseen && (impatient || given_up) {
                return Ok(Some(End::Doubt(self.never_seen())));
            }
            if impatient {
                return Ok(Some(End::Cancelled { ended: false }));
            }
            if given_up {
                let silent = || {
                    Failure::free(Code::ProviderTimeout)
                        .charged(Charged::Maybe)
                        .answered(Step::Look, Got::StillAtWork, b"")
                };
                let failure = trouble.unwrap_or_else(silent);
                let ended = false;
                return Ok(Some(End::Failed { failure, ended }));
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.cancel.notified(), if cancelled_at.is_none() => cancelled_at = Some(Instant::now()),
            }
            if cancelled_at.is_some() && !cancel_taken {
                let reply = fal.cancel(&ticket).await;
                drill::point("cancel_answered").await;
                match reply {
                    // It says by its status what came of that: a result that is paid is kept.
                    CancelReply::Asked | CancelReply::TooLate => cancel_taken = true,
                    CancelReply::Lost => {}
                    CancelReply::Unknown if unseen => {
                        return Ok(Some(End::Doubt(self.never_seen())));
                    }
                    // Nobody can end it there; here it ends, and "retry" can still look at it for nothing.
                    CancelReply::Unknown => return Ok(Some(End::Cancelled { ended: false })),
                }
            }
            if self.runner.fal.poll_interval.is_none() {
                pause = pause.mul_f32(1.25).min(LONGEST_PAUSE);
            }
        }
    }

    /// Why the submit is in doubt again.
    fn never_seen(&mut self) -> Failure {
        self.unclear.take().unwrap_or_else(|| {
            Failure::free(Code::SubmitUnclear)
                .charged(Charged::Maybe)
                .saying("Its answer was lost, and fal does not know the request that it named.")
        })
    }

    fn show_running(&self, log: Option<String>) {
        let now = self.runner.clock.now();
        self.runner.progress(&self.job, |progress| {
            if !progress.running {
                progress.since = now;
            }
            (progress.running, progress.position) = (true, None);
            progress.last_log = log.or_else(|| progress.last_log.take());
        });
    }

    /// Silence is said, not hidden: it stands where the provider's log stands.
    fn show_trouble(&self, failure: &Failure) {
        let code = failure.code.name();
        let said = failure.said.as_deref().unwrap_or(code);
        tracing::warn!(job = %self.job.id, code, said, "a look at the provider told nothing");
        let line = format!("No answer worth anything, asking again ({said})");
        self.runner.progress(&self.job, |p| p.last_log = Some(line));
    }
}

fn is_refusal(code: Code, early: bool) -> bool {
    match code {
        Code::KeyRefused | Code::AnswerUnreadable | Code::NoPictureMade => true,
        Code::ResultGone => !early,
        _ => false,
    }
}
