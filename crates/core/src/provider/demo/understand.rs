//! Reads a prompt: phrases get their meaning from the vocabulary, then a walk over them joins "a little" to "grain", "blue" to "tint", and
//! lets "no" take a wish away.
//!
//! Decisions a reader may wonder about:
//! - "black and white vignette" is one wish: a rim that is drained of colour and dark. Reading "black and white" as a wish of its own would
//!   destroy the warm or cinematic colours asked for in the same breath. "black and white, vignette" is two wishes.
//! - "too dark" is a complaint and makes the picture brighter; "not too dark" holds back an earlier "darker" and is nothing alone.
//! - "no vignette" asks that none be added, which is easily kept; "remove the vignette" asks for something the demo engine cannot do, so it
//!   is reported, unless the same prompt had wished for one.
//! - a colour alone tints the picture, but not in a clause with something unknown: "a red dress" must not become a red photograph.

mod ahead;
mod amounts;
mod colours;
mod items;
mod shapes;

use self::amounts::{by_amount, scaled};
use self::items::{Item, Sense, read_items};
use super::colour::{Colour, Shade};
use super::effect::{Effect, Turn, Wish};
use super::token::cut;
use super::words::{BLACK, Head, Meaning, SEPIA, Side, WHITE};

/// What the engine understood of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// What to do, in this order.
    pub wishes: Vec<Wish>,
    /// Words and phrases without a meaning here, as the person spelt them, each once. Words that carry nothing ("please", "make it") are
    /// not among them.
    pub unknown: Vec<String>,
}

impl Understood {
    /// The wishes in words: `warm, cinematic, black-and-white vignette`. Empty if there are none.
    pub fn summary(&self) -> String {
        let wishes: Vec<String> = self.wishes.iter().map(Wish::to_string).collect();
        wishes.join(", ")
    }

    /// What to tell the person about the words that had no effect; none if all was understood.
    pub fn note(&self) -> Option<String> {
        const SHOWN: usize = 6;
        if self.unknown.is_empty() {
            return None;
        }
        let quoted: Vec<String> = self
            .unknown
            .iter()
            .take(SHOWN)
            .map(|word| format!("“{word}”"))
            .collect();
        let more = match self.unknown.len().saturating_sub(SHOWN) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        Some(format!(
            "The demo engine did not understand: {}{more}. It knows simple colour and shape edits.",
            quoted.join(", ")
        ))
    }
}

/// Reads a prompt. Pure; knows English, and German, French and Spanish words for the commonest wishes.
pub fn understand(prompt: &str) -> Understood {
    let mut reader = Reader {
        prompt,
        items: read_items(&cut(prompt)),
        ..Reader::default()
    };
    reader.read();
    reader.report()
}

/// A "no" that waits for what it denies.
#[derive(Debug, Clone, Copy)]
struct Denial {
    start: usize,
    /// "Remove" rather than "no".
    removes: bool,
    /// "Not too", "not very": less of it, not none.
    mild: bool,
}

#[derive(Debug, Clone, Copy)]
struct Found {
    wish: Wish,
    /// Where the prompt says it, in bytes.
    said: (usize, usize),
    /// The prompt said how much.
    measured: bool,
}

/// What waits for the next wish.
#[derive(Default)]
struct Waiting {
    amount: Option<u16>,
    percent: Option<f32>,
    more: bool,
    /// Where "less" began.
    less: Option<usize>,
    too: bool,
    too_much: bool,
    denial: Option<Denial>,
    side: Option<Side>,
    angle: Option<f32>,
}

/// What is known of the clause so far.
#[derive(Default)]
struct Clause {
    /// The wish said last in it.
    last: Option<usize>,
    /// Said "no" to something last, so "or …" denies too.
    denied_before: Option<Denial>,
    /// Said "less" of something last, so "and …" may be less too.
    less_before: Option<usize>,
    bare_colours: Vec<BareColour>,
    /// Something in it was not understood.
    puzzled: bool,
}

/// A colour that no "tint" or "frame" has claimed.
struct BareColour {
    colour: Colour,
    item: Item,
    index: usize,
    /// Where among the wishes it was said.
    place: usize,
    percent: u16,
}

#[derive(Default)]
struct Reader<'a> {
    prompt: &'a str,
    items: Vec<Item>,
    at: usize,
    found: Vec<Found>,
    /// Byte ranges of the prompt, and the item each ended with.
    unknown: Vec<(usize, usize, usize)>,
    waiting: Waiting,
    clause: Clause,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(item) = self.items.get(self.at).copied() {
            match item.sense {
                Sense::Pause => self.end_clause(),
                Sense::Unknown => self.puzzle(item.start, item.end),
                Sense::Percent(value) => self.measure(value),
                Sense::Number {
                    value,
                    signed: true,
                } => self.measure(value),
                // "2 dragons" is reported for the dragons; a list's "1." says nothing.
                Sense::Number { signed: false, .. }
                    if !matches!(self.next_said(), Some(Sense::Means(Meaning::Rotate))) => {}
                Sense::Number { value, .. } | Sense::Degrees(value) => {
                    if matches!(self.next_said(), Some(Sense::Means(Meaning::Rotate))) {
                        self.waiting.angle = Some(value);
                    } else {
                        self.puzzle(item.start, item.end);
                    }
                }
                Sense::Ratio(across, down) => self.shape(across, down, item),
                Sense::Means(meaning) => self.hear(meaning, item),
            }
            self.at += 1;
        }
        self.end_clause();
    }

    fn hear(&mut self, meaning: Meaning, item: Item) {
        match meaning {
            Meaning::Is(effect) => self.effect(effect, item),
            Meaning::Head(head) => self.head(head, &[], item),
            Meaning::Colour(colour) => self.colour(colour, item),
            Meaning::Amount(percent) => self.how_much(percent),
            Meaning::More => self.waiting.more = true,
            Meaning::Less => self.less(item),
            Meaning::Not | Meaning::Remove => {
                let removes = meaning == Meaning::Remove;
                if let Some(i) = self
                    .clause
                    .last
                    .filter(|&i| removes && self.ends_here() && i < self.found.len())
                {
                    return self.take_back(i, item);
                }
                self.waiting.denial = Some(Denial {
                    start: item.start,
                    removes,
                    mild: false,
                });
            }
            Meaning::Too => match &mut self.waiting.denial {
                Some(denial) => denial.mild = true,
                // "Sharpen it too" means "also".
                None => self.waiting.too = !self.clause_ends_at(self.at + 1),
            },
            Meaning::TooMuch => match &mut self.waiting.denial {
                Some(denial) => {
                    denial.mild = true;
                    self.waiting.too_much = true;
                }
                None => self.waiting.less = Some(item.start),
            },
            Meaning::Soft => {
                if self.describes_next() {
                    self.how_much(60);
                } else {
                    self.waiting.amount = self.waiting.amount.or(Some(60));
                    self.wish(Effect::Blur, item.start, item.end);
                }
            }
            Meaning::Light => self.light(item),
            Meaning::Colours => {
                if self.waiting.more
                    || self.waiting.less.is_some()
                    || self.waiting.too
                    || self.waiting.denial.is_some()
                {
                    self.wish(Effect::Vivid, item.start, item.end);
                }
            }
            Meaning::Enhance => match self.next_said() {
                Some(Sense::Means(Meaning::Is(_) | Meaning::Colours | Meaning::Light)) => {
                    self.waiting.more = true
                }
                _ => self.wish(Effect::Enhance, item.start, item.end),
            },
            Meaning::Rotate => self.rotate(item),
            Meaning::Turn => {
                if self.side_or_angle_follows() {
                    self.rotate(item);
                }
            }
            Meaning::Flip => self.flip(item),
            Meaning::Crop => self.crop(item),
            Meaning::Resize => self.resize(item),
            Meaning::Side(side) => match self.next_said() {
                Some(Sense::Means(Meaning::Rotate | Meaning::Flip)) => {
                    self.waiting.side = Some(side)
                }
                _ if side == Side::UpsideDown => {
                    self.wish(Effect::Rotate(Turn::Half), item.start, item.end)
                }
                _ => self.puzzle(item.start, item.end),
            },
            Meaning::Shape(across, down) => self.shape(across, down, item),
            Meaning::WeakShape(across, down) => match self.next_said() {
                Some(Sense::Means(Meaning::Crop)) => self.shape(across, down, item),
                _ => self.puzzle(item.start, item.end),
            },
            Meaning::And => {
                let thing = match self.next_said() {
                    Some(Sense::Means(Meaning::Is(effect))) => effect.is_thing(),
                    Some(Sense::Means(Meaning::Head(_))) => true,
                    _ => false,
                };
                if self.waiting.less.is_none() {
                    self.waiting.less = self.less_goes_on(false);
                }
                if thing && self.waiting.denial.is_none() {
                    self.waiting.denial = self.clause.denied_before;
                }
            }
            Meaning::Or => self.waiting.denial = self.waiting.denial.or(self.clause.denied_before),
            Meaning::But => self.end_clause(),
            Meaning::Beyond => self.puzzle(item.start, item.end),
            Meaning::Filler => {}
        }
    }

    fn effect(&mut self, effect: Effect, item: Item) {
        // Adjectives that belong to the next word instead of to the picture.
        let next = self.sense(self.at + 1);
        let head = self.head_after_amounts(self.at + 1);
        match (effect, head) {
            (Effect::BlackAndWhite | Effect::Sepia, Some((Head::Tint, _))) => {}
            (Effect::BlackAndWhite, Some((head, index))) => {
                return self.head_at(head, index, &[BLACK, WHITE], item);
            }
            (Effect::Dark, Some((Head::Vignette, index))) => {
                return self.head_at(Head::Vignette, index, &[BLACK], item);
            }
            (Effect::Bright, Some((Head::Vignette, index))) => {
                return self.head_at(Head::Vignette, index, &[WHITE], item);
            }
            (Effect::Sepia, Some((head, index))) => {
                return self.head_at(head, index, &[SEPIA], item);
            }
            (Effect::Noir, Some((head, index))) if head != Head::Tint => {
                return self.head_at(head, index, &[BLACK], item);
            }
            _ => {}
        }
        if let Some(Sense::Means(Meaning::Colour(colour))) = next
            && let Some(shade) = match effect {
                Effect::Dark => Some(Shade::Dark),
                Effect::Bright => Some(Shade::Light),
                _ => None,
            }
        {
            self.at += 1;
            let to = self.items[self.at];
            return self.colour(
                Colour { shade, ..colour },
                Item {
                    end: to.end,
                    ..item
                },
            );
        }
        self.wish(effect, item.start, item.end);
    }

    /// Adds a wish, or takes it back, turned by everything that was said before it.
    fn wish(&mut self, effect: Effect, start: usize, end: usize) {
        let (amount, percent) = (self.waiting.amount.take(), self.waiting.percent.take());
        let (less, too) = (
            self.waiting.less.take(),
            std::mem::take(&mut self.waiting.too),
        );
        let too_much = std::mem::take(&mut self.waiting.too_much);
        self.waiting.more = false;
        self.clause.denied_before = None;
        self.clause.less_before = less;
        if let Some(denial) = self.waiting.denial.take() {
            self.clause.denied_before = Some(denial);
            return self.deny(effect, denial, too_much, end);
        }
        let mut effect = effect;
        if less.is_some() || too {
            let Some(opposite) = effect.opposite() else {
                if !self.soften(effect) {
                    self.puzzle(less.unwrap_or(start), end);
                }
                return;
            };
            effect = opposite;
        }
        let mut wish = Wish {
            effect,
            percent: 100,
        };
        let measured = amount.is_some() || percent.is_some();
        if let Some(percent) = percent {
            match scaled(effect, percent, false) {
                Some(scaled) => wish = scaled,
                None => return,
            }
        } else if let Some(amount) = amount {
            wish = by_amount(effect, amount);
        }
        self.add(Found {
            wish,
            said: (start, end),
            measured,
        });
    }

    fn add(&mut self, found: Found) {
        let again = self
            .found
            .iter()
            .position(|old| old.wish.effect == found.wish.effect);
        match again {
            // "Warm, warmer" is one wish; two flips are two flips.
            Some(i) if found.wish.effect.has_strength() => {
                self.found[i].wish.percent = self.found[i].wish.percent.max(found.wish.percent);
                self.clause.last = Some(i);
            }
            _ => {
                self.found.push(found);
                self.clause.last = Some(self.found.len() - 1);
            }
        }
    }

    fn deny(&mut self, effect: Effect, denial: Denial, too_much: bool, end: usize) {
        if denial.mild {
            if !self.soften(effect) && too_much {
                // "Not too much grain": some grain.
                self.add(Found {
                    wish: by_amount(effect, 50),
                    said: (denial.start, end),
                    measured: true,
                });
            }
            return;
        }
        let before = self.found.len();
        self.found
            .retain(|found| !found.wish.effect.same_kind(effect));
        self.clause.last = None;
        if denial.removes && self.found.len() == before {
            self.puzzle(denial.start, end);
        }
    }

    /// Halves what was wished before; says whether there was something.
    fn soften(&mut self, effect: Effect) -> bool {
        let Some(found) = self
            .found
            .iter_mut()
            .find(|found| found.wish.effect.same_kind(effect))
        else {
            return false;
        };
        found.wish.percent = (found.wish.percent / 2).max(10);
        true
    }

    fn end_clause(&mut self) {
        let carried = self.less_goes_on(true);
        let bare = std::mem::take(&mut self.clause.bare_colours);
        if self.clause.puzzled {
            for colour in &bare {
                self.quote(colour.item.start, colour.item.end, colour.index);
            }
        } else if let [one, other] = bare.as_slice() {
            let said = (one.item.start, other.item.end);
            let wish = Wish {
                effect: Effect::Duotone(one.colour, other.colour),
                percent: 100,
            };
            self.found.insert(
                one.place.min(self.found.len()),
                Found {
                    wish,
                    said,
                    measured: false,
                },
            );
        } else {
            for (i, colour) in bare.iter().enumerate() {
                if colour.colour == BLACK || colour.colour == WHITE {
                    self.quote(colour.item.start, colour.item.end, colour.index);
                    continue;
                }
                let said = (colour.item.start, colour.item.end);
                let wish = Wish {
                    effect: Effect::Tint(colour.colour),
                    percent: colour.percent,
                };
                self.found.insert(
                    (colour.place + i).min(self.found.len()),
                    Found {
                        wish,
                        said,
                        measured: false,
                    },
                );
            }
        }
        if self.clause.last.is_none() && !self.clause.puzzled && !self.found.is_empty() {
            // "…, but not too strong", "…, only a little": about what was said before.
            let last = self.found.len() - 1;
            if self.waiting.denial.is_some_and(|denial| denial.mild) {
                self.found[last].wish.percent = (self.found[last].wish.percent * 3 / 5).max(10);
            } else if self.waiting.denial.is_none() && bare.is_empty() {
                self.clause.last = Some(last);
                match (self.waiting.percent, self.waiting.amount) {
                    (Some(percent), _) => drop(self.measure_last(percent)),
                    (None, Some(amount)) => drop(self.amount_for_last(amount)),
                    (None, None) => {}
                }
            }
        }
        self.waiting = Waiting {
            less: carried,
            ..Waiting::default()
        };
        self.clause = Clause::default();
    }

    /// Something we do not know, with the "no" or "less" it belongs to.
    fn puzzle(&mut self, start: usize, end: usize) {
        let from = self
            .waiting
            .denial
            .take()
            .map(|denial| denial.start)
            .or(self.waiting.less.take())
            .unwrap_or(start);
        self.clause.puzzled = true;
        self.waiting.amount = None;
        self.waiting.more = false;
        self.waiting.too = false;
        self.quote(from.min(start), end, self.at);
    }

    fn only_space(&self, from: usize, to: usize) -> bool {
        self.prompt.get(from..to).is_some_and(|between| {
            between
                .chars()
                .all(|c| c.is_whitespace() || matches!(c, '-' | '_'))
        })
    }

    fn quote(&mut self, start: usize, end: usize, index: usize) {
        self.unknown.push((start, end, index));
    }

    fn report(mut self) -> Understood {
        self.unknown.sort_unstable();
        let mut joined: Vec<(usize, usize, usize)> = Vec::new();
        for (start, end, index) in std::mem::take(&mut self.unknown) {
            match joined.last_mut() {
                // Neighbours are one phrase: "flying dragon".
                Some(last) if index == last.2 + 1 && self.only_space(last.1, start) => {
                    *last = (last.0, end, index)
                }
                Some(last) if start < last.1 => {
                    *last = (last.0, end.max(last.1), index.max(last.2))
                }
                _ => joined.push((start, end, index)),
            }
        }
        let mut unknown: Vec<String> = Vec::new();
        for (start, end, _) in joined {
            let words = self
                .prompt
                .get(start..end)
                .unwrap_or_default()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            if !words.is_empty()
                && !unknown
                    .iter()
                    .any(|old| old.to_lowercase() == words.to_lowercase())
            {
                unknown.push(words);
            }
        }
        Understood {
            wishes: self.found.into_iter().map(|found| found.wish).collect(),
            unknown,
        }
    }
}
