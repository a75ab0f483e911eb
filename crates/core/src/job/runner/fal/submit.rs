//! The moment that can cost money: the intent, the one submit, what came of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::inputs::Sent;
use crate::error::Error;
use crate::job::runner::insist;
use crate::job::runner::run::{End, Run};
use crate::provider::fal::{Fal, SubmitError, Submitted, json_body};
use crate::store::Intent;

impl Run {
    /// From the input to the provider's yes. `None`: it goes on.
    pub(super) async fn send(&mut self, fal: &Fal) -> Result<Option<End>, Error> {
        let url = match fal.submit_url(&self.job.model) {
            Ok(url) => url,
            Err(failure) => {
                return Ok(Some(End::Failed {
                    failure,
                    ended: true,
                }));
            }
        };
        let sent = match self.inputs(fal).await? {
            Ok(sent) => sent,
            Err(end) => return Ok(Some(end)),
        };
        let Sent { urls, .. } = sent;
        let body = json_body(
            &self.job.model,
            &self.job.prompt,
            urls.first().map(String::as_str).unwrap_or_default(),
            &self.job.parameters,
        );
        drop(urls);

        let runner = Arc::clone(&self.runner);
        let _under_way = runner.submits.read().await;
        if runner.closing.load(Ordering::SeqCst) {
            return Ok(Some(End::Closing));
        }
        let hash = blake3::hash(&body).to_hex();
        let estimate = runner.store.estimate_of(&self.job, &runner.asked()).await?;
        let now = runner.clock.now();
        let intent = Intent {
            url: url.as_str(),
            body_hash: &hash,
            estimate,
            limits: runner.limits(now),
        };
        let intend = || runner.store.intend(self.job.id, &intent, now);
        let intended = insist(intend).await?;
        let Some(job) = intended else {
            return Ok(Some(End::Cancelled { ended: true }));
        };
        self.entered(job);
        // Sending is work, waiting for the answer is not: the place is free for the next job as soon as the body has left.
        match fal.submit(&url, body, self.work.take()).await {
            Ok(Submitted::Accepted(ticket)) => {
                // Into the log first: should the disk refuse it, this is the only trace of what was paid.
                tracing::info!(job = %self.job.id, request_id = ticket.request_id.as_deref(), "accepted");
                let (id, ticket) = (self.job.id, &ticket);
                let accept = || runner.store.accept(id, Some(ticket), runner.clock.now());
                let job = insist(accept).await?;
                self.entered(job);
                Ok(None)
            }
            Ok(Submitted::Answered {
                outputs,
                request_id,
            }) => self
                .answered(fal, outputs, request_id.as_deref())
                .await
                .map(|()| None),
            Err(SubmitError::Refused(failure)) => Ok(Some(End::Failed {
                failure,
                ended: true,
            })),
            Err(SubmitError::Unclear(failure)) => Ok(Some(End::Doubt(failure))),
        }
    }
}
