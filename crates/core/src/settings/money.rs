//! What may be spent.

use super::file::Change;
use crate::error::Error;
use crate::money::{Caps, Money};

/// Refuses what is no amount.
pub(super) fn check(change: &Change) -> Result<(), Error> {
    for (name, value) in [("day_cap", change.day_cap), ("month_cap", change.month_cap)] {
        if let Some(value) = value.filter(|value| Money::from_usd(*value).is_none()) {
            return Err(Error::SettingInvalid {
                name,
                value: value.to_string(),
                wanted: "it must be an amount in US dollars; 0 takes the cap away",
            });
        }
    }
    Ok(())
}

/// The caps after a change; 0 takes one away.
pub(super) fn caps(before: Caps, change: &Change) -> Caps {
    let cap = |before, wished: Option<f64>| match wished.and_then(Money::from_usd) {
        None => before,
        Some(Money::ZERO) => None,
        cap => cap,
    };
    Caps {
        day: cap(before.day, change.day_cap),
        month: cap(before.month, change.month_cap),
    }
}
