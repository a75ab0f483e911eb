//! A job whose pictures are made and paid: every one of them is fetched and kept.

use std::time::Duration;

use super::fraction;
use crate::drill;
use crate::error::{Charged, Code, Error, Failure};
use crate::job::Output;
use crate::job::runner::blocking;
use crate::job::runner::run::{End, Run};
use crate::picture::PictureError;
use crate::provider::fal::Fal;
use crate::store::NewResult;
use crate::version::VersionId;

/// Tries to fetch a result, which is a GET and harmless.
const FETCHES: u32 = 4;

impl Run {
    /// Fetches every picture of the answer. One that is gone or unreadable does not take the others with it; one that may still come
    /// leaves the job failed, so that it is fetched again for nothing.
    pub(super) async fn fetch(&mut self, fal: &Fal) -> Result<End, Error> {
        let attempt = self.runner.store.attempt(self.job.id).await?;
        let outputs = attempt.outputs.unwrap_or_default();
        self.guard_files().await;
        let (mut results, mut lost) = (Vec::with_capacity(outputs.len()), Vec::new());
        let mut kept = outputs.clone();
        for (output, kept) in outputs.iter().zip(&mut kept) {
            match self.fetch_output(fal, output).await? {
                Ok(result) => {
                    *kept = Output::Stored(result.picture.file_name());
                    results.push(result);
                }
                Err(failure) if failure.code == Code::DownloadFailed => {
                    let ended = false;
                    return Ok(End::Failed { failure, ended });
                }
                Err(failure) => lost.push(failure),
            }
        }
        let note = (!lost.is_empty()).then(|| {
            let (kept, all) = (results.len(), outputs.len());
            format!("{kept} of {all} pictures came; the others could not be read.")
        });
        match lost.into_iter().next() {
            Some(failure) if results.is_empty() => {
                // What lies at an address can be fetched again, as long as it is there.
                let ended = failure.code == Code::ResultGone
                    || outputs.iter().all(|o| matches!(o, Output::Stored(_)));
                Ok(End::Failed { failure, ended })
            }
            _ => match self.publish(&mut results, &kept).await? {
                Some(failure) => Ok(End::Failed {
                    failure,
                    ended: false,
                }),
                None => Ok(End::Done { results, note }),
            },
        }
    }

    /// The outer error is this computer's, the inner one the result's.
    async fn fetch_output(
        &self,
        fal: &Fal,
        output: &Output,
    ) -> Result<Result<NewResult, Failure>, Error> {
        let pictures = self.runner.pictures.clone();
        let kept = match output {
            Output::Stored(name) if name.is_empty() => {
                Err(Error::Picture(PictureError::NotAPicture))
            }
            Output::Stored(name) => {
                let name = name.clone();
                blocking(move || pictures.keep_result(&pictures.read_named(&name)?)).await
            }
            Output::Url(url) => match self.fetch_patiently(fal, url).await {
                Ok(bytes) => {
                    drill::point("download_read").await;
                    blocking(move || pictures.keep_result(&bytes)).await
                }
                Err(failure) => return Ok(Err(failure)),
            },
        };
        drill::point("picture_kept").await;
        match kept {
            Ok((picture, facts)) => Ok(Ok(NewResult {
                id: VersionId(crate::library::new_id(&self.runner.clock)),
                picture,
                note: facts.note().map(str::to_owned),
                object: None,
            })),
            Err(Error::Picture(error)) => Ok(Err(Failure::free(Code::ResultUnreadable)
                .charged(Charged::Yes)
                .saying(error.to_string()))),
            Err(error) => Err(error),
        }
    }

    async fn fetch_patiently(&self, fal: &Fal, url: &str) -> Result<Vec<u8>, Failure> {
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
