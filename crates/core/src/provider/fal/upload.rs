//! Pictures going out: made ready for a model's eyes, then uploaded to fal's storage (fal-contract 5), or put inside the request elsewhere.

use std::time::Duration;

use base64::Engine;
use bytes::Bytes;
use reqwest::header::CONTENT_LENGTH;
use serde_json::{Value, json};
use url::Url;

use super::body::counted;
use super::http::{read, unreachable};
use super::{Fal, refusal};
use crate::drill;
use crate::error::{Code, Error, Failure, Got, Step};
use crate::picture::{self, Format, Limits, Misfit};

/// Bytes a second below which an upload is given up: a picture of 20 MB may take 20 minutes.
const SLOWEST: u64 = 16 << 10;

/// How long fal may take to say where an upload goes.
const INITIATE: Duration = Duration::from_secs(60);

/// A picture as it will be sent.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    bytes: Bytes,
    media_type: String,
    file_name: String,
}

/// How a picture is made ready.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    /// Byte for byte, as the original backend sent it.
    AsItIs,
    /// For a model on fal's hosts.
    ForFal {
        /// What the model takes.
        limits: Limits,
        /// A larger one is made to fit.
        shrink: bool,
        /// Where and with which camera it was taken goes along.
        metadata: bool,
    },
}

/// Makes a picture ready. Blocks: decoding takes time.
///
/// fal's models read pixels as they lie and many ignore EXIF, and not every format is read: there a turned, CMYK, TIFF, BMP or GIF picture is
/// sent upright as sRGB, without loss unless it was lossy and that would be many megabytes. Every other one keeps its codes and its profile,
/// and loses only what it tells of its maker.
///
/// # Errors
/// [`Error::Picture`] for one that is damaged, [`Error::PictureOverLimit`].
pub(crate) fn prepare(bytes: Vec<u8>, name: &str, manner: Manner) -> Result<Prepared, Error> {
    // Every pixel, before anything can be charged: programs' uploads were only looked at from outside.
    let facts = picture::check(&bytes)?;
    let Manner::ForFal {
        limits,
        shrink,
        metadata,
    } = manner
    else {
        return Ok(Prepared {
            bytes: bytes.into(),
            media_type: media_type_of(name).to_owned(),
            file_name: name.to_owned(),
        });
    };
    let plain = matches!(facts.format, Format::Png | Format::Jpeg | Format::WebP)
        && facts.orientation == 1
        && !facts.animated
        && !facts.cmyk;
    let as_it_lies = match (plain, metadata) {
        (false, _) => None,
        (true, true) => Some(bytes.clone()),
        (true, false) => picture::without_metadata(&bytes, facts.format),
    };
    let (mut sent, mut format, size) = match as_it_lies {
        Some(bytes) => (bytes, facts.format, (facts.width, facts.height)),
        None => parts(picture::upright(&bytes, &limits)?),
    };
    if let Some(misfit) = limits.misfit(size.0, size.1, sent.len() as u64) {
        if !shrink || matches!(misfit, Misfit::Small(_)) {
            return Err(Error::PictureOverLimit {
                said: misfit.of(size.0, size.1, sent.len() as u64),
            });
        }
        (sent, format, _) = parts(picture::fit(&bytes, &limits)?);
    }
    Ok(Prepared {
        bytes: sent.into(),
        media_type: format.media_type().to_owned(),
        // The name a person gave a file is nobody else's business.
        file_name: format!("input.{}", format.extension()),
    })
}

fn parts(made: picture::Encoded) -> (Vec<u8>, Format, (u32, u32)) {
    (made.bytes, made.format, (made.width, made.height))
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
    /// Brings a picture to where the model can read it and answers its URL. fal is asked to keep it for `lifetime` seconds, if that is said.
    /// `progress` is told the bytes sent so far.
    pub(crate) async fn upload(
        &self,
        picture: &Prepared,
        lifetime: Option<u32>,
        progress: impl Fn(u64) + Send + Sync + 'static,
    ) -> Result<String, Failure> {
        let Some(url) = self.to.upload_url() else {
            return Ok(picture.data_uri());
        };
        let (upload_url, file_url) = self.initiate(&url, picture, lifetime).await?;
        drill::point("upload_promised").await;
        // Signed: no key goes along (fal-contract 5, A2).
        let put = self
            .http
            .upload
            .put(upload_url)
            .timeout(Duration::from_secs(60 + picture.bytes() / SLOWEST))
            .header("content-type", &picture.media_type)
            .header(CONTENT_LENGTH, picture.bytes())
            .body(counted(picture.bytes.clone(), move |sent, _| {
                progress(sent)
            }));
        let response = put
            .send()
            .await
            .map_err(|error| unreachable(Step::Upload, &error))?;
        if !response.status().is_success() {
            let status = response.status();
            return Err(Failure::free(Code::ProviderFailed)
                .saying(format!("The upload was answered with {status}."))
                .answered(Step::Upload, Got::Status(status.as_u16()), b""));
        }
        drill::point("uploaded").await;
        Ok(file_url)
    }

    /// Asks where to: an address for the bytes, and the one they will have.
    async fn initiate(
        &self,
        url: &Url,
        picture: &Prepared,
        lifetime: Option<u32>,
    ) -> Result<(Url, String), Failure> {
        let mut request = self
            .with_key(self.http.ask.post(url.clone()), url)
            .map_err(|_| Failure::free(Code::KeyMissing))?
            .timeout(INITIATE);
        if let Some(seconds) = lifetime {
            let wish = json!({ "expiration_duration_seconds": seconds }).to_string();
            // The one name is in the documents, the other in a client of fal's own; the other client sends both (fal-contract 5).
            for name in [
                "x-fal-object-lifecycle-preference",
                "x-fal-object-lifecycle",
            ] {
                request = request.header(name, &wish);
            }
        }
        let request = request
            .json(&json!({ "content_type": picture.media_type, "file_name": picture.file_name }));
        let response = request
            .send()
            .await
            .map_err(|error| unreachable(Step::Upload, &error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read(response)
            .await
            .map_err(|error| unreachable(Step::Upload, &error))?;
        let body = self.without_key(body);
        if !status.is_success() {
            let failure = refusal::of(Step::Upload, status, &body).hinted(&headers);
            let code = match failure.code {
                Code::ModelUnknown => Code::ProviderFailed,
                other => other,
            };
            return Err(Failure { code, ..failure });
        }
        let json: Value = serde_json::from_slice(&body).unwrap_or_default();
        let field = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        let upload_url = field("upload_url")
            .and_then(|url| Url::parse(&url).ok())
            .filter(|url| self.to.may_fetch(url));
        upload_url.zip(field("file_url")).ok_or_else(|| {
            Failure::free(Code::AnswerUnreadable)
                .saying(refusal::said(&body))
                .answered(Step::Upload, Got::Status(status.as_u16()), &body)
        })
    }
}

impl Prepared {
    /// Its size, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn data_uri(&self) -> String {
        let head = format!("data:{};base64,", self.media_type);
        let mut uri = String::with_capacity(head.len() + self.bytes.len().div_ceil(3) * 4);
        uri.push_str(&head);
        base64::engine::general_purpose::STANDARD.encode_string(&self.bytes, &mut uri);
        uri
    }
}
