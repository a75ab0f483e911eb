//! Freezing a job at every stage.

use overpaint_testkit::{Fal, Phase, Role, Stage};
use serde_json::{Value, json};

use crate::client::{Client, MODEL, read, url};

#[tokio::test]
async fn before_acceptance_nothing_is_charged_and_after_it_one() {
    let fal = Fal::start().await;
    fal.hold(Stage::Submit);
    fal.hold(Stage::Accepted);
    let client = Client::of(&fal);
    let request = client.posting(&format!("/queue/{MODEL}"), &json!({"prompt": "dusk"}));
    let submit = tokio::spawn(read(request));
    fal.reached(Stage::Submit).await;
    assert_eq!(fal.charges(), 0);
    fal.release(Stage::Submit);
    fal.reached(Stage::Accepted).await;
    assert_eq!(fal.charges(), 1);
    assert!(!submit.is_finished());
    assert_eq!(fal.requests_as(Role::Submit)[0].answered, None);
    fal.release(Stage::Accepted);
    assert_eq!(submit.await.unwrap().status, 200);
}

#[tokio::test]
async fn a_client_killed_while_the_reply_is_held_has_paid_once() {
    let fal = Fal::start().await;
    fal.hold(Stage::Accepted);
    let client = Client::of(&fal);
    let request = client.posting(&format!("/queue/{MODEL}"), &json!({"prompt": "dusk"}));
    let submit = tokio::spawn(request.send());
    fal.reached(Stage::Accepted).await;
    submit.abort();
    assert!(submit.await.unwrap_err().is_cancelled());
    fal.release(Stage::Accepted);
    assert_eq!(fal.charges(), 1);
    assert_eq!(fal.jobs()[0].prompt, "dusk");
}

#[tokio::test]
async fn a_job_held_in_line_or_running_is_told_of_as_such_until_released() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    fal.hold(Stage::InQueue);
    fal.hold(Stage::Running);
    let submitted = client.submit("dusk").await;
    let state = async || client.status(&submitted).await.json()["status"].clone();
    for _ in 0..3 {
        assert_eq!(state().await, "IN_QUEUE");
    }
    fal.reached_times(Stage::InQueue, 3).await;
    fal.release(Stage::InQueue);
    for _ in 0..3 {
        assert_eq!(state().await, "IN_PROGRESS");
    }
    assert_eq!(client.result(&submitted).await.status, 400);
    assert_eq!(
        fal.job(url(&submitted, "request_id")).unwrap().phase,
        Phase::Running
    );
    fal.release(Stage::Running);
    assert_eq!(state().await, "COMPLETED");
}

#[tokio::test]
async fn a_held_stream_waits_and_goes_on_when_released() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    fal.hold(Stage::InQueue);
    let submitted = client.submit("dusk").await;
    let place = format!("{}/stream", url(&submitted, "status_url"));
    let stream = tokio::spawn(read(client.with_key(reqwest::Method::GET, &place)));
    fal.reached(Stage::InQueue).await;
    fal.release(Stage::InQueue);
    let text = stream.await.unwrap().text;
    let states: Vec<Value> = text
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("data: "))
        .map(|event| serde_json::from_str::<Value>(event).unwrap()["status"].clone())
        .collect();
    assert_eq!(states, [json!("IN_QUEUE"), json!("COMPLETED")]);
}

#[tokio::test]
async fn result_and_download_are_withheld_while_held() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let submitted = client.submit("dusk").await;
    fal.hold(Stage::Result);
    let place = url(&submitted, "response_url").to_owned();
    let result = tokio::spawn(read(client.with_key(reqwest::Method::GET, &place)));
    fal.reached(Stage::Result).await;
    assert!(!result.is_finished());
    fal.release(Stage::Result);
    let told = result.await.unwrap().json();

    fal.hold(Stage::Download);
    let file = told["images"][0]["url"].as_str().unwrap();
    let download = tokio::spawn(client.bare(reqwest::Method::GET, file).send());
    fal.reached(Stage::Download).await;
    assert!(!download.is_finished());
    fal.release(Stage::Download);
    assert_eq!(download.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn stopping_cuts_what_is_held_and_closes_the_port() {
    let fal = Fal::start().await;
    fal.hold(Stage::Submit);
    let client = Client::of(&fal);
    let request = client.posting(&format!("/queue/{MODEL}"), &json!({"prompt": "dusk"}));
    let submit = tokio::spawn(request.send());
    fal.reached(Stage::Submit).await;
    fal.stop().await;
    submit.await.unwrap().unwrap_err();
    let error = client
        .bare(reqwest::Method::GET, "/_control/charges")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}
