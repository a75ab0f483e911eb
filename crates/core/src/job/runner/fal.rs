//! A job of fal's. The order of lines is the product's first promise: intend, then send; store the ticket, then look; store the answer,
//! then fetch.

mod fetch;
mod publish;
mod wait;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::run::{End, Run};
use super::{blocking, insist};
use crate::error::{Code, Error, Failure};
use crate::job::{Output, State};
use crate::provider::fal::{Destination, Fal, Given, SubmitError, Submitted, json_body, prepare};

impl Run {
    pub(super) async fn fal(&mut self) -> Result<End, Error> {
        let keys = Arc::clone(&self.runner.keys);
        let key = blocking(move || Ok(keys.key())).await?;
        let to = Destination::of(&self.runner.fal)
            .ok_or(Error::Internal("fal's addresses do not parse"))?;
        // Fetching takes no key; what fal has already is not lost, its ticket waits for one.
        if key.is_none() && self.job.state != State::Downloading {
            let charged = self.charged_so_far();
            return Ok(End::Failed {
                failure: Failure::free(Code::KeyMissing).charged(charged),
                ended: self.job.state == State::Uploading,
            });
        }
        let runner = Arc::clone(&self.runner);
        let http = blocking(move || runner.http()).await?;
        let mut fal = Fal::new(http, to, key, self.runner.fal.timeout);
        if self.job.state == State::Uploading
            && let Some(end) = self.send(&fal).await?
        {
            return Ok(end);
        }
        if self.job.state == State::Waiting
            && let Some(end) = self.wait(&mut fal).await?
        {
            return Ok(end);
        }
        self.work().await;
        self.fetch(&fal).await
    }

    /// From the input to the provider's yes. `None`: it goes on.
    async fn send(&mut self, fal: &Fal) -> Result<Option<End>, Error> {
        let url = match fal.submit_url(&self.job.model) {
            Ok(url) => url,
            Err(failure) => {
                return Ok(Some(End::Failed {
                    failure,
                    ended: true,
                }));
            }
        };
        let (bytes, version) = self.input().await?;
        if version.is_stand_in() {
            return Ok(Some(End::Failed {
                failure: Failure::free(Code::FileUnreadable)
                    .saying("The upload did not come over from the old backend."),
                ended: true,
            }));
        }
        let name = version.name;
        let fals_own = fal.is_fals_own();
        let prepared = blocking(move || prepare(bytes, &name, fals_own)).await?;
        let (runner, job) = (Arc::clone(&self.runner), self.job.clone());
        let progress = move |sent: u64, total: u64| {
            runner.progress(&job, |p| p.fraction = Some(fraction(sent, total)))
        };
        let uploaded = tokio::select! {
            uploaded = fal.upload(&prepared, progress) => uploaded,
            () = self.cancel.notified() => return Ok(Some(End::Cancelled { ended: true })),
        };
        let input_url = match uploaded {
            Ok(url) => url,
            Err(failure) => {
                return Ok(Some(End::Failed {
                    failure,
                    ended: true,
                }));
            }
        };
        // An answer may take minutes, and many jobs wait for one: the picture is kept once.
        drop(prepared);
        let body = json_body(
            &self.job.model,
            &self.job.prompt,
            &input_url,
            &self.job.parameters,
        );
        drop(input_url);

        let runner = Arc::clone(&self.runner);
        let _under_way = runner.submits.read().await;
        if runner.closing.load(Ordering::SeqCst) {
            return Ok(Some(End::Closing));
        }
        let hash = blake3::hash(&body).to_hex();
        let intend = || {
            let now = runner.clock.now();
            runner.store.intend(self.job.id, url.as_str(), &hash, now)
        };
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

    /// Writes down where the pictures are; those that came inside the answer are kept first.
    pub(super) async fn answered(
        &mut self,
        fal: &Fal,
        mut given: Vec<Given>,
        request_id: Option<&str>,
    ) -> Result<(), Error> {
        if !fal.is_fals_own() {
            // The original's protocol has one result, the first.
            given.truncate(1);
        }
        self.guard_files().await;
        let mut outputs = Vec::with_capacity(given.len());
        for one in given {
            outputs.push(match one {
                Given::Url(url) => Output::Url(url),
                Given::Bytes(bytes) => {
                    let pictures = self.runner.pictures.clone();
                    // What is no picture is judged later, with the others; here only good ones are kept.
                    match blocking(move || pictures.keep_result(&bytes)).await {
                        Ok((picture, _)) => Output::Stored(picture.file_name()),
                        Err(Error::Picture(_)) => Output::Stored(String::new()),
                        Err(error) => return Err(error),
                    }
                }
            });
        }
        let (runner, id, outputs) = (Arc::clone(&self.runner), self.job.id, &outputs);
        let answer = || {
            runner
                .store
                .answer(id, outputs, request_id, runner.clock.now())
        };
        let job = insist(answer).await?;
        self.entered(job);
        Ok(())
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a progress bar needs no more than two digits"
)]
fn fraction(done: u64, of: u64) -> f32 {
    if of == 0 {
        1.0
    } else {
        (done as f32 / of as f32).clamp(0.0, 1.0)
    }
}
