//! Which text of a model's is a picture. fal's schemas have no type for one: it is a string, an address, and only words tell.

use serde_json::{Map, Value};

/// What a text field holds, as its words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// A picture.
    Picture,
    /// A picture that says where another one may change.
    Mask,
    /// Anything else.
    Words,
}

const PICTURES: &[&str] = &[
    "image", "images", "img", "photo", "photos", "picture", "pictures", "mask", "masks", "frame",
    "sketch",
];
const ADDRESSES: &[&str] = &["url", "urls", "uri", "uris"];
const OTHERS: &[&str] = &[
    "video",
    "audio",
    "pdf",
    "lora",
    "loras",
    "zip",
    "archive",
    "model",
    "weights",
    "webhook",
    "document",
    "path",
    "sound",
    "soundtrack",
    "font",
];

/// What the string field of that name and schema holds.
pub(super) fn holds(name: &str, schema: &Map<String, Value>) -> Holds {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let drawn = schema
        .get("ui")
        .and_then(|ui| ui.get("field"))
        .and_then(Value::as_str);
    let media = schema.get("contentMediaType").and_then(Value::as_str);
    let is_picture = match (drawn, media) {
        (Some(field), _) => matches!(field, "image" | "images" | "mask"),
        (None, Some(media)) => media.starts_with("image/"),
        (None, None) => !has(OTHERS) && by_words(&words, schema),
    };
    match is_picture {
        true if has(&["mask", "masks"]) || drawn == Some("mask") => Holds::Mask,
        true => Holds::Picture,
        false => Holds::Words,
    }
}

fn by_words(words: &[&str], schema: &Map<String, Value>) -> bool {
    let last = words.last().copied().unwrap_or_default();
    if PICTURES.contains(&last) {
        return true;
    }
    let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    let said = format!("{} {}", text("title"), text("description")).to_lowercase();
    let said: Vec<&str> = said.split(|c: char| !c.is_alphanumeric()).collect();
    let says = |list: &[&str]| said.iter().any(|word| list.contains(word));
    let is_address = ADDRESSES.contains(&last)
        || (says(ADDRESSES) && text("format") == "uri")
        || says(&["url", "urls"]);
    let named = words.iter().any(|word| PICTURES.contains(word));
    is_address && (named || (says(PICTURES) && !says(OTHERS)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use serde_json::json;

    #[test]
    fn words_tell_pictures_from_other_text() {
        for (name, schema, wanted) in [
            ("image_url", json!({}), Holds::Picture),
            ("image_urls", json!({}), Holds::Picture),
            ("mask_url", json!({}), Holds::Mask),
            ("mask_image_url", json!({}), Holds::Mask),
            ("subject_image", json!({}), Holds::Picture),
            (
                "look_like",
                json!({ "ui": { "field": "image" } }),
                Holds::Picture,
            ),
            (
                "style",
                json!({ "description": "URL of a picture to copy" }),
                Holds::Picture,
            ),
            (
                "video_url",
                json!({ "description": "URL of a film, not an image" }),
                Holds::Words,
            ),
            (
                "image_format",
                json!({ "description": "The format of the image" }),
                Holds::Words,
            ),
            (
                "prompt",
                json!({ "description": "What to change in the picture" }),
                Holds::Words,
            ),
            (
                "lora_url",
                json!({ "description": "URL of weights" }),
                Holds::Words,
            ),
            ("webhook_url", json!({}), Holds::Words),
            (
                "doc",
                json!({ "contentMediaType": "application/pdf" }),
                Holds::Words,
            ),
        ] {
            assert_eq!(holds(name, schema.as_object().unwrap()), wanted, "{name}");
        }
    }
}
