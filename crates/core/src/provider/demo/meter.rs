//! Progress and stopping, counted in rows. Every pass gets its share of the way and reports inside it, so the numbers a person sees
//! come from work that is really done.

use std::ops::ControlFlow;

use super::DemoError;

/// A share of the way from 0 to 1. Hand parts of it to the halves of a pass with [`Meter::part`].
pub(super) struct Meter<'a> {
    report: &'a mut dyn FnMut(f32) -> ControlFlow<()>,
    from: f32,
    span: f32,
}

impl<'a> Meter<'a> {
    /// The whole way.
    pub(super) fn new(report: &'a mut dyn FnMut(f32) -> ControlFlow<()>) -> Self {
        Self {
            report,
            from: 0.0,
            span: 1.0,
        }
    }

    /// The stretch `from..to` (fractions) of this share.
    pub(super) fn part(&mut self, from: f32, to: f32) -> Meter<'_> {
        Meter {
            report: self.report,
            from: self.from + self.span * from,
            span: self.span * (to - from),
        }
    }

    /// Says that `fraction` of this share is done; an error when the person asked to stop.
    pub(super) fn reach(&mut self, fraction: f32) -> Result<(), DemoError> {
        match (self.report)(self.from + self.span * fraction) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(DemoError::Stopped),
        }
    }

    /// Says that row `y` of `rows` is done.
    pub(super) fn row(&mut self, y: usize, rows: usize) -> Result<(), DemoError> {
        self.reach((y + 1) as f32 / rows.max(1) as f32)
    }
}
