//! What is sent: the JSON around the pictures, and how bodies leave.

use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use serde_json::Value;

use crate::job::Parameters;
use crate::model::{InputField, input_field};

/// The submit's JSON, compact, the prompt first, as the original wrote it; the model's own parameters after. A picture may lie in the URL, so
/// it is written once, where it stays.
pub(crate) fn json_body(
    model: &str,
    prompt: &str,
    input_url: &str,
    parameters: &Parameters,
) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        prompt: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        image_urls: Option<[&'a str; 1]>,
        #[serde(skip_serializing_if = "Option::is_none")]
        image_url: Option<&'a str>,
        #[serde(flatten)]
        parameters: &'a serde_json::Map<String, Value>,
    }
    let list = matches!(input_field(model), InputField::List);
    let body = Body {
        prompt,
        image_urls: list.then_some([input_url]),
        image_url: (!list).then_some(input_url),
        parameters: &parameters.0,
    };
    let mut json = Vec::with_capacity(input_url.len() + prompt.len() * 2 + 1024);
    // Text and JSON into memory: nothing of that can fail.
    let _ = serde_json::to_writer(&mut json, &body);
    json
}

/// The bytes as a body that is sent once, and what is held until it has been taken. A body of plain bytes would be kept until the answer
/// comes, for a second try.
pub(super) fn holding(bytes: Vec<u8>, held: impl Send + Sync + 'static) -> reqwest::Body {
    counted(bytes.into(), move |_, _| {
        let _ = &held;
    })
}

/// The bytes as a body of 64-KiB pieces that reports how much has been taken.
pub(super) fn counted(
    bytes: Bytes,
    progress: impl Fn(u64, u64) + Send + Sync + 'static,
) -> reqwest::Body {
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
