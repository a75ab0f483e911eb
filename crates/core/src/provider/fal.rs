//! fal.ai over HTTP: submit once, look, fetch, cancel. Facts: the fal wire contract (section numbers in comments).
//!
//! Nothing here is durable and nothing is tried twice: a call says what happened in the terms that matter for money ([`SubmitError`]), and
//! the runner writes it down and decides. The *shape of the answer* decides the protocol: fal's queue, or the original backend's polling.

mod answer;
mod body;
mod destination;
mod download;
mod http;
mod refusal;

use body::holding;
pub(crate) use body::{json_body, prepare};
pub(crate) use destination::Destination;
pub(crate) use download::Fetched;
pub(crate) use http::Http;
use http::{got, header, plain, read, unreachable};

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, RequestBuilder, StatusCode};
use url::Url;

use crate::error::{Charged, Code, Failure, Got, Step};
use crate::job::Ticket;
use crate::secret::Key;
use answer::{Reply, Seen};

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
        outputs: Vec<Given>,
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
    /// The other side said no, or nothing left this computer.
    Refused(Failure),
    /// It may have arrived: timeout, reset, 5xx, an unreadable 2xx.
    Unclear(Failure),
}

/// What a look at an accepted job shows.
#[derive(Debug)]
pub(crate) enum Look {
    /// In line, with that many ahead.
    InLine(Option<u32>),
    /// At work; the last log line.
    Running(Option<String>),
    /// It has pictures.
    Answered(Vec<Given>),
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

    /// Whether the job's life is looked after by fal itself, so that it is asked without an end.
    pub(crate) fn is_fals_own(&self) -> bool {
        self.to.is_fals_own()
    }

    /// The one POST that can cost money. `while_sending` is dropped once the body has left.
    pub(crate) async fn submit(
        &self,
        url: &Url,
        body: Vec<u8>,
        while_sending: impl Send + Sync + 'static,
    ) -> Result<Submitted, SubmitError> {
        let request = self.with_key(self.http.submit.request(Method::POST, url.clone()), url)?;
        let request = request
            .header("content-type", "application/json")
            .header("content-length", body.len())
            .body(holding(body, while_sending))
            .timeout(self.timeout);
        let unclear = |said: String, got: Got, body: &[u8]| {
            SubmitError::Unclear(
                Failure::free(Code::SubmitUnclear)
                    .charged(Charged::Maybe)
                    .saying(said)
                    .answered(Step::Submit, got, body),
            )
        };
        let response = match request.send().await {
            Ok(response) => response,
            // A failed connect, DNS and TLS included, has sent nothing.
            Err(error) if error.is_connect() || error.is_builder() => {
                return Err(SubmitError::Refused(unreachable(Step::Submit, &error)));
            }
            Err(error) if error.is_timeout() => {
                return Err(unclear(
                    "It did not answer in time.".into(),
                    Got::Silence,
                    b"",
                ));
            }
            Err(error) => return Err(unclear(plain(&error), got(&error), b"")),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let body = match read(response).await {
            Ok(body) => body,
            Err(error) if status.is_client_error() => {
                return Err(SubmitError::Refused(refusal::of(
                    Step::Submit,
                    status,
                    error.to_string().as_bytes(),
                )));
            }
            Err(error) => return Err(unclear(plain(&error), Got::BrokeOff, b"")),
        };
        let request_id = header(&headers, "x-fal-request-id");
        match answer::of_submit(
            status,
            url,
            header(&headers, LOCATION.as_str()).as_deref(),
            &body,
        ) {
            Reply::Pictures(outputs) => Ok(Submitted::Answered {
                outputs,
                request_id,
            }),
            Reply::Ticket(ticket) => Ok(Submitted::Accepted(Ticket {
                request_id: ticket.request_id.clone().or(request_id),
                ..ticket
            })),
            Reply::No if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT => Err(
                SubmitError::Refused(refusal::of(Step::Submit, status, &body)),
            ),
            Reply::No if status.is_redirection() => Err(SubmitError::Refused(
                Failure::free(Code::ProviderFailed)
                    .saying(format!("It answered with a redirect ({status})."))
                    .answered(Step::Submit, Got::Status(status.as_u16()), &body),
            )),
            Reply::No if status.is_success() => {
                let failure = Failure::free(Code::AnswerUnreadable)
                    .charged(Charged::Maybe)
                    .saying(refusal::said(&body))
                    .answered(Step::Submit, Got::Status(status.as_u16()), &body);
                // On fal's hosts an unreadable yes may be a job; elsewhere the answer is all there will ever be.
                Err(if self.is_fals_own() {
                    SubmitError::Unclear(failure)
                } else {
                    SubmitError::Refused(failure)
                })
            }
            Reply::No => Err(unclear(
                format!("It answered {status}. {}", refusal::said(&body)),
                Got::Status(status.as_u16()),
                &body,
            )),
        }
    }

    /// Asks once how an accepted job is.
    pub(crate) async fn look(&self, ticket: &Ticket) -> Look {
        let (status, _, body) = match self.get(&ticket.status_url, true).await {
            Ok(answer) => answer,
            Err(failure) => return Look::Unknown(failure),
        };
        match answer::of_look(ticket.protocol, status, &body) {
            Seen::InLine(ahead) => Look::InLine(ahead),
            Seen::Running(log) => Look::Running(log),
            Seen::Pictures(outputs) => Look::Answered(outputs),
            Seen::Failed(said) => Look::Failed(
                Failure::free(Code::ProviderFailed)
                    .charged(Charged::Maybe)
                    .saying(said)
                    .answered(Step::Look, Got::SaidFailed, &body),
            ),
            Seen::NoPictures(said) => Look::Failed(
                Failure::free(Code::NoPictureMade)
                    .charged(Charged::Maybe)
                    .saying(said)
                    .answered(Step::Look, Got::NoPictures, &body),
            ),
            Seen::Cancelled => Look::Cancelled,
            Seen::Completed => self.result(ticket).await,
            Seen::Nothing => Look::Unknown(refusal::of_poll(status, &body)),
        }
    }

    /// Reads the result of a finished queue job: the model's own answer, its errors included (fal-contract 3.5).
    async fn result(&self, ticket: &Ticket) -> Look {
        let (status, headers, body) = match self.get(&ticket.response_url, false).await {
            Ok(answer) => answer,
            Err(failure) => return Look::Unknown(failure),
        };
        if status.is_success() {
            let outputs = answer::pictures(&body);
            if !outputs.is_empty() {
                return Look::Answered(outputs);
            }
            return Look::Failed(
                Failure::free(Code::NoPictureMade)
                    .charged(Charged::Maybe)
                    .saying(refusal::said(&body))
                    .answered(Step::Look, Got::NoPictures, &body),
            );
        }
        match status.as_u16() {
            // "Request is still in progress": the two hosts disagree for a moment.
            400 if answer::is_still_running(&body) => Look::Running(None),
            499 => Look::Cancelled,
            404 => Look::Failed(
                Failure::free(Code::ResultGone)
                    .charged(Charged::Yes)
                    .saying(refusal::said(&body))
                    .answered(Step::Look, Got::Status(404), &body),
            ),
            // The account or the key, not the job: the ticket stays good.
            401 | 403 | 408 | 429 => Look::Unknown(refusal::of_poll(status, &body)),
            // A gateway without fal's request id has not reached the job (fal-contract 3.7).
            502..=504 if header(&headers, "x-fal-request-id").is_none() => {
                Look::Unknown(refusal::of_poll(status, &body))
            }
            _ => Look::Failed(refusal::of(Step::Look, status, &body)),
        }
    }

    /// Asks the provider to end a job.
    pub(crate) async fn cancel(&self, ticket: &Ticket) -> CancelReply {
        let Some(url) = ticket
            .cancel_url
            .as_deref()
            .and_then(|url| Url::parse(url).ok())
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

    /// Fetches one result. `progress` is told the bytes so far and, if known, of how many.
    pub(crate) async fn fetch(
        &self,
        url: &str,
        progress: impl Fn(u64, Option<u64>) + Send,
    ) -> Result<Fetched, Failure> {
        download::fetch(&self.http.fetch, &self.to, url, progress).await
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
        let mut url =
            Url::parse(url).map_err(|_| Failure::free(Code::AnswerUnreadable).saying(url))?;
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
        let body = read(response)
            .await
            .map_err(|error| unreachable(Step::Look, &error))?;
        Ok((status, headers, body))
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
