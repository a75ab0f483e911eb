//! Polling and results that fail for a while, or for ever.

use overpaint_testkit::{Failure, Fal, Place};
use serde_json::json;

use crate::client::Client;

#[tokio::test]
async fn a_status_read_fails_once_and_the_job_is_unharmed() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for failure in [
        Failure::NoScope,
        Failure::Status(500),
        Failure::Nginx(504),
        Failure::Html,
    ] {
        fal.script(|script| {
            script.running = 1;
            script.fail_times(Place::Status, failure, 1);
        });
        let submitted = client.submit("dusk").await;
        let upset = client.status(&submitted).await;
        assert_eq!(upset.status, failure_status(failure));
        let next = client.status(&submitted).await;
        // Of two steps none was used up by the failed read.
        assert_eq!(next.json()["status"], "IN_PROGRESS", "after {failure}");
        assert_eq!(
            client.status(&submitted).await.json()["status"],
            "COMPLETED"
        );
    }
}

fn failure_status(failure: Failure) -> u16 {
    match failure {
        Failure::NoScope => 403,
        Failure::Status(status) | Failure::Nginx(status) => status,
        _ => 200,
    }
}

#[tokio::test]
async fn a_result_may_be_early_once_or_gone_for_ever() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let submitted = client.submit("dusk [[early-result]]").await;
    assert_eq!(
        client.status(&submitted).await.json()["status"],
        "COMPLETED"
    );
    assert_eq!(client.result(&submitted).await.status, 400);
    assert_eq!(client.result(&submitted).await.status, 200);

    let submitted = client.submit("dusk [[expired]]").await;
    assert_eq!(
        client.status(&submitted).await.json()["status"],
        "COMPLETED"
    );
    for _ in 0..2 {
        let gone = client.result(&submitted).await;
        assert_eq!(
            (gone.status, gone.json()),
            (404, json!({"status": "NOT_FOUND"}))
        );
    }
}

#[tokio::test]
async fn a_poll_may_be_cut_off() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let submitted = client.submit("dusk [[status:reset*1]]").await;
    let place = submitted["status_url"].as_str().unwrap();
    client
        .with_key(reqwest::Method::GET, place)
        .send()
        .await
        .unwrap_err();
    assert_eq!(client.status(&submitted).await.status, 200);
}

#[tokio::test]
async fn a_script_changed_while_a_job_runs_reaches_that_job() {
    let fal = Fal::start().await;
    fal.script(|script| script.stuck = true);
    let client = Client::of(&fal);
    let submitted = client.submit("dusk").await;
    assert_eq!(client.status(&submitted).await.json()["status"], "IN_QUEUE");
    fal.script(|script| script.stuck = false);
    assert_eq!(
        client.status(&submitted).await.json()["status"],
        "COMPLETED"
    );
}
