//! How much: "a little", "50 %", "less", before its wish or behind it.

use super::items::{Item, Sense};
use super::{Found, Reader};
use crate::provider::demo::effect::{Effect, Wish};
use crate::provider::demo::words::{self, Meaning};

impl Reader<'_> {
    pub(super) fn how_much(&mut self, percent: u16) {
        if let Some(denial) = &mut self.waiting.denial {
            denial.mild = true;
            self.waiting.too_much |= percent > 100;
            return;
        }
        if self.ends_here() && self.amount_for_last(percent) {
            return;
        }
        self.waiting.amount = Some(match self.waiting.amount {
            // "Just a little, very subtle".
            Some(before) if before > 100 && percent < 100 => percent * 3 / 5,
            Some(before) if before < 100 && percent < 100 => before.min(percent),
            Some(before) if before < 100 => before,
            _ => percent,
        });
    }

    pub(super) fn amount_for_last(&mut self, percent: u16) -> bool {
        let Some(found) = self
            .clause
            .last
            .and_then(|i| self.found.get_mut(i))
            .filter(|found| !found.measured)
        else {
            return false;
        };
        *found = Found {
            wish: by_amount(found.wish.effect, percent),
            measured: true,
            ..*found
        };
        true
    }

    pub(super) fn measure(&mut self, value: f32) {
        let effect_follows = matches!(
            self.sense(self.at + 1),
            Some(Sense::Means(
                Meaning::Is(_)
                    | Meaning::Head(_)
                    | Meaning::Colour(_)
                    | Meaning::More
                    | Meaning::Less
                    | Meaning::Soft
            ))
        );
        if effect_follows || !self.measure_last(value) {
            self.waiting.percent = Some(value);
        }
    }

    /// Gives the wish said last the strength of a number; says whether one was waiting for it.
    pub(super) fn measure_last(&mut self, value: f32) -> bool {
        let Some(i) = self
            .clause
            .last
            .filter(|&i| self.found.get(i).is_some_and(|found| !found.measured))
        else {
            return false;
        };
        let before = self.at.checked_sub(1).and_then(|i| self.items.get(i));
        let to = before.is_some_and(|item| self.text(*item).eq_ignore_ascii_case("to"));
        match scaled(self.found[i].wish.effect, value, to) {
            Some(wish) => {
                self.found[i] = Found {
                    wish,
                    measured: true,
                    ..self.found[i]
                }
            }
            None => {
                self.found.remove(i);
                self.clause.last = None;
            }
        }
        true
    }

    pub(super) fn less(&mut self, item: Item) {
        // "Contrast down", "brightness lower by 20 %", "noise reduced".
        let behind = match self.sense(self.at + 1) {
            Some(Sense::Percent(_) | Sense::Number { .. }) => true,
            Some(Sense::Means(Meaning::Filler)) => {
                matches!(self.next_said(), Some(Sense::Percent(_)) | None)
            }
            _ => self.ends_here(),
        };
        let Some(i) = self.clause.last.filter(|&i| behind && i < self.found.len()) else {
            self.waiting.less = Some(item.start);
            return;
        };
        let found = self.found[i];
        match found.wish.effect.opposite() {
            Some(opposite) if self.is_quantity(found.said) => self.found[i].wish.effect = opposite,
            // "Cool it down": the word alone says it.
            Some(_) => {}
            None => self.take_back(i, item),
        }
    }

    /// "Noise reduced", "vignette removed": what sounded like a wish was the opposite of one, and beyond us.
    pub(super) fn take_back(&mut self, i: usize, item: Item) {
        let found = self.found.remove(i);
        self.clause.last = None;
        self.puzzle(found.said.0, item.end);
    }

    pub(super) fn is_quantity(&self, said: (usize, usize)) -> bool {
        self.prompt
            .get(said.0..said.1)
            .is_some_and(words::is_quantity)
    }

    /// Whether "less" goes on to the next word: "reduce contrast and saturation", "reduce contrast, saturation".
    pub(super) fn less_goes_on(&self, pause: bool) -> Option<usize> {
        let start = self.clause.less_before?;
        let (i, _) = self
            .items
            .iter()
            .enumerate()
            .skip(self.at + 1)
            .find(|(_, item)| {
                !matches!(item.sense, Sense::Means(Meaning::Filler | Meaning::And))
            })?;
        let item = self.items[i];
        let alone = !pause || self.clause_ends_at(i + 1);
        (alone && self.is_quantity((item.start, item.end))).then_some(start)
    }
}

/// A wish in the strength words give it.
pub(super) fn by_amount(effect: Effect, amount: u16) -> Wish {
    match effect {
        Effect::Smaller(_) => Wish {
            effect: Effect::Smaller(if amount < 100 { 75 } else { 25 }),
            percent: 100,
        },
        _ => Wish {
            effect,
            percent: amount,
        },
    }
}

/// A wish in the strength a number gives it; none if that comes to nothing. `to` tells "to 30 %" from "by 30 %".
pub(super) fn scaled(effect: Effect, percent: f32, to: bool) -> Option<Wish> {
    let (effect, size) = if percent < 0.0 {
        (effect.opposite()?, -percent)
    } else {
        (effect, percent)
    };
    if size < 1.0 {
        return None;
    }
    if let Effect::Smaller(_) = effect {
        let side = if to { size } else { 100.0 - size };
        return Some(Wish {
            effect: Effect::Smaller(side.clamp(1.0, 100.0) as u16),
            percent: 100,
        });
    }
    let strength = size * 100.0 / f32::from(effect.usual());
    Some(Wish {
        effect,
        percent: strength.clamp(10.0, 300.0) as u16,
    })
}
