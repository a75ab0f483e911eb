//! What fal's description of an endpoint (fal-contract 7) says about its input: fields in order, and which of them Overpaint fills in itself.

use std::fmt;

use serde_json::{Map, Value, json};

use super::field::{Field, Kind};
use super::schema::{component, joined, translated};

/// Names under which models take their prompt; the first one a model has is it.
const PROMPTS: &[&str] = &[
    "prompt",
    "instruction",
    "instructions",
    "edit_instruction",
    "edit_prompt",
    "text_prompt",
];

/// Names under which models take how many pictures to make. Seedream makes up to `max_images` in each of `num_images` runs.
pub(crate) const COUNTS: &[&str] = &[
    "num_images",
    "max_images",
    "num_outputs",
    "number_of_images",
    "n",
    "batch_size",
];

/// How a result travels, inside the answer or as a link, is not for a person to choose: it changes nothing they would see, and a link can
/// be fetched again. Not in a form, though a program that sends it has its way.
const DELIVERY: &str = "sync_mode";

/// Parameters of a model that are drawn and looked at; one with more is not understood.
const FIELDS_MAX: usize = 200;

/// What a model takes.
#[derive(Clone)]
pub struct Spec {
    /// Every field in fal's order.
    pub(super) fields: Vec<Field>,
    /// The input as plain JSON Schema.
    pub(super) schema: Value,
    prompt: Option<String>,
    inputs: Option<Inputs>,
}

/// How a model takes the pictures that are edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// The field's name in the request.
    pub field: String,
    /// A list, or a single one.
    pub is_list: bool,
    /// At most; `None`: not said.
    pub max: Option<u32>,
    /// At least.
    pub min: u32,
}

/// What can be drawn of a model: everything but what Overpaint fills in.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// False: its parameters are not known.
    pub known: bool,
    /// Its parameters in fal's order.
    pub fields: Vec<Field>,
    /// Its prompt.
    pub prompt: PromptRule,
    /// Its pictures.
    pub inputs: InputRule,
}

/// How a model takes its prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromptRule {
    /// False: it has none.
    pub taken: bool,
    /// It must not be empty.
    pub required: bool,
    /// Most characters.
    pub max_length: Option<u32>,
}

/// How many pictures a model takes, the edited one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputRule {
    /// At least.
    pub min: u32,
    /// At most; `None`: not said.
    pub max: Option<u32>,
}

impl Spec {
    /// Reads an OpenAPI document of fal's form; `None` where no input can be found in it.
    #[must_use]
    pub fn read(document: &Value) -> Option<Self> {
        let components = document.pointer("/components/schemas")?.as_object()?;
        let input = input_of(document)?;
        let whole = match component(components, input) {
            Some(named) => joined(components, named),
            None => joined(components, input),
        };
        let properties = whole.get("properties")?.as_object()?;
        if properties.len() > FIELDS_MAX {
            return None;
        }
        let named = |key: &str| {
            whole
                .get(key)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
        };
        let ordered: Vec<&str> = named("x-fal-order-properties")
            .filter(|name| properties.contains_key(*name))
            .collect();
        let rest = properties
            .keys()
            .map(String::as_str)
            .filter(|name| !ordered.contains(name));
        let mut names: Vec<&str> = Vec::new();
        for name in ordered.iter().copied().chain(rest) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let is_old = |schema: &Value| schema.get("deprecated") == Some(&Value::Bool(true));
        let fields: Vec<Field> = names
            .into_iter()
            .filter_map(|name| properties.get(name).map(|schema| (name, schema)))
            .filter(|(name, schema)| !is_old(schema) || named("required").any(|it| it == *name))
            .map(|(name, schema)| {
                Field::read(
                    components,
                    name,
                    schema,
                    named("required").any(|it| it == name),
                )
            })
            .collect();
        let translated: Map<String, Value> = components
            .iter()
            .map(|(name, s)| (name.clone(), translated(s)))
            .collect();
        let mut schema = self::translated(input);
        if let Value::Object(schema) = &mut schema {
            schema.insert("components".to_owned(), json!({ "schemas": translated }));
        }
        Some(Self {
            prompt: prompt_of(&fields),
            inputs: inputs_of(&fields),
            fields,
            schema,
        })
    }

    /// Every field in fal's order, the prompt and the pictures among them.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Where the prompt goes; `None`: the model has none.
    #[must_use]
    pub fn prompt(&self) -> Option<&str> {
        self.prompt.as_deref()
    }

    /// Where the edited picture and the references go; `None`: the model takes no picture.
    #[must_use]
    pub fn inputs(&self) -> Option<&Inputs> {
        self.inputs.as_ref()
    }

    /// Where a mask goes; `None`: the model takes none.
    #[must_use]
    pub fn mask(&self) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.is_mask)
            .map(|field| field.name.as_str())
    }

    /// Where the seed goes.
    #[must_use]
    pub fn seed(&self) -> Option<&str> {
        self.field("seed")
            .filter(|seed| matches!(seed.kind, Kind::Integer(_)))
            .map(|seed| seed.name.as_str())
    }

    /// Its input as plain JSON Schema.
    pub(crate) fn schema(&self) -> &Value {
        &self.schema
    }

    /// Where the numbers of pictures go: so many times so many are made.
    pub(crate) fn counts(&self) -> impl Iterator<Item = &Field> {
        COUNTS
            .iter()
            .filter_map(|name| self.field(name))
            .filter(|count| matches!(count.kind, Kind::Integer(_)))
    }

    /// Where the size of what is made goes.
    pub(crate) fn size(&self) -> Option<&Field> {
        self.fields
            .iter()
            .find(|field| matches!(field.kind, Kind::Size { .. }))
    }

    /// What can be drawn.
    #[must_use]
    pub fn form(&self) -> Form {
        let ours = |name: &str| self.fills(name);
        let prompt = self.prompt.as_deref().and_then(|name| self.field(name));
        Form {
            known: true,
            fields: self
                .fields
                .iter()
                .filter(|field| !ours(&field.name) && field.name != DELIVERY)
                .cloned()
                .collect(),
            prompt: PromptRule {
                taken: prompt.is_some(),
                required: prompt.is_some_and(|prompt| prompt.required),
                max_length: prompt.and_then(|prompt| match prompt.kind {
                    Kind::Text { max_length, .. } => max_length,
                    _ => None,
                }),
            },
            inputs: self.input_rule(),
        }
    }

    /// How many pictures it takes. An edit always has one.
    #[must_use]
    pub fn input_rule(&self) -> InputRule {
        match &self.inputs {
            Some(inputs) => InputRule {
                min: inputs.min.max(1),
                max: inputs.max,
            },
            None => InputRule {
                min: 0,
                max: Some(0),
            },
        }
    }

    /// Whether Overpaint fills that field in from the edit itself.
    #[must_use]
    pub fn fills(&self, name: &str) -> bool {
        self.prompt.as_deref() == Some(name)
            || self
                .inputs
                .as_ref()
                .is_some_and(|inputs| inputs.field == name)
    }

    /// What is worth remembering of an edit's parameters: what was changed, and no picture, which belongs to that edit alone.
    #[must_use]
    pub fn remembered(&self, parameters: &Map<String, Value>) -> Map<String, Value> {
        let kept = |(name, value): &(&String, &Value)| {
            self.field(name).is_some_and(|field| {
                !matches!(field.kind, Kind::Image | Kind::Images { .. })
                    && !field.is_default(&field.plain(value))
            })
        };
        parameters
            .iter()
            .filter(kept)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

impl Form {
    /// Of a model nobody knows anything of: it is taken to have what most have.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            known: false,
            fields: Vec::new(),
            prompt: PromptRule {
                taken: true,
                required: false,
                max_length: None,
            },
            inputs: InputRule { min: 1, max: None },
        }
    }

    /// Of the demo engine.
    #[must_use]
    pub fn demo() -> Self {
        Self {
            known: true,
            fields: Vec::new(),
            prompt: PromptRule {
                taken: true,
                required: true,
                max_length: None,
            },
            inputs: InputRule {
                min: 1,
                max: Some(1),
            },
        }
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        f.debug_struct("Spec")
            .field("fields", &names)
            .finish_non_exhaustive()
    }
}

/// The schema of the POST's body.
fn input_of(document: &Value) -> Option<&Value> {
    let paths = document.get("paths")?.as_object()?;
    paths
        .values()
        .find_map(|item| item.pointer("/post/requestBody/content/application~1json/schema"))
}

fn prompt_of(fields: &[Field]) -> Option<String> {
    PROMPTS
        .iter()
        .filter_map(|name| fields.iter().find(|field| field.name == *name))
        .find(|field| matches!(field.kind, Kind::Text { .. }))
        .map(|field| field.name.clone())
}

/// Of several picture fields the one that must be given; of those the plainly named one; then the first.
fn inputs_of(fields: &[Field]) -> Option<Inputs> {
    let plain = ["image_urls", "image_url"];
    let rank = |field: &&Field| {
        let at = plain
            .iter()
            .position(|name| field.name == *name)
            .unwrap_or(plain.len());
        (!field.required, at)
    };
    let pictures = fields
        .iter()
        .filter(|field| !field.is_mask && matches!(field.kind, Kind::Image | Kind::Images { .. }));
    let main = pictures.min_by_key(rank)?;
    let (is_list, min, max) = match main.kind {
        Kind::Images { min, max } => (true, min.unwrap_or(0), max),
        _ => (false, 0, Some(1)),
    };
    Some(Inputs {
        field: main.name.clone(),
        is_list,
        max,
        min,
    })
}
