//! fal's list of models, and the OpenAPI document of one. Both come from the network: pages, names and documents are bounded.

use std::time::Duration;

use reqwest::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use url::Url;

use crate::error::{Code, Failure, Step};
use crate::model::{self, DEMO, is_model_id};
use crate::provider::fal::http::unreachable;
use crate::provider::fal::{Fal, refusal};

/// Models on a page: the most fal gives.
const PAGE: &str = "100";

/// Pages read at most; fal has about fifteen.
const PAGES_MAX: usize = 60;

/// Longest page in bytes.
const PAGE_MAX: usize = 8 << 20;

/// Longest OpenAPI document in bytes.
const SCHEMA_MAX: usize = 1 << 20;

/// A model as fal lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) category: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    models: Vec<Row>,
    #[serde(default)]
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    endpoint_id: String,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Metadata,
    #[serde(default)]
    openapi: Value,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata {
    display_name: Option<String>,
    category: Option<String>,
    description: Option<String>,
}

/// What cannot be read is as if it was not said.
fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Metadata, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

impl Fal {
    /// Every active model that makes pictures from pictures. The key goes along where there is one: it is not needed, but asked more often.
    pub(crate) async fn list_models(&self) -> Result<Vec<Listed>, Failure> {
        let mut all: Vec<Listed> = Vec::new();
        let mut cursors: Vec<String> = Vec::new();
        for _ in 0..PAGES_MAX {
            let mut query = vec![("limit", PAGE), ("status", "active")];
            if let Some(cursor) = cursors.last() {
                query.push(("cursor", cursor));
            }
            let page = self.page(&query).await?;
            all.extend(page.models.into_iter().filter_map(Row::listed));
            match page.next_cursor {
                // One that comes again would never end.
                Some(next) if !next.is_empty() && !cursors.contains(&next) => cursors.push(next),
                _ => break,
            }
        }
        if all.is_empty() {
            return Err(Failure::free(Code::AnswerUnreadable).saying("The list has no models."));
        }
        Ok(all)
    }

    /// The OpenAPI document of one endpoint: from fal's site, which wants no key, else from the platform API. `None`: fal knows no such model.
    pub(crate) async fn openapi(&self, model: &str) -> Result<Option<String>, Failure> {
        let id = model::on_fal(model);
        let url = self.to.schema_url(id).ok_or_else(elsewhere)?;
        let from_site = match self.read_from(url, Keyless::Yes, SCHEMA_MAX).await {
            Ok((StatusCode::NOT_FOUND, _)) => Ok(None),
            Ok((status, body)) if status.is_success() => Ok(object(&body)),
            Ok((status, body)) => Err(refusal::of(Step::Look, status, &body)),
            Err(failure) => Err(failure),
        };
        if matches!(from_site, Ok(Some(_))) {
            return from_site;
        }
        let query = [("endpoint_id", id), ("expand", "openapi-3.0")];
        match self.page(&query).await {
            Ok(page) => {
                let mut rows = page.models.into_iter();
                let row = rows.find(|row| row.endpoint_id == id && row.openapi.is_object());
                let document = row.map(|row| row.openapi.to_string());
                match document.filter(|document| document.len() <= SCHEMA_MAX) {
                    Some(document) => Ok(Some(document)),
                    // The list may lack documents; why the site did not tell is still the answer.
                    None => from_site,
                }
            }
            Err(failure) if failure.code != Code::ModelUnknown => from_site.map_err(|_| failure),
            Err(_) => from_site,
        }
    }

    async fn page(&self, query: &[(&str, &str)]) -> Result<Page, Failure> {
        let mut url = self.to.api_url("v1/models").ok_or_else(elsewhere)?;
        url.query_pairs_mut().extend_pairs(query);
        let (status, body) = self.read_from(url, Keyless::No, PAGE_MAX).await?;
        if !status.is_success() {
            return Err(refusal::of(Step::Look, status, &body));
        }
        serde_json::from_slice(&body)
            .map_err(|_| Failure::free(Code::AnswerUnreadable).saying(refusal::said(&body)))
    }

    /// A GET whose answer is read up to `most` bytes; what is longer is no answer.
    async fn read_from(
        &self,
        url: Url,
        keyless: Keyless,
        most: usize,
    ) -> Result<(StatusCode, Vec<u8>), Failure> {
        let unreachable = |error: reqwest::Error| unreachable(Step::Look, &error);
        let mut request = self.http.ask.get(url.clone());
        if keyless == Keyless::No {
            request = self
                .with_key(request, &url)
                .map_err(|_| Failure::free(Code::KeyMalformed))?;
        }
        let sent = request.timeout(Duration::from_secs(30)).send();
        let mut response = sent.await.map_err(unreachable)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            body.extend_from_slice(&chunk);
            if body.len() > most {
                return Err(Failure::free(Code::AnswerUnreadable).saying("The answer is too long."));
            }
        }
        Ok((status, self.without_key(body)))
    }
}

/// Whether the key stays at home.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keyless {
    Yes,
    No,
}

impl Row {
    /// As it is kept; `None` for what makes no pictures from pictures, and for what cannot be an id.
    fn listed(self) -> Option<Listed> {
        let cut = |text: Option<String>, most| {
            text.map(|text| text.trim().chars().take(most).collect::<String>())
                .filter(|text| !text.is_empty())
        };
        let Metadata {
            display_name,
            category,
            description,
        } = self.metadata;
        let id = self.endpoint_id;
        (is_model_id(&id) && id != DEMO && makes_pictures(category.as_deref())).then(|| Listed {
            id,
            name: cut(display_name, 120),
            hint: cut(description, 300),
            category: cut(category, 60),
        })
    }
}

/// Whether a category is of models that make pictures from pictures; what has none may be one.
fn makes_pictures(category: Option<&str>) -> bool {
    const WORDS: [&str; 8] = [
        "image-to-image",
        "inpaint",
        "outpaint",
        "upscal",
        "image-edit",
        "background",
        "retouch",
        "eras",
    ];
    category.is_none_or(|category| {
        let category = category.to_lowercase().replace([' ', '_'], "-");
        category.is_empty() || WORDS.iter().any(|word| category.contains(word))
    })
}

/// The body, if it is a JSON object: fal answers `null` for what it does not know.
fn object(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    serde_json::from_str::<Value>(text)
        .ok()?
        .is_object()
        .then(|| text.to_owned())
}

fn elsewhere() -> Failure {
    Failure::free(Code::ProviderUnreachable).saying("This endpoint has no list of models.")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use serde_json::json;

    fn listed(row: Value) -> Option<Listed> {
        serde_json::from_value::<Row>(row).unwrap().listed()
    }

    #[test]
    fn a_row_is_kept_if_it_edits_pictures_and_cut_where_it_is_long() {
        let kept = listed(json!({ "endpoint_id": "fal-ai/x/edit", "more": 1,
            "metadata": { "display_name": "X", "category": "image-to-image", "description": "d".repeat(5000) } }))
        .unwrap();
        assert_eq!(kept.name.as_deref(), Some("X"));
        assert_eq!(kept.hint.unwrap().len(), 300);
        assert!(listed(json!({ "endpoint_id": "fal-ai/y", "metadata": [1] })).is_some());
        for (id, category) in [
            ("fal-ai/film", "text-to-video"),
            ("a/../b", "image-to-image"),
            ("demo", "image-to-image"),
        ] {
            assert_eq!(
                listed(json!({ "endpoint_id": id, "metadata": { "category": category } })),
                None,
                "{id}"
            );
        }
    }
}
