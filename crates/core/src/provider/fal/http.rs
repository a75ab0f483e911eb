//! The HTTP clients and how an answer is read.

use std::time::Duration;

use reqwest::Client;
use reqwest::header::HeaderMap;

use crate::error::{Code, Error, Failure, Got, Step};

/// Longest JSON answer that is read, in bytes. Data URIs of results can lie inside.
const ANSWER_MAX: usize = 96 << 20;

/// The HTTP clients, by what they may do. Cloning is cheap.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    /// Submits, and nothing else: never a pooled connection, never a second try. A kept-alive connection that the other side is closing
    /// makes HTTP libraries send again; a submit must not be sent again.
    pub(super) submit: Client,
    /// Status, results, cancels.
    pub(super) ask: Client,
    /// Uploads: a slow line may take its time, so the whole is bounded by its size (see `body`), not the wait for an answer.
    pub(super) upload: Client,
    /// Results from file hosts: no key, follows redirects.
    pub(super) fetch: Client,
}

impl Http {
    pub(crate) fn new() -> Result<Self, Error> {
        let base = || {
            Client::builder()
                .connect_timeout(Duration::from_secs(10))
                .user_agent(concat!("overpaint/", env!("CARGO_PKG_VERSION")))
        };
        let never = reqwest::redirect::Policy::none;
        let built = |builder: reqwest::ClientBuilder| {
            builder
                .build()
                .map_err(|_| Error::Internal("no TLS could be set up"))
        };
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
                    .read_timeout(Duration::from_secs(60)),
            )?,
            upload: built(base().redirect(never()))?,
            fetch: built(
                base()
                    .redirect(reqwest::redirect::Policy::custom(follow))
                    .read_timeout(Duration::from_secs(60)),
            )?,
        })
    }
}

/// A file host may move a result within itself or to another host over https; never down to plain http elsewhere, where this computer's own
/// services live.
fn follow(attempt: reqwest::redirect::Attempt<'_>) -> reqwest::redirect::Action {
    let from = attempt.previous().first().map(url::Url::origin);
    let same = from.is_some_and(|from| from == attempt.url().origin());
    match attempt.previous().len() {
        0..=5 if same || attempt.url().scheme() == "https" => attempt.follow(),
        _ => attempt.stop(),
    }
}

/// Reads a body whole, up to [`ANSWER_MAX`]; what lies beyond is cut off and makes the JSON unreadable.
pub(super) async fn read(mut response: reqwest::Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_MAX {
            break;
        }
    }
    Ok(body)
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
    reason.to_string()
}
