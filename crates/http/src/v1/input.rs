//! What comes with a request, read so that whatever is wrong with it is said as a problem.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, RawQuery, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use overpaint_core::error::{Code, Error};
use overpaint_core::job::JobId;
use overpaint_core::version::{Cursor, VersionId};
use serde::de::DeserializeOwned;

use crate::problem::Refusal;
use crate::query;

/// A JSON body.
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(JsonRejection::JsonDataError(error)) => Err(Refusal::malformed(error.body_text())),
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Error::Request {
                code: Code::RequestTooLarge,
                said: "At most 8 MiB of JSON are taken.".to_owned(),
            }
            .into()),
            Err(error) => Err(Refusal::malformed(error.body_text())),
        }
    }
}

/// The `{id}` of an address, as an id of that kind.
pub(super) struct Id<T>(pub(super) T);

/// What an id can name.
pub(super) trait Named: Sized {
    /// Its word in "there is no … of that id".
    const WHAT: &'static str;
    fn parse(text: &str) -> Option<Self>;
}

impl Named for JobId {
    const WHAT: &'static str = "job";
    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl Named for VersionId {
    const WHAT: &'static str = "version";
    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl<S: Send + Sync, T: Named> FromRequestParts<S> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let text = Path::<String>::from_request_parts(parts, state)
            .await
            .map(|Path(text)| text)
            .unwrap_or_default();
        T::parse(&text).map(Self).ok_or_else(|| {
            Error::NotFound {
                what: T::WHAT,
                id: text.chars().take(64).collect(),
            }
            .into()
        })
    }
}

/// The query.
pub(super) struct Query(String);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let RawQuery(query) = RawQuery::from_request_parts(parts, state).await?;
        Ok(Self(query.unwrap_or_default()))
    }
}

impl Query {
    pub(super) fn text(&self, name: &str) -> Option<String> {
        query::last(&self.0, name)
    }

    /// A whole number, moved into the range where it is outside.
    ///
    /// # Errors
    /// For what is no whole number.
    pub(super) fn number(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<u32>,
        usual: u32,
    ) -> Result<u32, Refusal> {
        let Some(text) = self.text(name) else {
            return Ok(usual);
        };
        let number: u64 = text
            .trim()
            .parse()
            .map_err(|_| Refusal::malformed(format!("`{name}` must be a whole number.")))?;
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        Ok(number.clamp(*range.start(), *range.end()))
    }

    /// Where a page begins: `next` of the page before.
    ///
    /// # Errors
    /// For text that no page gave.
    pub(super) fn after(&self) -> Result<Cursor, Refusal> {
        self.place("after", Cursor::START, Cursor::parse)
    }

    /// A place in any list, where `parse` reads what its pages give as `next`.
    ///
    /// # Errors
    /// For text that no page gave.
    pub(super) fn place<T>(
        &self,
        name: &str,
        start: T,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Refusal> {
        match self.text(name) {
            None => Ok(start),
            Some(text) => parse(&text).ok_or_else(|| {
                Refusal::malformed(format!("`{name}` must be the `next` of the page before."))
            }),
        }
    }
}

/// The header `Idempotency-Key`: the same key again is the same job, however often it is sent.
pub(super) struct IdempotencyKey(pub(super) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let mut sent = parts.headers.get_all("idempotency-key").iter();
        match (sent.next(), sent.next()) {
            (None, _) => Ok(Self(None)),
            (Some(key), None) => match key.to_str() {
                Ok(key) if (1..=255).contains(&key.len()) => Ok(Self(Some(key.to_owned()))),
                _ => Err(Refusal::malformed(
                    "Idempotency-Key must be 1 to 255 plain characters.",
                )),
            },
            (Some(_), Some(_)) => Err(Refusal::malformed("Idempotency-Key was sent twice.")),
        }
    }
}
