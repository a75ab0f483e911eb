//! What is sent: the JSON around the pictures, and how bodies leave.

use bytes::Bytes;
use futures_util::stream;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::model::Spec;

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

#[cfg(test)]
mod tests;
