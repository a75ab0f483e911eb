//! What stands around the word being read.

use super::Reader;
use super::items::{Item, Sense};
use crate::provider::demo::words::{Head, Meaning};

impl Reader<'_> {
    pub(super) fn sense(&self, i: usize) -> Option<Sense> {
        self.items.get(i).map(|item| item.sense)
    }

    pub(super) fn text(&self, item: Item) -> &str {
        self.prompt.get(item.start..item.end).unwrap_or_default()
    }

    /// The first thing from `i` on that is no filler, in this clause.
    pub(super) fn said_from(&self, i: usize) -> Option<(usize, Sense)> {
        let (index, item) = self
            .items
            .iter()
            .enumerate()
            .skip(i)
            .find(|(_, item)| item.sense != Sense::Means(Meaning::Filler))?;
        (item.sense != Sense::Pause).then_some((index, item.sense))
    }

    pub(super) fn next_said(&self) -> Option<Sense> {
        self.said_from(self.at + 1).map(|(_, sense)| sense)
    }

    /// A colour-taking wish at `i`, or behind amounts that stand there ("black and white subtle vignette").
    pub(super) fn head_after_amounts(&self, i: usize) -> Option<(Head, usize)> {
        for (index, item) in self.items.iter().enumerate().skip(i) {
            match item.sense {
                Sense::Means(Meaning::Head(head)) => return Some((head, index)),
                Sense::Means(Meaning::Amount(_) | Meaning::Soft | Meaning::Colours) => {}
                _ => return None,
            }
        }
        None
    }

    /// Whether the word here is an adjective of the wish right after it.
    pub(super) fn describes_next(&self) -> bool {
        matches!(
            self.sense(self.at + 1),
            Some(Sense::Means(
                Meaning::Is(_) | Meaning::Head(_) | Meaning::Colour(_) | Meaning::More
            ))
        )
    }

    pub(super) fn clause_ends_at(&self, i: usize) -> bool {
        matches!(
            self.sense(i),
            None | Some(Sense::Pause | Sense::Means(Meaning::And | Meaning::Or | Meaning::But))
        )
    }

    pub(super) fn ends_here(&self) -> bool {
        self.clause_ends_at(self.at + 1)
    }
}
