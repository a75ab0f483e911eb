//! What edits will cost, what was spent, what is left.

use axum::extract::State;
use overpaint_api::money::{AskQuote, Balance, LedgerPage, Quote, Spending};
use overpaint_core::Library;
use overpaint_core::money::LedgerCursor;

use super::input::{Json, Query};
use crate::problem::Refusal;

/// Ask what an edit would cost
///
/// What an edit would cost and whether it would go, without running it. `problem` is what would refuse it before anything is paid.
#[utoipa::path(post, operation_id = "v1_quote", path = "/api/v1/quotes", tag = "money", request_body = AskQuote, responses((status = 200, body = Quote)))]
pub(super) async fn quote(
    State(library): State<Library>,
    Json(asked): Json<AskQuote>,
) -> Result<axum::Json<Quote>, Refusal> {
    Ok(axum::Json(library.quote(asked.try_into()?).await?.into()))
}

/// Get what was spent
///
/// Today and this month in the server's time zone, beside the caps. What may have been charged is counted.
#[utoipa::path(get, operation_id = "v1_get_spending", path = "/api/v1/spending", tag = "money", responses((status = 200, body = Spending)))]
pub(super) async fn spending(
    State(library): State<Library>,
) -> Result<axum::Json<Spending>, Refusal> {
    Ok(axum::Json(library.spending().await?.into()))
}

/// List the ledger
///
/// Attempts that were, or may have been, sent, by pages, newest first. They stay when their job is deleted for good.
#[utoipa::path(get, operation_id = "v1_list_ledger", path = "/api/v1/ledger", tag = "money",
    params(("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 200, 50 by default; what is outside is moved in")),
    responses((status = 200, body = LedgerPage)))]
pub(super) async fn ledger(
    State(library): State<Library>,
    query: Query,
) -> Result<axum::Json<LedgerPage>, Refusal> {
    let limit = query.number("limit", 1..=200, 50)?;
    let after = query.place("after", LedgerCursor::START, LedgerCursor::parse)?;
    Ok(axum::Json(library.ledger(after, limit).await?.into()))
}

/// Get the balance
///
/// What is left at fal, at most a minute old. Where fal does not tell, `amount` is null and `problem` says why.
#[utoipa::path(get, operation_id = "v1_get_balance", path = "/api/v1/balance", tag = "money", responses((status = 200, body = Balance)))]
pub(super) async fn balance(State(library): State<Library>) -> axum::Json<Balance> {
    axum::Json(library.balance().await.into())
}
