//! fal.run, and the original's protocol at the bare root.

use overpaint_testkit::{DirectAnswer, Fal, Protocol, Role};
use serde_json::{Value, json};

use crate::client::{Client, ELSEWHERE, MODEL, Reply};

async fn post(client: &Client, prompt: &str) -> Reply {
    client
        .post(
            &format!("/{MODEL}"),
            &json!({"prompt": prompt, "image_urls": [ELSEWHERE]}),
        )
        .await
}

/// Where a 202 sends its client.
fn poll_place(reply: &Reply) -> String {
    assert_eq!(reply.status, 202, "{}", reply.text);
    if let Some(place) = reply.header("location") {
        return place.to_owned();
    }
    let body = reply.json();
    ["poll_url", "status_url", "result_url"]
        .iter()
        .find_map(|name| body[name].as_str())
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_synchronous_call_answers_with_its_pictures() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let reply = client
        .post(
            &format!("/run/{MODEL}"),
            &json!({"prompt": "dusk", "image_urls": [ELSEWHERE]}),
        )
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("x-fal-billable-units"), Some("1"));
    assert!(reply.json()["images"][0]["url"].is_string());
    assert!(reply.json().get("request_id").is_none());
    assert_eq!((fal.charges(), fal.jobs()[0].protocol), (1, Protocol::Run));
}

#[tokio::test]
async fn at_the_root_a_call_is_answered_at_once() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let reply = post(&client, "dusk").await;
    assert_eq!(reply.status, 200);
    assert!(reply.json()["images"][0]["url"].is_string());
    assert_eq!(
        (fal.charges(), fal.jobs()[0].protocol),
        (1, Protocol::Direct)
    );
}

#[tokio::test]
async fn a_202_says_where_to_poll_in_five_ways_and_all_lead_to_the_picture() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for (answer, absolute) in [
        (DirectAnswer::Location, true),
        (DirectAnswer::RelativeLocation, false),
        (DirectAnswer::PollUrl, true),
        (DirectAnswer::StatusUrl, true),
        (DirectAnswer::ResultUrl, true),
    ] {
        fal.script(|script| {
            script.direct.answer = answer;
            script.direct.pending = 2;
        });
        let place = poll_place(&post(&client, "dusk").await);
        assert_eq!(place.starts_with(fal.origin()), absolute, "{place}");
        let mut seen = Vec::new();
        for _ in 0..2 {
            let reply = client.get(&place).await;
            seen.push((reply.status, reply.json()["status"].clone()));
        }
        assert_eq!(
            seen,
            [(202, json!("IN_PROGRESS")), (200, json!("IN_PROGRESS"))]
        );
        let end = client.get(&place).await.json();
        assert_eq!(end["status"], "COMPLETED");
        assert!(end["images"][0]["url"].is_string());
    }
    assert_eq!(fal.charges(), 5);
    assert_eq!(fal.requests_as(Role::Poll).len(), 15);
}

#[tokio::test]
async fn a_202_may_name_no_place_or_be_no_json() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let nowhere = post(&client, "[[202-nourl]]").await;
    assert_eq!(nowhere.status, 202);
    assert!(nowhere.header("location").is_none());
    let keys: Vec<String> = nowhere
        .json()
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(keys, ["request_id"]);
    let unreadable = post(&client, "[[202-badjson]]").await;
    assert_eq!(unreadable.status, 202);
    assert!(serde_json::from_str::<Value>(&unreadable.text).is_err());
    assert_eq!(fal.charges(), 2);
}

#[tokio::test]
async fn a_polled_job_ends_badly_in_every_way_the_original_knew() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for (markers, http, expected) in [
        (
            "[[failed]]",
            200,
            json!({"status": "FAILED", "error": "Runner disconnected"}),
        ),
        (
            "[[error-state]]",
            200,
            json!({"state": "error", "error": "Runner disconnected"}),
        ),
        ("[[completed-noimage]]", 200, json!({"status": "COMPLETED"})),
        (
            "[[completed-noimage]][[state]]",
            200,
            json!({"state": "COMPLETED"}),
        ),
        (
            "[[poll-500]]",
            500,
            json!({"detail": "simulated fal says 500"}),
        ),
    ] {
        let place = poll_place(&post(&client, &format!("{markers}[[pending:0]]")).await);
        let end = client.get(&place).await;
        assert_eq!((end.status, end.json()), (http, expected), "{markers}");
    }
    let place = poll_place(&post(&client, "[[poll-badjson]][[pending:0]]").await);
    let end = client.get(&place).await;
    assert!(serde_json::from_str::<Value>(&end.text).is_err());
}

#[tokio::test]
async fn a_job_may_never_end() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let place = poll_place(&post(&client, "[[timeout]]").await);
    for _ in 0..20 {
        assert_eq!(client.get(&place).await.json()["status"], "IN_PROGRESS");
    }
}

#[tokio::test]
async fn a_call_may_fail_after_the_charge() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for place in [format!("/run/{MODEL}"), format!("/{MODEL}")] {
        let reply = client
            .post(
                &place,
                &json!({"prompt": "dusk [[policy]]", "image_urls": [ELSEWHERE]}),
            )
            .await;
        assert_eq!(reply.status, 422);
        assert_eq!(
            reply.json()["detail"][0]["type"],
            "content_policy_violation"
        );
    }
    assert_eq!(fal.charges(), 2);
}
