//! What an edit will cost, from what is known of its model's price and from the wish itself. Pure.
//!
//! A price for a picture or a megapixel wins, unless it is one of fal's placeholders (fal-contract 7: some endpoints say 0.00017 a compute
//! second and bill by the picture); then what such calls cost on average; else nobody knows, and that is said.

use serde_json::Value;

use super::{Basis, Estimate, Money};
use crate::job::Parameters;
use crate::model::BuiltIn;

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
    /// What the first one costs, where that is another price.
    pub(crate) first: Option<Money>,
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
}

impl Facts {
    /// Reads them from the parameters, whose names most of fal's models share (fal-contract 6.1).
    pub(crate) fn of(parameters: &Parameters, inputs: Vec<(u32, u32)>) -> Self {
        let count = |name: &str| {
            let value = parameters.0.get(name).and_then(Value::as_u64);
            value.map_or(1, |n| n.clamp(1, 100))
        };
        // Seedream makes up to `max_images` in each of `num_images` runs.
        let images = count("num_images") * count("max_images");
        Self {
            images: u32::try_from(images).unwrap_or(u32::MAX),
            inputs,
            output: parameters.0.get("image_size").and_then(size),
        }
    }

    fn megapixels_in(&self) -> f64 {
        self.inputs.iter().copied().map(megapixels).sum()
    }

    /// Of all results together.
    fn megapixels_out(&self) -> f64 {
        let unasked = || {
            let first = self.inputs.first().copied().map(megapixels);
            first.map_or(1.0, |like_input| like_input.min(LARGEST_UNASKED))
        };
        f64::from(self.images) * self.output.map_or_else(unasked, megapixels)
    }
}

/// The size a value of `image_size` names; `None` for what only the model knows (`auto`).
fn size(value: &Value) -> Option<(u32, u32)> {
    let side = |name: &str| u32::try_from(value.get(name)?.as_u64()?).ok();
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

    /// The unit, where a wish says how many there will be.
    fn countable(&self) -> Option<(Unit, Money)> {
        let unit = Unit::named(self.unit.as_deref()?);
        let price = self.per_unit()?;
        (unit != Unit::Other).then_some((unit, price))
    }
}

/// What the wish will cost.
pub(crate) fn estimate(price: &Price, facts: &Facts) -> Estimate {
    let known = |amount: Option<Money>, basis| match amount {
        Some(amount) => Estimate {
            amount: Some(amount),
            basis,
        },
        None => Estimate::UNKNOWN,
    };
    match (price.countable(), price.history) {
        (Some((unit, each)), _) => {
            let (units, basis) = match unit {
                Unit::Megapixel => (facts.megapixels_out().ceil(), Basis::PerMegapixel),
                Unit::ProcessedMegapixel => (
                    facts.megapixels_in() + facts.megapixels_out(),
                    Basis::PerMegapixel,
                ),
                Unit::Image | Unit::Other => (f64::from(facts.images), Basis::PerImage),
            };
            let further = each.times((units - 1.0).max(0.0));
            let amount = match price.first {
                Some(first) => further.map(|further| first + further),
                None => each.times(units),
            };
            known(amount, basis)
        }
        // Most calls that were counted asked for one picture.
        (None, Some(history)) => known(history.times(f64::from(facts.images)), Basis::History),
        (None, None) => Estimate::UNKNOWN,
    }
}

/// The same in words, for the Run button's hint.
pub(crate) fn said(price: &Price, facts: &Facts) -> String {
    let images = match facts.images {
        1 => "1 image".to_owned(),
        many => format!("{many} images"),
    };
    match (price.countable(), price.history) {
        (Some((Unit::Megapixel, each)), _) => {
            let many = facts.megapixels_out().ceil();
            let s = if many > 1.0 { "s" } else { "" };
            format!("about {many:.0} megapixel{s} out at {each} each")
        }
        (Some((Unit::ProcessedMegapixel, each)), _) => {
            let many = (facts.megapixels_in() + facts.megapixels_out()).max(0.1);
            format!("about {many:.1} megapixels in and out at {each} each")
        }
        (Some((Unit::Image | Unit::Other, each)), _) if facts.images == 1 => {
            format!("{images} at {each}")
        }
        (Some((Unit::Image | Unit::Other, each)), _) => format!("{images} at {each} each"),
        (None, Some(_)) => "average of past calls".to_owned(),
        (None, None) => "price not known".to_owned(),
    }
}

/// What a first start knows of the models it brings along (fal-contract 8), until fal itself is asked.
pub(crate) fn built_in_price(model: &str) -> Option<Price> {
    let known = BuiltIn::of(model)?.price.as_ref()?;
    Some(Price {
        unit: Some(known.unit.clone()),
        unit_price: Money::from_usd(known.unit_price),
        first: known.first_unit_price.and_then(Money::from_usd),
        history: None,
    })
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
            first: None,
            history: history.map(Money),
        }
    }

    fn facts(parameters: Value, inputs: &[(u32, u32)]) -> Facts {
        Facts::of(
            &Parameters(parameters.as_object().unwrap().clone()),
            inputs.to_vec(),
        )
    }

    /// Price, parameters, inputs; amount, basis, words.
    type Row<'a> = (Price, Value, &'a [(u32, u32)], Option<i64>, Basis, &'a str);

    #[test]
    fn what_a_wish_costs_is_this_table() {
        let one_mp = (1000, 1000);
        let none = json!({});
        let table: [Row<'_>; 13] = [
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
            assert_eq!(estimate(&price, &facts), expected, "{price:?} {parameters}");
            assert_eq!(said(&price, &facts), words, "{price:?} {parameters}");
        }
        let unknown = facts(none, &[]);
        assert_eq!(estimate(&Price::default(), &unknown), Estimate::UNKNOWN);
    }

    #[test]
    fn sizes_and_counts_that_make_no_sense_are_left_aside() {
        for odd in [
            json!({"num_images": 0, "image_size": "auto"}),
            json!({"num_images": -3, "image_size": {"width": 5}}),
            json!({"num_images": "2", "image_size": 7}),
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
