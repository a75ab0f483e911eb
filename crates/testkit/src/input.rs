//! The pictures an input names: only what a model could really fetch is taken, so that a client which sends rubbish is found out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;

use crate::catalogue::openapi_of;
use crate::script::Script;
use crate::sim::{File, Sim};
use crate::validation::{self, Refused};

/// Whether the model takes the input: by its schema, and by its pictures.
pub(crate) fn check(
    sim: &Sim,
    script: &Script,
    endpoint: &str,
    input: &Value,
) -> Result<(), Refused> {
    // A model without a schema may mean anything by its fields.
    let Some(document) = openapi_of(script, endpoint) else {
        return Ok(());
    };
    validation::check(&document, input)?;
    for (field, url) in urls(input) {
        let refuse = |kind, message| Err(Refused::field(&[field], kind, message, url));
        match found(sim, url) {
            Found::Picture(_) | Found::Elsewhere => {}
            Found::NoPicture => {
                refuse("image_load_error", "Failed to load the image")?;
            }
            Found::Nothing => {
                refuse("file_download_error", "Failed to download the file")?;
            }
        }
    }
    Ok(())
}

/// The pictures an input brings, those that lie elsewhere left out.
pub(crate) fn pictures(sim: &Sim, input: &Value) -> Vec<Bytes> {
    urls(input)
        .filter_map(|(_, url)| match found(sim, url) {
            Found::Picture(bytes) => Some(bytes),
            Found::Elsewhere | Found::NoPicture | Found::Nothing => None,
        })
        .collect()
}

/// Every URL of a field that is named for pictures or masks.
fn urls(input: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let fields = input.as_object().into_iter().flatten();
    fields
        .filter(|(name, _)| {
            (name.contains("image") || name.contains("mask"))
                && (name.ends_with("_url") || name.ends_with("_urls"))
        })
        .flat_map(|(name, value)| {
            let urls = value
                .as_array()
                .map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
            urls.iter()
                .filter(|url| !url.is_null())
                .map(move |url| (name.as_str(), url))
        })
}

enum Found {
    Picture(Bytes),
    /// On the internet, where the simulator does not look.
    Elsewhere,
    NoPicture,
    Nothing,
}

fn found(sim: &Sim, url: &Value) -> Found {
    let Some(url) = url.as_str() else {
        return Found::Nothing;
    };
    if let Some((_, encoded)) = url
        .strip_prefix("data:")
        .and_then(|url| url.split_once(";base64,"))
    {
        return STANDARD
            .decode(encoded)
            .map_or(Found::NoPicture, |bytes| picture(bytes.into()));
    }
    // The same fal may be known by two origins: its own, and a proxy's.
    let here = url
        .strip_prefix("http://")
        .and_then(|url| url.split_once("/files/b/"))
        .map(|(_, name)| name);
    match here.and_then(|name| sim.file(name)) {
        Some(File::Upload {
            bytes: Some(bytes), ..
        }) => picture(bytes),
        // A result can be the next input; it is a picture when it is made.
        Some(File::Output { bytes, .. }) => bytes
            .get()
            .cloned()
            .map_or(Found::Elsewhere, Found::Picture),
        Some(File::Upload { bytes: None, .. }) => Found::Nothing,
        None if here.is_none() && url.starts_with("https://") => Found::Elsewhere,
        None => Found::Nothing,
    }
}

fn picture(bytes: Bytes) -> Found {
    if image::guess_format(&bytes).is_ok() {
        Found::Picture(bytes)
    } else {
        Found::NoPicture
    }
}
