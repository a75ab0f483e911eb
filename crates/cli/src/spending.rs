//! `overpaint spending`: what was spent, beside whoever owns the library.

use overpaint_api::money::{Cost, Spending as Shown};

use overpaint_core::clock::Clock;
use overpaint_core::library::Reader;
use overpaint_core::money::{Money, Spending, Spent};
use overpaint_core::settings::Given;

use crate::args;
use crate::output::{Outcome, Stop};

/// Shows today, this month and its models.
pub(crate) async fn run(args: args::Spending, given: Given, clock: Clock) -> Result<Outcome, Stop> {
    let reader = Reader::open(&args.library.over(given)).await?;
    let spending = reader.spending(&clock).await?;
    let words = in_words(&spending);
    Outcome::result(&Shown::from(spending), words)
}

/// What an edit cost, for people; nothing where nothing was sent.
pub(crate) fn cost_in_words(cost: &Cost) -> String {
    match cost.amount.and_then(Money::from_usd) {
        Some(amount) if cost.billed => format!("it cost {amount}"),
        Some(amount) => format!("it cost about {amount}"),
        None => "what it cost is not known".to_owned(),
    }
}

fn in_words(spending: &Spending) -> String {
    let mut lines = vec![
        line("today", spending.today, spending.caps.day),
        line("month", spending.month, spending.caps.month),
    ];
    let models = spending.models.iter();
    lines.extend(models.map(|model| format!("  {}", line(&model.model, model.spent, None))));
    lines.join("\n")
}

fn line(what: &str, spent: Spent, cap: Option<Money>) -> String {
    let edits = match spent.edits {
        1 => "1 edit".to_owned(),
        many => format!("{many} edits"),
    };
    let mut text = format!("{what:<9} {} for {edits}", spent.amount);
    if spent.maybe > Money::ZERO {
        text += &format!(", {} of it not certain", spent.maybe);
    }
    if spent.unknown > 0 {
        text += &format!(", {} without a known price", spent.unknown);
    }
    if let Some(cap) = cap {
        text += &format!(", cap {cap}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_certain_and_what_is_not() {
        let spent = Spent {
            amount: Money(90_000),
            maybe: Money(30_000),
            edits: 4,
            unknown: 1,
        };
        assert_eq!(
            line("today", spent, Some(Money(5_000_000))),
            "today     $0.09 for 4 edits, $0.03 of it not certain, 1 without a known price, cap $5.00"
        );
        assert_eq!(
            line("a/b", Spent::default(), None),
            "a/b       $0.00 for 0 edits"
        );
    }
}
