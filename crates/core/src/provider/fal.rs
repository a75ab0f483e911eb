//! fal.ai over HTTP: submit once, look, fetch, cancel. Facts: the fal wire contract (section numbers in comments).
//!
//! Nothing here is durable and nothing is tried twice: a call says what happened in the terms that matter for money ([`SubmitError`]), and
//! the runner writes it down and decides. The *shape of the answer* decides the protocol: fal's queue, or the original backend's polling.

mod answer;
mod body;
mod destination;
mod download;
mod http;
mod look;
mod platform;
mod reach;
mod refusal;
mod submit;
mod upload;

pub(crate) use answer::{Outputs, Told};
pub(crate) use body::json_body;
pub(crate) use destination::Destination;
use download::Pace;
pub(crate) use http::Http;
use http::unreachable;
pub(crate) use platform::{Listed, Search};
pub(crate) use upload::{Manner, Prepared, prepare};

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode};
use tempfile::NamedTempFile;
use url::Url;

use crate::error::{Code, Failure, Step};
use crate::job::Ticket;
use crate::secret::Key;

/// fal as one job sees it: where to send, with which key.
#[derive(Debug, Clone)]
pub(crate) struct Fal {
    http: Http,
    to: Destination,
    /// None only while results are fetched, which takes no key.
    key: Option<Key>,
    timeout: Duration,
}

/// What became of a submit.
#[derive(Debug)]
pub(crate) enum Submitted {
    /// The pictures are in the answer.
    Answered {
        /// Where they are.
        outputs: Outputs,
        /// fal's id for the request, if it said one.
        request_id: Option<String>,
    },
    /// It will answer later.
    Accepted(Ticket),
}

/// Where one picture of an answer is: an address, or the bytes themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given {
    /// To be fetched.
    Url(String),
    /// It came as a data URI.
    Bytes(Vec<u8>),
}

/// Why a submit gave nothing, by what it may have cost.
#[derive(Debug)]
pub(crate) enum SubmitError {
    /// Nothing left this computer: no name, no connection, no TLS. It can be tried again.
    NotSent(Failure),
    /// The other side has no room now (429). It can be tried again.
    Busy {
        /// What it said.
        failure: Failure,
        /// When it wants to be asked again, if it said that.
        retry_after: Option<String>,
    },
    /// The other side said no, and will say it again.
    Refused(Failure),
    /// It may have arrived: timeout, reset, 5xx, an unreadable 2xx.
    Unclear {
        /// What came instead of an answer.
        failure: Failure,
        /// The id that the answer's head gave the request. A gateway's id need not be the queue's.
        request_id: Option<String>,
    },
}

/// What is said of an answer that leads to where it must not.
const NOT_ASKED: &str = "It names an address that is not asked";

/// Whether fal keeps what is asked and answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payloads {
    /// It does: a submit whose answer was lost can be found in its list.
    Kept,
    /// It is asked not to.
    NotKept,
}

/// What a look at an accepted job shows.
#[derive(Debug)]
pub(crate) enum Look {
    /// In line, with that many ahead.
    InLine(Option<u32>),
    /// At work; the last log line.
    Running(Option<String>),
    /// It has pictures.
    Answered(Outputs),
    /// It ended without pictures.
    Failed(Failure),
    /// The provider ended it because it was cancelled.
    Cancelled,
    /// No answer worth anything this time; nothing is lost.
    Unknown(Failure),
}

/// What a request to cancel came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CancelReply {
    /// It will be ended, if that is still possible.
    Asked,
    /// It is finished already: there is a result to fetch.
    TooLate,
    /// The provider does not know it, or cannot cancel.
    Unknown,
    /// No answer worth anything: ask again.
    Lost,
}

impl Fal {
    pub(crate) fn new(http: Http, to: Destination, key: Option<Key>, timeout: Duration) -> Self {
        Self {
            http,
            to,
            key,
            timeout,
        }
    }

    /// Another key, or none, from now on.
    pub(crate) fn set_key(&mut self, key: Option<Key>) {
        self.key = key;
    }

    /// Where the submit goes.
    pub(crate) fn submit_url(&self, model: &str) -> Result<Url, Failure> {
        self.to
            .submit_url(model)
            .ok_or_else(|| Failure::free(Code::ModelUnknown).saying(model))
    }

    /// Where a request can be asked about that is known by its id alone; `None` on another endpoint, whose addresses nobody knows.
    pub(crate) fn ticket(&self, model: &str, request_id: &str) -> Option<Ticket> {
        self.to.ticket(self.to.endpoint_id(model), request_id)
    }

    /// Whether the job's life is looked after by fal itself, so that it is asked without an end.
    pub(crate) fn is_fals_own(&self) -> bool {
        self.to.is_fals_own()
    }

    /// Asks the provider to end a job.
    pub(crate) async fn cancel(&self, ticket: &Ticket) -> CancelReply {
        let Some(url) = ticket
            .cancel_url
            .as_deref()
            .and_then(|url| Url::parse(url).ok())
            .filter(|url| self.to.may_ask(url))
        else {
            return CancelReply::Unknown;
        };
        let Ok(request) = self.with_key(self.http.ask.request(Method::PUT, url.clone()), &url)
        else {
            return CancelReply::Unknown;
        };
        match request
            .timeout(Duration::from_secs(15))
            .send()
            .await
            .map(|response| response.status().as_u16())
        {
            Ok(200..=299) => CancelReply::Asked,
            Ok(400) => CancelReply::TooLate,
            Ok(404 | 405) => CancelReply::Unknown,
            _ => CancelReply::Lost,
        }
    }

    /// Fetches one result into a file. `progress` is told the bytes so far and, if known, of how many.
    pub(crate) async fn fetch(
        &self,
        url: &str,
        progress: impl Fn(u64, Option<u64>) + Send,
    ) -> Result<NamedTempFile, Failure> {
        /// Longest silence of a file host; bytes a second below which a download is given up.
        const PACE: Pace = Pace {
            grace: Duration::from_secs(30),
            slowest: 16 << 10,
        };
        let pace = Pace {
            grace: PACE.grace.min(self.timeout),
            ..PACE
        };
        download::fetch(&self.http, &self.to, url, pace, progress).await
    }

    /// Asks fal for nothing, to see whether it knows the key: free (fal-contract 1).
    pub(crate) async fn test_key(&self, random: uuid::Uuid) -> Result<StatusCode, Failure> {
        let url = self
            .to
            .key_test_url(random)
            .ok_or_else(|| Failure::free(Code::ProviderUnreachable))?;
        let request = self
            .with_key(self.http.ask.request(Method::GET, url.clone()), &url)
            .map_err(|_| Failure::free(Code::KeyMissing))?;
        let response = request
            .timeout(Duration::from_secs(20))
            .send()
            .await
            .map_err(|error| unreachable(Step::Look, &error))?;
        Ok(response.status())
    }

    async fn get(
        &self,
        url: &str,
        logs: bool,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>), Failure> {
        // A ticket's addresses were looked at when it came; its row may be older than that.
        let parsed = Url::parse(url).ok().filter(|url| self.to.may_ask(url));
        let mut url = parsed.ok_or_else(|| {
            Failure::free(Code::AnswerUnreadable).saying(format!("{NOT_ASKED}: {url}"))
        })?;
        if logs && self.is_fals_own() {
            url.query_pairs_mut().append_pair("logs", "1");
        }
        let request = self
            .with_key(self.http.ask.request(Method::GET, url.clone()), &url)
            .map_err(|_| Failure::free(Code::KeyMissing))?;
        let response = request
            .timeout(Duration::from_secs(120))
            .send()
            .await
            .map_err(|error| unreachable(Step::Look, &error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = self
            .http
            .read_answer(response)
            .await
            .map_err(|error| unreachable(Step::Look, &error))?;
        Ok((status, headers, self.without_key(body)))
    }

    /// An answer as it may be kept, shown and logged: a careless gateway repeats the key in its error.
    fn without_key(&self, body: Vec<u8>) -> Vec<u8> {
        match &self.key {
            Some(key) => key.taken_out_of(body),
            None => body,
        }
    }

    /// Adds the key where the destination allows it, and nowhere else.
    fn with_key(&self, request: RequestBuilder, url: &Url) -> Result<RequestBuilder, SubmitError> {
        let Some(key) = self
            .key
            .as_ref()
            .filter(|key| self.to.may_have_key(url, key))
        else {
            return Ok(request);
        };
        let mut value = HeaderValue::from_str(&format!("Key {}", key.expose()))
            .map_err(|_| SubmitError::Refused(Failure::free(Code::KeyMalformed)))?;
        value.set_sensitive(true);
        Ok(request.header(AUTHORIZATION, value))
    }
}
