//! Looking at a job that the provider has.

use reqwest::StatusCode;

use super::answer::{self, Seen};
use super::http::{header, json};
use super::{Fal, Look, refusal};
use crate::error::{Charged, Code, Failure, Got, Step};
use crate::job::Ticket;

impl Fal {
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
            Seen::Completed { failed } => self.result(ticket, failed).await,
            Seen::Nothing => Look::Unknown(refusal::of_poll(status, &body)),
        }
    }

    /// Reads the result of a finished queue job, which is free however often: the model's own answer, its errors included (fal-contract 3.5).
    ///
    /// `failed`: its status told an error. Without that a result is there to be read, and of what else comes back nothing is the model's word
    /// that does not look like it: a gateway, a proxy or a host that is behind could have said the rest. Another endpoint is taken at its word.
    pub(crate) async fn result(&self, ticket: &Ticket, failed: bool) -> Look {
        let (status, headers, body) = match self.get(&ticket.response_url, false).await {
            Ok(answer) => answer,
            Err(failure) => return Look::Unknown(failure),
        };
        let told = |code, charged| {
            Failure::free(code)
                .charged(charged)
                .saying(format!("{status}: {}", refusal::said(&body)))
                .answered(Step::Look, Got::Status(status.as_u16()), &body)
        };
        let believed = failed || !self.is_fals_own();
        if status.is_success() || status.is_redirection() {
            let not_ready = status == StatusCode::ACCEPTED && self.is_fals_own();
            let answer = json(&body).filter(|_| status.is_success() && !not_ready);
            // A network's sign-in page, a redirect, half an answer, "not ready" (fal-contract 2): the result is still there to be read.
            let Some(answer) = answer else {
                return Look::Unknown(told(Code::AnswerUnreadable, Charged::Yes));
            };
            let mut outputs = answer::outputs_in(&answer);
            outputs.told.units = refusal::units(&headers);
            if !outputs.given.is_empty() {
                return Look::Answered(outputs);
            }
            if !believed && !answer::is_without_pictures(&answer) {
                return Look::Unknown(told(Code::NoPictureMade, Charged::Maybe));
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
            404 if self.is_fals_own() => Look::Unknown(told(Code::ResultGone, Charged::Yes)),
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
            499 if believed => Look::Cancelled,
            _ if believed || refusal::is_the_models(status, &body) => {
                Look::Failed(refusal::of(Step::Look, status, &body).hinted(&headers))
            }
            _ => Look::Unknown(told(Code::AnswerUnreadable, Charged::Maybe)),
        }
    }
}
