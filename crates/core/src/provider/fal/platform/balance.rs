//! What is left of the account's money. The route is undocumented (fal-contract 1): whatever goes wrong, the balance is not reported.

use serde_json::Value;

use super::super::Fal;
use crate::error::{Code, Failure};
use crate::money::Money;

impl Fal {
    /// Asks for the balance: a bare number of dollars.
    pub(crate) async fn balance(&self) -> Result<Money, Failure> {
        let url = self
            .to
            .balance_url()
            .ok_or_else(|| Failure::free(Code::ProviderUnreachable))?;
        let answer = self.ask_json(self.http.ask.get(url.clone()), &url).await?;
        amount(&answer).ok_or_else(|| Failure::free(Code::AnswerUnreadable))
    }
}

/// An account can owe.
fn amount(answer: &Value) -> Option<Money> {
    let dollars = answer.as_f64()?;
    let amount = Money::from_usd(dollars.abs())?;
    Some(if dollars < 0.0 {
        Money(-amount.0)
    } else {
        amount
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_balance_is_a_bare_number_and_may_be_owed() {
        for (answer, expected) in [
            (json!(12.5), Some(Money(12_500_000))),
            (json!(0), Some(Money::ZERO)),
            (json!(-0.25), Some(Money(-250_000))),
            (json!("12.5"), None),
            (json!({"balance": 1}), None),
            (json!(null), None),
        ] {
            assert_eq!(amount(&answer), expected, "{answer}");
        }
    }
}
