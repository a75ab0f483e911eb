//! Models: what can be run, found, and filled in.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::problem::Problem;

/// What can be run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Model {
    /// Endpoint id, for example `fal-ai/bytedance/seedream/v4/edit`, or `demo`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// `fal` or `demo`.
    pub provider: String,
    /// One line: what it is good for.
    pub hint: String,
    /// False while it lacks something (a key), which `hint` does not say.
    pub ready: bool,
    /// fal's category, for example `image-to-image`; none where it is not known.
    pub category: Option<String>,
    /// The person marked it.
    pub favourite: bool,
    /// When it was run last, RFC 3339 in UTC.
    pub used_at: Option<String>,
    /// Most pictures it takes, the edited one included; none where it is not known.
    pub max_inputs: Option<u32>,
    /// Whether it takes other pictures beside the edited one, however many; none where it is not known.
    pub takes_references: Option<bool>,
    /// Whether it takes a mask of its own; none where it is not known.
    pub takes_mask: Option<bool>,
    /// What one unit costs, where that is known and the unit can be counted before.
    pub price: Option<UnitPrice>,
}

/// What fal asks for one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct UnitPrice {
    /// US dollars.
    pub amount: f64,
    /// fal's word: `images`, `megapixels`, `processed megapixels` (in and out), …
    pub unit: String,
}

/// Words to find models by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchModels {
    /// Parts of names, ids or hints, all of which must be there; empty: every model.
    pub words: String,
}

/// What was found in fal's list, as it was last read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct FoundModels {
    /// The best matches, at most 50. Where the words are themselves an endpoint id that nobody lists, it is among them.
    pub models: Vec<Model>,
    /// How many more match.
    pub more: u32,
    /// How many models the list has.
    pub listed: u32,
    /// When the list was read, RFC 3339 in UTC; none: never, only the built-in models are known.
    pub listed_at: Option<String>,
    /// It is being read again.
    pub refreshing: bool,
    /// Why it could not be read the last time.
    pub problem: Option<Problem>,
}

/// A model's form: everything the window draws is said here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ModelForm {
    /// The model.
    pub model: Model,
    /// False: its schema is not known (yet), parameters are typed as JSON.
    pub known: bool,
    /// Its parameters in fal's order, without the prompt and the edited pictures.
    pub fields: Vec<Field>,
    /// Whether it takes a prompt, and whether it must have one.
    pub prompt: PromptRule,
    /// How many pictures it takes.
    pub inputs: InputRule,
    /// What was set the last time: only what differs from the defaults.
    pub values: Map<String, Value>,
    /// When the schema was read, RFC 3339 in UTC; none: it came with Overpaint.
    pub schema_at: Option<String>,
    /// Why nothing is known of it, where fal could not be asked just now.
    pub problem: Option<Problem>,
}

/// How a model takes its prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PromptRule {
    /// False: it has none.
    pub taken: bool,
    /// It must not be empty.
    pub required: bool,
    /// Most characters.
    pub max_length: Option<u32>,
}

/// How many pictures a model takes, the edited one included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct InputRule {
    /// At least; 1 for every edit.
    pub min: u32,
    /// At most; none: not said.
    pub max: Option<u32>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
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
    pub kind: FieldKind,
}

/// What a parameter can be. A picture is `{"version_id": "…"}`, or an https URL as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FieldKind {
    /// True or false.
    Switch,
    /// A whole number; of 64 bits, so it may be given as text where JavaScript would round it.
    Integer {
        /// Least.
        min: Option<f64>,
        /// Most.
        max: Option<f64>,
        /// A multiple of it.
        step: Option<f64>,
    },
    /// Any number.
    Number {
        /// Least.
        min: Option<f64>,
        /// Most.
        max: Option<f64>,
        /// A multiple of it.
        step: Option<f64>,
    },
    /// Words.
    Text {
        /// Fewest characters.
        min_length: Option<u32>,
        /// Most characters.
        max_length: Option<u32>,
    },
    /// One of these.
    Choice {
        /// Strings or numbers.
        options: Vec<Value>,
    },
    /// A size: one of the presets, or `{"width": …, "height": …}`.
    Size {
        /// Names fal knows, for example `square_hd`.
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
    /// Anything else, typed as JSON and checked against the schema.
    Json {
        /// The schema of the value.
        schema: Value,
    },
}

/// Marks a model, or takes the mark away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SetFavourite {
    /// The model.
    pub id: String,
    /// Marked.
    pub favourite: bool,
}
