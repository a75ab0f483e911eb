//! Money on its way out.

use overpaint_core::error::{Charged, Error};
use overpaint_core::job::{Cost as CoreCost, Edit, Parameters};
use overpaint_core::library::{Balance as CoreBalance, Quote as CoreQuote};
use overpaint_core::money::{
    Basis as CoreBasis, LedgerLine as CoreLine, LedgerPage as CorePage, ModelSpent as CoreModel,
    Money, Spending as CoreSpending, Spent as CoreSpent,
};

use super::{moment, version, versions};
use crate::money::{
    AskQuote, Balance, Basis, Charge, Cost, LedgerLine, LedgerPage, ModelSpent, Quote, Spending,
    Spent,
};
use crate::problem::Problem;

impl From<CoreCost> for Cost {
    fn from(cost: CoreCost) -> Self {
        Self {
            amount: cost.amount.map(Money::usd),
            billed: cost.billed,
            charged: cost.charged.into(),
        }
    }
}

impl From<Charged> for Charge {
    fn from(charged: Charged) -> Self {
        match charged {
            Charged::No => Self::No,
            Charged::Maybe => Self::Maybe,
            Charged::Yes => Self::Yes,
        }
    }
}

impl From<CoreBasis> for Basis {
    fn from(basis: CoreBasis) -> Self {
        match basis {
            CoreBasis::Free => Self::Free,
            CoreBasis::PerImage => Self::PerImage,
            CoreBasis::PerMegapixel => Self::PerMegapixel,
            CoreBasis::History => Self::History,
            CoreBasis::Unknown => Self::Unknown,
        }
    }
}

impl TryFrom<AskQuote> for Edit {
    type Error = Error;

    fn try_from(asked: AskQuote) -> Result<Self, Error> {
        let AskQuote {
            version_id,
            references,
            prompt,
            model,
            parameters,
            shrink,
        } = asked;
        Ok(Self {
            references: versions(references)?,
            parameters: Parameters(parameters),
            shrink,
            ..Self::new(version(version_id)?, prompt, model)
        })
    }
}

impl From<CoreQuote> for Quote {
    fn from(quote: CoreQuote) -> Self {
        let CoreQuote {
            estimate,
            said,
            problem,
            shrinks,
            cached,
            similar,
        } = quote;
        Self {
            amount: estimate.amount.map(Money::usd),
            basis: estimate.basis.into(),
            said,
            problem: problem.as_ref().map(Problem::before),
            shrinks,
            cached_version_id: cached.map(|id| id.to_string()),
            similar_version_id: similar.map(|id| id.to_string()),
        }
    }
}

impl From<CoreSpent> for Spent {
    fn from(spent: CoreSpent) -> Self {
        Self {
            amount: spent.amount.usd(),
            maybe: spent.maybe.usd(),
            edits: spent.edits,
            unknown: spent.unknown,
        }
    }
}

impl From<CoreModel> for ModelSpent {
    fn from(model: CoreModel) -> Self {
        Self {
            model: model.model,
            spent: model.spent.into(),
        }
    }
}

impl From<CoreSpending> for Spending {
    fn from(spending: CoreSpending) -> Self {
        Self {
            today: spending.today.into(),
            month: spending.month.into(),
            day_cap: spending.caps.day.map(Money::usd),
            month_cap: spending.caps.month.map(Money::usd),
            models: spending.models.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<CoreLine> for LedgerLine {
    fn from(line: CoreLine) -> Self {
        Self {
            job_id: line.job.to_string(),
            attempt: line.attempt,
            model: line.model,
            prompt: line.prompt,
            at: moment(line.at),
            estimate: line.estimate.map(Money::usd),
            basis: line.basis.into(),
            units: line.units,
            cost: line.cost.map(Money::usd),
            charged: line.charged.into(),
            request_id: line.request_id,
        }
    }
}

impl From<CorePage> for LedgerPage {
    fn from(page: CorePage) -> Self {
        Self {
            lines: page.lines.into_iter().map(Into::into).collect(),
            next: page.next.map(|next| next.to_string()),
        }
    }
}

impl From<CoreBalance> for Balance {
    fn from(balance: CoreBalance) -> Self {
        Self {
            amount: balance.amount.map(Money::usd),
            problem: balance
                .reason
                .map(|failure| Problem::of_failure(&failure, None)),
        }
    }
}
