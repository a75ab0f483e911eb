//! Colours, and the wishes that take one before or behind them: "blue tint", "frame in gold".

use super::items::{Item, Sense};
use super::{BareColour, Reader, Waiting};
use crate::provider::demo::colour::{Colour, Shade};
use crate::provider::demo::effect::{Effect, Rim};
use crate::provider::demo::words::{BLACK, Head, Meaning, NAVY, PEACH, WHITE};

impl Reader<'_> {
    pub(super) fn colour(&mut self, colour: Colour, item: Item) {
        let mut colours = vec![colour];
        let mut i = self.at + 1;
        loop {
            match self.sense(i) {
                Some(Sense::Means(Meaning::Colour(next))) => {
                    colours.push(next);
                    i += 1;
                }
                Some(Sense::Means(Meaning::And)) => match self.sense(i + 1) {
                    Some(Sense::Means(Meaning::Colour(_))) => i += 1,
                    _ => break,
                },
                _ => break,
            }
        }
        if let Some((head, index)) = self.head_after_amounts(i) {
            return self.head_at(head, index, &colours, item);
        }
        let taken_out = self.waiting.denial.is_some_and(|denial| denial.removes);
        if taken_out
            || (self.waiting.denial.is_none() && (self.waiting.less.is_some() || self.waiting.too))
        {
            self.waiting = Waiting {
                amount: self.waiting.amount,
                percent: self.waiting.percent,
                ..Waiting::default()
            };
            self.wish(Effect::LessOf(colour), item.start, item.end);
        } else if self.waiting.denial.is_some() || self.waiting.more {
            self.wish(Effect::Tint(colour), item.start, item.end);
        } else {
            let percent = self.waiting.amount.take().unwrap_or(100);
            let place = self.found.len();
            self.clause.bare_colours.push(BareColour {
                colour,
                item,
                index: self.at,
                place,
                percent,
            });
        }
    }

    /// A wish that takes colours, standing at `index` after adjectives that began with `first`.
    pub(super) fn head_at(&mut self, head: Head, index: usize, colours: &[Colour], first: Item) {
        for i in self.at + 1..index {
            if let Some(Sense::Means(Meaning::Amount(percent))) = self.sense(i) {
                self.waiting.amount = Some(percent);
            }
        }
        self.at = index;
        self.head(
            head,
            colours,
            Item {
                end: self.items[index].end,
                ..first
            },
        );
    }

    pub(super) fn head(&mut self, head: Head, before: &[Colour], item: Item) {
        let mut colours = before.to_vec();
        if colours.is_empty() {
            colours = self.colours_after(head);
        }
        let effect = match (head, colours.as_slice()) {
            (Head::Tint, [colour, ..]) => Effect::Tint(*colour),
            (Head::Tint, []) if self.waiting.denial.is_some() => Effect::Tint(WHITE),
            (Head::Tint, []) => return self.puzzle(item.start, item.end),
            (Head::Duotone, [one, other, ..]) => Effect::Duotone(*one, *other),
            (Head::Duotone, [one]) if one.lab().l > 0.6 => Effect::Duotone(BLACK, *one),
            (Head::Duotone, [one]) => Effect::Duotone(*one, WHITE),
            (Head::Duotone, []) => Effect::Duotone(NAVY, PEACH),
            (Head::Vignette, [one, other, ..])
                if [*one, *other] == [BLACK, WHITE] || [*one, *other] == [WHITE, BLACK] =>
            {
                Effect::Vignette(Rim::BlackAndWhite)
            }
            (Head::Vignette, [colour, ..]) if *colour == WHITE => Effect::Vignette(Rim::White),
            (Head::Vignette, [colour, ..]) if *colour != BLACK => {
                Effect::Vignette(Rim::Coloured(*colour))
            }
            (Head::Vignette, _) => Effect::Vignette(Rim::Dark),
            (Head::Frame, [outer, inner, ..]) => Effect::Frame(*outer, Some(*inner)),
            (Head::Frame, [colour]) => Effect::Frame(*colour, None),
            (Head::Frame, []) => Effect::Frame(WHITE, None),
        };
        self.wish(effect, item.start, item.end);
    }

    /// "Tint it blue", "duotone in navy and peach", "frame in gold".
    pub(super) fn colours_after(&mut self, head: Head) -> Vec<Colour> {
        let mut colours = Vec::new();
        let mut i = self.at + 1;
        let wanted = if head == Head::Duotone { 2 } else { 1 };
        let mut used = self.at;
        while colours.len() < wanted {
            match self.sense(i) {
                Some(Sense::Means(Meaning::Filler | Meaning::Colours)) => {}
                Some(Sense::Means(Meaning::And)) if head == Head::Duotone => {}
                Some(Sense::Means(Meaning::Amount(_))) if head == Head::Tint => {}
                Some(Sense::Means(Meaning::Colour(colour)))
                    if self.head_after_amounts(i + 1).is_none() =>
                {
                    colours.push(colour);
                    used = i;
                }
                Some(Sense::Means(Meaning::Is(Effect::Dark | Effect::Bright) | Meaning::Light))
                    if matches!(self.sense(i + 1), Some(Sense::Means(Meaning::Colour(_)))) =>
                {
                    let dark =
                        matches!(self.sense(i), Some(Sense::Means(Meaning::Is(Effect::Dark))));
                    if let Some(Sense::Means(Meaning::Colour(colour))) = self.sense(i + 1) {
                        colours.push(Colour {
                            shade: if dark { Shade::Dark } else { Shade::Light },
                            ..colour
                        });
                        i += 1;
                        used = i;
                    }
                }
                _ => break,
            }
            i += 1;
        }
        for i in self.at + 1..used {
            if let Some(Sense::Means(Meaning::Amount(percent))) = self.sense(i) {
                self.waiting.amount = Some(percent);
            }
        }
        self.at = used;
        colours
    }

    pub(super) fn light(&mut self, item: Item) {
        if let Some(Sense::Means(Meaning::Colour(colour))) = self.sense(self.at + 1) {
            self.at += 1;
            let to = self.items[self.at];
            return self.colour(
                Colour {
                    shade: Shade::Light,
                    ..colour
                },
                Item {
                    end: to.end,
                    ..item
                },
            );
        }
        if self.describes_next() {
            self.how_much(50);
        } else if self.waiting.more
            || self.waiting.less.is_some()
            || self.waiting.too
            || (self.clause.last.is_none() && self.clause_ends_at(self.at + 1))
        {
            self.wish(Effect::Bright, item.start, item.end);
        }
    }
}
