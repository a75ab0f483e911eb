//! What an edit would cost, what was spent, and the cap.

use reqwest::Method;
use serde_json::{Value, json};

use super::{MODEL, problem};
use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn money_is_quoted_before_and_told_after() {
    let house = House::new().await;
    let picture = house.picture().await;
    let asked =
        json!({ "version_id": picture["id"], "model": MODEL, "parameters": {"num_images": 2} });
    let quote = |asked: &Value| house.ask(Method::POST, "/api/v1/quotes").json(asked).send();
    let told: Value = quote(&asked).await.unwrap().json().await.unwrap();
    assert_eq!(told["amount"], 0.06);
    assert_eq!(
        (told["basis"].as_str(), told["said"].as_str()),
        (Some("per_image"), Some("2 images at $0.03 each"))
    );
    assert_eq!(told["problem"], Value::Null);
    let refused =
        json!({ "version_id": picture["id"], "model": MODEL, "parameters": {"prompt": "x"} });
    let told: Value = quote(&refused).await.unwrap().json().await.unwrap();
    assert_eq!(told["problem"]["code"], "parameter_invalid");
    let nobody = json!({ "version_id": "00000000-0000-4000-8000-000000000000", "model": MODEL });
    assert_eq!(
        problem(quote(&nobody).await.unwrap()).await["code"],
        "not_found"
    );

    house.edited("warmer").await;
    house.edited("colder").await;
    let get = async |path: &str| -> Value {
        let answer = house.get(path).send().await.unwrap();
        answer.json().await.unwrap()
    };
    let spending = get("/api/v1/spending").await;
    assert_eq!(spending["today"]["amount"], 0.06);
    assert_eq!(spending["models"][0]["spent"]["edits"], 2);
    let newest = get("/api/v1/ledger?limit=1").await;
    assert_eq!(newest["lines"][0]["prompt"], "colder");
    let next = format!("/api/v1/ledger?after={}", newest["next"].as_str().unwrap());
    let older = get(&next).await;
    assert_eq!(older["lines"][0]["prompt"], "warmer");
    assert_eq!(older["next"], Value::Null);
    let wrong = house
        .get("/api/v1/ledger?after=nonsense")
        .send()
        .await
        .unwrap();
    assert_eq!(problem(wrong).await["code"], "request_malformed");
    assert!(get("/api/v1/balance").await["amount"].is_number());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_over_the_cap_is_402_and_nothing_is_sent() {
    let house = House::new().await;
    house
        .library
        .change_settings(overpaint_core::settings::Change {
            day_cap: Some(0.01),
            ..Default::default()
        })
        .unwrap();
    let picture = house.picture().await;
    let wish = json!({ "version_id": picture["id"], "prompt": "warmer", "model": MODEL });
    let answer = house.edit(&wish).send().await.unwrap();
    assert_eq!(answer.status(), 402);
    let problem = problem(answer).await;
    assert_eq!(problem["code"], "cap_reached");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.starts_with(
            "$0.00 of today's cap of $0.01 is spent; this edit is about $0.03. Nothing was sent."
        ),
        "{detail}"
    );
    assert_eq!(house.fal.charges(), 0);
}
