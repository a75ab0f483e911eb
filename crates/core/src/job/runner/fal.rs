//! A job of fal's. The order of lines is the product's first promise: intend, then send; store the ticket, then look; store the answer,
//! then fetch.

mod fetch;
mod inputs;
mod later;
mod publish;
mod reconcile;
mod submit;
mod wait;

pub(super) use reconcile::Look;

use std::sync::Arc;

use super::run::{End, Run};
use super::{blocking, insist};
use crate::drill;
use crate::error::{Code, Error, Failure};
use crate::job::{Output, State};
use crate::provider::fal::{Destination, Fal, Given, Outputs};

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

    /// Writes down where the pictures are; those that came inside the answer are kept first.
    pub(super) async fn answered(
        &mut self,
        fal: &Fal,
        outputs: Outputs,
        request_id: Option<&str>,
    ) -> Result<(), Error> {
        let Outputs { mut given, told } = outputs;
        if !fal.is_fals_own() {
            // The original's protocol has one result, the first.
            given.truncate(1);
        }
        self.guard_files().await;
        let mut outputs = Vec::with_capacity(given.len());
        for (index, one) in given.into_iter().enumerate() {
            outputs.push(match one {
                Given::Url(url) => Output::Url(url),
                // It is counted and not taken.
                Given::Bytes(_) if index >= fetch::PICTURES_MAX => Output::Stored(String::new()),
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
        insist(|| runner.store.told(id, &told)).await?;
        let answer = || {
            runner
                .store
                .answer(id, outputs, request_id, runner.clock.now())
        };
        let job = insist(answer).await?;
        drill::point("answer_stored").await;
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
