//! fal's list of the requests it took. The only way to learn what became of a submit whose answer was lost.

use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta};
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::clock::Moment;
use crate::job::Ticket;
use crate::provider::fal::http::{IN_MEMORY, plain, read};
use crate::provider::fal::{Fal, refusal};

/// A list with more pages than that is not read to its end; it would be a search that never ends.
const PAGES_MAX: u32 = 500;

/// Requests asked for at a time, at first. Each comes with what was asked and answered, pictures of other programs included, so fewer are
/// asked for where the page gets too long to read.
const LIMIT: u32 = 100;

/// This computer's clock may be ahead of fal's by that much (a wrong time zone), and the list is searched all the same.
const CLOCKS_APART: TimeDelta = TimeDelta::days(1);

/// What a search of the list came to.
#[derive(Debug)]
pub(crate) enum Search {
    /// It is there: fal took it.
    Found(Ticket),
    /// The whole list was read, and it is not there.
    Nothing,
    /// The list says nothing, and will not the next time: the key may not read it, or it does not show what was asked. Why, for people.
    Refused(String),
    /// The list could not be read this time; why, for people.
    Failed(String),
    /// Nobody could be asked at all; why, for people.
    Offline(String),
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
            .append_pair("start", &start);
        let mut cursor: Option<String> = None;
        let (mut limit, mut payloads, mut hidden) = (LIMIT, true, false);
        for _ in 0..PAGES_MAX {
            let mut asked = url.clone();
            asked
                .query_pairs_mut()
                .append_pair("limit", &limit.to_string())
                .extend_pairs(payloads.then_some(("expand", "payloads")))
                .extend_pairs(cursor.as_ref().map(|cursor| ("cursor", cursor)));
            let page = match self.requests_page(&asked).await {
                Ok(Some(page)) => page,
                // Never more again: should a cursor be a page's number, a longer page would leap over requests.
                Ok(None) if limit > 1 => {
                    limit /= 2;
                    continue;
                }
                // One request that is too long by itself: gone past unread.
                Ok(None) if payloads => {
                    payloads = false;
                    continue;
                }
                Ok(None) => return Search::Failed("It is too long to read.".to_owned()),
                Err(search) => return search,
            };
            payloads = true;
            // Ours may be one of those: its storage may be off for the whole account.
            hidden |= page.items.iter().any(|item| !item.json_input.is_object());
            let found = page.items.iter().find(|item| holds(&item.json_input, mark));
            if let Some(item) = found {
                return match self.to.ticket(model, &item.request_id) {
                    Some(ticket) => Search::Found(ticket),
                    None => Search::Failed("fal's list names a request that cannot be.".to_owned()),
                };
            }
            match page.next_cursor.filter(|next| !next.is_empty()) {
                None if hidden => {
                    return Search::Refused(
                        "it does not show what was asked of each request.".to_owned(),
                    );
                }
                None => return Search::Nothing,
                // A list that leads in a circle has not been read to its end.
                next if next == cursor => break,
                next => cursor = next,
            }
        }
        Search::Failed("fal's list has no end.".to_owned())
    }

    /// One page; `None` where it is too long to read.
    async fn requests_page(&self, url: &Url) -> Result<Option<Page>, Search> {
        let failed = |error: &reqwest::Error| match error.is_connect() {
            true => Search::Offline(plain(error)),
            false => Search::Failed(plain(error)),
        };
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
            200..=299 if body.len() > IN_MEMORY => Ok(None),
            200..=299 => serde_json::from_slice(&body)
                .map(Some)
                .map_err(|_| Search::Failed(said())),
            408 | 429 => Err(Search::Failed(said())),
            400..=499 => Err(Search::Refused(said())),
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
