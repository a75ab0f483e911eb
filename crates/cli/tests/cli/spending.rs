//! What was spent, said after an edit and asked for later.

use overpaint_testkit::{Fal, sample};

use crate::desk::Desk;

#[tokio::test]
async fn an_edit_says_what_it_cost_and_spending_sums_it() {
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal);
    desk.put("in.png", &sample::photo_png(32, 32));
    let said = desk
        .run(&["edit", "in.png", "warmer", "-o", "out.png"])
        .await;
    // Billed or about: fal's own price is asked for meanwhile and may come before the end or after it.
    let cost = said.stderr.split("it cost ").nth(1).unwrap_or_default();
    assert!(
        cost.trim_start_matches("about ").starts_with("$0.03"),
        "{}",
        said.stderr
    );

    let spending = desk.json(&["spending"]).await;
    assert_eq!(spending["today"]["amount"], 0.03);
    assert_eq!(spending["month"]["edits"], 1);
    assert_eq!(
        spending["models"][0]["model"],
        "fal-ai/bytedance/seedream/v4/edit"
    );
    let said = desk.run(&["spending"]).await;
    assert!(
        said.stdout.starts_with("today     $0.03 for 1 edit\n"),
        "{}",
        said.stdout
    );
}
