//! Whether what an edit says fits what its model takes, before anything is kept or sent. The first thing that does not is named, in plain words.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{PatternOptions, ValidationError};
use serde_json::{Map, Value};

use super::{Spec, field};
use crate::error::Error;

/// Stands for a picture that will be uploaded.
const PICTURE: &str = "https://v3b.fal.media/files/b/0a000000/picture.png";

impl Spec {
    /// # Errors
    /// [`Error::ParameterInvalid`] names what does not fit; [`Error::PromptEmpty`].
    pub(crate) fn check(
        &self,
        prompt: &str,
        pictures: usize,
        parameters: &Map<String, Value>,
    ) -> Result<(), Error> {
        self.check_pictures(pictures)?;
        let mut input = Map::new();
        if let Some(name) = self.prompt() {
            input.insert(name.to_owned(), prompt.into());
        }
        if let Some(inputs) = self.inputs() {
            let value = if inputs.is_list {
                vec![Value::from(PICTURE); pictures].into()
            } else {
                PICTURE.into()
            };
            input.insert(inputs.field.clone(), value);
        }
        for (name, value) in parameters {
            let value = match self.field(name) {
                Some(field) => with_pictures(field, &field.plain(value))?,
                None => value.clone(),
            };
            input.insert(name.clone(), value);
        }
        self.validate(&Value::Object(input))
            .map_err(|(name, wanted)| {
                if Some(name.as_str()) == self.prompt() && prompt.is_empty() {
                    return Error::PromptEmpty;
                }
                invalid(&name, wanted)
            })
    }

    fn check_pictures(&self, pictures: usize) -> Result<(), Error> {
        let rule = self.input_rule();
        let name = self.inputs().map_or("image_urls", |inputs| &inputs.field);
        let count = u32::try_from(pictures).unwrap_or(u32::MAX);
        match rule.max {
            Some(0) => Err(invalid(
                name,
                "cannot be given: this model takes no picture".to_owned(),
            )),
            Some(1) if count > 1 => Err(invalid(
                name,
                "takes one picture, so no references".to_owned(),
            )),
            Some(max) if count > max => Err(invalid(
                name,
                format!("takes at most {max} pictures, the edited one included"),
            )),
            _ if count < rule.min => Err(invalid(
                name,
                format!("takes at least {} pictures", rule.min),
            )),
            _ => Ok(()),
        }
    }

    /// What does not fit first: its name, and what is wanted. A schema that is none judges nothing; fal does.
    fn validate(&self, input: &Value) -> Result<(), (String, String)> {
        let validator = jsonschema::draft202012::options()
            // Linear in time, whatever the pattern.
            .with_pattern_options(PatternOptions::regex())
            .offline()
            .build(&self.schema);
        let Ok(validator) = validator else {
            tracing::debug!("a model's schema is no JSON schema; fal judges its values");
            return Ok(());
        };
        match validator.iter_errors(input).next() {
            None => Ok(()),
            Some(error) => {
                let (path, wanted) = said(&error, 0);
                Err((path.join("."), wanted))
            }
        }
    }
}

fn invalid(name: &str, wanted: String) -> Error {
    Error::ParameterInvalid {
        name: name.chars().take(64).collect(),
        wanted: wanted.into(),
    }
}

/// The value with each picture as the address it will have.
fn with_pictures(field: &field::Field, value: &Value) -> Result<Value, Error> {
    let one = |value: &Value| {
        let placed = placed(value);
        let fits = placed
            .as_str()
            .is_some_and(|text| text.starts_with("https://"));
        match fits || (value.is_null() && field.nullable) {
            true => Ok(placed),
            false => Err(invalid(
                &field.name,
                "must be a picture: a version, or an https address".to_owned(),
            )),
        }
    };
    match (&field.kind, value) {
        (field::Kind::Image, value) => one(value),
        (field::Kind::Images { .. }, Value::Array(list)) => list
            .iter()
            .map(one)
            .collect::<Result<_, _>>()
            .map(Value::Array),
        (_, value) => Ok(placed(value)),
    }
}

/// The id of a version that stands for its picture.
fn version_in(value: &Value) -> Option<&str> {
    match value {
        Value::Object(map) if map.len() == 1 => map.get("version_id")?.as_str(),
        _ => None,
    }
}

/// The ids of all versions whose pictures a value wants, however deep they lie.
pub(crate) fn versions_in(value: &Value) -> Vec<&str> {
    match value {
        value if version_in(value).is_some() => version_in(value).into_iter().collect(),
        Value::Object(map) => map.values().flat_map(versions_in).collect(),
        Value::Array(list) => list.iter().flat_map(versions_in).collect(),
        _ => Vec::new(),
    }
}

/// Every picture replaced by an address, however deep it lies.
fn placed(value: &Value) -> Value {
    match value {
        value if version_in(value).is_some() => PICTURE.into(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), placed(value)))
            .collect(),
        Value::Array(list) => list.iter().map(placed).collect(),
        plain => plain.clone(),
    }
}

/// The path of what does not fit, and a verb phrase that says what is wanted.
fn said(error: &ValidationError<'_>, depth: usize) -> (Vec<String>, String) {
    let mut path: Vec<String> = error
        .instance_path()
        .into_iter()
        .map(|segment| segment.to_string())
        .collect();
    let wanted = match error.kind() {
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::MinLength { limit: 1 } => "must not be empty".to_owned(),
        Kind::MinLength { limit } => format!("must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("must have at most {limit} characters"),
        Kind::MinItems { limit } => format!("must have at least {limit} entries"),
        Kind::MaxItems { limit } => format!("must have at most {limit} entries"),
        Kind::Pattern { pattern } => format!("must match {pattern}"),
        Kind::Enum { options } => format!("must be one of {}", listed(options)),
        Kind::Constant { expected_value } => format!("must be {}", word(expected_value)),
        Kind::Type { kind } => format!("must be {}", kinds(kind)),
        Kind::UniqueItems => "must not have an entry twice".to_owned(),
        Kind::Required { property } => {
            path.push(word(property));
            "must be given".to_owned()
        }
        Kind::AdditionalProperties { unexpected } => {
            path.extend(unexpected.first().cloned());
            "is not known to this model".to_owned()
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } if depth < 8 => {
            return best(path, context, depth);
        }
        _ => "is not what this model takes".to_owned(),
    };
    (path, wanted)
}

/// Of several alternatives, none of which fits, the one that was meant: where the least is wrong. If nothing of any fits, what they all want.
fn best(
    path: Vec<String>,
    context: &[Vec<ValidationError<'static>>],
    depth: usize,
) -> (Vec<String>, String) {
    let deep = path.len();
    // 2: another kind of value altogether; 1: an object with other fields; 0: something inside it.
    let wrong = |error: &ValidationError<'_>| {
        let here = error.instance_path().into_iter().count() == deep;
        match error.kind() {
            Kind::Type { .. } | Kind::Enum { .. } | Kind::Constant { .. } if here => 2,
            Kind::Required { .. } | Kind::AdditionalProperties { .. } if here => 1,
            _ => 0,
        }
    };
    let first: Vec<&ValidationError<'_>> =
        context.iter().filter_map(|errors| errors.first()).collect();
    let meant = first.iter().min_by_key(|error| wrong(error));
    if let Some(meant) = meant.filter(|error| wrong(error) < 2) {
        return said(meant, depth + 1);
    }
    let mut wanted: Vec<String> = Vec::new();
    for error in first {
        let one = said(error, depth + 1).1;
        let one = one.strip_prefix("must be ").unwrap_or(&one).to_owned();
        if !wanted.contains(&one) && one != "null" {
            wanted.push(one);
        }
    }
    let wanted = match wanted.is_empty() {
        true => "is not what this model takes".to_owned(),
        false => format!("must be {}", wanted.join(" or ")),
    };
    (path, wanted)
}

fn kinds(kind: &TypeKind) -> String {
    let named = match kind {
        TypeKind::Single(one) => vec![one.to_string()],
        TypeKind::Multiple(several) => several.into_iter().map(|one| one.to_string()).collect(),
    };
    let words: Vec<&str> = named
        .iter()
        .map(|name| match name.as_str() {
            "integer" => "a whole number",
            "number" => "a number",
            "string" => "text",
            "boolean" => "true or false",
            "array" => "a list",
            "object" => "an object",
            other => other,
        })
        .filter(|word| *word != "null" || named.len() == 1)
        .collect();
    words.join(" or ")
}

fn listed(options: &Value) -> String {
    let words: Vec<String> = options
        .as_array()
        .into_iter()
        .flatten()
        .filter(|option| !option.is_null())
        .map(word)
        .collect();
    words.join(", ").chars().take(400).collect()
}

fn word(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use serde_json::json;

    /// The refusal in words, or nothing.
    fn refusal(id: &str, prompt: &str, pictures: usize, parameters: &Value) -> Option<String> {
        let files = [
            include_str!("../../../../models/built-in.json"),
            include_str!("../../../../models/made-up.json"),
        ];
        let models = files.iter().flat_map(|file| {
            let file: Value = serde_json::from_str(file).unwrap();
            file["models"].as_array().unwrap().clone()
        });
        let model = models.into_iter().find(|model| model["id"] == id).unwrap();
        let spec = Spec::read(&model["openapi"]).unwrap();
        let checked = spec.check(prompt, pictures, parameters.as_object().unwrap());
        checked.err().map(|error| error.to_string())
    }

    #[test]
    fn what_does_not_fit_is_named_in_plain_words() {
        const SEEDREAM: &str = "fal-ai/bytedance/seedream/v4/edit";
        const NUMBER: &str = "made-up/every/number";
        const SHAPE: &str = "made-up/every-shape";
        const BARE: &str = "made-up/no-prompt";
        let camera = |more: Value| {
            let mut all = json!({ "camera": { "angle": 0 } });
            all.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            all
        };
        let tinted = |more: Value| {
            let mut all = json!({ "tint": "red" });
            all.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            all
        };
        let table: &[(&str, Value, &str)] = &[
            (
                SEEDREAM,
                json!({ "num_images": 9 }),
                "num_images must be at most 6",
            ),
            (
                SEEDREAM,
                json!({ "num_images": 0 }),
                "num_images must be at least 1",
            ),
            (
                SEEDREAM,
                json!({ "num_images": 1.5 }),
                "num_images must be a whole number",
            ),
            (
                SEEDREAM,
                json!({ "num_images": "many" }),
                "num_images must be a whole number",
            ),
            (
                SEEDREAM,
                json!({ "sync_mode": 1 }),
                "sync_mode must be true or false",
            ),
            (
                SEEDREAM,
                json!({ "enhance_prompt_mode": "slow" }),
                "enhance_prompt_mode must be one of standard, fast",
            ),
            (
                SEEDREAM,
                json!({ "image_size": { "width": 0, "height": 5 } }),
                "image_size.width must be more than 0",
            ),
            (
                SEEDREAM,
                json!({ "image_size": "huge" }),
                "image_size must be an object or one of square_hd, square",
            ),
            (
                SEEDREAM,
                json!({ "image_size": 7 }),
                "image_size must be an object or ",
            ),
            (NUMBER, json!({}), "tint must be given"),
            (
                NUMBER,
                tinted(json!({ "steps": 10 })),
                "steps must be a multiple of 4",
            ),
            (
                NUMBER,
                tinted(json!({ "strength": 0 })),
                "strength must be more than 0",
            ),
            (
                NUMBER,
                tinted(json!({ "temperature": 2 })),
                "temperature must be less than 2",
            ),
            (
                NUMBER,
                tinted(json!({ "caution": 2 })),
                "caution must be text",
            ),
            (
                NUMBER,
                tinted(json!({ "factor": "4" })),
                "factor must be a whole number",
            ),
            (
                NUMBER,
                tinted(json!({ "flavour": "hot" })),
                "flavour must be plain",
            ),
            (
                NUMBER,
                tinted(json!({ "motto": "x" })),
                "motto must have at least 2 characters",
            ),
            (
                NUMBER,
                tinted(json!({ "motto": "Big" })),
                "motto must match ^[a-z]+$",
            ),
            (
                NUMBER,
                tinted(json!({ "seed": -1 })),
                "seed must be at least 0",
            ),
            (
                NUMBER,
                tinted(json!({ "stpes": 8 })),
                "stpes is not known to this model",
            ),
            (
                NUMBER,
                tinted(json!({ "look_like": "http://x/y.png" })),
                "look_like must be a picture",
            ),
            (
                NUMBER,
                tinted(json!({ "size": { "width": 64 } })),
                "size.height must be given",
            ),
            (SHAPE, json!({}), "camera must be given"),
            (
                SHAPE,
                json!({ "camera": { "angle": 120 } }),
                "camera.angle must be at most 90",
            ),
            (
                SHAPE,
                json!({ "camera": { "angle": 1, "lens": { "mm": 5 } } }),
                "camera.lens.mm must be at least 8",
            ),
            (
                SHAPE,
                camera(json!({ "words": [] })),
                "words must have at least 1 entries",
            ),
            (
                SHAPE,
                camera(json!({ "words": ["much too long"] })),
                "words.0 must have at most 8 characters",
            ),
            (
                SHAPE,
                camera(json!({ "strokes": [{ "points": [[1]] }] })),
                "strokes.0.points.0 must have at least 2 entries",
            ),
            (
                SHAPE,
                camera(json!({ "background": { "blur": -1 } })),
                "background.blur must be at least 0",
            ),
            (
                SHAPE,
                camera(json!({ "weights": { "a": 2 } })),
                "weights.a must be at most 1",
            ),
            (
                SHAPE,
                camera(json!({ "resemblance": 4 })),
                "resemblance must be at most 3",
            ),
            (
                SHAPE,
                camera(json!({ "either": true })),
                "either must be text or a whole number",
            ),
            (BARE, json!({}), "upscale_by must be given"),
            (
                BARE,
                json!({ "upscale_by": "2", "mask": 1 }),
                "mask must be a picture",
            ),
            (
                "fal-ai/flux-pro/v1/fill",
                json!({}),
                "mask_url must be given",
            ),
        ];
        for (id, parameters, words) in table {
            let said = refusal(id, "dusk", 1, parameters).unwrap_or_default();
            assert!(
                said.contains(words),
                "{id} {parameters}: {said:?}, not {words:?}"
            );
        }
    }

    #[test]
    fn what_fits_passes() {
        let version = json!({ "version_id": "01890000-0000-7000-8000-000000000000" });
        for (id, parameters) in [
            (
                "made-up/every/number",
                json!({ "tint": "", "seed": "18446744073709551615", "size": null, "look_like": version }),
            ),
            (
                "made-up/every/number",
                json!({ "tint": "x", "size": { "width": 64, "height": 64 }, "steps": 8.0, "mask_image_url": null }),
            ),
            (
                "made-up/no-prompt",
                json!({ "upscale_by": "2", "reference_image_urls": [version, "https://example.com/x.png"] }),
            ),
            (
                "fal-ai/flux-pro/v1/fill",
                json!({ "mask_url": version, "seed": null, "something_new": 1 }),
            ),
        ] {
            assert_eq!(
                refusal(id, "dusk", 1, &parameters),
                None,
                "{id} {parameters}"
            );
        }
    }

    #[test]
    fn the_prompt_and_the_number_of_pictures_are_the_models_to_say() {
        let tint = json!({ "tint": "x" });
        for (id, prompt, pictures, parameters, words) in [
            ("made-up/every/number", "", 1, &tint, "the prompt is empty"),
            (
                "made-up/every/number",
                &*"x".repeat(201),
                1,
                &tint,
                "prompt must have at most 200 characters",
            ),
            (
                "made-up/every/number",
                "x",
                4,
                &tint,
                "pictures_to_change takes at most 3 pictures",
            ),
            (
                "fal-ai/flux-pro/kontext",
                "x",
                2,
                &json!({}),
                "image_url takes one picture",
            ),
        ] {
            let said = refusal(id, prompt, pictures, parameters).unwrap_or_default();
            assert!(said.contains(words), "{said:?}, not {words:?}");
        }
        assert_eq!(refusal("made-up/every/number", "x", 3, &tint), None);
        assert_eq!(
            refusal("fal-ai/bytedance/seedream/v4/edit", "", 10, &json!({})),
            None
        );
    }
}
