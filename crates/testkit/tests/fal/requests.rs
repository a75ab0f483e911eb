//! The list of past requests: how a client finds the job whose answer was lost.

use overpaint_testkit::{Failure, Fal, Place};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, ELSEWHERE, MODEL, read};

fn list(more: &str) -> String {
    format!("/api/v1/models/requests/by-endpoint?endpoint_id={MODEL}{more}")
}

async fn items(client: &Client, more: &str) -> Vec<Value> {
    let reply = client.get(&list(more)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_job_whose_reply_was_lost_is_in_the_list_with_what_was_sent() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let body = json!({"prompt": "dusk [[lost-reply]]", "image_urls": [ELSEWHERE], "seed": 77});
    client
        .posting(&format!("/queue/{MODEL}"), &body)
        .send()
        .await
        .unwrap_err();
    let plain = items(&client, "").await;
    assert_eq!(plain.len(), 1);
    assert_eq!(plain[0].get("json_input"), None);
    let full = items(&client, "&expand=payloads").await;
    assert_eq!(full[0]["json_input"], body);
    assert_eq!(full[0]["request_id"], json!(fal.jobs()[0].request_id));
    assert_eq!(full[0]["endpoint_id"], MODEL);
    // Not over, so it has no end and no output yet.
    assert_eq!(full[0]["ended_at"], Value::Null);
    assert_eq!(full[0].get("json_output"), None);
}

#[tokio::test]
async fn a_finished_job_tells_its_output_and_a_failed_one_its_status() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let done = client.submit("dusk").await;
    let result = client.result(&done).await.json();
    let failed = client.submit("dusk [[policy]]").await;
    client.status(&failed).await;
    let items = items(&client, "&expand=payloads").await;
    // The newest first.
    assert_eq!(items[0]["status_code"], 422);
    assert_eq!(items[0].get("json_output"), None);
    assert_eq!(items[1]["status_code"], 200);
    assert_eq!(items[1]["json_output"], result);
}

#[tokio::test]
async fn nothing_is_kept_where_the_request_said_so_or_after_a_deletion() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let place = format!("/queue/{MODEL}");
    let private = client
        .posting(&place, &json!({"prompt": "private"}))
        .header("X-Fal-Store-IO", "0");
    assert_eq!(read(private).await.status, 200);
    let kept = client.submit("kept").await;
    let inputs = async || {
        let items = items(&client, "&expand=payloads").await;
        items
            .iter()
            .map(|item| item["json_input"]["prompt"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(inputs().await, [json!("kept"), Value::Null]);
    let delete = |id: &str| {
        let place = format!("/api/v1/models/requests/{id}/payloads");
        read(client.with_key(Method::DELETE, &place))
    };
    let id = kept["request_id"].as_str().unwrap();
    assert_eq!(delete(id).await.status, 200);
    assert_eq!(inputs().await, [Value::Null, Value::Null]);
    assert_eq!(delete("nobody").await.json()["error"]["type"], "not_found");
}

#[tokio::test]
async fn a_job_can_be_listed_late_or_never() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    client.submit("dusk [[listed-after:2]]").await;
    client.submit("dusk [[unlisted]]").await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(items(&client, "").await.len());
    }
    assert_eq!(seen, [0, 0, 1, 1]);
}

#[tokio::test]
async fn the_list_comes_in_pages_and_knows_models_and_times() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for number in 0..5 {
        client.submit(&number.to_string()).await;
    }
    let mut prompts = Vec::new();
    let mut more = "&limit=2&expand=payloads".to_owned();
    loop {
        let page = client.get(&list(&more)).await.json();
        for item in page["items"].as_array().unwrap() {
            prompts.push(item["json_input"]["prompt"].clone());
        }
        let Some(cursor) = page["next_cursor"].as_str() else {
            assert_eq!(page["has_more"], false);
            break;
        };
        more = format!("&limit=2&expand=payloads&cursor={cursor}");
    }
    assert_eq!(prompts, ["4", "3", "2", "1", "0"]);
    assert_eq!(items(&client, "&start=2020-01-01").await.len(), 5);
    assert_eq!(items(&client, "&end=2020-01-01T00:00:00Z").await.len(), 0);
    let id = &fal.jobs()[2].request_id;
    assert_eq!(items(&client, &format!("&request_id={id}")).await.len(), 1);
    let other = "/api/v1/models/requests/by-endpoint?endpoint_id=fal-ai/esrgan";
    assert_eq!(client.get(other).await.json()["items"], json!([]));
    for wrong in ["&limit=101", "&cursor=2", "&start=yesterday"] {
        assert_eq!(client.get(&list(wrong)).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn the_list_can_fail_in_the_platforms_form() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let without_key = read(client.bare(Method::GET, &list(""))).await;
    assert_eq!(without_key.status, 401);
    for (failure, status, kind) in [
        (Failure::Unauthorized, 401, "authorization_error"),
        (Failure::NoScope, 403, "authorization_error"),
        (Failure::Status(429), 429, "rate_limited"),
        (Failure::Status(503), 503, "server_error"),
    ] {
        fal.script(|script| {
            script.fail(Place::Requests, failure);
        });
        let reply = client.get(&list("")).await;
        assert_eq!(reply.status, status);
        assert_eq!(reply.json()["error"]["type"], kind, "{failure}");
    }
}
