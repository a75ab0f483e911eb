//! The pictures of an edit, brought to where the model can read them.

use std::sync::Arc;

use super::fraction;
use crate::drill;
use crate::error::{Code, Error, Failure};
use crate::job::runner::blocking;
use crate::job::runner::run::{End, Run};
use crate::provider::fal::{Fal, prepare};

/// The pictures as the model is told of them.
pub(super) struct Sent {
    /// Where they are, the edited one first: addresses, or data URIs on another endpoint.
    pub(super) urls: Vec<String>,
    /// What only this attempt's body holds, where that is short enough to be looked for: an upload's address.
    pub(super) mark: Option<String>,
}

impl Run {
    /// Prepares and uploads what the edit needs. The inner error is the job's end.
    pub(super) async fn inputs(&self, fal: &Fal) -> Result<Result<Sent, End>, Error> {
        let ended = |failure| {
            Ok(Err(End::Failed {
                failure,
                ended: true,
            }))
        };
        let (bytes, version) = self.input().await?;
        drill::point("input_read").await;
        if version.is_stand_in() {
            return ended(
                Failure::free(Code::FileUnreadable)
                    .saying("The upload did not come over from the old backend."),
            );
        }
        let name = version.name;
        let fals_own = fal.is_fals_own();
        let prepared = blocking(move || prepare(bytes, &name, fals_own)).await?;
        let (runner, job) = (Arc::clone(&self.runner), self.job.clone());
        let progress = move |sent: u64, total: u64| {
            runner.progress(&job, |p| {
                p.fraction = Some(fraction(sent, total));
                p.bytes = Some((sent, Some(total)));
            });
        };
        let uploaded = tokio::select! {
            uploaded = fal.upload(&prepared, progress) => uploaded,
            () = self.cancel.notified() => return Ok(Err(End::Cancelled { ended: true })),
        };
        match uploaded {
            Ok(url) => Ok(Ok(Sent {
                mark: fals_own.then(|| url.clone()),
                urls: vec![url],
            })),
            Err(failure) => ended(failure),
        }
    }
}
