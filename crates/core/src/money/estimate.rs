//! What an edit will cost, from what is known of its model's price and from the wish itself. Pure.
//!
//! A price for a picture or a megapixel wins, unless it is one of fal's placeholders (fal-contract 7: some endpoints say 0.00017 a compute
//! second and bill by the picture); then what such calls cost on average; else nobody knows, and that is said.

use serde_json::Value;

use super::{Basis, Estimate, Money};
use crate::job::Parameters;
use crate::model::{BuiltInPrice, COUNTS, Spec, Surcharge};

/// Below that a unit's price is a placeholder: no model makes a picture, or a megapixel of one, for a twentieth of a cent.
const PLACEHOLDER_BELOW: Money = Money(500);

/// Most megapixels of a result whose size nobody named: an edit is as large as its input, but models make no more of their own accord.
const LARGEST_UNASKED: f64 = 4.0;

/// What is known of a model's price.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Price {
    /// What fal counts, in its word.
    pub(crate) unit: Option<String>,
    /// What one of them costs.
    pub(crate) unit_price: Option<Money>,
    /// What a call cost on average.
    pub(crate) history: Option<Money>,
}

/// What of a wish its price depends on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Facts {
    /// Pictures that are asked for, at most.
    pub(crate) images: u32,
    /// Width and height of each picture that goes in.
    pub(crate) inputs: Vec<(u32, u32)>,
    /// Width and height of a result, where the wish names it.
    pub(crate) output: Option<(u32, u32)>,
    /// What its parameters change in the price of each result.
    pub(crate) surcharges: Vec<Surcharge>,
}

impl Facts {
    /// Reads them from the parameters, as they will be sent: with the schema's defaults where nothing is set. Without a schema the names are
    /// taken that most of fal's models share (fal-contract 6.1).
    pub(crate) fn of(
        parameters: &Parameters,
        inputs: Vec<(u32, u32)>,
        spec: Option<&Spec>,
        rule: Option<&BuiltInPrice>,
    ) -> Self {
        let value = |name: &str| {
            let set = parameters.0.get(name).filter(|value| !value.is_null());
            set.or_else(|| spec?.field(name)?.default.as_ref())
        };
        let counts: Vec<&str> = match spec {
            Some(spec) => spec.counts().map(|field| field.name.as_str()).collect(),
            None => COUNTS.to_vec(),
        };
        let images = counts
            .into_iter()
            .filter_map(|name| whole(value(name)?))
            .fold(1, |images: u64, n| images.saturating_mul(n.clamp(1, 100)));
        let output = spec
            .and_then(Spec::size)
            .map_or("image_size", |field| field.name.as_str());
        Self {
            images: u32::try_from(images.min(10_000)).unwrap_or(u32::MAX),
            inputs,
            output: value(output).and_then(size),
            surcharges: rule
                .into_iter()
                .flat_map(|rule| &rule.surcharges)
                .filter(|it| value(&it.parameter) == Some(&it.value))
                .cloned()
                .collect(),
        }
    }

    fn megapixels_in(&self) -> f64 {
        self.inputs.iter().copied().map(megapixels).sum()
    }

    /// Of one result.
    fn megapixels_each(&self) -> f64 {
        let unasked = || {
            let first = self.inputs.first().copied().map(megapixels);
            first.map_or(1.0, |like_input| like_input.min(LARGEST_UNASKED))
        };
        self.output.map_or_else(unasked, megapixels)
    }

    /// Of all results together, begun ones of each counted whole.
    fn whole_megapixels_out(&self) -> f64 {
        f64::from(self.images) * self.megapixels_each().ceil()
    }

    /// Of everything that goes in and comes out.
    fn megapixels_processed(&self) -> f64 {
        self.megapixels_in() + f64::from(self.images) * self.megapixels_each()
    }
}

/// A whole number as it is sent: text and 4.0 are taken for what they mean, so they must not cost less.
fn whole(value: &Value) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and what reads it has a limit"
    )]
    let of_float = |number: f64| (number >= 0.0).then_some(number as u64);
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64().or_else(|| other.as_f64().and_then(of_float)),
    }
}

/// The size a value of `image_size` names; `None` for what only the model knows (`auto`).
fn size(value: &Value) -> Option<(u32, u32)> {
    let side = |name: &str| u32::try_from(whole(value.get(name)?)?).ok();
    match value.as_str() {
        Some("square_hd") => Some((1024, 1024)),
        Some("square") => Some((512, 512)),
        Some("portrait_4_3") => Some((768, 1024)),
        Some("portrait_16_9") => Some((576, 1024)),
        Some("landscape_4_3") => Some((1024, 768)),
        Some("landscape_16_9") => Some((1024, 576)),
        Some("auto_2K") => Some((2048, 2048)),
        Some("auto_4K") => Some((4096, 4096)),
        Some(pixels) => {
            let (width, height) = pixels.split_once('x')?;
            Some((width.parse().ok()?, height.parse().ok()?))
        }
        None => Some((side("width")?, side("height")?)),
    }
}

fn megapixels((width, height): (u32, u32)) -> f64 {
    f64::from(width) * f64::from(height) / 1e6
}

/// What a unit's name means for the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Image,
    /// Of the results, each begun one whole.
    Megapixel,
    /// Of inputs and results together (fal-contract 7).
    ProcessedMegapixel,
    /// Seconds, tokens, what nobody can tell before.
    Other,
}

impl Unit {
    fn named(name: &str) -> Self {
        match name.trim().to_ascii_lowercase().trim_end_matches('s') {
            "image" | "generation" => Self::Image,
            "megapixel" => Self::Megapixel,
            "processed megapixel" => Self::ProcessedMegapixel,
            _ => Self::Other,
        }
    }
}

impl Price {
    /// What a unit costs, unless that is a placeholder.
    pub(crate) fn per_unit(&self) -> Option<Money> {
        self.unit_price.filter(|price| *price >= PLACEHOLDER_BELOW)
    }

    /// What one unit costs and what it is, where a person can reckon with it.
    pub(crate) fn rate(&self) -> Option<(Money, String)> {
        let (_, each) = self.countable()?;
        Some((each, self.unit.clone()?))
    }

    /// The unit, where a wish says how many there will be.
    fn countable(&self) -> Option<(Unit, Money)> {
        let unit = Unit::named(self.unit.as_deref()?);
        let price = self.per_unit()?;
        (unit != Unit::Other).then_some((unit, price))
    }
}

/// What a model's results cost by its rule, where fal counts as the rule does. A live price is only the rate of a unit.
struct Rated<'a> {
    unit: Unit,
    /// What a unit costs; of pictures, one result with all its surcharges.
    each: Money,
    /// What the first unit costs, where that is more.
    first: Option<Money>,
    /// What each picture that goes in beyond the first costs.
    extra_input: Money,
    surcharges: &'a [Surcharge],
}

impl<'a> Rated<'a> {
    fn of(price: &Price, rule: Option<&BuiltInPrice>, facts: &'a Facts) -> Option<Self> {
        let (unit, each) = price.countable()?;
        let flat = Self {
            unit,
            each,
            first: None,
            extra_input: Money::ZERO,
            surcharges: &[],
        };
        let Some(rule) = rule.filter(|rule| Unit::named(&rule.unit) == unit) else {
            return Some(flat);
        };
        let usual = Money::from_usd(rule.unit_price)?;
        let dearer = rule.first_unit_price.and_then(Money::from_usd);
        if unit != Unit::Image {
            // Which of the two rates fal's list tells is not known; another one than these two is taken for all units.
            return Some(match dearer {
                Some(first) if each == usual || each == first => Self {
                    each: usual,
                    first: Some(first),
                    ..flat
                },
                _ => flat,
            });
        }
        let each = facts.surcharges.iter().try_fold(each, |each, it| {
            Some(each.times(it.times)? + Money::from_usd(it.plus)?)
        })?;
        Some(Self {
            each,
            extra_input: rule
                .extra_input
                .and_then(Money::from_usd)
                .unwrap_or(Money::ZERO),
            surcharges: &facts.surcharges,
            ..flat
        })
    }

    fn amount(&self, facts: &Facts) -> Option<Money> {
        let units = match self.unit {
            Unit::Megapixel => facts.whole_megapixels_out(),
            Unit::ProcessedMegapixel => facts.megapixels_processed(),
            Unit::Image | Unit::Other => f64::from(facts.images),
        };
        let inputs = u32::try_from(facts.inputs.len()).unwrap_or(u32::MAX);
        let further_inputs = f64::from(inputs.saturating_sub(1));
        let made = match self.first {
            Some(first) => first + self.each.times((units - 1.0).max(0.0))?,
            None => self.each.times(units)?,
        };
        Some(made + self.extra_input.times(further_inputs)?)
    }

    fn basis(&self) -> Basis {
        match self.unit {
            Unit::Megapixel | Unit::ProcessedMegapixel => Basis::PerMegapixel,
            Unit::Image | Unit::Other => Basis::PerImage,
        }
    }
}

/// What the wish will cost.
///
/// `rule`: what is known of how the model's price is made up.
pub(crate) fn estimate(price: &Price, rule: Option<&BuiltInPrice>, facts: &Facts) -> Estimate {
    let (amount, basis) = match (Rated::of(price, rule, facts), price.history) {
        (Some(rated), _) => (rated.amount(facts), rated.basis()),
        // Most calls that were counted asked for one picture.
        (None, Some(history)) => (history.times(f64::from(facts.images)), Basis::History),
        (None, None) => (None, Basis::Unknown),
    };
    match amount {
        Some(_) => Estimate { amount, basis },
        None => Estimate::UNKNOWN,
    }
}

/// The same in words, for the Run button's hint.
pub(crate) fn said(price: &Price, rule: Option<&BuiltInPrice>, facts: &Facts) -> String {
    let Some(rated) = Rated::of(price, rule, facts) else {
        return match price.history {
            Some(_) => "average of past calls".to_owned(),
            None => "price not known".to_owned(),
        };
    };
    let each = rated.each;
    let mut said = match rated.unit {
        Unit::Megapixel => {
            let many = facts.whole_megapixels_out();
            let s = if many > 1.0 { "s" } else { "" };
            format!("about {many:.0} megapixel{s} out at {each} each")
        }
        Unit::ProcessedMegapixel => {
            let many = facts.megapixels_processed().max(0.1);
            format!("about {many:.1} megapixels in and out at {each} each")
        }
        Unit::Image | Unit::Other if facts.images == 1 => format!("1 image at {each}"),
        Unit::Image | Unit::Other => format!("{} images at {each} each", facts.images),
    };
    if let Some(first) = rated.first {
        said.push_str(&format!(", {first} for the first"));
    }
    let words: Vec<_> = rated.surcharges.iter().map(|it| it.said.as_str()).collect();
    if !words.is_empty() {
        said.push_str(&format!(" ({})", words.join(", ")));
    }
    if rated.extra_input > Money::ZERO && facts.inputs.len() > 1 {
        said.push_str(&format!(", {} for each further picture", rated.extra_input));
    }
    said
}

/// The rate that a first start knows of a model it brings along (fal-contract 8), until fal itself is asked.
pub(crate) fn built_in_rate(known: &BuiltInPrice) -> Price {
    Price {
        unit: Some(known.unit.clone()),
        unit_price: Money::from_usd(known.unit_price),
        history: None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use serde_json::json;

    fn price(unit: &str, unit_price: i64, history: Option<i64>) -> Price {
        Price {
            unit: Some(unit.to_owned()),
            unit_price: Some(Money(unit_price)),
            history: history.map(Money),
        }
    }

    fn facts(parameters: Value, inputs: &[(u32, u32)]) -> Facts {
        Facts::of(
            &Parameters(parameters.as_object().unwrap().clone()),
            inputs.to_vec(),
            None,
            None,
        )
    }

    /// Price, parameters, inputs; amount, basis, words.
    type Row<'a> = (Price, Value, &'a [(u32, u32)], Option<i64>, Basis, &'a str);

    #[test]
    fn what_a_wish_costs_is_this_table() {
        let one_mp = (1000, 1000);
        let none = json!({});
        let table: [Row<'_>; 14] = [
            (
                price("images", 30_000, Some(31_000)),
                none.clone(),
                &[one_mp],
                Some(30_000),
                Basis::PerImage,
                "1 image at $0.03",
            ),
            (
                price("image", 30_000, None),
                json!({"num_images": 2}),
                &[one_mp],
                Some(60_000),
                Basis::PerImage,
                "2 images at $0.03 each",
            ),
            (
                price("images", 30_000, None),
                json!({"num_images": 2, "max_images": 3}),
                &[one_mp],
                Some(180_000),
                Basis::PerImage,
                "6 images at $0.03 each",
            ),
            (
                price("generations", 67_500, None),
                none.clone(),
                &[one_mp],
                Some(67_500),
                Basis::PerImage,
                "1 image at $0.0675",
            ),
            // In and out, two pictures in.
            (
                price("processed megapixels", 12_000, None),
                none.clone(),
                &[one_mp, (100, 1000)],
                Some(25_200),
                Basis::PerMegapixel,
                "about 2.1 megapixels in and out at $0.012 each",
            ),
            (
                price("processed megapixels", 12_000, None),
                json!({"image_size": {"width": 2000, "height": 1000}}),
                &[one_mp],
                Some(36_000),
                Basis::PerMegapixel,
                "about 3.0 megapixels in and out at $0.012 each",
            ),
            (
                price("Processed Megapixels", 12_000, None),
                json!({"image_size": "auto", "num_images": 2}),
                &[one_mp],
                Some(36_000),
                Basis::PerMegapixel,
                "about 3.0 megapixels in and out at $0.012 each",
            ),
            // Out only, rounded up.
            (
                price("megapixels", 50_000, None),
                json!({"image_size": "square_hd"}),
                &[one_mp],
                Some(100_000),
                Basis::PerMegapixel,
                "about 2 megapixels out at $0.05 each",
            ),
            (
                price("megapixels", 50_000, None),
                none.clone(),
                &[(64, 64)],
                Some(50_000),
                Basis::PerMegapixel,
                "about 1 megapixel out at $0.05 each",
            ),
            // Of each, not of all together.
            (
                price("megapixels", 50_000, None),
                json!({"image_size": {"width": 1050, "height": 1000}, "num_images": 4}),
                &[one_mp],
                Some(400_000),
                Basis::PerMegapixel,
                "about 8 megapixels out at $0.05 each",
            ),
            // A photo of 24 megapixels does not come back as large.
            (
                price("megapixels", 50_000, None),
                none.clone(),
                &[(6000, 4000)],
                Some(200_000),
                Basis::PerMegapixel,
                "about 4 megapixels out at $0.05 each",
            ),
            // The placeholder, with and without anything better.
            (
                price("compute seconds", 170, Some(28_000)),
                json!({"num_images": 2}),
                &[one_mp],
                Some(56_000),
                Basis::History,
                "average of past calls",
            ),
            (
                price("images", 0, None),
                none.clone(),
                &[one_mp],
                None,
                Basis::Unknown,
                "price not known",
            ),
            // A true price by the second tells nothing before the seconds are over.
            (
                price("compute seconds", 1_110, None),
                none.clone(),
                &[one_mp],
                None,
                Basis::Unknown,
                "price not known",
            ),
        ];
        for (price, parameters, inputs, amount, basis, words) in table {
            let facts = facts(parameters.clone(), inputs);
            let expected = Estimate {
                amount: amount.map(Money),
                basis,
            };
            assert_eq!(
                estimate(&price, None, &facts),
                expected,
                "{price:?} {parameters}"
            );
            assert_eq!(said(&price, None, &facts), words, "{price:?} {parameters}");
        }
        let unknown = facts(none, &[]);
        assert_eq!(
            estimate(&Price::default(), None, &unknown),
            Estimate::UNKNOWN
        );
    }

    /// Model, live rate (unit, millionths; `None`: what we brought along), parameters, inputs; amount, words.
    type Ruled<'a> = (&'a str, Option<(&'a str, i64)>, Value, usize, i64, &'a str);

    #[test]
    fn what_a_models_rule_changes_is_this_table() {
        const NANO: &str = "fal-ai/nano-banana-2/edit";
        const FLUX: &str = "fal-ai/flux-2-pro/edit";
        const PRO: &str = "bytedance/seedream/v5/pro/edit";
        let table: [Ruled<'_>; 11] = [
            (NANO, None, json!({}), 1, 80_000, "1 image at $0.08"),
            (
                NANO,
                None,
                json!({"resolution": "1K"}),
                1,
                80_000,
                "1 image at $0.08",
            ),
            (
                NANO,
                None,
                json!({"resolution": "0.5K"}),
                1,
                60_000,
                "1 image at $0.06 (0.5K)",
            ),
            (
                NANO,
                None,
                json!({"resolution": "4K", "num_images": 2}),
                3,
                320_000,
                "2 images at $0.16 each (4K)",
            ),
            (
                NANO,
                Some(("image", 100_000)),
                json!({"resolution": "2K", "enable_web_search": true, "thinking_level": "high"}),
                1,
                167_000,
                "1 image at $0.167 (2K, web search, much thinking)",
            ),
            // fal counts something else by now: the rule is not that price's.
            (
                NANO,
                Some(("megapixels", 50_000)),
                json!({"resolution": "4K"}),
                1,
                50_000,
                "about 1 megapixel out at $0.05 each",
            ),
            // One megapixel in, one out.
            (
                FLUX,
                None,
                json!({}),
                1,
                45_000,
                "about 2.0 megapixels in and out at $0.015 each, $0.03 for the first",
            ),
            (
                FLUX,
                Some(("processed megapixels", 15_000)),
                json!({}),
                1,
                45_000,
                "about 2.0 megapixels in and out at $0.015 each, $0.03 for the first",
            ),
            (
                FLUX,
                Some(("processed megapixels", 30_000)),
                json!({}),
                1,
                45_000,
                "about 2.0 megapixels in and out at $0.015 each, $0.03 for the first",
            ),
            (
                FLUX,
                Some(("processed megapixels", 20_000)),
                json!({}),
                1,
                40_000,
                "about 2.0 megapixels in and out at $0.02 each",
            ),
            (
                PRO,
                None,
                json!({}),
                3,
                76_500,
                "1 image at $0.0675, $0.0045 for each further picture",
            ),
        ];
        for (model, live, parameters, inputs, amount, words) in table {
            let rule = crate::model::BuiltIn::of(model)
                .and_then(|it| it.price.as_ref())
                .unwrap();
            let price = live.map_or_else(
                || built_in_rate(rule),
                |(unit, each)| price(unit, each, None),
            );
            let facts = Facts::of(
                &Parameters(parameters.as_object().unwrap().clone()),
                vec![(1000, 1000); inputs],
                None,
                Some(rule),
            );
            assert_eq!(
                estimate(&price, Some(rule), &facts).amount,
                Some(Money(amount)),
                "{model} {parameters}"
            );
            assert_eq!(
                said(&price, Some(rule), &facts),
                words,
                "{model} {parameters}"
            );
        }
    }

    #[test]
    fn what_fal_would_read_is_what_is_reckoned() {
        let many = |parameters| facts(parameters, &[]).images;
        assert_eq!(many(json!({"num_images": "4"})), 4);
        assert_eq!(many(json!({"num_images": 4.0, "max_images": "2"})), 8);
        assert_eq!(many(json!({"num_outputs": 3})), 3);
        let size = json!({"image_size": {"width": "2000", "height": 1000.0}});
        assert_eq!(facts(size, &[]).output, Some((2000, 1000)));
        // A default of the schema's counts as if it was set, and a name it does not have counts nothing.
        let schema = |properties: Value| {
            Spec::read(&json!({
                "components": {"schemas": {"Input": {"type": "object", "properties": properties}}},
                "paths": {"/a/b": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Input"}}}}}}}
            }))
            .unwrap()
        };
        let spec = schema(json!({"batch_size": {"type": "integer", "default": 4}}));
        let of = |parameters: Value| {
            let parameters = Parameters(parameters.as_object().unwrap().clone());
            Facts::of(&parameters, Vec::new(), Some(&spec), None).images
        };
        assert_eq!((of(json!({})), of(json!({"batch_size": "2"}))), (4, 2));
        assert_eq!(of(json!({"num_images": 3})), 4);
    }

    #[test]
    fn sizes_and_counts_that_make_no_sense_are_left_aside() {
        for odd in [
            json!({"num_images": 0, "image_size": "auto"}),
            json!({"num_images": -3, "image_size": {"width": 5}}),
            json!({"num_images": "two", "image_size": 7}),
            json!({"num_images": null, "image_size": "x"}),
        ] {
            let facts = facts(odd.clone(), &[(10, 10)]);
            assert_eq!((facts.images, facts.output), (1, None), "{odd}");
        }
        let many = facts(json!({"num_images": u64::MAX, "max_images": u64::MAX}), &[]);
        assert_eq!(many.images, 10_000);
        assert_eq!(
            facts(json!({"image_size": "1536x1024"}), &[]).output,
            Some((1536, 1024))
        );
    }
}
