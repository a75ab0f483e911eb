//! What could not be sent, for a reason that may pass: tried again later.

use chrono::TimeDelta;

use crate::error::{Code, Error, Failure, Got};
use crate::job::backoff;
use crate::job::runner::lock;
use crate::job::runner::run::{End, Run};
use crate::provider::fal::Fal;

/// So often in a row an upload that fal answers badly is tried. There is no end to it without a network, or where fal has no room now.
const UPLOADS: u32 = 5;

/// What could not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsent {
    /// A picture, which costs nothing.
    Upload,
    /// The request.
    Submit,
}

impl Run {
    /// Nothing was sent that could cost money: back in line, after a pause that grows, or as told if that is longer. fal is tried without an end, another
    /// endpoint for as long as it would be polled; then `failure` is the job's end.
    pub(super) async fn later(
        &self,
        fal: &Fal,
        what: Unsent,
        failure: Failure,
        retry_after: Option<&str>,
    ) -> Result<End, Error> {
        let (runner, id) = (&self.runner, self.job.id);
        let tries = runner.store.tries(id).await?;
        let now = runner.clock.now();
        // The pictures are uploaded anew each time, so "at once" is not taken at its word.
        let own = backoff::pause(runner.fal.backoff, tries.times, rand::random());
        let told = retry_after.and_then(|told| backoff::told(told, now));
        let pause = told.map_or(own, |told| told.max(own));
        let not_before = now + TimeDelta::from_std(pause).unwrap_or_default();
        let over = if what == Unsent::Upload && is_bad(&failure) {
            self.bad_upload() >= UPLOADS
        } else {
            let until = tries.since.unwrap_or(now) + runner.fal.poll_max_wait;
            !fal.is_fals_own() && not_before > until
        };
        tracing::warn!(job = %id, code = failure.code.name(), over, "nothing was sent");
        Ok(if over {
            End::Failed {
                failure,
                ended: true,
            }
        } else {
            End::Later {
                failure,
                not_before,
            }
        })
    }

    /// Counts an upload that fal answered badly, and answers how many there were in a row.
    fn bad_upload(&self) -> u32 {
        let mut bad = lock(&self.runner.bad_uploads);
        let count = bad.entry((self.job.id, self.job.attempt)).or_default();
        *count += 1;
        *count
    }

    /// The pictures are at fal: what went before does not count any more.
    pub(super) fn uploaded(&self) {
        lock(&self.runner.bad_uploads).remove(&(self.job.id, self.job.attempt));
    }

    /// The end of a job whose pictures could not be brought to fal: where that may pass, it is tried again.
    pub(super) async fn not_uploaded(&self, fal: &Fal, end: End) -> Result<End, Error> {
        match end {
            End::Failed { failure, .. } if may_pass(&failure) => {
                self.later(fal, Unsent::Upload, failure, None).await
            }
            end => Ok(end),
        }
    }
}

/// Whether fal was reached and did not say that it has no room.
fn is_bad(failure: &Failure) -> bool {
    let offline = failure
        .answer
        .as_ref()
        .is_some_and(|answer| answer.got == Got::NoConnection);
    !offline && failure.code != Code::RateLimited
}

fn may_pass(failure: &Failure) -> bool {
    matches!(
        failure.code,
        Code::ProviderUnreachable
            | Code::ProviderTimeout
            | Code::ProviderFailed
            | Code::RateLimited
    )
}
