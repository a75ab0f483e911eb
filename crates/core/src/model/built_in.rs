//! What a first start knows without a network: one data file, which the simulated fal reads too.

use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use serde_json::Value;

use super::Spec;

/// A model that Overpaint comes with.
#[derive(Debug)]
pub struct BuiltIn {
    /// Endpoint id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it is good for, in one line.
    pub hint: String,
    /// fal's category.
    pub category: String,
    /// What it cost when the file was written.
    pub price: Option<BuiltInPrice>,
    /// What its parameters were; only the first eight models have one.
    pub spec: Option<Arc<Spec>>,
}

/// A price as it was known when the file was written (fal-contract 8): a live one goes before it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BuiltInPrice {
    /// What is counted, in fal's words: `images`, `megapixels`, `processed megapixels` (in and out), `tokens`.
    pub unit: String,
    /// Dollars for one.
    pub unit_price: f64,
    /// Dollars for the first one, where it has a price of its own.
    pub first_unit_price: Option<f64>,
    /// Dollars for each picture that goes in beyond the first.
    pub extra_input: Option<f64>,
    /// What parameters change.
    #[serde(default)]
    pub surcharges: Vec<Surcharge>,
    /// When it was so: a year, a month or a day.
    pub as_of: String,
}

/// A value of a parameter that makes each result dearer, or cheaper. fal's own price list tells only what a unit costs, so this rule goes
/// for a live price too.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Surcharge {
    /// The parameter's name.
    pub parameter: String,
    /// The value that costs more.
    pub value: Value,
    /// In words, after the price: `4K`.
    pub said: String,
    /// The unit's price is multiplied by this.
    #[serde(default = "once")]
    pub times: f64,
    /// Dollars that are added for each result, after that.
    #[serde(default)]
    pub plus: f64,
}

fn once() -> f64 {
    1.0
}

/// The models that Overpaint comes with, the default first, those with a schema before the others.
#[must_use]
pub fn built_in() -> &'static [BuiltIn] {
    static READ: LazyLock<Vec<BuiltIn>> = LazyLock::new(|| {
        let file: File = serde_json::from_str(include_str!("../../../../models/built-in.json"))
            .unwrap_or_else(|_| File { models: Vec::new() });
        file.models.into_iter().map(BuiltIn::from).collect()
    });
    &READ
}

impl BuiltIn {
    /// The one of that id.
    #[must_use]
    pub fn of(id: &str) -> Option<&'static Self> {
        built_in().iter().find(|model| model.id == id)
    }
}

#[derive(Deserialize)]
struct File {
    models: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    name: String,
    hint: String,
    category: String,
    price: Option<BuiltInPrice>,
    openapi: Option<Value>,
}

impl From<Row> for BuiltIn {
    fn from(row: Row) -> Self {
        Self {
            spec: row.openapi.as_ref().and_then(Spec::read).map(Arc::new),
            id: row.id,
            name: row.name,
            hint: row.hint,
            category: row.category,
            price: row.price,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SEEDREAM_4, is_model_id};

    #[test]
    fn the_file_is_read_whole() {
        let all = built_in();
        assert!(all.len() > 50 && all.iter().all(|model| is_model_id(&model.id)));
        assert_eq!(all[0].id, SEEDREAM_4);
        let with_form: Vec<_> = all
            .iter()
            .take_while(|model| model.spec.is_some())
            .collect();
        assert_eq!(with_form.len(), 8);
        assert!(with_form.iter().all(|model| model.price.is_some()));
        assert!(all.iter().skip(8).all(|model| model.spec.is_none()));
    }
}
