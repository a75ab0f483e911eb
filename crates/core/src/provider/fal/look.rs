//! Looking at a job that the provider has.

use serde::de::IgnoredAny;

use super::answer::{self, Seen};
use super::http::header;
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
            Seen::Completed => self.result(ticket).await,
            Seen::Nothing => Look::Unknown(refusal::of_poll(status, &body)),
        }
    }

    /// Reads the result of a finished queue job, which is free however often: the model's own answer, its errors included (fal-contract 3.5).
    pub(crate) async fn result(&self, ticket: &Ticket) -> Look {
        let (status, headers, body) = match self.get(&ticket.response_url, false).await {
            Ok(answer) => answer,
            Err(failure) => return Look::Unknown(failure),
        };
        // A network's sign-in page, a redirect, half an answer: not the model's word, which is still there to be read.
        if status.is_redirection() || status.is_success() && !is_json(&body) {
            let said = refusal::said(&body);
            return Look::Unknown(
                Failure::free(Code::AnswerUnreadable)
                    .charged(Charged::Yes)
                    .saying(format!("{status}: {said}"))
                    .answered(Step::Look, Got::Status(status.as_u16()), &body),
            );
        }
        if status.is_success() {
            let mut outputs = answer::pictures(&body);
            outputs.told.units = refusal::units(&headers);
            if !outputs.given.is_empty() {
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
            _ => Look::Failed(refusal::of(Step::Look, status, &body).hinted(&headers)),
        }
    }
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(body).is_ok()
}
