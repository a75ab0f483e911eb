//! The check of an input against its model's schema, refused in the words fal uses.
//!
//! fal's queue knows no schema: it takes the submit, and the model refuses when the job starts. So a bad input is accepted, its job is
//! COMPLETED with an error, its result is 422 and no unit is billed. Fields a schema does not name are ignored, as fal does.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::{Value, json};

use crate::fault::model_errors;

/// Why an input was refused: fal's `detail`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refused(Vec<Value>);

impl Refused {
    /// One error about one field of the input.
    pub(crate) fn field(place: &[&str], kind: &str, message: &str, input: &Value) -> Self {
        let place = place.iter().map(|part| json!(part)).collect();
        Self(vec![error(place, kind, message, None, input)])
    }

    /// The sentence and the type a COMPLETED status tells.
    pub(crate) fn told(&self) -> (String, String) {
        let text = |name: &str| {
            let first = self.0.first();
            first
                .and_then(|error| error[name].as_str())
                .unwrap_or_default()
                .to_owned()
        };
        (text("msg"), text("type"))
    }

    /// The result: 422, nothing billed.
    pub(crate) fn answer(&self) -> axum::response::Response {
        model_errors(422, json!(self.0), "false", "0")
    }
}

/// Checks an input against the Input schema of an OpenAPI document. A document without one, or with one nobody can read, refuses nothing.
pub(crate) fn check(document: &Value, input: &Value) -> Result<(), Refused> {
    let Some(schema) = input_schema(document) else {
        return Ok(());
    };
    let Ok(validator) = jsonschema::validator_for(&schema) else {
        return Ok(());
    };
    let errors: Vec<Value> = validator
        .iter_errors(input)
        .map(|found| told(&found))
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Refused(errors))
    }
}

/// The schema of what is posted, as JSON Schema that stands alone.
fn input_schema(document: &Value) -> Option<Value> {
    let posted = document["paths"]
        .as_object()?
        .values()
        .find_map(|path| path["post"].pointer("/requestBody/content/application~1json/schema"))?;
    let mut schema = json!({"allOf": [posted], "components": document["components"]});
    to_json_schema(&mut schema);
    Some(schema)
}

/// OpenAPI 3.0 says `nullable` and has switches where JSON Schema has limits.
fn to_json_schema(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(to_json_schema),
        Value::Object(fields) => {
            for (limit, switch) in [
                ("minimum", "exclusiveMinimum"),
                ("maximum", "exclusiveMaximum"),
            ] {
                match fields.get(switch) {
                    Some(Value::Bool(true)) => {
                        if let Some(held) = fields.remove(limit) {
                            fields.insert(switch.to_owned(), held);
                        }
                    }
                    Some(Value::Bool(false)) => {
                        fields.remove(switch);
                    }
                    _ => {}
                }
            }
            // Examples and defaults are values, not schemas.
            for (name, field) in fields.iter_mut() {
                if !matches!(name.as_str(), "default" | "example" | "examples" | "enum") {
                    to_json_schema(field);
                }
            }
            if fields.remove("nullable") == Some(json!(true)) {
                let plain = Value::Object(std::mem::take(fields));
                fields.insert("anyOf".to_owned(), json!([plain, {"type": "null"}]));
            }
        }
        _ => {}
    }
}

fn told(found: &ValidationError<'_>) -> Value {
    // A field that may be null is refused for what it should be, not for not being null.
    if let Kind::AnyOf { context } = found.kind()
        && let [meant, null] = context.as_slice()
        && let ([meant, ..], [null]) = (meant.as_slice(), null.as_slice())
        && matches!(
            null.kind(),
            Kind::Type {
                kind: TypeKind::Single(JsonType::Null)
            }
        )
    {
        return told(meant);
    }
    let mut place: Vec<Value> = found
        .instance_path()
        .as_str()
        .split('/')
        .skip(1)
        .map(|part| {
            part.parse::<usize>()
                .map_or_else(|_| json!(part), |index| json!(index))
        })
        .collect();
    if let Kind::Required { property } = found.kind() {
        place.push(property.clone());
    }
    let (kind, message, context) = words(found.kind());
    error(place, kind, &message, context, found.instance())
}

/// fal's type, sentence and `ctx`.
fn words(kind: &Kind) -> (&'static str, String, Option<Value>) {
    let limit = |kind, sentence: &str, name: &str, limit: Value| {
        let message = format!("Input should be {sentence} {limit}");
        (kind, message, Some(json!({ name: limit })))
    };
    let length = |kind, sentence: &str, name: &str, limit: u64| {
        let message = format!("Input should have {sentence} {limit} items or characters");
        (kind, message, Some(json!({ name: limit })))
    };
    match kind {
        Kind::Required { .. } => ("missing", "Field required".to_owned(), None),
        Kind::Maximum { limit: le } => {
            limit("less_than_equal", "less than or equal to", "le", le.clone())
        }
        Kind::Minimum { limit: ge } => limit(
            "greater_than_equal",
            "greater than or equal to",
            "ge",
            ge.clone(),
        ),
        Kind::ExclusiveMaximum { limit: lt } => limit("less_than", "less than", "lt", lt.clone()),
        Kind::ExclusiveMinimum { limit: gt } => {
            limit("greater_than", "greater than", "gt", gt.clone())
        }
        Kind::MultipleOf { multiple_of } => limit(
            "multiple_of",
            "a multiple of",
            "multiple_of",
            json!(multiple_of),
        ),
        Kind::MaxItems { limit } => length("sequence_too_long", "at most", "max_length", *limit),
        Kind::MinItems { limit } => length("sequence_too_short", "at least", "min_length", *limit),
        Kind::MaxLength { limit } => length("string_too_long", "at most", "max_length", *limit),
        Kind::MinLength { limit } => length("string_too_short", "at least", "min_length", *limit),
        Kind::Enum { options } => (
            "one_of",
            format!("Input should be one of {options}"),
            Some(json!({"expected": **options})),
        ),
        Kind::Type {
            kind: TypeKind::Single(wanted),
        } => {
            let (kind, noun) = match wanted {
                JsonType::String => ("string_type", "string"),
                JsonType::Integer => ("int_type", "integer"),
                JsonType::Number => ("float_type", "number"),
                JsonType::Boolean => ("bool_type", "boolean"),
                JsonType::Array => ("list_type", "list"),
                JsonType::Object => ("dict_type", "dictionary"),
                JsonType::Null => ("none_required", "null"),
            };
            (kind, format!("Input should be a valid {noun}"), None)
        }
        _ => (
            "value_error",
            "Input should match one of the allowed forms".to_owned(),
            None,
        ),
    }
}

fn error(
    mut place: Vec<Value>,
    kind: &str,
    message: &str,
    context: Option<Value>,
    input: &Value,
) -> Value {
    place.insert(0, json!("body"));
    let mut error = json!({
        "loc": place,
        "msg": message,
        "type": kind,
        "input": input,
        "url": format!("https://docs.fal.ai/errors/#{kind}"),
    });
    if let Some(context) = context {
        error["ctx"] = context;
    }
    error
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    fn document() -> Value {
        json!({
            "openapi": "3.0.4",
            "paths": {
                "/me/mine": {"post": {"requestBody": {"content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/MineInput"}
                }}}}},
                "/me/mine/requests/{request_id}": {"get": {}},
            },
            "components": {"schemas": {
                "Size": {"type": "object", "properties": {"width": {"type": "integer", "minimum": 0, "exclusiveMinimum": true}}, "required": ["width"]},
                "MineInput": {"type": "object", "required": ["prompt"], "properties": {
                    "prompt": {"type": "string", "maxLength": 9},
                    "num_images": {"type": "integer", "minimum": 1, "maximum": 4, "default": 1},
                    "style": {"type": "string", "enum": ["a", "b"], "nullable": true},
                    "size": {"anyOf": [{"$ref": "#/components/schemas/Size"}, {"type": "string", "enum": ["auto"]}]},
                    "image_urls": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2},
                    "strength": {"type": "number", "minimum": 0, "exclusiveMinimum": true, "multipleOf": 0.5},
                }},
            }},
        })
    }

    #[test]
    fn what_the_schema_allows_passes() {
        for input in [
            json!({"prompt": "dusk"}),
            json!({"prompt": "dusk", "style": null, "size": "auto", "num_images": 4, "unheard_of": [1]}),
            json!({"prompt": "dusk", "style": "a", "size": {"width": 1}, "strength": 1.5, "image_urls": ["x"]}),
        ] {
            assert_eq!(check(&document(), &input), Ok(()), "{input}");
        }
    }

    #[test]
    fn each_mistake_has_fals_type_its_place_and_its_limit() {
        let table = [
            (json!({}), "missing", json!(["body", "prompt"]), Value::Null),
            (
                json!({"prompt": "too many words"}),
                "string_too_long",
                json!(["body", "prompt"]),
                json!({"max_length": 9}),
            ),
            (
                json!({"prompt": 7}),
                "string_type",
                json!(["body", "prompt"]),
                Value::Null,
            ),
            (
                json!({"prompt": "", "num_images": 9}),
                "less_than_equal",
                json!(["body", "num_images"]),
                json!({"le": 4}),
            ),
            (
                json!({"prompt": "", "num_images": 0}),
                "greater_than_equal",
                json!(["body", "num_images"]),
                json!({"ge": 1}),
            ),
            (
                json!({"prompt": "", "strength": 0}),
                "greater_than",
                json!(["body", "strength"]),
                json!({"gt": 0}),
            ),
            (
                json!({"prompt": "", "strength": 0.7}),
                "multiple_of",
                json!(["body", "strength"]),
                json!({"multiple_of": 0.5}),
            ),
            (
                json!({"prompt": "", "style": "c"}),
                "one_of",
                json!(["body", "style"]),
                json!({"expected": ["a", "b"]}),
            ),
            (
                json!({"prompt": "", "size": {"width": 0}}),
                "value_error",
                json!(["body", "size"]),
                Value::Null,
            ),
            (
                json!({"prompt": "", "image_urls": []}),
                "sequence_too_short",
                json!(["body", "image_urls"]),
                json!({"min_length": 1}),
            ),
            (
                json!({"prompt": "", "image_urls": ["a", "b", "c"]}),
                "sequence_too_long",
                json!(["body", "image_urls"]),
                json!({"max_length": 2}),
            ),
            (
                json!({"prompt": "", "image_urls": [1]}),
                "string_type",
                json!(["body", "image_urls", 0]),
                Value::Null,
            ),
        ];
        for (input, kind, place, context) in table {
            let Refused(errors) = check(&document(), &input).unwrap_err();
            let error = &errors[0];
            assert_eq!(
                (&error["type"], &error["loc"], &error["ctx"]),
                (&json!(kind), &place, &context),
                "{input}"
            );
        }
    }

    #[test]
    fn a_document_without_an_input_refuses_nothing() {
        assert_eq!(check(&json!({}), &json!({"prompt": 7})), Ok(()));
    }
}
