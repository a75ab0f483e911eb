//! fal's list of the requests it took. The only way to learn what became of a submit whose answer was lost.

use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta};
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::clock::Moment;
use crate::job::Ticket;
use crate::provider::fal::http::{plain, read};
use crate::provider::fal::{Fal, refusal};

/// A list with more pages than that is not read to its end; it would be a search that never ends.
const PAGES_MAX: u32 = 500;

/// This computer's clock may be ahead of fal's by that much, and the list is searched all the same.
const CLOCKS_APART: TimeDelta = TimeDelta::hours(1);

/// What a search of the list came to.
#[derive(Debug)]
pub(crate) enum Search {
    /// It is there: fal took it.
    Found(Ticket),
    /// The whole list was read, and it is not there.
    Nothing,
    /// This key may not read the list, or there is none to read; why, for people.
    Refused(String),
    /// The list could not be read this time; why, for people.
    Failed(String),
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Item>,
    #[serde(default)]
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    request_id: String,
    #[serde(default)]
    json_input: Value,
}

impl Fal {
    /// Searches the list for the request to `model` whose input holds `mark`, sent at `sent`.
    pub(crate) async fn find_request(&self, model: &str, mark: &str, sent: Moment) -> Search {
        let model = self.to.endpoint_id(model);
        let Some(mut url) = self.to.api_url("v1/models/requests/by-endpoint") else {
            return Search::Refused("This endpoint has no list of requests.".to_owned());
        };
        let start = (sent - CLOCKS_APART).to_rfc3339_opts(SecondsFormat::Secs, true);
        url.query_pairs_mut()
            .append_pair("endpoint_id", model)
            .append_pair("start", &start)
            .append_pair("expand", "payloads")
            .append_pair("limit", "100");
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let mut asked = url.clone();
            if let Some(cursor) = &cursor {
                asked.query_pairs_mut().append_pair("cursor", cursor);
            }
            let page = match self.requests_page(&asked).await {
                Ok(page) => page,
                Err(search) => return search,
            };
            let found = page.items.iter().find(|item| holds(&item.json_input, mark));
            if let Some(item) = found {
                return match self.to.ticket(model, &item.request_id) {
                    Some(ticket) => Search::Found(ticket),
                    None => Search::Failed("fal's list names a request that cannot be.".to_owned()),
                };
            }
            match page.next_cursor.filter(|next| !next.is_empty()) {
                None => return Search::Nothing,
                // A list that leads in a circle has not been read to its end.
                next if next == cursor => break,
                next => cursor = next,
            }
        }
        Search::Failed("fal's list has no end.".to_owned())
    }

    async fn requests_page(&self, url: &Url) -> Result<Page, Search> {
        let failed = |error: &reqwest::Error| Search::Failed(plain(error));
        let request = self
            .with_key(self.http.ask.request(Method::GET, url.clone()), url)
            .map_err(|_| Search::Refused("The key is malformed.".to_owned()))?;
        let response = request
            .timeout(Duration::from_secs(60))
            .send()
            .await
            .map_err(|error| failed(&error))?;
        let status = response.status();
        let body = read(response).await.map_err(|error| failed(&error))?;
        let body = self.without_key(body);
        let said = || {
            format!("{status} {}", refusal::said(&body))
                .trim()
                .to_owned()
        };
        match status.as_u16() {
            // Only a list that was read can say that something is not in it.
            200..=299 => serde_json::from_slice(&body).map_err(|_| Search::Failed(said())),
            401 | 403 => Err(Search::Refused(said())),
            _ => Err(Search::Failed(said())),
        }
    }
}

/// True if any text anywhere in the value is the mark.
fn holds(value: &Value, mark: &str) -> bool {
    match value {
        Value::String(text) => text == mark,
        Value::Array(values) => values.iter().any(|value| holds(value, mark)),
        Value::Object(fields) => fields.values().any(|value| holds(value, mark)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_mark_is_found_wherever_it_stands_and_only_whole() {
        let input = json!({"prompt": "see https://f/1.png", "n": 1, "images": [{"url": "https://f/2.png"}, null]});
        assert!(holds(&input, "https://f/2.png"));
        assert!(!holds(&input, "https://f/1.png"));
        assert!(!holds(&Value::Null, "https://f/2.png"));
    }
}
