//! What a model costs, as fal says (fal-contract 7): the price of a unit, and what calls really cost on average.

use serde_json::{Value, json};

use super::super::Fal;
use crate::error::{Code, Failure};
use crate::money::Money;
use crate::money::estimate::Price;

impl Fal {
    /// Asks for a model's price. A model that has none, or whose average is not told, is no failure.
    pub(crate) async fn price(&self, model: &str) -> Result<Price, Failure> {
        let nowhere = || Failure::free(Code::ProviderUnreachable);
        let mut url = self.to.api_url("v1/models/pricing").ok_or_else(nowhere)?;
        url.query_pairs_mut().append_pair("endpoint_id", model);
        let listed = self.ask_json(self.http.ask.get(url.clone()), &url).await?;
        let mut price = of_list(&listed, model).unwrap_or_default();

        let url = self
            .to
            .api_url("v1/models/pricing/estimate")
            .ok_or_else(nowhere)?;
        let asked = json!({
            "estimate_type": "historical_api_price",
            "endpoints": { model: { "call_quantity": 1 } },
        });
        match self
            .ask_json(self.http.ask.post(url.clone()).json(&asked), &url)
            .await
        {
            Ok(answer) => price.history = in_usd(&answer, "total_cost"),
            Err(failure) => {
                let code = failure.code.name();
                tracing::debug!(model, code, "fal did not say what calls cost on average");
            }
        }
        Ok(price)
    }
}

fn of_list(answer: &Value, model: &str) -> Option<Price> {
    let prices = answer.get("prices")?.as_array()?;
    let of_model = prices
        .iter()
        .find(|price| price.get("endpoint_id").and_then(Value::as_str) == Some(model))?;
    Some(Price {
        unit: of_model.get("unit")?.as_str().map(str::to_owned),
        unit_price: in_usd(of_model, "unit_price"),
        history: None,
    })
}

/// An amount beside its currency; another currency's is none of ours. Nothing at all is no average either.
fn in_usd(of: &Value, field: &str) -> Option<Money> {
    let is_usd = of
        .get("currency")
        .is_none_or(|currency| currency.as_str() == Some("USD"));
    let amount = Money::from_usd(of.get(field)?.as_f64()?)?;
    (is_usd && amount > Money::ZERO).then_some(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_in_dollars_or_not_at_all() {
        let answer = |price: Value| json!({ "prices": [price], "next_cursor": null });
        let price = |price: Value| of_list(&answer(price), "a/b");
        let usd =
            json!({"endpoint_id": "a/b", "unit_price": 0.039, "unit": "images", "currency": "USD"});
        assert_eq!(
            price(usd),
            Some(Price {
                unit: Some("images".to_owned()),
                unit_price: Some(Money(39_000)),
                history: None,
            })
        );
        let euro =
            json!({"endpoint_id": "a/b", "unit_price": 0.039, "unit": "images", "currency": "EUR"});
        assert_eq!(price(euro).and_then(|price| price.unit_price), None);
        let other = json!({"endpoint_id": "c/d", "unit_price": 1, "unit": "images"});
        assert_eq!(price(other), None);
        assert_eq!(in_usd(&json!({"total_cost": 0.0}), "total_cost"), None);
        assert_eq!(of_list(&json!({"prices": null}), "a/b"), None);
    }
}
