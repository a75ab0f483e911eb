//! What one parameter can be, so that it can be drawn: a switch, a number, words, a choice, a size, pictures. What is none of them is JSON.

use serde_json::{Map, Value};

use super::picture_name::{Holds, holds};
use super::schema::{alternatives, joined, written_out};

/// One parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name in the request.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What fal says about it.
    pub help: Option<String>,
    /// It must be given.
    pub required: bool,
    /// It may be null.
    pub nullable: bool,
    /// fal's default: what is not sent.
    pub default: Option<Value>,
    /// What it can be.
    pub kind: Kind,
    /// It says where a picture may change.
    pub(super) is_mask: bool,
}

/// What a parameter can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// True or false.
    Switch,
    /// A whole number.
    Integer(Range),
    /// Any number.
    Number(Range),
    /// Words.
    Text {
        /// Fewest characters.
        min_length: Option<u32>,
        /// Most characters.
        max_length: Option<u32>,
    },
    /// One of these strings or numbers.
    Choice(Vec<Value>),
    /// A preset, or a width and a height.
    Size {
        /// Names fal knows.
        presets: Vec<String>,
        /// Whether a width and a height may be given.
        custom: bool,
        /// Least pixels of a side.
        min: Option<u32>,
        /// Most pixels of a side.
        max: Option<u32>,
    },
    /// One picture.
    Image,
    /// Several pictures.
    Images {
        /// Fewest.
        min: Option<u32>,
        /// Most.
        max: Option<u32>,
    },
    /// Anything else, with its schema.
    Json(Value),
}

/// What a number can be.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Range {
    /// Least.
    pub min: Option<f64>,
    /// Most.
    pub max: Option<f64>,
    /// A multiple of it.
    pub step: Option<f64>,
}

impl Field {
    /// The parameter of that name in the schema's words.
    pub(super) fn read(
        components: &Map<String, Value>,
        name: &str,
        schema: &Value,
        required: bool,
    ) -> Self {
        let whole = joined(components, schema);
        let text = |key: &str| {
            whole
                .get(key)
                .and_then(Value::as_str)
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        let (branches, nullable) = alternatives(components, schema);
        let (kind, is_mask) = kind(components, name, &branches)
            .unwrap_or_else(|| (Kind::Json(written_out(components, schema)), false));
        Self {
            name: name.to_owned(),
            title: text("title").map_or_else(|| name.replace('_', " "), |title| cut(title, 120)),
            help: text("description").map(|help| cut(help, 2000)),
            required,
            nullable,
            default: whole
                .get("default")
                .filter(|default| !default.is_null())
                .cloned(),
            kind,
            is_mask,
        }
    }

    /// Whether the value is what fal takes when nothing is said.
    pub(crate) fn is_default(&self, value: &Value) -> bool {
        match &self.default {
            Some(default) => same(default, value),
            None => value.is_null(),
        }
    }

    /// The value as it is sent: whole numbers may come as text, because JavaScript would round those of 64 bits, and as 4.0.
    pub(crate) fn plain(&self, value: &Value) -> Value {
        let whole = match (&self.kind, value) {
            (Kind::Integer(_), Value::String(text)) => text
                .parse::<u64>()
                .map(Value::from)
                .or_else(|_| text.parse::<i64>().map(Value::from))
                .ok(),
            (Kind::Integer(_), Value::Number(number)) => number
                .as_f64()
                .filter(|_| number.is_f64())
                .and_then(whole)
                .map(Value::from),
            _ => None,
        };
        whole.unwrap_or_else(|| value.clone())
    }
}

fn kind(
    components: &Map<String, Value>,
    name: &str,
    branches: &[Map<String, Value>],
) -> Option<(Kind, bool)> {
    let plain = |kind| Some((kind, false));
    if let Some(size) = size(components, branches) {
        return plain(size);
    }
    let options: Vec<Value> = branches.iter().filter_map(options).flatten().collect();
    if !options.is_empty() && branches.iter().all(|branch| options_of(branch).is_some()) {
        return plain(Kind::Choice(options));
    }
    let [schema] = branches else {
        return None;
    };
    match schema.get("type").and_then(Value::as_str)? {
        "boolean" => plain(Kind::Switch),
        "integer" => plain(Kind::Integer(range(schema, 1.0))),
        "number" => plain(Kind::Number(range(schema, 0.0))),
        "string" => match holds(name, schema) {
            Holds::Words => plain(Kind::Text {
                min_length: count(schema, "minLength"),
                max_length: count(schema, "maxLength"),
            }),
            held => Some((Kind::Image, held == Holds::Mask)),
        },
        "array" => {
            let (items, _) = alternatives(components, schema.get("items")?);
            let is_text = matches!(items.as_slice(), [one] if one.get("type").is_some_and(|t| t == "string") && !one.contains_key("enum"));
            let held = items.first().map(|item| {
                let mut words = item.clone();
                words.extend(
                    schema
                        .iter()
                        .map(|(key, value)| (key.clone(), value.clone())),
                );
                holds(name, &words)
            });
            (is_text && held.is_some_and(|held| held != Holds::Words)).then(|| {
                let (min, max) = (count(schema, "minItems"), count(schema, "maxItems"));
                (Kind::Images { min, max }, false)
            })
        }
        _ => None,
    }
}

/// A width and a height, alone or beside names.
fn size(components: &Map<String, Value>, branches: &[Map<String, Value>]) -> Option<Kind> {
    let sides = |branch: &Map<String, Value>| -> Option<Range> {
        let properties = branch.get("properties")?.as_object()?;
        let (width, height) = (properties.get("width")?, properties.get("height")?);
        (properties.len() == 2 && joined(components, height).get("type")? == "integer")
            .then(|| range(&joined(components, width), 1.0))
    };
    let mut custom = branches.iter().filter_map(sides);
    let range = custom.next()?;
    let presets: Option<Vec<Vec<Value>>> = branches
        .iter()
        .filter(|branch| sides(branch).is_none())
        .map(options)
        .collect();
    let presets = presets?
        .into_iter()
        .flatten()
        .map(|preset| preset.as_str().map(str::to_owned));
    Some(Kind::Size {
        presets: presets.collect::<Option<_>>()?,
        custom: true,
        min: range.min.and_then(whole),
        max: range.max.and_then(whole),
    })
}

fn options(branch: &Map<String, Value>) -> Option<Vec<Value>> {
    options_of(branch).map(<[Value]>::to_vec)
}

/// The strings and numbers a branch is limited to.
fn options_of(branch: &Map<String, Value>) -> Option<&[Value]> {
    let options = match (branch.get("enum"), branch.get("const")) {
        (Some(Value::Array(options)), _) => options.as_slice(),
        (_, Some(only)) => std::slice::from_ref(only),
        _ => return None,
    };
    let drawn = options
        .iter()
        .all(|option| option.is_string() || option.is_number());
    (drawn && !options.is_empty()).then_some(options)
}

/// Bounds; an excluded one is moved by `apart`, the distance of two values, where there is one.
fn range(schema: &Map<String, Value>, apart: f64) -> Range {
    let number = |key: &str| schema.get(key).and_then(Value::as_f64);
    let excluded = |bound: &str, key: &str, by: f64| match schema.get(key) {
        Some(Value::Bool(true)) => number(bound).map(|at| at + by),
        Some(Value::Number(_)) => number(key).map(|at| at + by),
        _ => number(bound),
    };
    Range {
        min: excluded("minimum", "exclusiveMinimum", apart),
        max: excluded("maximum", "exclusiveMaximum", -apart),
        step: number("multipleOf").filter(|step| *step > 0.0),
    }
}

fn count(schema: &Map<String, Value>, key: &str) -> Option<u32> {
    schema
        .get(key)
        .and_then(Value::as_u64)
        .map(|count| u32::try_from(count).unwrap_or(u32::MAX))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked on the line before"
)]
fn whole(number: f64) -> Option<u32> {
    let is_whole = (0.0..=f64::from(u32::MAX)).contains(&number) && number.fract() == 0.0;
    is_whole.then_some(number as u32)
}

/// Equal as JSON, where 1 and 1.0 are the same number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || (!(a.is_u64() && b.is_u64()) && a.as_f64() == b.as_f64())
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => a == b,
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
