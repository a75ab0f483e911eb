//! Fetching a result: without a key, into a file, capped, at a least speed, and only from where a result may be.
//!
//! It is paid and somebody else's server: the first bytes tell a picture from a page, the length is believed only where it is too large, and
//! memory holds one piece at a time.

use std::time::Duration;

use reqwest::Response;
use tempfile::NamedTempFile;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;
use url::Url;

use super::Destination;
use super::http::{Http, is_compressed, plain, unreachable};
use super::reach::NOT_PUBLIC;
use crate::drill;
use crate::error::{Charged, Code, Error, Failure, Got, Step};
use crate::picture::{self, MAX_FILE_BYTES as FILE_MAX};

/// How slow a result may come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Time for the first byte, and for all the pauses together.
    pub(crate) grace: Duration,
    /// Bytes a second, over all of it.
    pub(crate) slowest: u64,
}

impl Pace {
    /// How long so many bytes may take.
    fn patience(self, bytes: u64) -> Duration {
        self.grace + Duration::from_millis(bytes.saturating_mul(1000) / self.slowest.max(1))
    }
}

/// Bytes that tell what a file is.
const HEAD: usize = 32;

/// A fetch on its way.
struct Fetch<'a> {
    url: &'a str,
    pace: Pace,
    began: Instant,
    got: u64,
}

/// Fetches into a file in `http`'s folder. `progress` is told the bytes so far and, if known, of how many.
pub(super) async fn fetch(
    http: &Http,
    to: &Destination,
    url: &str,
    pace: Pace,
    progress: impl Fn(u64, Option<u64>) + Send,
) -> Result<NamedTempFile, Failure> {
    let Some(parsed) = Url::parse(url).ok().filter(|url| to.may_fetch(url)) else {
        return Err(unreadable(format!(
            "It lies at an address that is not fetched: {url}"
        )));
    };
    let mut fetch = Fetch {
        url,
        pace,
        began: Instant::now(),
        got: 0,
    };
    let mut response = fetch.in_time(http.fetch.get(parsed).send()).await?;
    fetch.accept(&response)?;
    let total = response.content_length();
    if total.is_some_and(|total| total > FILE_MAX) {
        return Err(too_large());
    }
    let disk = |error| Failure::from(&Error::disk(http.tmp.as_path())(error)).charged(Charged::Yes);
    let kept = NamedTempFile::new_in(http.tmp.as_path()).map_err(disk)?;
    let mut file = File::from_std(kept.reopen().map_err(disk)?);
    let mut head = Vec::with_capacity(HEAD);
    while let Some(chunk) = fetch.in_time(response.chunk()).await? {
        fetch.got += chunk.len() as u64;
        if fetch.got > FILE_MAX {
            return Err(too_large());
        }
        if head.len() < HEAD {
            head.extend_from_slice(&chunk);
            if head.len() >= HEAD {
                picture::looks_like_one(&head).map_err(|error| unreadable(error.to_string()))?;
            }
        }
        file.write_all(&chunk).await.map_err(disk)?;
        progress(fetch.got, total);
        drill::point("download_begun").await;
    }
    if head.len() < HEAD {
        picture::looks_like_one(&head).map_err(|error| unreadable(error.to_string()))?;
    }
    file.flush().await.map_err(disk)?;
    Ok(kept)
}

impl Fetch<'_> {
    /// The next of it, if it comes in time.
    async fn in_time<T>(
        &self,
        next: impl Future<Output = Result<T, reqwest::Error>> + Send,
    ) -> Result<T, Failure> {
        let until = self.began + self.pace.patience(self.got);
        match tokio::time::timeout_at(until, next).await {
            Ok(Ok(next)) => Ok(next),
            Ok(Err(error)) if plain(&error) == NOT_PUBLIC => {
                Err(unreadable(format!("It is not fetched: {NOT_PUBLIC}.")))
            }
            Ok(Err(error)) => Err(Failure {
                charged: Charged::Yes,
                code: Code::DownloadFailed,
                ..unreachable(Step::Download, &error).about(self.url)
            }),
            Err(_) => Err(Failure::free(Code::DownloadFailed)
                .charged(Charged::Yes)
                .saying("It came too slowly to wait for.")
                .answered(Step::Download, Got::Silence, b"")
                .about(self.url)),
        }
    }

    /// Whether it is the file that was asked for, as far as its head tells.
    fn accept(&self, response: &Response) -> Result<(), Failure> {
        let status = response.status();
        let refused = |code, said: String| {
            Err(Failure::free(code)
                .charged(Charged::Yes)
                .saying(said)
                .answered(Step::Download, Got::Status(status.as_u16()), b"")
                .about(self.url))
        };
        match status.as_u16() {
            200..=299 if is_compressed(response.headers()) => refused(
                Code::ResultUnreadable,
                "It came compressed, which nobody asked for.".to_owned(),
            ),
            200..=299 => Ok(()),
            300..=399 => refused(
                Code::ResultUnreadable,
                format!("The file host sent it on to an address that is not fetched ({status})."),
            ),
            403 | 404 | 410 => refused(
                Code::ResultGone,
                format!("The file host answered {status}."),
            ),
            _ => refused(
                Code::DownloadFailed,
                format!("The file host answered {status}."),
            ),
        }
    }
}

fn unreadable(said: String) -> Failure {
    Failure::free(Code::ResultUnreadable)
        .charged(Charged::Yes)
        .saying(said)
}

fn too_large() -> Failure {
    unreadable(format!("It is over {} MB.", FILE_MAX >> 20))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use crate::settings::FalSettings;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    const PATIENT: Pace = Pace {
        grace: Duration::from_secs(60),
        slowest: 1,
    };

    /// Fetches from a host that answers with those bytes and then, if `open`, stays silent.
    async fn fetched(answer: &[u8], open: bool, pace: Pace) -> Result<u64, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let answer = answer.to_owned();
        let host = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 4096]).await;
            let _ = socket.write_all(&answer).await;
            if open {
                std::future::pending::<()>().await;
            }
        });
        let to = Destination::of(&FalSettings {
            endpoint: None,
            service: Url::parse(&origin).ok(),
            timeout: Duration::from_secs(1),
            poll_interval: None,
            poll_max_wait: Duration::ZERO,
            reconcile_pause: Duration::ZERO,
            backoff: Duration::ZERO,
        })
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let http = Http::new(&to, folder.path().to_owned()).unwrap();
        let fetched = fetch(&http, &to, &format!("{origin}/x.png"), pace, |_, _| {}).await;
        host.abort();
        let length = fetched.map(|file| file.as_file().metadata().unwrap().len());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        length
    }

    fn png(head: &str, bytes: usize) -> Vec<u8> {
        let mut answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").into_bytes();
        answer.extend(b"\x89PNG\r\n\x1a\n");
        answer.resize(answer.len() + bytes, 0);
        answer
    }

    #[tokio::test]
    async fn a_host_that_goes_silent_or_drips_is_given_up() {
        let pace = Pace {
            grace: Duration::from_millis(50),
            slowest: 1 << 20,
        };
        for answer in [
            png("Content-Length: 1000", 100),
            b"HTTP/1.1 200 OK\r\n".to_vec(),
        ] {
            let failure = fetched(&answer, true, pace).await.unwrap_err();
            assert_eq!(failure.code, Code::DownloadFailed);
            assert_eq!(failure.charged, Charged::Yes);
            assert!(failure.said.unwrap().contains("slowly"));
        }
        assert_eq!(pace.patience(2 << 20), Duration::from_millis(2_050));
    }

    #[tokio::test]
    async fn what_is_no_picture_or_too_large_is_refused_before_it_has_come() {
        let page = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n<!doctype html><html><body>Sign in to this network first.".to_vec();
        let long = png("Content-Length: 5000000000", 100);
        let gzip = png("Content-Encoding: gzip", 100);
        let loops =
            b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\n\r\n".to_vec();
        for (answer, said) in [
            (page, "HTML"),
            (long, "over 200 MB"),
            (gzip, "compressed"),
            (loops, "not fetched (302 Found)"),
        ] {
            // The host stays open: only what has come already can have been judged.
            let failure = fetched(&answer, true, PATIENT).await.unwrap_err();
            assert_eq!(failure.code, Code::ResultUnreadable);
            let told = failure.said.unwrap();
            assert!(told.contains(said), "{told}");
        }
        assert_eq!(
            fetched(&png("Connection: close", 92), false, PATIENT)
                .await
                .unwrap(),
            100
        );
    }
}
