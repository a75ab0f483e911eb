//! What all routes of api.fal.ai have in common: errors in a form of their own, and pages.

use axum::response::Response;
use serde_json::{Value, json};

use crate::fault::{Failure, platform_error};
use crate::keys;
use crate::reply;
use crate::script::Place;
use crate::server::{Call, fail};
use crate::sim::Sim;

/// The refusal of a caller without a good key, or the fault that strikes here.
pub(crate) async fn refuse(sim: &Sim, call: &Call, place: Place) -> Option<Response> {
    if let Some(refusal) = keys::refuse_at_platform(sim, call) {
        return Some(refusal);
    }
    let failure = sim.strike(&sim.script(), place, "")?;
    Some(failed(sim, call, failure).await)
}

/// A failure as api.fal.ai tells of it. What lies before it (an ingress, the network) looks as everywhere.
pub(crate) async fn failed(sim: &Sim, call: &Call, failure: Failure) -> Response {
    match failure {
        Failure::Unauthorized | Failure::BadKeyFormat => {
            platform_error(401, "authorization_error", "Invalid or missing API key")
        }
        Failure::NoScope => no_scope(),
        Failure::NotFound => platform_error(404, "not_found", "Resource not found"),
        Failure::Validation => bad_request("Invalid request parameters"),
        Failure::Internal => server_error(500),
        Failure::Status(status) => match status {
            400 => bad_request("Invalid request parameters"),
            401 => platform_error(401, "authorization_error", "Invalid or missing API key"),
            403 => no_scope(),
            404 => platform_error(404, "not_found", "Resource not found"),
            429 => platform_error(429, "rate_limited", "Rate limit exceeded"),
            500.. => server_error(status),
            other => platform_error(other, "validation_error", "Simulated failure"),
        },
        other => fail(sim, call, other, "").await,
    }
}

pub(crate) fn bad_request(message: &str) -> Response {
    platform_error(400, "validation_error", message)
}

pub(crate) fn no_scope() -> Response {
    platform_error(
        403,
        "authorization_error",
        "Access denied: this key lacks the scope the resource needs",
    )
}

fn server_error(status: u16) -> Response {
    platform_error(status, "server_error", "An unexpected error occurred")
}

/// The page a query asks for. A cursor is the number of the first item; a real one is opaque, so ours looks like nothing either.
pub(crate) struct Page {
    first: usize,
    limit: usize,
}

impl Page {
    /// # Errors
    /// The refusal of a limit outside 1 to 100, or of a cursor nobody gave out.
    pub(crate) fn of(query: &[(String, String)], default: usize) -> Result<Self, Box<Response>> {
        let limit = match value(query, "limit").map(str::parse) {
            None => default,
            Some(Ok(limit @ 1..=100)) => limit,
            Some(_) => return Err(Box::new(bad_request("limit must be between 1 and 100"))),
        };
        let first = match value(query, "cursor") {
            None => 0,
            Some(cursor) => cursor
                .strip_prefix("c.")
                .and_then(|first| usize::from_str_radix(first, 36).ok())
                .ok_or_else(|| Box::new(bad_request("invalid cursor")))?,
        };
        Ok(Self { first, limit })
    }

    /// True where no page comes before it.
    pub(crate) fn is_first(&self) -> bool {
        self.first == 0
    }

    /// The part of the items this page shows.
    pub(crate) fn cut<T>(&self, items: Vec<T>) -> (Vec<T>, Option<String>) {
        let after = self.first + self.limit;
        let next = (items.len() > after).then(|| format!("c.{}", in_base_36(after)));
        let page = items.into_iter().skip(self.first).take(self.limit);
        (page.collect(), next)
    }
}

/// A page's JSON: the items under their name, and where it goes on.
pub(crate) fn page_of(name: &str, items: &[Value], next: Option<String>) -> Response {
    let mut body = json!({"has_more": next.is_some(), "next_cursor": next});
    body[name] = json!(items);
    reply::json(200, &body)
}

/// The first value of a query's parameter.
pub(crate) fn value<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query
        .iter()
        .find(|(held, _)| held == name)
        .map(|(_, value)| value.as_str())
}

/// All values of a parameter that may be repeated, hold commas, or both.
pub(crate) fn values<'a>(
    query: &'a [(String, String)],
    name: &'static str,
) -> impl Iterator<Item = &'a str> {
    query
        .iter()
        .filter(move |(held, _)| held == name)
        .flat_map(|(_, values)| values.split(','))
        .filter(|value| !value.is_empty())
}

fn in_base_36(mut number: usize) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(
            b"0123456789abcdefghijklmnopqrstuvwxyz"[number % 36],
        ));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    #[test]
    fn pages_show_every_item_once() {
        let items: Vec<u32> = (0..95).collect();
        let mut query = vec![("limit".to_owned(), "40".to_owned())];
        let mut seen = Vec::new();
        loop {
            let (page, next) = Page::of(&query, 50).ok().unwrap().cut(items.clone());
            seen.extend(page);
            let Some(next) = next else { break };
            query.truncate(1);
            query.push(("cursor".to_owned(), next));
        }
        assert_eq!(seen, items);
    }

    #[test]
    fn a_limit_or_cursor_nobody_offers_is_refused() {
        for (name, value) in [
            ("limit", "0"),
            ("limit", "101"),
            ("limit", "x"),
            ("cursor", "2"),
        ] {
            let query = [(name.to_owned(), value.to_owned())];
            assert!(Page::of(&query, 50).is_err(), "{name}={value}");
        }
    }
}
