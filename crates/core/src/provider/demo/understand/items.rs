//! A prompt as a row of meanings: phrases found in the vocabulary, numbers, pauses, and what is unknown.

use crate::provider::demo::token::{Kind, Token};
use crate::provider::demo::words::{self, LONGEST, Meaning};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sense {
    Means(Meaning),
    Percent(f32),
    Degrees(f32),
    Number { value: f32, signed: bool },
    Ratio(u32, u32),
    Pause,
    Unknown,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) sense: Sense,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Finds phrases, the longest first.
pub(super) fn read_items(tokens: &[Token]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let mut used = 1;
        let mut sense = match token.kind {
            Kind::Word(_) => Sense::Unknown,
            Kind::Number { value, signed } => Sense::Number { value, signed },
            Kind::Percent(value) => Sense::Percent(value),
            Kind::Degrees(value) => Sense::Degrees(value),
            Kind::Ratio(across, down) => Sense::Ratio(across, down),
            Kind::Pause => Sense::Pause,
        };
        for length in (1..=LONGEST.min(tokens.len() - at)).rev() {
            let found = phrase(&tokens[at..at + length]).and_then(|phrase| words::meaning(&phrase));
            if let Some(meaning) = found {
                sense = Sense::Means(meaning);
                used = length;
                break;
            }
        }
        items.push(Item {
            sense,
            start: token.start,
            end: tokens[at + used - 1].end,
        });
        at += used;
    }
    items
}

fn phrase(tokens: &[Token]) -> Option<String> {
    let mut words: Vec<String> = Vec::with_capacity(tokens.len());
    for token in tokens {
        match &token.kind {
            Kind::Word(word) => words.push(word.clone()),
            Kind::Number {
                value,
                signed: false,
            } => words.push(value.to_string()),
            Kind::Number { .. }
            | Kind::Percent(_)
            | Kind::Degrees(_)
            | Kind::Ratio(..)
            | Kind::Pause => return None,
        }
    }
    Some(words.join(" "))
}
