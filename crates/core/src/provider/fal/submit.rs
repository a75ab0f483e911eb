//! The one POST that can cost money.

use reqwest::header::{LOCATION, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use url::Url;

use super::answer::{self, Reply};
use super::body::holding;
use super::http::{got, header, plain, unreachable};
use super::{Fal, NOT_ASKED, Payloads, SubmitError, Submitted, refusal};
use crate::error::{Charged, Code, Failure, Got, Step};
use crate::job::Ticket;

impl Fal {
    /// The one POST that can cost money. `while_sending` is dropped once the body has left.
    pub(crate) async fn submit(
        &self,
        url: &Url,
        body: Vec<u8>,
        payloads: Payloads,
        while_sending: impl Send + Sync + 'static,
    ) -> Result<Submitted, SubmitError> {
        let request = self.with_key(self.http.submit.request(Method::POST, url.clone()), url)?;
        let request = match payloads {
            Payloads::NotKept if self.is_fals_own() => request.header("x-fal-store-io", "0"),
            Payloads::Kept | Payloads::NotKept => request,
        };
        // No `X-Fal-No-Retry`: what fal tries again by itself (a lost runner) is one request, charged once.
        let request = request
            .header("content-type", "application/json")
            .header("content-length", body.len())
            .body(holding(body, while_sending))
            .timeout(self.timeout);
        let lost = |said: String, got: Got| SubmitError::Unclear {
            failure: unclear(said, got, b""),
            request_id: None,
        };
        let response = match request.send().await {
            Ok(response) => response,
            // A failed connect, DNS and TLS included, has sent nothing.
            Err(error) if error.is_connect() => {
                return Err(SubmitError::NotSent(unreachable(Step::Submit, &error)));
            }
            // Nor has a request that could not even be written; that will not get better.
            Err(error) if error.is_builder() => {
                return Err(SubmitError::Refused(unreachable(Step::Submit, &error)));
            }
            Err(error) if error.is_timeout() => {
                return Err(lost("It did not answer in time.".into(), Got::Silence));
            }
            Err(error) => return Err(lost(plain(&error), got(&error))),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let request_id = header(&headers, "x-fal-request-id").filter(|id| is_id(id));
        let body = match self.http.read_answer(response).await {
            Ok(body) => self.without_key(body),
            // Its status is a no, whatever it still wanted to say.
            Err(error) if is_no(status) => error.to_string().into_bytes(),
            Err(error) => {
                return Err(SubmitError::Unclear {
                    failure: unclear(plain(&error), Got::BrokeOff, b""),
                    request_id,
                });
            }
        };
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
            Reply::Ticket(ticket) if let Some(led) = self.leads_astray(&ticket) => {
                Err(SubmitError::Unclear {
                    failure: Failure::free(Code::AnswerUnreadable)
                        .charged(Charged::Maybe)
                        .saying(format!("{NOT_ASKED}: {led}"))
                        .answered(Step::Submit, Got::Status(status.as_u16()), &body),
                    request_id: ticket.request_id.filter(|id| is_id(id)).or(request_id),
                })
            }
            Reply::Ticket(ticket) => Ok(Submitted::Accepted(Ticket {
                request_id: ticket.request_id.clone().or(request_id),
                ..ticket
            })),
            Reply::No if status == StatusCode::TOO_MANY_REQUESTS => Err(SubmitError::Busy {
                failure: refusal::of(Step::Submit, status, &body),
                retry_after: header(&headers, RETRY_AFTER.as_str()),
            }),
            Reply::No if is_no(status) => Err(SubmitError::Refused(refusal::of(
                Step::Submit,
                status,
                &body,
            ))),
            // A yes that cannot be read may be a job.
            Reply::No if status.is_success() => Err(SubmitError::Unclear {
                failure: Failure::free(Code::AnswerUnreadable)
                    .charged(Charged::Maybe)
                    .saying(refusal::said(&body))
                    .answered(Step::Submit, Got::Status(status.as_u16()), &body),
                request_id,
            }),
            // A 5xx; and a redirect, which may mean "taken, look there" and is not followed: that could be another POST.
            Reply::No => Err(SubmitError::Unclear {
                failure: unclear(
                    format!("It answered {status}. {}", refusal::said(&body)),
                    Got::Status(status.as_u16()),
                    &body,
                ),
                request_id,
            }),
        }
    }
}

impl Fal {
    /// The address in a ticket that must not be asked. One to cancel at is asked only if it may be.
    fn leads_astray(&self, ticket: &Ticket) -> Option<String> {
        let may = |url: &str| Url::parse(url).is_ok_and(|url| self.to.may_ask(&url));
        [&ticket.status_url, &ticket.response_url]
            .into_iter()
            .find(|url| !may(url))
            .cloned()
    }
}

fn unclear(said: String, got: Got, body: &[u8]) -> Failure {
    Failure::free(Code::SubmitUnclear)
        .charged(Charged::Maybe)
        .saying(said)
        .answered(Step::Submit, got, body)
}

/// Whether that can be a request's id: it becomes a part of the address that is asked.
fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=100).contains(&text.len()) && text.bytes().all(plain)
}

/// A status that says that nothing was begun. 408 does not: a gateway may have given up on what the other side goes on with.
fn is_no(status: StatusCode) -> bool {
    status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT
}
