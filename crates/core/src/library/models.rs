//! Models: offered, found, marked, and their forms. What comes with Overpaint is there at once; what fal says now replaces it (`refresh`).

mod refresh;

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Library;
use crate::clock::Moment;
use crate::error::{Error, Failure};
use crate::event::Event;
use crate::job::Edit;
use crate::model::{self, BuiltIn, DEMO, Form, ModelId, Provider, Spec, built_in, is_model_id};
use crate::money::Money;
use crate::money::estimate::{Price, built_in_rate};
use crate::store::ModelRow;

pub(super) use refresh::{Catalogue, follow_refusals};

/// Models that a search answers with at most.
const FOUND_MAX: usize = 50;

/// Models used lately that are offered beside the built-in ones.
const RECENT_MAX: usize = 12;

/// A model as a host offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedModel {
    /// Endpoint id, or `demo`.
    pub id: ModelId,
    /// Name for people.
    pub name: String,
    /// What it is good for.
    pub hint: String,
    /// Who runs it.
    pub provider: Provider,
    /// False while it lacks a key.
    pub ready: bool,
    /// fal's category, where it is known.
    pub category: Option<String>,
    /// The person marked it.
    pub favourite: bool,
    /// When it was run last.
    pub used_at: Option<Moment>,
    /// Most pictures it takes, the edited one included; `None` where that is not known.
    pub max_inputs: Option<u32>,
    /// Whether it takes other pictures beside the edited one, however many; `None` where that is not known.
    pub takes_references: Option<bool>,
    /// Whether it takes a mask of its own; `None` where that is not known.
    pub takes_mask: Option<bool>,
    /// What one unit costs, and what a unit is in fal's word; `None` where that is not known, or tells nobody anything (a second, a token).
    pub price: Option<(Money, String)>,
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct FoundModels {
    /// The best matches.
    pub models: Vec<OfferedModel>,
    /// How many more there are.
    pub more: u32,
    /// How many models fal's list has, as it was last read.
    pub listed: u32,
    /// When that was; `None`: never.
    pub listed_at: Option<Moment>,
    /// It is being read again.
    pub refreshing: bool,
    /// Why it could not be read the last time.
    pub problem: Option<Failure>,
}

/// What is drawn for a model.
#[derive(Debug, Clone)]
pub struct ModelForm {
    /// The model.
    pub model: OfferedModel,
    /// Its fields.
    pub form: Form,
    /// What was set the last time.
    pub values: Map<String, Value>,
    /// When fal said what its fields are; `None`: it came with Overpaint, or is not known.
    pub schema_at: Option<Moment>,
    /// Why nothing is known of it, where fal could not be asked just now.
    pub problem: Option<Failure>,
}

impl Library {
    /// The models to choose from: the demo engine, the one the settings name, the built-in ones, favourites and those used lately.
    /// Where there is a key, a list of fal's that is old is read again meanwhile.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn models(&self) -> Result<Vec<OfferedModel>, Error> {
        let shelf = self.shelf().await?;
        if shelf.ready {
            self.refresh_list_if_old(shelf.listed_at());
        }
        let chosen = self.settings().model;
        let with_form = built_in().iter().filter(|model| model.spec.is_some());
        let mut ids: Vec<&str> = vec![DEMO, &chosen];
        ids.extend(with_form.map(|model| model.id.as_str()));
        let mut own: Vec<&ModelRow> = shelf
            .rows
            .values()
            .filter(|row| row.favourite || row.used_at.is_some())
            .collect();
        own.sort_by(|a, b| (b.favourite, b.used_at, &a.id).cmp(&(a.favourite, a.used_at, &b.id)));
        let marked = own.iter().filter(|row| row.favourite).count();
        ids.extend(
            own.iter()
                .take(marked + RECENT_MAX)
                .map(|row| row.id.as_str()),
        );
        let mut offered: Vec<OfferedModel> = Vec::new();
        for id in ids {
            if offered.iter().all(|known| known.id != id) {
                offered.push(shelf.offer(id));
            }
        }
        // The built-in models in their own order; the settings' one stands among them where it is one.
        if BuiltIn::of(&chosen).is_some_and(|model| model.spec.is_some()) {
            let place =
                |model: &OfferedModel| built_in().iter().position(|known| known.id == model.id);
            offered[1..].sort_by_key(|model| place(model).unwrap_or(usize::MAX));
        }
        Ok(offered)
    }

    /// Looks for models that have all these words in their name, id, hint or category; the best first. A pasted endpoint id, or an address of
    /// fal's with one, is offered even if nobody lists it. A list that is old is read again meanwhile.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn search_models(&self, words: &str) -> Result<FoundModels, Error> {
        let shelf = self.shelf().await?;
        self.refresh_list_if_old(shelf.listed_at());
        Ok(self.found(&shelf, words))
    }

    /// Reads fal's list again, now.
    ///
    /// # Errors
    /// [`Error::Database`]. That fal could not be asked is in the answer.
    pub async fn refresh_models(&self) -> Result<FoundModels, Error> {
        self.refresh_list().await;
        Ok(self.found(&self.shelf().await?, ""))
    }

    /// What is drawn for a model. One that nothing is known of is asked for; one whose description is old is read again meanwhile.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what cannot be a model, [`Error::Database`].
    pub async fn model_form(&self, id: &str) -> Result<ModelForm, Error> {
        let id = self.canonical(id)?;
        let asked = match id != DEMO && self.is_on_fal() {
            true => self.refresh_schema_if_old(&id).await?,
            false => None,
        };
        let form = match self.spec_of(&id).await? {
            Some(spec) => spec.form(),
            None if id == DEMO => Form::demo(),
            None => Form::unknown(),
        };
        let row = self.0.store.model_row(&id).await?;
        Ok(ModelForm {
            values: self.0.store.model_values(&id).await?,
            schema_at: row.schema_at.filter(|_| form.known),
            model: self.shelf_of(row).await.offer(&id),
            problem: asked.filter(|_| !form.known),
            form,
        })
    }

    /// Marks a model, or takes the mark away.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what cannot be a model, [`Error::Database`].
    pub async fn set_favourite(&self, id: &str, favourite: bool) -> Result<OfferedModel, Error> {
        let id = self.canonical(id)?;
        self.0.store.set_favourite(&id, favourite).await?;
        let _ = self.0.events.send(Event::Models);
        let row = self.0.store.model_row(&id).await?;
        Ok(self.shelf_of(row).await.offer(&id))
    }

    /// What the model takes, where fal runs it: other endpoints have no schema that could be known.
    pub(crate) async fn spec_of(&self, model: &str) -> Result<Option<std::sync::Arc<Spec>>, Error> {
        match model != DEMO && self.is_on_fal() {
            true => self.0.store.spec(model).await,
            false => Ok(None),
        }
    }

    /// A person ran a model: it is offered, with what they set, the next time. Not worth failing an edit for.
    pub(super) async fn remember(&self, edit: &Edit, spec: Option<&Spec>) {
        let values = match spec {
            Some(spec) => spec.remembered(&edit.parameters.0),
            None => edit.parameters.0.clone(),
        };
        let id = if self.is_on_fal() {
            model::on_fal(&edit.model)
        } else {
            &edit.model
        };
        match self
            .0
            .store
            .remember_model(id, &values, self.0.clock.now())
            .await
        {
            Ok(()) => drop(self.0.events.send(Event::Models)),
            Err(error) => tracing::warn!(%error, "what was set could not be remembered"),
        }
    }

    fn canonical(&self, id: &str) -> Result<ModelId, Error> {
        if id != DEMO && !is_model_id(id) {
            let id = id.chars().take(64).collect();
            return Err(Error::NotFound { what: "model", id });
        }
        Ok(match self.is_on_fal() {
            true => model::on_fal(id).to_owned(),
            false => id.trim_matches('/').to_owned(),
        })
    }

    async fn shelf(&self) -> Result<Shelf, Error> {
        let rows = self.0.store.model_rows().await?;
        Ok(Shelf {
            rows: rows.into_iter().map(|row| (row.id.clone(), row)).collect(),
            ready: self.key_state().await.source.is_some(),
        })
    }

    async fn shelf_of(&self, row: ModelRow) -> Shelf {
        Shelf {
            rows: HashMap::from([(row.id.clone(), row)]),
            ready: self.key_state().await.source.is_some(),
        }
    }

    fn found(&self, shelf: &Shelf, words: &str) -> FoundModels {
        let mut models = shelf.search(words);
        if let Some(id) =
            model::pasted(words).filter(|id| models.iter().all(|model| model.id != *id))
        {
            models.insert(0, shelf.offer(&id));
        }
        let more = models.len().saturating_sub(FOUND_MAX);
        models.truncate(FOUND_MAX);
        let (refreshing, problem) = self.0.catalogue.state();
        let listed = shelf
            .rows
            .values()
            .filter(|row| row.listed_at.is_some())
            .count();
        FoundModels {
            models,
            more: u32::try_from(more).unwrap_or(u32::MAX),
            listed: u32::try_from(listed).unwrap_or(u32::MAX),
            listed_at: shelf.listed_at(),
            refreshing,
            problem,
        }
    }
}

/// Everything that is known of models at one moment.
struct Shelf {
    rows: HashMap<ModelId, ModelRow>,
    ready: bool,
}

impl Shelf {
    fn listed_at(&self) -> Option<Moment> {
        self.rows.values().filter_map(|row| row.listed_at).max()
    }

    fn offer(&self, id: &str) -> OfferedModel {
        let none = ModelRow::default();
        let (row, known) = (self.rows.get(id).unwrap_or(&none), BuiltIn::of(id));
        let spec = known
            .and_then(|known| known.spec.as_deref())
            .filter(|_| row.schema_at.is_none());
        let is_demo = id == DEMO;
        let hint = match known {
            _ if is_demo => Some("Simple colour and shape edits on this computer, no AI"),
            Some(known) => Some(known.hint.as_str()),
            None => row.hint.as_deref(),
        };
        let name = match known {
            _ if is_demo => Some("Demo engine"),
            Some(known) => Some(known.name.as_str()),
            None => row.name.as_deref(),
        };
        let inputs_known = spec.is_some() || row.schema_at.is_some();
        let max_inputs = spec.map_or(row.max_inputs, |spec| spec.input_rule().max);
        let price = match &row.unit {
            Some(unit) => Price {
                unit: Some(unit.clone()),
                unit_price: row.unit_price,
                history: None,
            },
            None => known
                .and_then(|known| known.price.as_ref())
                .map_or_else(Price::default, built_in_rate),
        };
        OfferedModel {
            id: id.to_owned(),
            name: name.unwrap_or(id).to_owned(),
            hint: hint
                .unwrap_or("A model of fal's that no list describes")
                .to_owned(),
            provider: Provider::of(id),
            ready: self.ready || is_demo,
            category: row
                .category
                .clone()
                .or_else(|| known.map(|known| known.category.clone())),
            favourite: row.favourite,
            used_at: row.used_at,
            max_inputs: if is_demo { Some(1) } else { max_inputs },
            takes_references: if is_demo {
                Some(false)
            } else {
                inputs_known.then_some(max_inputs.is_none_or(|most| most > 1))
            },
            takes_mask: if is_demo {
                Some(false)
            } else {
                spec.map_or(row.takes_mask, |spec| Some(spec.mask().is_some()))
            },
            price: price.rate(),
        }
    }

    /// Every model with all of these words. Marked ones first, then those used lately, then by where the words stand and as they are built in.
    fn search(&self, words: &str) -> Vec<OfferedModel> {
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        let others = self
            .rows
            .keys()
            .filter(|id| BuiltIn::of(id).is_none() && *id != DEMO);
        let mut others: Vec<&str> = others.map(String::as_str).collect();
        others.sort_unstable();
        let built_in = built_in().iter().map(|model| model.id.as_str());
        let ids = [DEMO].into_iter().chain(built_in).chain(others);
        let mut found: Vec<(bool, OfferedModel)> = ids
            .map(|id| self.offer(id))
            .filter_map(|model| {
                let title = format!("{} {}", model.name, model.id).to_lowercase();
                let rest = format!(
                    "{} {}",
                    model.hint,
                    model.category.as_deref().unwrap_or_default()
                )
                .to_lowercase();
                let has = |word: &String| title.contains(word) || rest.contains(word);
                let in_title = words.iter().all(|word| title.contains(word));
                words.iter().all(has).then_some((in_title, model))
            })
            .collect();
        found.sort_by_key(|(in_title, model)| {
            (
                !model.favourite,
                !in_title,
                std::cmp::Reverse(model.used_at),
            )
        });
        found.into_iter().map(|(_, model)| model).collect()
    }
}
