//! The queue on a good day.

use overpaint_testkit::{Cancel, Failure, Fal, Role};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, MODEL, read, url};

#[tokio::test]
async fn a_job_counts_down_in_line_runs_with_logs_and_ends() {
    let fal = Fal::start().await;
    fal.script(|script| {
        script.line = 2;
        script.running = 2;
    });
    let client = Client::of(&fal);

    let submitted = client.submit("make it dusk").await;
    assert_eq!(submitted["status"], "IN_QUEUE");
    assert_eq!(submitted["queue_position"], 2);

    let mut seen = Vec::new();
    for _ in 0..5 {
        let reply = client.status(&submitted).await;
        let body = reply.json();
        let position = body.get("queue_position").cloned();
        let lines = body["logs"].as_array().map(Vec::len);
        seen.push((
            reply.status,
            body["status"].as_str().unwrap().to_owned(),
            position,
            lines,
        ));
    }
    assert_eq!(
        seen,
        [
            (202, "IN_QUEUE".to_owned(), Some(json!(1)), None),
            (202, "IN_QUEUE".to_owned(), Some(json!(0)), None),
            (202, "IN_PROGRESS".to_owned(), None, Some(1)),
            (202, "IN_PROGRESS".to_owned(), None, Some(2)),
            (200, "COMPLETED".to_owned(), None, Some(2)),
        ]
    );
    assert_eq!(client.result(&submitted).await.status, 200);
    assert_eq!(fal.charges(), 1);
    let job = fal.job(url(&submitted, "request_id")).unwrap();
    assert_eq!((job.status_reads, job.result_reads), (5, 1));
}

#[tokio::test]
async fn returned_urls_hold_the_app_only_and_the_longer_forms_answer_too() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let submitted = client.submit("dusk").await;
    let id = url(&submitted, "request_id");
    let base = format!("{}/queue/fal-ai/bytedance/requests/{id}", fal.origin());
    assert_eq!(submitted["response_url"], json!(base));
    assert_eq!(submitted["status_url"], json!(format!("{base}/status")));
    assert_eq!(submitted["cancel_url"], json!(format!("{base}/cancel")));
    for path in [
        format!("/queue/{MODEL}/requests/{id}/status"),
        format!("/queue/{MODEL}/requests/{id}"),
        format!("{base}/response"),
    ] {
        assert_eq!(client.get(&path).await.status, 200, "{path}");
    }
    let half = client
        .get(&format!(
            "/queue/fal-ai/bytedance/seedream/requests/{id}/status"
        ))
        .await;
    assert_eq!(half.status, 404);
    assert_eq!(half.json()["detail"], "Path /seedream not found");
}

#[tokio::test]
async fn logs_are_null_unless_asked_for_and_some_entries_lack_level_and_source() {
    let fal = Fal::start().await;
    fal.script(|script| script.running = 2);
    let client = Client::of(&fal);
    let submitted = client.submit("dusk").await;
    let silent = client.get(url(&submitted, "status_url")).await.json();
    assert_eq!(silent.get("logs"), Some(&Value::Null));
    let logs = client.status(&submitted).await.json()["logs"].clone();
    assert_eq!(logs[0]["level"], "INFO");
    assert_eq!(logs[1].get("level"), None);
    assert!(logs[1]["timestamp"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn every_reply_has_a_request_id_header_and_a_job_has_always_its_own() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let submitted = client.submit("dusk").await;
    let id = url(&submitted, "request_id");
    let status = client.status(&submitted).await;
    assert_eq!(status.header("x-fal-request-id"), Some(id));
    let lost = client.get("/nowhere/at/all").await;
    assert_eq!(lost.status, 405);
    assert!(lost.header("x-fal-request-id").is_some());
}

#[tokio::test]
async fn a_wrong_method_is_405() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let submitted = client.submit("dusk").await;
    for (method, place) in [
        (Method::GET, format!("/queue/{MODEL}")),
        (Method::POST, url(&submitted, "status_url").to_owned()),
        (Method::GET, url(&submitted, "cancel_url").to_owned()),
        (Method::DELETE, url(&submitted, "response_url").to_owned()),
        (Method::GET, "/rest/storage/upload/initiate".to_owned()),
    ] {
        let reply = read(client.with_key(method.clone(), &place)).await;
        assert_eq!(reply.status, 405, "{method} {place}");
    }
    assert_eq!(fal.charges(), 1);
}

#[tokio::test]
async fn an_unknown_request_is_not_found() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let path = "/queue/fal-ai/nano-banana/requests/0b9cf4b2-3e0a-4e43-9f5b-3f4c5d6e7f80";
    for place in [
        path.to_owned(),
        format!("{path}/status"),
        format!("{path}/status/stream"),
    ] {
        let reply = client.get(&place).await;
        assert_eq!(
            (reply.status, reply.json()),
            (404, json!({"status": "NOT_FOUND"})),
            "{place}"
        );
    }
    let reply = client.put(&format!("{path}/cancel")).await;
    assert_eq!(
        (reply.status, reply.json()),
        (404, json!({"status": "NOT_FOUND"}))
    );
}

#[tokio::test]
async fn a_result_asked_for_too_early_is_400_and_later_200() {
    let fal = Fal::start().await;
    fal.script(|script| script.running = 1);
    let client = Client::of(&fal);
    let submitted = client.submit("dusk").await;
    let early = client.result(&submitted).await;
    assert_eq!(
        (early.status, early.json()["detail"].as_str()),
        (400, Some("Request is still in progress"))
    );
    client.status(&submitted).await;
    assert_eq!(client.result(&submitted).await.status, 200);
}

#[tokio::test]
async fn a_stuck_job_stays_at_position_0_and_can_be_cancelled() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let submitted = client.submit("dusk [[stuck]]").await;
    for _ in 0..20 {
        let body = client.status(&submitted).await.json();
        assert_eq!(
            (body["status"].as_str(), &body["queue_position"]),
            (Some("IN_QUEUE"), &json!(0))
        );
    }
    let reply = client.cancel(&submitted).await;
    assert_eq!(
        (reply.status, reply.json()),
        (202, json!({"status": "CANCELLATION_REQUESTED"}))
    );
    let ended = client.status(&submitted).await;
    assert_eq!(
        (ended.status, ended.json()["error_type"].as_str()),
        (200, Some("client_cancelled"))
    );
    let result = client.result(&submitted).await;
    assert_eq!(
        (result.status, result.json()["error_type"].as_str()),
        (499, Some("client_cancelled"))
    );
    assert!(fal.jobs()[0].cancelled);
}

#[tokio::test]
async fn a_finished_job_cannot_be_cancelled() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let submitted = client.submit("dusk").await;
    client.status(&submitted).await;
    let reply = client.cancel(&submitted).await;
    assert_eq!(
        (reply.status, reply.json()),
        (400, json!({"status": "ALREADY_COMPLETED"}))
    );
    assert_eq!(client.result(&submitted).await.status, 200);
}

#[tokio::test]
async fn a_cancel_may_lose_the_race_or_take_the_job_out_at_once() {
    let fal = Fal::start().await;
    fal.script(|script| script.running = 1);
    let client = Client::of(&fal);
    let submitted = client.submit("dusk [[cancel-race]]").await;
    assert_eq!(client.cancel(&submitted).await.status, 202);
    client.status(&submitted).await;
    let ended = client.status(&submitted).await.json();
    assert_eq!(
        (ended["status"].as_str(), ended.get("error")),
        (Some("COMPLETED"), None)
    );
    assert_eq!(client.result(&submitted).await.status, 200);

    fal.script(|script| script.cancel = Cancel::Removed);
    let submitted = client.submit("dawn").await;
    let reply = client.cancel(&submitted).await;
    assert_eq!((reply.status, reply.json()), (200, json!("OK")));
    assert_eq!(client.result(&submitted).await.status, 499);
}

#[tokio::test]
async fn a_failed_job_is_completed_with_error_and_its_result_is_the_models_own_answer() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for (failure, http, kind, units) in [
        (Failure::Validation, 422, "less_than_equal", Some("0")),
        (Failure::Policy, 422, "content_policy_violation", Some("0")),
        (Failure::NoMedia, 422, "no_media_generated", Some("1")),
        (Failure::Internal, 500, "internal_server_error", Some("0")),
    ] {
        fal.script(|script| script.end = Some(failure));
        let submitted = client.submit("dusk").await;
        let status = client.status(&submitted).await;
        assert_eq!(status.status, 200);
        let told = status.json();
        assert_eq!(
            (told["status"].as_str(), told["error_type"].as_str()),
            (Some("COMPLETED"), Some(kind))
        );
        let result = client.result(&submitted).await;
        let detail = &result.json()["detail"][0];
        assert_eq!((result.status, detail["type"].as_str()), (http, Some(kind)));
        assert_eq!(detail["msg"], told["error"]);
        assert_eq!(result.header("x-fal-billable-units"), units);
        assert_eq!(result.header("x-fal-retryable"), Some("false"));
    }
    assert_eq!(fal.charges(), 4);
}

#[tokio::test]
async fn a_validation_error_names_its_field_and_a_policy_error_the_prompt() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let submitted = client.submit("[[validation]]").await;
    let detail = client.result(&submitted).await.json()["detail"][0].clone();
    assert_eq!(detail["loc"], json!(["body", "num_images"]));
    assert_eq!(detail["ctx"], json!({"le": 4}));
    let submitted = client.submit("[[policy]]").await;
    let detail = client.result(&submitted).await.json()["detail"][0].clone();
    assert_eq!(detail["loc"], json!(["body", "prompt"]));
}

#[tokio::test]
async fn the_streamed_status_tells_each_step_once_with_the_new_logs_and_ends() {
    let fal = Fal::start().await;
    fal.script(|script| {
        script.line = 1;
        script.running = 2;
    });
    let client = Client::of(&fal);
    let submitted = client.submit("dusk").await;
    let place = format!("{}/stream?logs=1", url(&submitted, "status_url"));
    let reply = client.get(&place).await;
    assert_eq!(reply.header("content-type"), Some("text/event-stream"));
    let events: Vec<Value> = reply
        .text
        .split("\n\n")
        .filter(|event| !event.is_empty())
        .map(|event| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap())
        .collect();
    let told: Vec<(&str, Option<usize>)> = events
        .iter()
        .map(|event| {
            (
                event["status"].as_str().unwrap(),
                event["logs"].as_array().map(Vec::len),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("IN_QUEUE", None),
            ("IN_PROGRESS", Some(1)),
            ("IN_PROGRESS", Some(1)),
            ("COMPLETED", Some(0))
        ]
    );
}

#[tokio::test]
async fn two_fals_know_nothing_of_each_other() {
    let (one, two) = (Fal::start().await, Fal::start().await);
    let submitted = Client::of(&one).submit("dusk").await;
    assert_eq!((one.charges(), two.charges()), (1, 0));
    let id = url(&submitted, "request_id");
    let path = format!("/queue/fal-ai/bytedance/requests/{id}/status");
    assert_eq!(Client::of(&two).get(&path).await.status, 404);
    assert_eq!(two.requests_as(Role::Submit).len(), 0);
}

#[tokio::test]
async fn a_record_keeps_what_was_sent_and_what_was_answered() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let submitted = client.submit("dusk").await;
    client.status(&submitted).await;
    let id = url(&submitted, "request_id");
    let about = fal.requests_about(id);
    let roles: Vec<Role> = about.iter().map(|request| request.role).collect();
    assert_eq!(roles, [Role::Submit, Role::Status]);
    let submit = &about[0];
    assert_eq!(
        (submit.method.as_str(), submit.path.as_str()),
        ("POST", format!("/queue/{MODEL}").as_str())
    );
    assert_eq!(
        submit.authorization.as_deref(),
        Some("Key test-key-id:test-key-secret")
    );
    assert_eq!(submit.json()["prompt"], "dusk");
    assert_eq!(submit.answered, Some(200));
    assert_eq!(about[1].query, "logs=1");
}
