//! Requests as they are written, of every model with a schema.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use serde_json::{Map, Value, json};

use super::json_body;
use crate::model::{Kind, Range, Spec};

const BUILT_IN: &str = include_str!("../../../../../../models/built-in.json");
const MADE_UP: &str = include_str!("../../../../../../models/made-up.json");

/// Every model with a schema, by id.
fn specs() -> Vec<(String, Spec)> {
    [BUILT_IN, MADE_UP]
        .iter()
        .flat_map(|file| {
            serde_json::from_str::<Value>(file).unwrap()["models"]
                .as_array()
                .unwrap()
                .clone()
        })
        .filter(|model| model.get("openapi").is_some())
        .map(|model| {
            (
                model["id"].as_str().unwrap().to_owned(),
                Spec::read(&model["openapi"]).unwrap(),
            )
        })
        .collect()
}

fn written(spec: Option<&Spec>, urls: &[&str], parameters: &Value) -> String {
    let urls: Vec<String> = urls.iter().map(|url| (*url).to_owned()).collect();
    let parameters = parameters.as_object().unwrap();
    String::from_utf8(json_body(spec, "make it dusk", &urls, parameters)).unwrap()
}

/// A value that is not the default, for whatever a field can be.
fn some(name: &str, kind: &Kind, default: Option<&Value>) -> Value {
    match kind {
        Kind::Switch => json!(default != Some(&json!(true))),
        Kind::Integer(_) if name == "seed" => json!("18446744073709551615"),
        Kind::Integer(Range { max, .. }) => json!(max.map_or(3.0, |max| max)),
        Kind::Number(Range { max, .. }) => json!(max.map_or(1.5, |max| max / 2.0)),
        Kind::Text { .. } => json!("words"),
        Kind::Choice(options) => options
            .iter()
            .rev()
            .find(|option| default != Some(option))
            .unwrap_or(&options[0])
            .clone(),
        Kind::Size { .. } => json!({ "width": 1024, "height": 768 }),
        Kind::Image => json!("https://example.com/mask.png"),
        Kind::Images { .. } => json!(["https://example.com/style.png"]),
        Kind::Json(_) => match name {
            "strokes" => json!([{ "points": [[1, 2.5]], "after": { "points": [[0, 0]] } }]),
            "camera" => json!({ "angle": 12.5, "lens": { "mm": 35 } }),
            "light" => json!({ "warmth": 5 }),
            "words" => json!(["red", "blue"]),
            "background" => json!({ "blur": 2 }),
            "weights" => json!({ "a": 0.5 }),
            "either" => json!(7),
            "canvas_size" => json!([640, 480]),
            _ => json!({ "anything": [1, null] }),
        },
    }
}

#[test]
fn a_request_says_everything_that_was_set_under_the_models_own_names() {
    for (id, spec) in specs() {
        let set: Map<String, Value> = spec
            .form()
            .fields
            .iter()
            .map(|field| {
                (
                    field.name.clone(),
                    some(&field.name, &field.kind, field.default.as_ref()),
                )
            })
            .collect();
        let inputs = spec.inputs().unwrap();
        let urls: &[&str] = match inputs.is_list {
            true => &[
                "https://example.com/input.png",
                "https://example.com/reference.png",
            ],
            false => &["https://example.com/input.png"],
        };
        spec.check("make it dusk", urls.len(), &set)
            .unwrap_or_else(|error| panic!("{id}: {error}"));
        let body = written(Some(&spec), urls, &Value::Object(set));
        let body: Value = serde_json::from_str(&body).unwrap();
        insta::with_settings!({ snapshot_suffix => id.replace('/', "-") }, {
            insta::assert_json_snapshot!("body", body);
        });
    }
}

#[test]
fn what_is_the_default_anyway_is_not_sent() {
    for (id, spec) in specs() {
        let defaults: Map<String, Value> = spec
            .form()
            .fields
            .into_iter()
            .filter_map(|field| match field.default {
                Some(default) => Some((field.name, default)),
                None if field.nullable => Some((field.name, Value::Null)),
                None => None,
            })
            .collect();
        let plain = written(Some(&spec), &["u"], &json!({}));
        assert_eq!(
            written(Some(&spec), &["u"], &Value::Object(defaults)),
            plain,
            "{id}"
        );
    }
    let (_, seedream) = specs().remove(0);
    let said =
        json!({ "image_size": { "height": 2048.0, "width": 2048 }, "num_images": 1.0, "seed": 7 });
    assert_eq!(
        written(Some(&seedream), &["u"], &said),
        r#"{"prompt":"make it dusk","seed":7,"image_urls":["u"]}"#
    );
}

#[test]
fn without_a_schema_the_request_is_the_originals() {
    assert_eq!(
        written(None, &["a", "b"], &json!({ "seed": 1, "x": null })),
        r#"{"prompt":"make it dusk","image_urls":["a","b"],"seed":1,"x":null}"#
    );
}

#[test]
fn what_the_schema_does_not_know_is_sent_all_the_same() {
    let (_, spec) = specs()
        .into_iter()
        .find(|(id, _)| id == "fal-ai/flux-pro/kontext")
        .unwrap();
    assert_eq!(
        written(
            Some(&spec),
            &["u"],
            &json!({ "new_thing": 1, "guidance_scale": 4 })
        ),
        r#"{"prompt":"make it dusk","guidance_scale":4,"image_url":"u","new_thing":1}"#
    );
}
