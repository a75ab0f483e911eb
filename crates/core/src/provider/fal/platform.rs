//! fal's platform API and its billing: small JSON answers, asked with the key, bounded in time. Nothing here costs anything.

mod balance;
mod models;
mod prices;
mod requests;

pub(crate) use models::Listed;
pub(crate) use requests::Search;

use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::Value;
use url::Url;

use super::http::{read, unreachable};
use super::{Fal, refusal};
use crate::error::{Code, Failure, Step};

/// Nobody waits longer for a price or a balance.
const PATIENCE: Duration = Duration::from_secs(20);

impl Fal {
    /// Sends a request to `url` with the key and reads its JSON.
    async fn ask_json(&self, request: RequestBuilder, url: &Url) -> Result<Value, Failure> {
        let request = self
            .with_key(request, url)
            .map_err(|_| Failure::free(Code::KeyMalformed))?;
        let response = request
            .timeout(PATIENCE)
            .send()
            .await
            .map_err(|error| unreachable(Step::Look, &error))?;
        let status = response.status();
        let body = read(response)
            .await
            .map_err(|error| unreachable(Step::Look, &error))?;
        let body = self.without_key(body);
        if !status.is_success() {
            return Err(refusal::of(Step::Look, status, &body));
        }
        serde_json::from_slice(&body)
            .map_err(|_| Failure::free(Code::AnswerUnreadable).saying(refusal::said(&body)))
    }
}
