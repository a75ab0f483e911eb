//! Models and their forms on their way out.

use overpaint_core::library::{FoundModels as CoreFound, ModelForm as CoreModelForm, OfferedModel};
use overpaint_core::model::{
    Field as CoreField, Form, InputRule as CoreInputRule, Kind, PromptRule as CorePromptRule, Range,
};

use super::moment;
use crate::model::{
    Field, FieldKind, FoundModels, InputRule, Model, ModelForm, PromptRule, UnitPrice,
};
use crate::problem::Problem;

impl From<OfferedModel> for Model {
    fn from(model: OfferedModel) -> Self {
        Self {
            id: model.id,
            name: model.name,
            provider: model.provider.name().to_owned(),
            hint: model.hint,
            ready: model.ready,
            category: model.category,
            favourite: model.favourite,
            used_at: model.used_at.map(moment),
            max_inputs: model.max_inputs,
            takes_references: model.takes_references,
            takes_mask: model.takes_mask,
            price: model.price.map(|(each, unit)| UnitPrice {
                amount: each.usd(),
                unit,
            }),
        }
    }
}

impl From<CoreFound> for FoundModels {
    fn from(found: CoreFound) -> Self {
        Self {
            models: found.models.into_iter().map(Into::into).collect(),
            more: found.more,
            listed: found.listed,
            listed_at: found.listed_at.map(moment),
            refreshing: found.refreshing,
            problem: found
                .problem
                .map(|failure| Problem::of_failure(&failure, None)),
        }
    }
}

impl From<CoreModelForm> for ModelForm {
    fn from(form: CoreModelForm) -> Self {
        let CoreModelForm {
            model,
            form:
                Form {
                    known,
                    fields,
                    prompt,
                    inputs,
                },
            values,
            schema_at,
            problem,
        } = form;
        Self {
            model: model.into(),
            known,
            fields: fields.into_iter().map(Into::into).collect(),
            prompt: prompt.into(),
            inputs: inputs.into(),
            values,
            schema_at: schema_at.map(moment),
            problem: problem.map(|failure| Problem::of_failure(&failure, None)),
        }
    }
}

impl From<CorePromptRule> for PromptRule {
    fn from(rule: CorePromptRule) -> Self {
        let CorePromptRule {
            taken,
            required,
            max_length,
        } = rule;
        Self {
            taken,
            required,
            max_length,
        }
    }
}

impl From<CoreInputRule> for InputRule {
    fn from(rule: CoreInputRule) -> Self {
        let CoreInputRule { min, max } = rule;
        Self { min, max }
    }
}

impl From<CoreField> for Field {
    fn from(field: CoreField) -> Self {
        Self {
            name: field.name,
            title: field.title,
            help: field.help,
            required: field.required,
            nullable: field.nullable,
            default: field.default,
            kind: field.kind.into(),
        }
    }
}

impl From<Kind> for FieldKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Switch => Self::Switch,
            Kind::Integer(Range { min, max, step }) => Self::Integer { min, max, step },
            Kind::Number(Range { min, max, step }) => Self::Number { min, max, step },
            Kind::Text {
                min_length,
                max_length,
            } => Self::Text {
                min_length,
                max_length,
            },
            Kind::Choice(options) => Self::Choice { options },
            Kind::Size {
                presets,
                custom,
                min,
                max,
            } => Self::Size {
                presets,
                custom,
                min,
                max,
            },
            Kind::Image => Self::Image,
            Kind::Images { min, max } => Self::Images { min, max },
            Kind::Json(schema) => Self::Json { schema },
        }
    }
}
