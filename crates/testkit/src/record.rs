//! What the simulated fal saw, so that a test can ask.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a request wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A job handed to the queue.
    Submit,
    /// A synchronous call on `/run`.
    Run,
    /// A call in the original's protocol, at the bare root.
    Direct,
    /// A poll in the original's protocol.
    Poll,
    /// A read of a queued job's status.
    Status,
    /// The streamed status.
    StatusStream,
    /// A read of a queued job's result.
    Result,
    /// A wish to cancel.
    Cancel,
    /// The first step of an upload.
    Initiate,
    /// The second step of an upload: the bytes.
    Upload,
    /// A file read from the file host.
    Download,
    /// The account's balance.
    Balance,
    /// Prices of models.
    Pricing,
    /// What a batch of calls would cost.
    Estimate,
    /// The list of past requests.
    Requests,
    /// The wish that what was kept of a request be deleted.
    Payloads,
    /// The catalogue of models.
    Models,
    /// Credits, for keys of a higher scope.
    Billing,
    /// One model's OpenAPI document.
    Schema,
    /// Anything else.
    Other,
}

/// One request, as it came.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// What it wanted.
    pub role: Role,
    /// The method, upper case.
    pub method: String,
    /// The path, percent-encoded as sent.
    pub path: String,
    /// The query without `?`, as sent; empty without one.
    pub query: String,
    /// All headers in the order they came, names in lower case. A value that is not text is shown with replacement characters.
    pub headers: Vec<(String, String)>,
    /// The value of `Authorization`; `None` where the header was absent, which is not the same as empty.
    pub authorization: Option<String>,
    /// The body's bytes.
    pub body: Bytes,
    /// The job it started or asked about, once known.
    pub request_id: Option<String>,
    /// The status it was answered with; `None` while it is withheld, and for ever when the connection was cut.
    pub answered: Option<u16>,
}

impl Recorded {
    /// The body as JSON; `Null` where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The first value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(held, _)| held == name)
            .map(|(_, value)| value.as_str())
    }

    /// As the control route shows it: the body's length always, its content only where it is JSON, long texts cut.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "role": self.role,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "authorization": self.authorization,
            "request_id": self.request_id,
            "answered": self.answered,
            "body_length": self.body.len(),
            "body": shortened(self.json()),
        })
    }
}

/// Megabyte data URIs would bury everything else in a log; their beginning tells their type.
fn shortened(value: Value) -> Value {
    const KEPT: usize = 200;
    match value {
        Value::String(text) if text.len() > 2 * KEPT => {
            let start: String = text.chars().take(KEPT).collect();
            json!(format!("{start}… ({} bytes)", text.len()))
        }
        Value::Array(items) => items.into_iter().map(shortened).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, shortened(value)))
            .collect(),
        other => other,
    }
}
