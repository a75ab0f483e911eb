//! The form of `POST /api/jobs`: a text field `prompt` and a file `image`, with the original's refusals.

use axum::body::to_bytes;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, StatusCode, header};
use overpaint_core::Library;
use overpaint_core::job::Edit;
use overpaint_core::library::{MAX_UPLOAD, Upload};
use serde_json::{Value, json};
use url::form_urlencoded;
use utoipa::ToSchema;

use super::heads;
use super::refusal::Refusal;

/// Most parts of a form, as the original's parser had it: texts and files each.
const PARTS: usize = 1000;

/// What a client sent.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) prompt: String,
    pub(super) image: Upload,
    /// The upload's file name, not empty.
    pub(super) name: String,
}

/// The form as the API description shows it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct FormSchema {
    /// What should change; at most 1 MiB.
    prompt: String,
    /// The picture: PNG, JPEG, WebP, GIF, TIFF or BMP, at most 64 MiB.
    #[schema(format = Binary, value_type = String)]
    image: Vec<u8>,
}

/// A field as it came; of repeated ones the last counts.
#[derive(Debug)]
enum Part {
    Text(String),
    File {
        name: String,
        upload: Option<Upload>,
    },
}

/// The two fields that count.
#[derive(Debug, Default)]
struct Fields {
    prompt: Option<Part>,
    image: Option<Part>,
}

impl FromRequest<Library> for Form {
    type Rejection = Refusal;

    async fn from_request(request: Request, library: &Library) -> Result<Self, Refusal> {
        let fields = if is_kind(request.headers(), b"multipart/form-data") {
            of_multipart(request, library).await?
        } else if is_kind(request.headers(), b"application/x-www-form-urlencoded") {
            of_urlencoded(request).await?
        } else {
            Fields::default()
        };
        let mut wrong = Vec::new();
        let prompt = text(fields.prompt, &mut wrong);
        let image = file(fields.image, &mut wrong);
        match (prompt, image) {
            (Some(_), Some((name, _))) if name.is_empty() => Err(Refusal::NoFileName),
            (Some(prompt), Some((name, image))) => Ok(Self {
                prompt,
                image,
                name,
            }),
            _ => Err(Refusal::Fields(wrong)),
        }
    }
}

async fn of_multipart(request: Request, library: &Library) -> Result<Fields, Refusal> {
    if says_too_large(request.headers()) {
        return Err(too_large());
    }
    let kind = request.headers().get(header::CONTENT_TYPE);
    let boundary = kind
        .and_then(|kind| multer::parse_boundary(kind.to_str().ok()?).ok())
        .ok_or_else(|| bad_form("Missing boundary in multipart."))?;
    let (parts, body) = request.into_parts();
    let (body, malformed) = heads::bounded(body, &boundary);
    let mut form = Multipart::from_request(Request::from_parts(parts, body), library)
        .await
        .map_err(|_| bad_form("Missing boundary in multipart."))?;
    let mut fields = Fields::default();
    let (mut texts, mut files) = (0, 0);
    loop {
        let (name, part) = match part(&mut form, library).await {
            Ok(Some(part)) => part,
            Ok(None) => return Ok(fields),
            Err(Trouble::BrokenOff) if malformed.is_set() => {
                return Err(bad_form("There was an error parsing the body"));
            }
            // A form that breaks off lacks the fields that did not come; one that has both is refused as a whole.
            Err(Trouble::BrokenOff) if fields.prompt.is_none() || fields.image.is_none() => {
                return Ok(fields);
            }
            Err(Trouble::BrokenOff) => return Err(bad_form("There was an error parsing the body")),
            Err(Trouble::Refused(refusal)) => return Err(refusal),
        };
        let (count, what) = match part {
            Part::Text(_) => (&mut texts, "fields"),
            Part::File { .. } => (&mut files, "files"),
        };
        *count += 1;
        if *count > PARTS {
            return Err(bad_form(&format!(
                "Too many {what}. Maximum number of {what} is {PARTS}."
            )));
        }
        match name.as_str() {
            "prompt" => fields.prompt = Some(part),
            "image" => fields.image = Some(part),
            _ => {}
        }
    }
}

/// Such a form cannot carry a file, but it is a form, and its fields are judged as such.
async fn of_urlencoded(request: Request) -> Result<Fields, Refusal> {
    let body = to_bytes(request.into_body(), Edit::PROMPT_MAX * 4)
        .await
        .map_err(|_| bad_form("There was an error parsing the body"))?;
    let mut fields = Fields::default();
    for (name, value) in form_urlencoded::parse(&body) {
        match name.as_ref() {
            "prompt" => fields.prompt = Some(Part::Text(value.into_owned())),
            "image" => fields.image = Some(Part::Text(value.into_owned())),
            _ => {}
        }
    }
    Ok(fields)
}

fn is_kind(headers: &HeaderMap, kind: &[u8]) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|sent| sent.as_bytes().starts_with(kind))
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

/// The next field and its name. Files that nobody asked for are read past.
async fn part(form: &mut Multipart, library: &Library) -> Result<Option<(String, Part)>, Trouble> {
    let Some(mut field) = form.next_field().await.map_err(trouble)? else {
        return Ok(None);
    };
    let Some(name) = field.name().map(str::to_owned) else {
        return Err(Trouble::Refused(bad_form(
            "The Content-Disposition header field \"name\" must be provided.",
        )));
    };
    let Some(file) = file_name(&field) else {
        return Ok(Some((name, Part::Text(short_text(field).await?))));
    };
    let mut upload = (name == "image").then(|| library.upload());
    let mut wrong = None;
    while let Some(chunk) = field.chunk().await.map_err(trouble)? {
        // Read on to the end, so that its client hears the refusal instead of a reset.
        if let (None, Some(upload)) = (&wrong, &mut upload) {
            wrong = upload.write(&chunk).await.err();
        }
    }
    if let Some(wrong) = wrong {
        return Err(Trouble::Refused(wrong.into()));
    }
    Ok(Some((name, Part::File { name: file, upload })))
}

/// The name of a part that is a file. One that is not UTF-8 is read as Latin-1, in which every byte is a letter.
fn file_name(field: &Field<'_>) -> Option<String> {
    if let Some(name) = field.file_name() {
        return Some(name.to_owned());
    }
    let head = field.headers().get(header::CONTENT_DISPOSITION)?.as_bytes();
    let latin: String = head.iter().copied().map(char::from).collect();
    let (_, name) = latin.split_once("filename=\"")?;
    Some(name.split('"').next().unwrap_or_default().to_owned())
}

/// Said at once of what is far too large. What is only a little over is read to the limit, so that its client hears the refusal instead of a
/// reset.
fn says_too_large(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    length.is_some_and(|length| length > 4 * MAX_UPLOAD)
}

fn too_large() -> Refusal {
    Refusal::Form {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        detail: "The upload is larger than 64 MiB.".to_owned(),
    }
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
        StatusCode::PAYLOAD_TOO_LARGE => Trouble::Refused(too_large()),
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

fn file(part: Option<Part>, wrong: &mut Vec<Value>) -> Option<(String, Upload)> {
    match part {
        Some(Part::File {
            name,
            upload: Some(upload),
        }) => return Some((name, upload)),
        Some(Part::Text(text)) => {
            let text: String = text.chars().take(200).collect();
            let msg = "Value error, Expected UploadFile, received: <class 'str'>";
            wrong.push(json!({ "type": "value_error", "loc": ["body", "image"], "msg": msg, "input": text, "ctx": { "error": {} } }));
        }
        Some(Part::File { .. }) | None => wrong.push(missing("image")),
    }
    None
}

fn missing(field: &str) -> Value {
    json!({ "type": "missing", "loc": ["body", field], "msg": "Field required", "input": null })
}
