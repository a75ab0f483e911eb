//! Money, as fal counts it: US dollars. This file is pure: amounts, how an amount is known, what was spent and what may be.

pub(crate) mod estimate;
mod ledger;

pub use ledger::{LedgerCursor, LedgerLine, LedgerPage, ModelSpent, Spending, Spent};

/// Whole millionths of a US dollar, so that sums are exact and fal's smallest prices (0.00017) are not nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Money(pub i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From dollars, rounded to the millionth; `None` for what is no amount (negative, infinite, over a billion).
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked on the same line"
    )]
    pub fn from_usd(dollars: f64) -> Option<Self> {
        (dollars.is_finite() && (0.0..=1e9).contains(&dollars))
            .then(|| Self((dollars * 1e6).round() as i64))
    }

    /// In dollars, for people and for JSON.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact up to nine billion dollars"
    )]
    pub fn usd(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// That many times the amount, rounded up to the millionth: an estimate must not come out too small.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact up to nine billion dollars"
    )]
    pub fn times(self, factor: f64) -> Option<Self> {
        // What a product of two floats is too much by is not rounded up to a whole millionth.
        let micros = (self.0 as f64 * factor - 1e-3).ceil();
        Self::from_usd(if micros == -0.0 { 0.0 } else { micros } / 1e6)
    }
}

impl std::ops::Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// `$0.03`, `$5.00`, `$0.0675`: cents, and more digits only where there are any.
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let micros = self.0.unsigned_abs();
        let digits = format!("{:06}", micros % 1_000_000);
        let (cents, more) = digits.split_at(2);
        let more = more.trim_end_matches('0');
        write!(f, "{sign}${}.{cents}{more}", micros / 1_000_000)
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |sum, amount| sum + amount)
    }
}

/// How an amount is known before the click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// It costs nothing: the demo engine, or a result that is here already.
    Free,
    /// fal's price for one picture, times how many are asked for.
    PerImage,
    /// fal's price for a megapixel, times what goes in and comes out.
    PerMegapixel,
    /// What such calls cost on average, as fal says.
    History,
    /// Nobody knows.
    Unknown,
}

impl Basis {
    /// Every basis.
    pub const ALL: [Self; 5] = [
        Self::Free,
        Self::PerImage,
        Self::PerMegapixel,
        Self::History,
        Self::Unknown,
    ];

    /// Its name in SQL and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::PerImage => "per_image",
            Self::PerMegapixel => "per_megapixel",
            Self::History => "history",
            Self::Unknown => "unknown",
        }
    }

    /// The basis of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.name() == name)
    }
}

/// What an edit will cost, as far as that can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// About how much; `None` where nobody knows.
    pub amount: Option<Money>,
    /// How it is known.
    pub basis: Basis,
}

impl Estimate {
    /// It costs nothing.
    pub const FREE: Self = Self {
        amount: Some(Money::ZERO),
        basis: Basis::Free,
    };

    /// Nobody knows.
    pub const UNKNOWN: Self = Self {
        amount: None,
        basis: Basis::Unknown,
    };
}

/// Most that may be spent in a day and in a month of the calendar; `None`: no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caps {
    /// From midnight to midnight, in this computer's time zone.
    pub day: Option<Money>,
    /// From the first of the month.
    pub month: Option<Money>,
}

/// An edit that would pass a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverCap {
    /// The day's cap; else the month's.
    pub day: bool,
    /// The cap.
    pub cap: Money,
    /// What is spent of it.
    pub spent: Money,
    /// About what the edit costs; `None` where nobody knows.
    pub wanted: Option<Money>,
    /// Edits of the time whose cost nobody knows.
    pub unknown: u32,
}

impl std::fmt::Display for OverCap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whose = if self.day { "today's" } else { "this month's" };
        let (cap, spent) = (self.cap, self.spent);
        match self.wanted {
            Some(wanted) => write!(
                f,
                "{spent} of {whose} cap of {cap} is spent; this edit is about {wanted}"
            ),
            None if self.unknown > 0 => write!(
                f,
                "what this edit costs is not known, nor what one before it did: {whose} cap of {cap} lets no second one through"
            ),
            None => write!(
                f,
                "{spent} of {whose} cap of {cap} is spent, and the price of this edit is not known"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fals_smallest_prices_are_not_nothing_and_sums_are_exact() {
        assert_eq!(Money::from_usd(0.00017), Some(Money(170)));
        assert_eq!(Money::from_usd(0.1), Some(Money(100_000)));
        let ten: Money = std::iter::repeat_n(Money(100_000), 10).sum();
        assert_eq!(ten, Money(1_000_000));
        for no_amount in [-0.01, f64::NAN, f64::INFINITY, 1e12] {
            assert_eq!(Money::from_usd(no_amount), None, "{no_amount}");
        }
    }

    #[test]
    fn an_estimate_is_rounded_up() {
        assert_eq!(Money(100).times(0.333), Some(Money(34)));
        assert_eq!(Money(30_000).times(2.0), Some(Money(60_000)));
        assert_eq!(Money(25_000).times(3.0), Some(Money(75_000)));
        assert_eq!(Money(12_000).times(2.1), Some(Money(25_200)));
        assert_eq!(Money(30_000).times(0.0), Some(Money::ZERO));
        assert_eq!(Money(30_000).times(f64::NAN), None);
    }

    #[test]
    fn an_amount_reads_as_people_write_it() {
        for (micros, said) in [
            (0, "$0.00"),
            (30_000, "$0.03"),
            (5_000_000, "$5.00"),
            (67_500, "$0.0675"),
            (170, "$0.00017"),
            (12_345_600_000, "$12345.60"),
            (-1_500_000, "-$1.50"),
        ] {
            assert_eq!(Money(micros).to_string(), said);
        }
    }

    #[test]
    fn a_passed_cap_is_said_with_its_numbers() {
        let over = OverCap {
            day: true,
            cap: Money(5_000_000),
            spent: Money(4_980_000),
            wanted: Some(Money(40_000)),
            unknown: 1,
        };
        assert_eq!(
            over.to_string(),
            "$4.98 of today's cap of $5.00 is spent; this edit is about $0.04"
        );
        let unknown = OverCap {
            day: false,
            wanted: None,
            unknown: 0,
            ..over
        };
        assert_eq!(
            unknown.to_string(),
            "$4.98 of this month's cap of $5.00 is spent, and the price of this edit is not known"
        );
        let second = OverCap {
            unknown: 1,
            ..unknown
        };
        assert_eq!(
            second.to_string(),
            "what this edit costs is not known, nor what one before it did: this month's cap of $5.00 lets no second one through"
        );
    }
}
