//! Why fal locked an account, and what undoes it (fal-contract 4.3). fal names the reason in its words only.

use super::NextStep;

/// What a person reads; `sentence` is the table's, for a lack of money.
pub(super) fn detail(said: &str, sentence: &str) -> String {
    let Some(reason) = reason(said) else {
        return format!("{sentence} fal said: {}", super::ended(said));
    };
    let sentence = match kind(&reason) {
        Kind::Money => sentence,
        Kind::TopUp => {
            "Top up at fal. If you have, give it some minutes, then try again; what waits is kept."
        }
        Kind::PaymentMethod => "Add a payment method at fal, then try again; what waits is kept.",
        Kind::Budget => {
            "The owner of the account at fal can raise your budget. Try again then; what waits is kept."
        }
        Kind::Support => "Only fal's support can unlock it. Try again then; what waits is kept.",
    };
    format!("fal's reason: {reason}. {sentence}")
}

/// The button, where it is another one than the table's.
pub(super) fn next(said: &str) -> Option<NextStep> {
    match kind(&reason(said)?) {
        // Paying does not help.
        Kind::Support | Kind::Budget => Some(NextStep::Retry),
        Kind::Money | Kind::TopUp | Kind::PaymentMethod => None,
    }
}

enum Kind {
    Money,
    TopUp,
    PaymentMethod,
    Budget,
    Support,
}

fn kind(reason: &str) -> Kind {
    let says = |word: &str| reason.contains(word);
    if says("top up") {
        Kind::TopUp
    } else if says("payment method") {
        Kind::PaymentMethod
    } else if says("budget") {
        Kind::Budget
    } else if says("admin") || says("archived") {
        Kind::Support
    } else {
        Kind::Money
    }
}

/// `exhausted balance` of `User is locked. Reason: Exhausted balance. Top up your balance at …`.
fn reason(said: &str) -> Option<String> {
    let (_, reason) = said.split_once("Reason: ")?;
    let reason = reason.split('.').next()?.trim();
    (!reason.is_empty()).then(|| reason.to_lowercase().replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_says_what_undoes_it() {
        let table = [
            (
                "Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
                "fal's reason: exhausted balance. PAY",
                None,
            ),
            (
                "TOP_UP.",
                "fal's reason: top up. Top up at fal. If you have",
                None,
            ),
            (
                "Admin lock. Please contact support.",
                "fal's reason: admin lock. Only fal's support",
                Some(NextStep::Retry),
            ),
            (
                "Account archived",
                "fal's reason: account archived. Only fal's support",
                Some(NextStep::Retry),
            ),
            (
                "Add a payment method",
                "fal's reason: add a payment method. Add a payment method",
                None,
            ),
            (
                "User budget exceeded",
                "fal's reason: user budget exceeded. The owner",
                Some(NextStep::Retry),
            ),
            ("Unknown", "fal's reason: unknown. PAY", None),
        ];
        for (reason, begins, button) in table {
            let said = format!("User is locked. Reason: {reason}");
            assert!(detail(&said, "PAY").starts_with(begins), "{reason}");
            assert_eq!(next(&said), button, "{reason}");
        }
        assert_eq!(detail("Locked", "PAY"), "PAY fal said: Locked.");
    }
}
