//! A submit whose answer was lost, as clients of the old routes see it: at work while fal's list is searched, then an error.

use overpaint_core::job::{JobId, State};
use overpaint_testkit::{Failure, Place, Role, sample};
use serde_json::{Value, json};

use crate::house::{House, json_of};

/// How many jobs a page of that status says there are, and how many are on it.
async fn page(house: &House, status: &str) -> (u64, usize) {
    let page = house.json(&format!("/api/jobs/page?status={status}")).await;
    let items = page["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["status"] == status), "{page}");
    (page["total"].as_u64().unwrap(), items.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn doubt_is_at_work_while_it_is_searched_and_is_not_run_again() {
    let house = House::new().await;
    let made: Value =
        json_of(house.post("[[lost-reply]]", &sample::photo_png(32, 32), "a.png")).await;
    let id = made["job_id"].as_str().unwrap();
    let end = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
    while house
        .library
        .job(JobId::parse(id).unwrap())
        .await
        .unwrap()
        .state
        != State::Unconfirmed
    {
        assert!(tokio::time::Instant::now() < end, "it never came to doubt");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let job = house.json(&format!("/api/jobs/{id}")).await;
    assert_eq!(
        (&job["status"], &job["error"]),
        (&json!("processing"), &Value::Null)
    );
    assert_eq!(house.json("/api/jobs").await[0]["status"], "processing");
    assert_eq!(page(&house, "processing").await, (1, 1));
    assert_eq!(page(&house, "error").await, (0, 0));
    let retry = house
        .http
        .post(format!("{}/api/jobs/{id}/retry", house.url));
    assert_eq!(retry.send().await.unwrap().status(), 200);
    // Another attempt would be counted at once, whenever it submits.
    let known = JobId::parse(id).unwrap();
    assert_eq!(house.library.job(known).await.unwrap().attempt, 1);
    assert_eq!(house.fal.requests_as(Role::Submit).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn doubt_that_is_the_users_turn_is_an_error_in_the_originals_words() {
    let house = House::with(&[
        ("FAL_API_KEY", overpaint_testkit::GOOD_KEY),
        ("RECONCILE_PAUSE", "0.01"),
    ])
    .await;
    house.fal.script(|script| {
        script.fail(Place::Requests, Failure::NoScope);
    });
    let job = house
        .run("[[lost-reply]]", &sample::photo_png(32, 32), "a.png")
        .await;
    assert_eq!(job["status"], "error");
    let error = job["error"].as_str().unwrap();
    assert!(
        error.starts_with("Server disconnected") && error.contains("may have been charged"),
        "{error}"
    );
    assert_eq!(page(&house, "processing").await, (0, 0));
    assert_eq!(page(&house, "error").await, (1, 1));
    assert_eq!(house.fal.charges(), 1);
}
