//! The form of `POST /api/jobs`: a text field `prompt` and a file `image`, with the original's refusals.

use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, StatusCode, header};
use overpaint_core::job::Edit;
use serde_json::{Value, json};

use super::refusal::Refusal;

/// Largest upload, in bytes: 64 MiB.
pub(super) const MAX_UPLOAD: usize = 64 << 20;

/// What a client sent.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) prompt: String,
    pub(super) image: Vec<u8>,
    /// The upload's file name, not empty.
    pub(super) name: String,
}

/// A field as it came; of repeated ones the last counts.
enum Part {
    Text(String),
    File { name: String, bytes: Bytes },
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (mut prompt, mut image) = (None, None);
        if is_multipart(request.headers()) {
            let mut form = Multipart::from_request(request, state)
                .await
                .map_err(|_| bad_form("Missing boundary in multipart."))?;
            loop {
                match part(&mut form).await {
                    Ok(Some((name, part))) if name == "prompt" => prompt = Some(part),
                    Ok(Some((name, part))) if name == "image" => image = Some(part),
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    // A form that breaks off lacks the fields that did not come; one that has both is refused as a whole.
                    Err(Trouble::BrokenOff) if prompt.is_none() || image.is_none() => break,
                    Err(Trouble::BrokenOff) => {
                        return Err(bad_form("There was an error parsing the body"));
                    }
                    Err(Trouble::Refused(refusal)) => return Err(refusal),
                }
            }
        }
        let mut wrong = Vec::new();
        let prompt = text(prompt, &mut wrong);
        let image = file(image, &mut wrong);
        match (prompt, image) {
            (Some(_), Some((name, _))) if name.is_empty() => Err(Refusal::NoFileName),
            (Some(prompt), Some((name, bytes))) => Ok(Self {
                prompt,
                image: bytes.into(),
                name,
            }),
            _ => Err(Refusal::Fields(wrong)),
        }
    }
}

fn is_multipart(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"))
}

/// Why the next field cannot be had.
enum Trouble {
    BrokenOff,
    Refused(Refusal),
}

fn bad_form(detail: &str) -> Refusal {
    Refusal::Form {
        status: StatusCode::BAD_REQUEST,
        detail: detail.to_owned(),
    }
}

/// The next field and its name.
async fn part(form: &mut Multipart) -> Result<Option<(String, Part)>, Trouble> {
    let Some(field) = form.next_field().await.map_err(trouble)? else {
        return Ok(None);
    };
    let Some(name) = field.name().map(str::to_owned) else {
        return Err(Trouble::Refused(bad_form(
            "The Content-Disposition header field \"name\" must be provided.",
        )));
    };
    let part = match field.file_name().map(str::to_owned) {
        Some(file) => Part::File {
            name: file,
            bytes: field.bytes().await.map_err(trouble)?,
        },
        None => Part::Text(short_text(field).await?),
    };
    Ok(Some((name, part)))
}

/// Bytes that are not UTF-8 were read as Latin-1, in which every byte is a letter.
async fn short_text(mut field: Field<'_>) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(trouble)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > Edit::PROMPT_MAX {
            return Err(Trouble::Refused(bad_form(&format!(
                "Part exceeded maximum size of {}KB.",
                Edit::PROMPT_MAX / 1024
            ))));
        }
    }
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|latin| latin.into_bytes().into_iter().map(char::from).collect()))
}

fn trouble(error: MultipartError) -> Trouble {
    match error.status() {
        status @ StatusCode::PAYLOAD_TOO_LARGE => Trouble::Refused(Refusal::Form {
            status,
            detail: "The upload is larger than 64 MiB.".to_owned(),
        }),
        _ => Trouble::BrokenOff,
    }
}

fn text(part: Option<Part>, wrong: &mut Vec<Value>) -> Option<String> {
    match part {
        Some(Part::Text(text)) => return Some(text),
        Some(Part::File { name, .. }) => {
            wrong.push(json!({ "type": "string_type", "loc": ["body", "prompt"], "msg": "Input should be a valid string", "input": name }));
        }
        None => wrong.push(missing("prompt")),
    }
    None
}

fn file(part: Option<Part>, wrong: &mut Vec<Value>) -> Option<(String, Bytes)> {
    match part {
        Some(Part::File { name, bytes }) => return Some((name, bytes)),
        Some(Part::Text(text)) => {
            let msg = "Value error, Expected UploadFile, received: <class 'str'>";
            wrong.push(json!({ "type": "value_error", "loc": ["body", "image"], "msg": msg, "input": text, "ctx": { "error": {} } }));
        }
        None => wrong.push(missing("image")),
    }
    None
}

fn missing(field: &str) -> Value {
    json!({ "type": "missing", "loc": ["body", field], "msg": "Field required", "input": null })
}
