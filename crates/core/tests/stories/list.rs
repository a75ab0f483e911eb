//! fal's list of requests as it is: other programs' megabytes in it, inputs that are not shown, refusals. Only a list that was read to its end and
//! shows what was asked can say that something is not in it.

use chrono::TimeDelta;
use overpaint_core::clock::Clock;
use overpaint_core::error::Charged;
use overpaint_core::job::{Job, State};
use overpaint_testkit::{Failure, Place, Role};
use serde_json::json;

use super::reconcile::{said, searches, soon, submits, users_turn};
use super::{MODEL, Stage, open, open_at, run, until_state};

/// Another program's request to the same model, with that many bytes of input.
async fn others(stage: &Stage, bytes: usize) {
    let client = reqwest::Client::builder().build().unwrap();
    let answer = client
        .post(format!("{}/queue/{MODEL}", stage.fal.origin()))
        .header("authorization", format!("Key {}", stage.fal.key()))
        .header("content-type", "application/json")
        .body(
            json!({"prompt": "x".repeat(bytes), "image_urls": ["https://example.com/x.png"]})
                .to_string(),
        )
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

/// What the list was asked for, in order.
fn asked(stage: &Stage, name: &str) -> Vec<Option<String>> {
    let requests = stage.fal.requests_as(Role::Requests);
    let value = |query: &str| {
        let prefix = format!("{name}=");
        let found = query.split('&').find_map(|pair| pair.strip_prefix(&prefix));
        found.map(str::to_owned)
    };
    requests
        .iter()
        .map(|request| value(&request.query))
        .collect()
}

fn check_users_turn(job: &Job) {
    assert!(said(job).contains("could not be searched"), "{job:?}");
    assert!(!said(job).contains("does not have it"), "{job:?}");
    assert_eq!(job.failure.as_ref().unwrap().charged, Charged::Maybe);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_does_not_show_what_was_asked_is_not_said_to_lack_it() {
    let stage = Stage::new().await;
    stage.fal.script(|script| script.no_payloads = true);
    let library = open(soon(&stage)).await;
    let job = run(&library, "[[lost-reply]]").await;
    let job = users_turn(&library, job.id).await;
    check_users_turn(&job);
    assert!(said(&job).contains("what was asked"), "{job:?}");
    stage.fal.script(|script| script.no_payloads = false);
    library.look_again(job.id).await.unwrap();
    until_state(&library, job.id, State::Done).await;
    assert_eq!((submits(&stage), stage.fal.charges()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_hours_ahead_finds_it_all_the_same() {
    let stage = Stage::new().await;
    let ahead = Clock::from_fn(|| Clock::system().now() + TimeDelta::hours(5));
    let library = open_at(soon(&stage), ahead).await;
    let job = run(&library, "[[lost-reply]]").await;
    until_state(&library, job.id, State::Done).await;
    assert_eq!((searches(&stage), stage.fal.charges()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_with_others_megabytes_is_read_in_shorter_pages() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let job = run(&library, "[[lost-reply]]").await;
    for _ in 0..5 {
        others(&stage, 1 << 20).await;
    }
    library.look_again(job.id).await.unwrap();
    until_state(&library, job.id, State::Done).await;
    let limits: Vec<u32> = asked(&stage, "limit")
        .into_iter()
        .map(|limit| limit.unwrap().parse().unwrap())
        .collect();
    assert_eq!(limits, [100, 50, 25, 12, 6, 3, 3]);
    assert!(asked(&stage, "cursor")[6].is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_too_long_to_read_is_gone_past_and_not_taken_for_read() {
    let stage = Stage::new().await;
    stage.fal.script(|script| script.listed_after = u32::MAX);
    let library = open(soon(&stage)).await;
    let job = run(&library, "[[lost-reply]]").await;
    let job = users_turn(&library, job.id).await;
    assert!(said(&job).contains("does not have it"), "{job:?}");

    // Beside it, another program's request that is longer than a page may be.
    others(&stage, 5 << 20).await;
    stage.fal.script(|script| script.listed_after = 0);
    library.look_again(job.id).await.unwrap();
    until_state(&library, job.id, State::Done).await;

    // Where ours is not found, that one may be it.
    let job = run(&library, "[[lost-reply]] [[unlisted]]").await;
    check_users_turn(&users_turn(&library, job.id).await);
    assert_eq!(submits(&stage), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_says_no_for_good_leaves_it_to_the_user() {
    for status in [400, 404, 422] {
        let stage = Stage::new().await;
        stage.fal.script(|script| {
            script.fail(Place::Requests, Failure::Status(status));
        });
        let library = open(soon(&stage)).await;
        let job = run(&library, "[[lost-reply]]").await;
        check_users_turn(&users_turn(&library, job.id).await);
        assert_eq!(searches(&stage), 2, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_fails_for_ever_leaves_it_to_the_user_in_the_end() {
    let stage = Stage::new().await;
    stage.fal.script(|script| {
        script.fail(Place::Requests, Failure::Internal);
    });
    let library = open(soon(&stage)).await;
    let job = run(&library, "[[lost-reply]]").await;
    check_users_turn(&users_turn(&library, job.id).await);
    assert_eq!(searches(&stage), 30);
}
