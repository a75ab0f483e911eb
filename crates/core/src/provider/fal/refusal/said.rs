//! What an error answer says to people: its words, the fields they are about, and the limits they leave out.

use serde_json::Value;

use super::super::http::json;

/// The human part of an error body: `detail` as text or as a list of messages about fields, the platform's `error.message`, else the start of
/// a text. Other JSON and a gateway's HTML page say nothing to a person; the failure's answer keeps them.
pub(in super::super) fn said(body: &[u8]) -> String {
    let read = json(body);
    let is_json = read.is_some();
    let json = read.unwrap_or_default();
    let detail = json.get("detail");
    if let Some(text) = detail.and_then(Value::as_str) {
        return text.to_owned();
    }
    let messages = detail.and_then(Value::as_array).map(|list| {
        list.iter()
            .filter_map(about_field)
            .collect::<Vec<_>>()
            .join("; ")
    });
    if let Some(messages) = messages.filter(|m| !m.is_empty()) {
        return messages;
    }
    if let Some(message) = json.pointer("/error/message").and_then(Value::as_str) {
        return message.to_owned();
    }
    let text = String::from_utf8_lossy(body);
    if is_json || text.trim_start().starts_with('<') {
        String::new()
    } else {
        text.chars().take(300).collect()
    }
}

/// `num_images: must be at most 4`, with the limit where the words leave it out.
fn about_field(entry: &Value) -> Option<String> {
    let msg = entry.get("msg")?.as_str()?;
    let field = field_of(entry)
        .map(|field| format!("{field}: "))
        .unwrap_or_default();
    let limit = limit_of(entry).filter(|limit| !limit.numbers.iter().all(|n| msg.contains(n)));
    let limit = limit
        .map(|limit| format!(" ({})", limit.words))
        .unwrap_or_default();
    Some(format!("{field}{msg}{limit}"))
}

/// A limit that `ctx` names.
struct Limit {
    words: String,
    numbers: Vec<String>,
}

fn limit_of(entry: &Value) -> Option<Limit> {
    let ctx = entry.get("ctx")?;
    let number = |name: &str| {
        ctx.get(name)
            .filter(|n| n.is_number())
            .map(Value::to_string)
    };
    let both = |width: &str, height: &str, words: &str| {
        let (width, height) = (number(width)?, number(height)?);
        Some(Limit {
            words: format!("{words} {width} × {height} pixels"),
            numbers: vec![width, height],
        })
    };
    let one = |(name, words): &(&str, &str)| {
        let number = number(name)?;
        Some(Limit {
            words: format!("{words} {number}"),
            numbers: vec![number],
        })
    };
    let listed = |name: &str| {
        let list = ctx.get(name)?.as_array()?;
        let items = list.iter().take(20).map(|item| {
            item.as_str()
                .map_or_else(|| item.to_string(), str::to_owned)
        });
        let numbers: Vec<String> = items.collect();
        Some(Limit {
            words: format!("one of {}", numbers.join(", ")),
            numbers,
        })
    };
    const ONE: &[(&str, &str)] = &[
        ("max_size", "most bytes"),
        ("gt", "over"),
        ("ge", "at least"),
        ("lt", "below"),
        ("le", "at most"),
        ("multiple_of", "a multiple of"),
        ("min_length", "at least that many:"),
        ("max_length", "at most that many:"),
    ];
    both("max_width", "max_height", "at most")
        .or_else(|| both("min_width", "min_height", "at least"))
        .or_else(|| ONE.iter().find_map(one))
        .or_else(|| listed("expected"))
        .or_else(|| listed("supported_formats"))
}

/// `num_images` of `["body", "num_images"]`.
fn field_of(entry: &Value) -> Option<String> {
    let loc = entry.get("loc")?.as_array()?;
    let parts: Vec<String> = loc
        .iter()
        .skip(1)
        .map(|part| {
            part.as_str()
                .map_or_else(|| part.to_string(), str::to_owned)
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_field_is_named_with_its_limit() {
        let body = json!({"detail": [
            {"loc": ["body", "num_images"], "msg": "must be at most 4", "type": "less_than_equal", "ctx": {"le": 4}},
            {"loc": ["body", "image_urls", 1], "msg": "too large", "type": "image_too_large", "ctx": {"max_width": 5000, "max_height": 4000}},
            {"loc": ["body", "mode"], "msg": "unknown", "type": "one_of", "ctx": {"expected": ["a", "b"]}},
            {"msg": "and so on"},
        ]});
        assert_eq!(
            said(body.to_string().as_bytes()),
            "num_images: must be at most 4; image_urls.1: too large (at most 5000 × 4000 pixels); mode: unknown (one of a, b); and so on"
        );
    }

    #[test]
    fn what_is_for_machines_is_not_repeated() {
        assert_eq!(said(br#"{"status": "NOT_FOUND"}"#), "");
        assert_eq!(said(b"upstream connect error"), "upstream connect error");
        assert_eq!(said(b"<html><title>502 nginx</title></html>"), "");
    }
}
