//! Turning, flipping, cropping and resizing, with the side, angle or shape that goes with them.

use super::Reader;
use super::items::{Item, Sense};
use crate::provider::demo::effect::{Effect, Turn};
use crate::provider::demo::words::{Meaning, Side};

impl Reader<'_> {
    pub(super) fn rotate(&mut self, item: Item) {
        let mut side = self.waiting.side.take();
        let mut angle = self.waiting.angle.take();
        let mut used = self.at;
        let mut i = self.at + 1;
        while let Some(sense) = self.sense(i) {
            match sense {
                Sense::Means(Meaning::Filler) => {}
                Sense::Means(Meaning::Side(found)) => {
                    side = Some(found);
                    used = i;
                }
                Sense::Degrees(value) | Sense::Number { value, .. } => {
                    angle = Some(value);
                    used = i;
                }
                _ => break,
            }
            i += 1;
        }
        self.at = used;
        let end = self.items[used].end;
        let turn = match (angle, side) {
            (None, None | Some(Side::Horizontal | Side::Vertical)) => Turn::Right,
            (None, Some(Side::Left)) => Turn::Left,
            (None, Some(Side::Right)) => Turn::Right,
            (None, Some(Side::UpsideDown)) => Turn::Half,
            (Some(angle), side) => {
                let angle = if side == Some(Side::Left) {
                    -angle
                } else {
                    angle
                };
                match angle.rem_euclid(360.0) {
                    0.0 => return,
                    90.0 => Turn::Right,
                    180.0 => Turn::Half,
                    270.0 => Turn::Left,
                    _ => return self.puzzle(item.start, end),
                }
            }
        };
        self.wish(Effect::Rotate(turn), item.start, end);
    }

    pub(super) fn side_or_angle_follows(&self) -> bool {
        matches!(
            self.next_said(),
            Some(Sense::Means(Meaning::Side(_)) | Sense::Degrees(_) | Sense::Number { .. })
        )
    }

    pub(super) fn flip(&mut self, item: Item) {
        let mut side = self.waiting.side.take();
        if side.is_none()
            && let Some((i, Sense::Means(Meaning::Side(found)))) = self.said_from(self.at + 1)
        {
            side = Some(found);
            self.at = i;
        }
        let effect = match side {
            Some(Side::Vertical | Side::UpsideDown) => Effect::FlipVertical,
            None | Some(Side::Horizontal | Side::Left | Side::Right) => Effect::FlipHorizontal,
        };
        self.wish(effect, item.start, self.items[self.at].end);
    }

    pub(super) fn crop(&mut self, item: Item) {
        if self.waiting.denial.is_some_and(|denial| !denial.removes) {
            return self.wish(Effect::Crop(1, 1), item.start, item.end);
        }
        let Some((i, sense)) = self.said_from(self.at + 1) else {
            return self.puzzle(item.start, item.end);
        };
        let shape = match sense {
            Sense::Ratio(across, down)
            | Sense::Means(Meaning::Shape(across, down) | Meaning::WeakShape(across, down)) => {
                Some((i, across, down))
            }
            Sense::Number { value: across, .. } => {
                // "16 by 9".
                match self.said_from(i + 1) {
                    Some((j, Sense::Number { value: down, .. })) => {
                        Some((j, across as u32, down as u32))
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        let Some((i, across, down)) = shape else {
            return self.puzzle(item.start, item.end);
        };
        self.at = i;
        self.shape(
            across,
            down,
            Item {
                end: self.items[i].end,
                ..item
            },
        );
    }

    pub(super) fn shape(&mut self, across: u32, down: u32, item: Item) {
        if !(1..=1000).contains(&across) || !(1..=1000).contains(&down) {
            return self.puzzle(item.start, item.end);
        }
        // "A square crop" is one wish.
        if let Some((i, Sense::Means(Meaning::Crop))) = self.said_from(self.at + 1) {
            self.at = i;
        }
        self.wish(Effect::Crop(across, down), item.start, item.end);
    }

    pub(super) fn resize(&mut self, item: Item) {
        match self.said_from(self.at + 1) {
            Some((i, Sense::Percent(percent))) if (1.0..100.0).contains(&percent) => {
                self.at = i;
                self.wish(
                    Effect::Smaller(percent as u16),
                    item.start,
                    self.items[i].end,
                );
            }
            Some((i, Sense::Percent(_))) => {
                self.at = i;
                self.puzzle(item.start, self.items[i].end);
            }
            // "Resize to half the size", "scale it smaller": the wish itself follows.
            Some((_, Sense::Means(Meaning::Is(Effect::Smaller(_))))) => {}
            Some((i, Sense::Means(Meaning::Amount(50)))) => {
                self.at = i;
                self.wish(Effect::Smaller(50), item.start, self.items[i].end);
            }
            _ => self.puzzle(item.start, item.end),
        }
    }
}
