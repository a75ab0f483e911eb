//! A job of fal's. The order of lines is the product's first promise: intend, then send; store the ticket, then look; store the answer,
//! then fetch.

use std::sync::Arc;
use std::time::Duration;

use super::blocking;
use super::run::{End, Run};
use crate::error::{Charged, Code, Error, Failure};
use crate::job::{Attempt, Output, State, Ticket};
use crate::provider::fal::{
    CancelReply, Destination, Fal, Given, Look, SubmitError, Submitted, json_body, prepare,
};
use crate::store::NewResult;
use crate::version::VersionId;

/// Pauses between looks at fal: quick at first, since most edits take seconds (fal-contract 3.7).
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long a cancel that fal took is waited for before the job is shown as cancelled.
const CANCEL_PATIENCE: Duration = Duration::from_secs(30);

/// Tries to fetch a result, which is a GET and harmless.
const FETCHES: u32 = 4;

impl Run {
    pub(super) async fn fal(&mut self) -> Result<End, Error> {
        let keys = Arc::clone(&self.runner.keys);
        let key = blocking(move || Ok(keys.key())).await?;
        let to = Destination::of(&self.runner.fal)
            .ok_or(Error::Internal("fal's addresses do not parse"))?;
        let Some(key) = key else {
            // What fal has already is not lost: the ticket waits for a key.
            let charged = self.charged_so_far();
            return Ok(End::Failed {
                failure: Failure::free(Code::KeyMissing).charged(charged),
                ended: self.job.state == State::Uploading,
            });
        };
        let fal = Fal::new(self.runner.http.clone(), to, key, self.runner.fal.timeout);
        if self.job.state == State::Uploading
            && let Some(end) = self.send(&fal).await?
        {
            return Ok(end);
        }
        self.rest();
        if self.job.state == State::Waiting
            && let Some(end) = self.wait(&fal).await?
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
        let (bytes, name) = self.input().await?;
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
        let body = json_body(&self.job.model, &self.job.prompt, &input_url);

        let runner = Arc::clone(&self.runner);
        let submits = runner.submits.read().await;
        if submits.0 {
            return Ok(Some(End::Closing));
        }
        let hash = blake3::hash(&body).to_hex();
        let job = runner
            .store
            .intend(self.job.id, url.as_str(), &hash, runner.clock.now())
            .await?;
        self.entered(job);
        match fal.submit(&url, body).await {
            Ok(Submitted::Accepted(ticket)) => {
                let job = runner
                    .store
                    .accept(self.job.id, Some(&ticket), runner.clock.now())
                    .await?;
                self.entered(job);
                Ok(None)
            }
            Ok(Submitted::Answered {
                outputs,
                request_id,
            }) => self
                .answered(outputs, request_id.as_deref())
                .await
                .map(|()| None),
            Err(SubmitError::Refused(failure)) => Ok(Some(End::Failed {
                failure,
                ended: true,
            })),
            Err(SubmitError::Unclear(failure)) => Ok(Some(End::Doubt(failure))),
        }
    }

    /// Looks until the provider answers. On fal's own hosts without an end: what is paid is never given up.
    async fn wait(&mut self, fal: &Fal) -> Result<Option<End>, Error> {
        let attempt = self.runner.store.attempt(self.job.id).await?;
        let Attempt {
            ticket: Some(ticket),
            ..
        } = attempt
        else {
            return Err(Error::Internal("a waiting job without a ticket"));
        };
        let began = tokio::time::Instant::now();
        let mut pause = self.runner.fal.poll_interval.unwrap_or(FIRST_PAUSE);
        let mut cancelled_at: Option<tokio::time::Instant> = None;
        loop {
            let looked = fal.look(&ticket).await;
            let mut trouble = None;
            match looked {
                Look::Answered(outputs) => {
                    self.answered(outputs, None).await?;
                    return Ok(None);
                }
                Look::Failed(_) if cancelled_at.is_some() => {
                    return Ok(Some(End::Cancelled { ended: true }));
                }
                Look::Failed(failure) => {
                    return Ok(Some(End::Failed {
                        failure,
                        ended: true,
                    }));
                }
                Look::Cancelled => return Ok(Some(End::Cancelled { ended: true })),
                Look::InLine(ahead) => self
                    .runner
                    .progress(&self.job, |p| (p.position, p.running) = (ahead, false)),
                Look::Running(log) => self.show_running(log),
                Look::Unknown(failure) => {
                    tracing::warn!(job = %self.job.id, code = failure.code.name(), "a look at the provider told nothing");
                    trouble = Some(failure);
                }
            }
            if cancelled_at.is_some_and(|at| at.elapsed() >= CANCEL_PATIENCE) {
                return Ok(Some(End::Cancelled { ended: false }));
            }
            if !fal.is_fals_own() && began.elapsed() >= self.runner.fal.poll_max_wait {
                let failure = trouble.unwrap_or_else(|| {
                    Failure::free(Code::ProviderTimeout).charged(Charged::Maybe)
                });
                return Ok(Some(End::Failed {
                    failure,
                    ended: false,
                }));
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.cancel.notified(), if cancelled_at.is_none() => {
                    cancelled_at = Some(tokio::time::Instant::now());
                    if let Some(end) = self.end_at_provider(fal, &ticket).await {
                        return Ok(Some(end));
                    }
                }
            }
            if self.runner.fal.poll_interval.is_none() {
                pause = pause.mul_f32(1.25).min(LONGEST_PAUSE);
            }
        }
    }

    /// Asks the provider to end the job. `None`: it says by its status what came of that, since a paid result is kept.
    async fn end_at_provider(&self, fal: &Fal, ticket: &Ticket) -> Option<End> {
        match fal.cancel(ticket).await {
            CancelReply::Asked | CancelReply::TooLate => None,
            // Nobody can end it there; here it ends, and "retry" can still look at it for nothing.
            CancelReply::Unknown => Some(End::Cancelled { ended: false }),
        }
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

    /// Writes down where the pictures are; those that came inside the answer are kept first.
    async fn answered(&mut self, given: Vec<Given>, request_id: Option<&str>) -> Result<(), Error> {
        let mut outputs = Vec::with_capacity(given.len());
        for one in given {
            outputs.push(match one {
                Given::Url(url) => Output::Url(url),
                Given::Bytes(bytes) => {
                    let pictures = self.runner.pictures.clone();
                    // What is no picture is judged later, with the others; here only good ones are kept.
                    match blocking(move || pictures.keep_result(&bytes)).await {
                        Ok((picture, _)) => Output::Stored(picture.hash + "." + &picture.extension),
                        Err(Error::Picture(_)) => Output::Stored(String::new()),
                        Err(error) => return Err(error),
                    }
                }
            });
        }
        let job = self
            .runner
            .store
            .answer(self.job.id, &outputs, request_id, self.runner.clock.now())
            .await?;
        self.entered(job);
        Ok(())
    }

    /// Fetches every picture of the answer and keeps it.
    async fn fetch(&mut self, fal: &Fal) -> Result<End, Error> {
        let outputs = self
            .runner
            .store
            .attempt(self.job.id)
            .await?
            .outputs
            .unwrap_or_default();
        let mut results = Vec::with_capacity(outputs.len());
        for output in &outputs {
            let bytes = match output {
                Output::Stored(name) => {
                    let (pictures, name) = (self.runner.pictures.clone(), name.clone());
                    blocking(move || pictures.read_named(&name)).await.ok()
                }
                Output::Url(url) => match self.fetch_one(fal, url).await {
                    Ok(bytes) => Some(bytes),
                    Err(failure) => {
                        let ended = failure.code == Code::ResultGone;
                        return Ok(End::Failed { failure, ended });
                    }
                },
            };
            let pictures = self.runner.pictures.clone();
            let kept = match bytes {
                Some(bytes) => blocking(move || pictures.keep_result(&bytes)).await,
                None => Err(Error::Picture(crate::picture::PictureError::NotAPicture)),
            };
            match kept {
                Ok((picture, facts)) => {
                    let id = VersionId(crate::library::new_id(&self.runner.clock));
                    results.push(NewResult {
                        id,
                        picture,
                        note: facts.note().map(str::to_owned),
                    });
                }
                Err(Error::Picture(error)) => {
                    let failure = Failure::free(Code::ResultUnreadable)
                        .charged(Charged::Yes)
                        .saying(error.to_string());
                    return Ok(End::Failed {
                        failure,
                        ended: false,
                    });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(End::Done {
            results,
            note: None,
        })
    }

    async fn fetch_one(&self, fal: &Fal, url: &str) -> Result<Vec<u8>, Failure> {
        let mut pause = Duration::from_millis(250);
        for _ in 1..FETCHES {
            let progress = |got: u64, of: Option<u64>| {
                self.runner
                    .progress(&self.job, |p| p.fraction = of.map(|of| fraction(got, of)));
            };
            match fal.fetch(url, progress).await {
                Err(Failure {
                    code: Code::DownloadFailed,
                    ..
                }) => tokio::time::sleep(pause).await,
                other => return other.map(|fetched| fetched.bytes),
            }
            pause *= 3;
        }
        fal.fetch(url, |_, _| {}).await.map(|fetched| fetched.bytes)
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
