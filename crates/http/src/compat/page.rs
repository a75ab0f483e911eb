//! Pages by number, as the original's documents promise them.

use axum::Json;
use axum::extract::{RawQuery, State};
use overpaint_core::Library;
use overpaint_core::job::State as JobState;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::job::{JobPageItem, states};
use super::refusal::{Refusal, ValidationErrors};
use crate::query::last;

/// Most jobs on a page.
const LARGEST: i64 = 100;

/// A page of jobs by its number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NumberedPage {
    /// From 1.
    page: i64,
    /// 1 to 100.
    page_size: i64,
    /// Jobs on all pages.
    total: u64,
    /// Newest first.
    items: Vec<JobPageItem>,
}

/// List jobs by page number
///
/// Jobs by numbered pages, newest first.
#[utoipa::path(get, operation_id = "page_jobs", path = "/api/jobs/page", tag = "jobs",
    params(("page" = Option<i64>, Query, description = "From 1, which is the default; what is smaller counts as 1"),
        ("page_size" = Option<i64>, Query, description = "1 to 100, 20 by default; what is outside is moved in"),
        ("status" = Option<String>, Query, description = "Only `processing`, `done` or `error`; empty: all")),
    responses((status = 200, body = NumberedPage), (status = 422, body = ValidationErrors)))]
pub(super) async fn page(
    State(library): State<Library>,
    RawQuery(query): RawQuery,
) -> Result<Json<NumberedPage>, Refusal> {
    let query = query.unwrap_or_default();
    let asked = Asked::read(&query)?;
    let offset = u64::try_from(asked.page - 1)
        .unwrap_or(0)
        .saturating_mul(asked.page_size.unsigned_abs());
    let limit = u32::try_from(asked.page_size).unwrap_or(1);
    let (lines, total) = library
        .job_page(&asked.states, asked.looking, offset, limit)
        .await?;
    Ok(Json(NumberedPage {
        page: asked.page,
        page_size: asked.page_size,
        total,
        items: lines
            .iter()
            .map(|line| JobPageItem::of(&library, line))
            .collect(),
    }))
}

#[derive(Debug, PartialEq)]
struct Asked {
    page: i64,
    page_size: i64,
    states: Vec<JobState>,
    /// Which of the unconfirmed; all of them where none is left out.
    looking: Option<bool>,
}

impl Asked {
    fn read(query: &str) -> Result<Self, Refusal> {
        let mut wrong = Vec::new();
        let page = number(query, "page", 1, &mut wrong).max(1);
        let page_size = number(query, "page_size", 20, &mut wrong).clamp(1, LARGEST);
        if !wrong.is_empty() {
            return Err(Refusal::Fields(wrong));
        }
        let (states, looking) = match last(query, "status").as_deref() {
            None | Some("") => (JobState::ALL.to_vec(), None),
            Some(status) => (states(status), Some(status == "processing")),
        };
        Ok(Self {
            page,
            page_size,
            states,
            looking,
        })
    }
}

fn number(query: &str, name: &str, usual: i64, wrong: &mut Vec<Value>) -> i64 {
    let Some(text) = last(query, name) else {
        return usual;
    };
    let trimmed = text.trim();
    trimmed.parse().unwrap_or_else(|_| {
        let digits = trimmed.trim_start_matches(['+', '-']);
        let is_long = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let (kind, msg) = if is_long {
            (
                "int_parsing_size",
                "Unable to parse input string as an integer, exceeded maximum size",
            )
        } else {
            (
                "int_parsing",
                "Input should be a valid integer, unable to parse string as an integer",
            )
        };
        wrong.push(json!({ "type": kind, "loc": ["query", name], "msg": msg, "input": text }));
        usual
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[test]
    fn numbers_out_of_range_are_moved_in_and_text_is_refused_by_name() {
        let read = |query| Asked::read(query).map(|asked| (asked.page, asked.page_size));
        assert_eq!(read("").unwrap(), (1, 20));
        assert_eq!(read("page=-3&page_size=100000").unwrap(), (1, 100));
        assert_eq!(read("page=2&page=3&page_size=+5").unwrap(), (3, 5));
        for (query, kind) in [
            ("page=abc", "int_parsing"),
            ("page_size=1.5", "int_parsing"),
            ("page=", "int_parsing"),
            ("page=99999999999999999999999", "int_parsing_size"),
        ] {
            let Err(Refusal::Fields(wrong)) = read(query) else {
                panic!("{query}")
            };
            assert_eq!(wrong[0]["type"], kind, "{query}");
        }
        assert_eq!(
            Asked::read("status=").unwrap().states.len(),
            JobState::ALL.len()
        );
        assert!(Asked::read("status=nonsense").unwrap().states.is_empty());
    }
}
