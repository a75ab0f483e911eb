//! The HTTP clients and how an answer is read.

use std::io::{Read, Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use reqwest::redirect::{Action, Attempt, Policy};
use reqwest::{Client, ClientBuilder, Response};
use serde_json::Value;

use super::Destination;
use super::reach::Reach;
use crate::error::{Code, Error, Failure, Got, Step};

/// Longest JSON answer that is read, in bytes. Data URIs of results can lie inside.
const ANSWER_MAX: usize = 96 << 20;

/// Longest JSON answer that is held in memory while it comes. A longer one waits in a file until it is whole.
pub(super) const IN_MEMORY: usize = 4 << 20;

/// Most values an answer's JSON may have. Small text makes large structures: a million of `[]` is three megabytes, and fifty once it is read.
const VALUES_MAX: usize = 50_000;

/// Redirects that are followed to a result.
const REDIRECTS: usize = 5;

/// The HTTP clients, by what they may do. Cloning is cheap.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    /// Submits, and nothing else: never a pooled connection, never a second try. A kept-alive connection that the other side is closing
    /// makes HTTP libraries send again; a submit must not be sent again.
    pub(super) submit: Client,
    /// Status, results, cancels: addresses that answers name, so it goes only where they may send us.
    pub(super) ask: Client,
    /// Uploads: a slow line may take its time, so the whole is bounded by its size (see `upload`), not the wait for an answer.
    pub(super) upload: Client,
    /// Results from file hosts: no key, follows redirects, and goes only where results may be.
    pub(super) fetch: Client,
    /// Where what comes is written before anybody knows what it is.
    pub(super) tmp: Arc<PathBuf>,
}

impl Http {
    /// For requests to that destination; `tmp` is the library's folder for half-written files.
    pub(crate) fn new(to: &Destination, tmp: PathBuf) -> Result<Self, Error> {
        let base = || {
            Client::builder()
                .connect_timeout(Duration::from_secs(10))
                .user_agent(concat!("overpaint/", env!("CARGO_PKG_VERSION")))
        };
        let never = Policy::none;
        let built = |builder: ClientBuilder| {
            builder
                .build()
                .map_err(|_| Error::Internal("no TLS could be set up"))
        };
        let reach = to.reach();
        Ok(Self {
            submit: built(
                base()
                    .redirect(never())
                    .pool_max_idle_per_host(0)
                    .retry(reqwest::retry::never()),
            )?,
            ask: built(
                base()
                    .redirect(never())
                    .dns_resolver(reach.clone())
                    .read_timeout(Duration::from_secs(60)),
            )?,
            upload: built(base().redirect(never()).dns_resolver(reach.clone()))?,
            fetch: built(
                base()
                    .redirect(following(reach.clone()))
                    .dns_resolver(reach)
                    .read_timeout(Duration::from_secs(60)),
            )?,
            tmp: Arc::new(tmp),
        })
    }

    /// Reads an answer in which pictures may lie, up to [`ANSWER_MAX`]. One that is longer, or compressed, comes back empty: nothing of it is
    /// worth reading.
    pub(super) async fn read_answer(
        &self,
        mut response: Response,
    ) -> Result<Vec<u8>, reqwest::Error> {
        if is_compressed(response.headers()) {
            return Ok(Vec::new());
        }
        let mut spool = tempfile::spooled_tempfile_in(IN_MEMORY, self.tmp.as_path());
        let mut length = 0;
        while let Some(chunk) = response.chunk().await? {
            length += chunk.len();
            if length > ANSWER_MAX || spool.write_all(&chunk).is_err() {
                return Ok(Vec::new());
            }
        }
        let mut body = Vec::with_capacity(length);
        let read = spool.rewind().and_then(|()| spool.read_to_end(&mut body));
        Ok(if read.is_ok() { body } else { Vec::new() })
    }
}

/// A file host may move a result within itself or to another host over https; never down to plain http elsewhere, and never to where this
/// computer's own services live.
fn following(reach: Reach) -> Policy {
    let follow = move |attempt: Attempt<'_>| -> Action {
        let from = attempt.previous().first().map(url::Url::origin);
        let same = from.is_some_and(|from| from == attempt.url().origin());
        let safe = same || attempt.url().scheme() == "https" && reach.holds(attempt.url());
        match attempt.previous().len() {
            0..=REDIRECTS if safe => attempt.follow(),
            _ => attempt.stop(),
        }
    };
    Policy::custom(follow)
}

/// Reads a body without pictures whole; what lies beyond [`IN_MEMORY`] is cut off and makes the JSON unreadable. A compressed body was not
/// asked for and is not unpacked.
pub(super) async fn read(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    if is_compressed(response.headers()) {
        return Ok(body);
    }
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > IN_MEMORY {
            break;
        }
    }
    Ok(body)
}

/// Nobody asked for compression; a few kilobytes of it may become gigabytes.
pub(super) fn is_compressed(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_ENCODING)
        .is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// The JSON of an answer; none where it is no JSON, or of more values than any answer has.
pub(super) fn json(body: &[u8]) -> Option<Value> {
    if begun_in(body) > VALUES_MAX {
        return None;
    }
    serde_json::from_slice(body).ok()
}

/// How many values begin in a JSON text. What stands in its strings is one value, however many commas it has.
fn begun_in(body: &[u8]) -> usize {
    let (mut begun, mut in_string, mut escaped) = (0, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => begun += 1,
            _ => {}
        }
    }
    begun
}

pub(super) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

pub(super) fn unreachable(step: Step, error: &reqwest::Error) -> Failure {
    let code = if error.is_timeout() && !error.is_connect() {
        Code::ProviderTimeout
    } else {
        Code::ProviderUnreachable
    };
    Failure::free(code)
        .saying(plain(error))
        .answered(step, got(error), b"")
}

/// What a request that gave no answer came to.
pub(super) fn got(error: &reqwest::Error) -> Got {
    if error.is_connect() {
        Got::NoConnection
    } else if error.is_timeout() {
        Got::Silence
    } else if error.is_body() || error.is_decode() {
        Got::BrokeOff
    } else {
        Got::HungUp
    }
}

/// The innermost reason, which names the trouble ("Connection refused"); reqwest's own sentence repeats the URL.
pub(super) fn plain(error: &reqwest::Error) -> String {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    let said = reason.to_string();
    // The number is the system's, and so is the log.
    said.split(" (os error ")
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_a_million_values_is_not_read() {
        assert!(json(br#"{"images": []}"#).is_some());
        let bomb = format!("[{}0]", "[],".repeat(1_000_000));
        assert!(json(bomb.as_bytes()).is_none());
        // One long text is one value.
        for text in ["A", ",", "[", r#"\","#, r"\\,"] {
            let long = format!("[\"{}\"]", text.repeat(1_000_000));
            assert!(json(long.as_bytes()).is_some(), "{text}");
        }
    }
}
