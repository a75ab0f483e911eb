//! The moment that can cost money: the intent, the one submit, what came of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::inputs::Sent;
use super::later::Unsent;
use crate::drill;
use crate::error::{Error, Failure};
use crate::job::Ticket;
use crate::job::runner::insist;
use crate::job::runner::run::{End, Run};
use crate::provider::fal::{Fal, Payloads, SubmitError, Submitted, json_body};
use crate::store::{Intended, Intent};

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
            Err(end) => return self.not_uploaded(fal, end).await.map(Some),
        };
        self.uploaded();
        let Sent {
            urls,
            parameters,
            mark,
            ..
        } = sent;
        // Another endpoint gets what the original sent, whatever fal calls things.
        let spec = match fal.is_fals_own() {
            true => self.runner.store.spec(&self.job.model).await?,
            false => None,
        };
        let body = json_body(spec.as_deref(), &self.job.prompt, &urls, &parameters);
        drop(urls);

        let runner = Arc::clone(&self.runner);
        let _under_way = runner.submits.read().await;
        if runner.closing.load(Ordering::SeqCst) {
            return Ok(Some(End::Closing));
        }
        let payloads = if runner.settings.get().privacy.keep_payloads {
            Payloads::Kept
        } else {
            Payloads::NotKept
        };
        // A list without payloads has nothing to know it by.
        let mark = mark.filter(|_| payloads == Payloads::Kept);
        let hash = blake3::hash(&body).to_hex();
        let (id, attempt) = (self.job.id, self.job.attempt);
        let estimate = runner.store.estimate_of(&self.job, &runner.asked()).await?;
        let now = runner.clock.now();
        let intent = Intent {
            url: url.as_str(),
            body_hash: &hash,
            model: &self.job.model,
            mark: mark.as_deref(),
            estimate,
            budget: runner.budget(now),
        };
        let intend = || {
            runner
                .store
                .intend(id, attempt, &intent, runner.clock.now())
        };
        match insist(intend).await? {
            Intended::Yes(job) => self.entered(*job),
            Intended::Cancelled => return Ok(Some(End::Cancelled { ended: true })),
            Intended::OverCap(failure) => {
                return Ok(Some(End::Failed {
                    failure,
                    ended: true,
                }));
            }
        }
        drill::point("intent_stored").await;
        // Sending is work, waiting for the answer is not: the place is free for the next job as soon as the body has left.
        match fal.submit(&url, body, payloads, self.work.take()).await {
            Ok(Submitted::Accepted(ticket)) => self.accepted(&ticket).await.map(|()| None),
            Ok(Submitted::Answered {
                outputs,
                request_id,
            }) => self
                .answered(fal, outputs, request_id.as_deref())
                .await
                .map(|()| None),
            Err(SubmitError::NotSent(failure)) => self
                .later(fal, Unsent::Submit, failure, None)
                .await
                .map(Some),
            Err(SubmitError::Busy {
                failure,
                retry_after,
            }) => self
                .later(fal, Unsent::Submit, failure, retry_after.as_deref())
                .await
                .map(Some),
            Err(SubmitError::Refused(failure)) => Ok(Some(End::Failed {
                failure,
                ended: true,
            })),
            Err(SubmitError::Unclear {
                failure,
                request_id,
            }) => {
                let unknown = fal.is_fals_own() && mark.is_none();
                let failure = match unknown {
                    true => not_to_be_found(failure),
                    false => failure,
                };
                let Some(ticket) = request_id.and_then(|id| fal.ticket(&self.job.model, &id))
                else {
                    return Ok(Some(End::Doubt(failure)));
                };
                self.unclear = Some(failure);
                self.accepted(&ticket).await.map(|()| None)
            }
        }
    }

    /// Stores the ticket before anybody polls. While the answer itself is unclear it may lead to nothing.
    async fn accepted(&mut self, ticket: &Ticket) -> Result<(), Error> {
        let (runner, id) = (Arc::clone(&self.runner), self.job.id);
        let seen = self.unclear.is_none();
        // Into the log first: should the disk refuse it, this is the only trace of what was paid.
        tracing::info!(job = %id, request_id = ticket.request_id.as_deref(), seen, "accepted");
        drill::point("submit_answered").await;
        let accept = async || {
            let now = runner.clock.now();
            match seen {
                true => runner.store.accept(id, Some(ticket), now).await,
                false => runner.store.accept_unseen(id, ticket, now).await,
            }
        };
        let job = insist(accept).await?;
        drill::point("ticket_stored").await;
        self.entered(job);
        Ok(())
    }
}

/// Says why nobody looks for it.
fn not_to_be_found(failure: Failure) -> Failure {
    let said = failure.said.clone().unwrap_or_default();
    let said =
        format!("{said} fal was asked to keep no record of it, so it cannot be looked up there.");
    failure.saying(said)
}
