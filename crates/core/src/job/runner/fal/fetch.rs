//! A job whose pictures are made and paid: every one of them is fetched and kept.

use std::time::Duration;

use tempfile::NamedTempFile;

use super::fraction;
use crate::drill;
use crate::error::{Charged, Code, Error, Failure};
use crate::job::runner::blocking;
use crate::job::runner::run::{End, Run};
use crate::job::{Attempt, Output, Protocol, Ticket};
use crate::picture::{Facts, PictureError};
use crate::provider::fal::{Fal, Given, Look};
use crate::store::NewResult;
use crate::version::{Picture, VersionId};

/// Tries to fetch a result, which is a GET and harmless.
const FETCHES: u32 = 4;

/// Most pictures of one answer that are taken; no model of fal's makes more than a few. Each may be 200 MB.
pub(super) const PICTURES_MAX: usize = 64;

/// What a file host's "gone" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gone {
    /// The address has run out: the result may name another.
    Believed,
    /// It is the last that is known of a paid picture: asked as often as a host that fails.
    Doubted,
}

/// What a person is told of a picture that the model blacked out, where fal says so and where it only looks so.
const BLACKED_OUT: &str =
    "The model's safety check blacked this picture out. It may still have been charged.";
const LOOKS_BLACKED_OUT: &str = "It is black all over: most likely the model's safety check blacked this picture out. It may still have been charged.";
const FLAGGED: &str = "The model's safety check flagged this picture.";

impl Run {
    /// Fetches every picture of the answer. One that is unreadable does not take the others with it; one that may still come leaves the job
    /// failed with what has come kept, so that the rest is fetched again for nothing.
    pub(super) async fn fetch(&mut self, fal: &Fal) -> Result<End, Error> {
        let attempt = self.runner.store.attempt(self.job.id).await?;
        let outputs = attempt.outputs.clone().unwrap_or_default();
        // What an earlier run kept. The person has asked for the rest since: what is gone now too does not keep these back any longer.
        let asked_again = outputs.iter().any(|it| matches!(it, Output::Stored(_)));
        let on_queue = fal.is_fals_own() && queue_ticket(&attempt).is_some();
        let doubt = if on_queue {
            Gone::Doubted
        } else {
            Gone::Believed
        };
        self.guard_files().await;
        let taken = outputs.len().min(PICTURES_MAX);
        let (mut results, mut lost) = (Vec::with_capacity(taken), Vec::new());
        let mut kept = outputs.clone();
        let (mut again, mut awaited) = (None, None);
        for (index, (output, kept)) in outputs.iter().zip(&mut kept).take(taken).enumerate() {
            let mut fetched = self.fetch_output(fal, output).await?;
            if matches!(&fetched, Err(failure) if failure.code == Code::ResultGone) {
                // The file's address has run out. The result, read once more, may have another.
                if again.is_none() {
                    again = Some(read_again(fal, &attempt).await);
                }
                let given = again.as_ref().and_then(|list| list.get(index));
                fetched = match (given, output) {
                    (Some(given), _) => self.fetch_given(fal, given, doubt).await?,
                    (None, Output::Url(url)) if on_queue => self.fetch_url(fal, url, doubt).await?,
                    _ => fetched,
                };
            }
            match fetched {
                Ok(mut result) => {
                    let flagged = attempt.flagged.get(index).copied().unwrap_or(false);
                    let judged = self.judged(&result, flagged).await?;
                    result.note = joined(result.note, judged);
                    *kept = Output::Stored(result.picture.file_name());
                    results.push(result);
                }
                Err(failure) if may_still_come(failure.code) => {
                    awaited = Some(failure);
                    break;
                }
                Err(failure) => lost.push(failure),
            }
        }
        // A file host that says "gone" for a moment is no proof that a paid picture is.
        let gone = lost.iter().find(|it| it.code == Code::ResultGone);
        let gone = gone.filter(|_| on_queue && (results.is_empty() || !asked_again));
        if let Some(failure) = awaited.or_else(|| gone.cloned()) {
            return Ok(self.not_all(failure, &results, &kept).await);
        }
        let count = (!lost.is_empty()).then(|| {
            let came = results.len();
            format!("{came} of {taken} pictures came; the others could not be fetched or read.")
        });
        let all = outputs.len();
        let untaken = (all > taken).then(|| {
            format!("The answer has {all} pictures, of which the first {taken} are taken.")
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
                None => {
                    let blacked = results.iter().find_map(|result| {
                        let note = result.note.as_deref()?;
                        [BLACKED_OUT, LOOKS_BLACKED_OUT, FLAGGED]
                            .into_iter()
                            .find(|said| note.contains(said))
                    });
                    let note = joined(joined(count, untaken), blacked.map(str::to_owned));
                    let note = joined(note, self.made_smaller(fal).await?);
                    Ok(End::Done { results, note })
                }
            },
        }
    }

    /// The end of a job of whose pictures some may still come. Those that have are written down: a retry does not fetch them again.
    async fn not_all(&self, failure: Failure, results: &[NewResult], kept: &[Output]) -> End {
        let ended = false;
        if results.is_empty() {
            return End::Failed { failure, ended };
        }
        let store = &self.runner.store;
        if let Err(error) = store.keep_outputs(self.job.id, kept, results, &[]).await {
            // On a full disk, say. Then these, too, are fetched again.
            tracing::warn!(job = %self.job.id, %error, "what came of a result could not be written down");
        }
        let said = failure.said.clone().unwrap_or_default();
        let (came, all) = (results.len(), kept.len());
        let said = format!("{said} {came} of {all} pictures came and are kept.");
        let failure = failure.saying(said);
        End::Failed { failure, ended }
    }

    /// The outer error is this computer's, the inner one the result's.
    async fn fetch_output(
        &self,
        fal: &Fal,
        output: &Output,
    ) -> Result<Result<NewResult, Failure>, Error> {
        let name = match output {
            Output::Url(url) => return self.fetch_url(fal, url, Gone::Believed).await,
            Output::Stored(name) => name.clone(),
        };
        if name.is_empty() {
            return self.kept(Err(Error::Picture(PictureError::NotAPicture)));
        }
        let pictures = self.runner.pictures.clone();
        self.kept(blocking(move || pictures.keep_result(&pictures.read_named(&name)?)).await)
    }

    async fn fetch_given(
        &self,
        fal: &Fal,
        given: &Given,
        gone: Gone,
    ) -> Result<Result<NewResult, Failure>, Error> {
        let bytes = match given {
            Given::Url(url) => return self.fetch_url(fal, url, gone).await,
            Given::Bytes(bytes) => bytes.clone(),
        };
        let pictures = self.runner.pictures.clone();
        self.kept(blocking(move || pictures.keep_result(&bytes)).await)
    }

    async fn fetch_url(
        &self,
        fal: &Fal,
        url: &str,
        gone: Gone,
    ) -> Result<Result<NewResult, Failure>, Error> {
        let file = match self.fetch_patiently(fal, url, gone).await {
            Ok(file) => file,
            Err(failure) => return Ok(Err(failure)),
        };
        drill::point("download_read").await;
        let pictures = self.runner.pictures.clone();
        let kept = blocking(move || pictures.keep_file(file)).await;
        drill::point("picture_kept").await;
        self.kept(kept)
    }

    fn kept(
        &self,
        kept: Result<(Picture, Facts), Error>,
    ) -> Result<Result<NewResult, Failure>, Error> {
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

    async fn fetch_patiently(
        &self,
        fal: &Fal,
        url: &str,
        gone: Gone,
    ) -> Result<NamedTempFile, Failure> {
        let mut pause = Duration::from_millis(250);
        let progress = |got: u64, of: Option<u64>| {
            self.runner.progress(&self.job, |p| {
                p.fraction = of.map(|of| fraction(got, of));
                p.bytes = Some((got, of));
            });
        };
        for _ in 1..FETCHES {
            match fal.fetch(url, progress).await {
                Err(failure)
                    if failure.code == Code::DownloadFailed
                        || failure.code == Code::ResultGone && gone == Gone::Doubted =>
                {
                    tokio::time::sleep(pause).await;
                }
                other => return other,
            }
            pause *= 3;
        }
        fal.fetch(url, progress).await
    }

    /// What the safety check did to a picture, as a note; most models only show it by a black one (fal-contract 4.4).
    async fn judged(&self, result: &NewResult, flagged: bool) -> Result<Option<String>, Error> {
        let (pictures, picture) = (self.runner.pictures.clone(), result.picture.clone());
        let black = blocking(move || pictures.is_black(&picture)).await?;
        let note = match (black, flagged) {
            (true, true) => BLACKED_OUT,
            (true, false) => LOOKS_BLACKED_OUT,
            (false, true) => FLAGGED,
            (false, false) => return Ok(None),
        };
        Ok(Some(note.to_owned()))
    }
}

/// The pictures of the result as fal tells them now, which is free; none where it tells nothing, or where there is no such place to ask.
async fn read_again(fal: &Fal, attempt: &Attempt) -> Vec<Given> {
    match queue_ticket(attempt) {
        Some(ticket) => match fal.result(ticket, false).await {
            Look::Answered(outputs) => outputs.given,
            _ => Vec::new(),
        },
        None => Vec::new(),
    }
}

fn queue_ticket(attempt: &Attempt) -> Option<&Ticket> {
    let ticket = attempt.ticket.as_ref();
    ticket.filter(|ticket| ticket.protocol == Protocol::Queue)
}

/// A download that broke off, or a disk that was full: it lies at fal still.
fn may_still_come(code: Code) -> bool {
    matches!(
        code,
        Code::DownloadFailed | Code::DiskFull | Code::DiskFailed
    )
}

/// Two notes as one.
fn joined(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format!("{one} {other}")),
        (one, other) => one.or(other),
    }
}
