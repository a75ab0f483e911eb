//! What is sent: the input picture (uploaded to fal's storage, or inside the request elsewhere) and the JSON around it.

use std::time::Duration;

use base64::Engine;
use bytes::Bytes;
use futures_util::stream;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use url::Url;

use super::http::unreachable;
use super::{Fal, refusal};
use crate::drill;
use crate::error::{Code, Error, Failure, Step};
use crate::model::Spec;
use crate::picture::{self, Format, SaveFormat};

/// Bytes a second below which an upload is given up: a picture of 20 MB may take 20 minutes.
const SLOWEST: u64 = 16 << 10;

/// The input as it will be sent.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    bytes: Bytes,
    media_type: String,
    file_name: String,
}

/// Makes the input ready. fal's models read pixels as they lie in the file and not every format, so there a turned, CMYK, TIFF, BMP or GIF
/// picture is sent upright as PNG. Another endpoint gets the bytes as they are, with the media type of the file name's ending, as the
/// original sent them. Blocks: decoding takes time.
pub(crate) fn prepare(bytes: Vec<u8>, name: &str, fals_own: bool) -> Result<Prepared, Error> {
    // Every pixel, before anything can be charged: programs' uploads were only looked at from outside.
    let facts = picture::check(&bytes)?;
    if !fals_own {
        let media_type = media_type_of(name).to_owned();
        return Ok(Prepared {
            bytes: bytes.into(),
            media_type,
            file_name: name.to_owned(),
        });
    }
    let plain = matches!(facts.format, Format::Png | Format::Jpeg | Format::WebP)
        && facts.orientation == 1
        && !facts.animated;
    let plain = plain && picture::for_display(&bytes)?.is_none();
    let (bytes, format) = if plain {
        (bytes, facts.format)
    } else {
        (
            picture::encode(&picture::decode(&bytes)?, SaveFormat::Png)?,
            Format::Png,
        )
    };
    Ok(Prepared {
        bytes: bytes.into(),
        media_type: format.media_type().to_owned(),
        // The name a person gave a file is nobody else's business.
        file_name: format!("input.{}", format.extension()),
    })
}

/// Python's `mimetypes` for the endings an upload can have; the original guessed by ending, never by content.
fn media_type_of(name: &str) -> &'static str {
    let ending = name
        .rsplit_once('.')
        .filter(|(stem, _)| !stem.is_empty())
        .map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        None | Some("png" | "") => "image/png",
        Some("jpg" | "jpeg" | "jpe") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("bmp") => "image/bmp",
        Some("tif" | "tiff") => "image/tiff",
        Some(_) => "application/octet-stream",
    }
}

impl Fal {
    /// Brings the input to where the model can read it and answers its URL. `progress` is told the bytes sent so far and of how many.
    pub(crate) async fn upload(
        &self,
        input: &Prepared,
        progress: impl Fn(u64, u64) + Send + Sync + 'static,
    ) -> Result<String, Failure> {
        let Some(url) = self.to.upload_url() else {
            return Ok(input.data_uri());
        };
        let initiate = self
            .with_key(self.http.ask.post(url.clone()), &url)
            .map_err(|_| Failure::free(Code::KeyMissing))?;
        let initiate = initiate
            .json(&json!({ "content_type": input.media_type, "file_name": input.file_name }));
        let response = initiate
            .send()
            .await
            .map_err(|error| unreachable(Step::Upload, &error))?;
        let status = response.status();
        let body = super::http::read(response)
            .await
            .map_err(|error| unreachable(Step::Upload, &error))?;
        if !status.is_success() {
            let failure = refusal::of(Step::Upload, status, &body);
            let code = if failure.code == Code::ModelUnknown {
                Code::ProviderFailed
            } else {
                failure.code
            };
            return Err(Failure { code, ..failure });
        }
        let json: Value = serde_json::from_slice(&body).unwrap_or_default();
        let field = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        let upload_url = field("upload_url")
            .and_then(|url| Url::parse(&url).ok())
            .filter(|url| self.to.may_fetch(url));
        let (Some(upload_url), Some(file_url)) = (upload_url, field("file_url")) else {
            return Err(Failure::free(Code::AnswerUnreadable).saying(refusal::said(&body)));
        };
        drill::point("upload_promised").await;
        // Signed: no key goes along (fal-contract 5, A2).
        let put = self
            .http
            .upload
            .put(upload_url)
            .timeout(Duration::from_secs(60 + input.bytes.len() as u64 / SLOWEST))
            .header("content-type", &input.media_type);
        let put = put
            .header("content-length", input.bytes.len())
            .body(counted(input.bytes.clone(), progress));
        let response = put
            .send()
            .await
            .map_err(|error| unreachable(Step::Upload, &error))?;
        if !response.status().is_success() {
            return Err(Failure::free(Code::ProviderFailed).saying(format!(
                "The upload was answered with {}.",
                response.status()
            )));
        }
        drill::point("uploaded").await;
        Ok(file_url)
    }
}

impl Prepared {
    fn data_uri(&self) -> String {
        let head = format!("data:{};base64,", self.media_type);
        let mut uri = String::with_capacity(head.len() + self.bytes.len().div_ceil(3) * 4);
        uri.push_str(&head);
        base64::engine::general_purpose::STANDARD.encode_string(&self.bytes, &mut uri);
        uri
    }
}

/// The submit's JSON, compact. With a schema: each thing under the model's own name for it, in its order, without what is the default anyway.
/// Without one: the prompt first and a list of pictures, as the original wrote it, the parameters after. A picture may lie in its URL, so it is
/// written once, where it stays.
pub(crate) fn json_body(
    spec: Option<&Spec>,
    prompt: &str,
    urls: &[String],
    parameters: &Map<String, Value>,
) -> Vec<u8> {
    let size = urls.iter().map(String::len).sum::<usize>() + prompt.len() * 2 + 1024;
    let mut json = Vec::with_capacity(size);
    // Text and JSON into memory: nothing of that can fail.
    let _ = match spec {
        Some(spec) => {
            serde_json::Serializer::new(&mut json).collect_map(said(spec, prompt, urls, parameters))
        }
        None => {
            let plain = [
                ("prompt", Part::Text(prompt)),
                ("image_urls", Part::List(urls)),
            ];
            let given = parameters
                .iter()
                .map(|(name, value)| (name.as_str(), Part::Value(value.clone())));
            serde_json::Serializer::new(&mut json).collect_map(plain.into_iter().chain(given))
        }
    };
    json
}

#[derive(Serialize)]
#[serde(untagged)]
enum Part<'a> {
    Text(&'a str),
    List(&'a [String]),
    Value(Value),
}

/// What is said to the model, in its order; what its schema does not know comes last.
fn said<'a>(
    spec: &'a Spec,
    prompt: &'a str,
    urls: &'a [String],
    parameters: &'a Map<String, Value>,
) -> Vec<(&'a str, Part<'a>)> {
    let known = spec.fields().iter().filter_map(|field| {
        let name = field.name.as_str();
        let inputs = spec.inputs().filter(|inputs| inputs.field == name);
        let part = match (inputs, parameters.get(name)) {
            (Some(inputs), _) if inputs.is_list => Part::List(urls),
            (Some(_), _) => Part::Text(urls.first()?),
            _ if spec.prompt() == Some(name) => {
                if !field.required && field.default.as_ref().is_some_and(|d| d == prompt) {
                    return None;
                }
                Part::Text(prompt)
            }
            (None, Some(value)) => {
                let value = field.plain(value);
                if field.is_default(&value) {
                    return None;
                }
                Part::Value(value)
            }
            (None, None) => return None,
        };
        Some((name, part))
    });
    let unknown = parameters
        .iter()
        .filter(|(name, _)| spec.field(name).is_none())
        .map(|(name, value)| (name.as_str(), Part::Value(value.clone())));
    known.chain(unknown).collect()
}

/// The bytes as a body that is sent once, and what is held until it has been taken. A body of plain bytes would be kept until the answer
/// comes, for a second try.
pub(super) fn holding(bytes: Vec<u8>, held: impl Send + Sync + 'static) -> reqwest::Body {
    counted(bytes.into(), move |_, _| {
        let _ = &held;
    })
}

/// The bytes as a body of 64-KiB pieces that reports how much has been taken.
fn counted(bytes: Bytes, progress: impl Fn(u64, u64) + Send + Sync + 'static) -> reqwest::Body {
    const PIECE: usize = 64 << 10;
    let total = bytes.len() as u64;
    reqwest::Body::wrap_stream(stream::unfold(
        (bytes, 0_u64, progress),
        move |(mut rest, sent, progress)| async move {
            if rest.is_empty() {
                return None;
            }
            let piece = rest.split_to(PIECE.min(rest.len()));
            let sent = sent + piece.len() as u64;
            progress(sent, total);
            Some((Ok::<_, std::io::Error>(piece), (rest, sent, progress)))
        },
    ))
}

#[cfg(test)]
mod tests;
