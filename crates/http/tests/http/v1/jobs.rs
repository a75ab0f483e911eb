//! Edits and their jobs, from the submit to the trash.

use overpaint_testkit::{Role, Stage};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{MODEL, PATIENCE, problem};
use crate::house::{House, json_of};

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_with_parameters_goes_to_fal_with_them_and_its_result_is_a_version() {
    let house = House::new().await;
    let picture = house.picture().await;
    let wish = json!({ "version_id": picture["id"], "prompt": "dusk", "model": MODEL, "parameters": { "seed": 7, "image_size": "square" } });
    let answer = house.edit(&wish).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let done: Value = house.json(&format!("{location}?wait=60")).await;
    assert_eq!(
        (&done["state"], &done["parameters"]),
        (&json!("done"), &wish["parameters"])
    );
    let sent = house.fal.requests_as(Role::Submit)[0].json();
    assert_eq!(
        (&sent["prompt"], &sent["seed"], &sent["image_size"]),
        (&json!("dusk"), &json!(7), &json!("square"))
    );

    let result = done["result_ids"][0].as_str().unwrap();
    let history: Value = house
        .json(&format!("/api/v1/versions/{result}/history"))
        .await;
    assert_eq!(history["versions"][1]["parent_id"], picture["id"]);
    let stored = house
        .get(&format!("/api/v1/versions/{result}/picture"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            stored.status().as_u16(),
            stored.headers()["content-security-policy"]
                .to_str()
                .unwrap()
        ),
        (200, "sandbox")
    );
    for size in ["thumb", "screen", "full"] {
        let path = format!("/api/v1/versions/{result}/picture?size={size}");
        let shown = house.get(&path).send().await.unwrap();
        let tag = shown.headers()["etag"].clone();
        assert!(
            shown.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with("image/")
        );
        assert!(!shown.bytes().await.unwrap().is_empty());
        assert_eq!(
            house
                .get(&path)
                .header("if-none-match", tag)
                .send()
                .await
                .unwrap()
                .status(),
            304
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_idempotency_key_joins_two_requests_into_one_job() {
    let house = House::new().await;
    let picture = house.picture().await;
    let wish = json!({ "version_id": picture["id"], "prompt": "dusk", "model": MODEL });
    let submit = async |wish: &Value, key: Option<&str>| {
        let request = house.edit(wish);
        let request = match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        request.send().await.unwrap()
    };
    let id = async |answer: Response| answer.json::<Value>().await.unwrap()["id"].clone();
    let first = id(submit(&wish, Some("k-1")).await).await;
    assert_eq!(id(submit(&wish, Some("k-1")).await).await, first);
    let (one, two) = (
        id(submit(&wish, None).await).await,
        id(submit(&wish, None).await).await,
    );
    assert!(one != two && one != first);
    let other = json!({ "version_id": picture["id"], "prompt": "dawn", "model": MODEL });
    let refused = problem(submit(&other, Some("k-1")).await).await;
    assert_eq!(
        (&refused["code"], &refused["status"]),
        (&json!("idempotency_mismatch"), &json!(422))
    );
    for job in [&first, &one, &two] {
        let path = format!("/api/v1/jobs/{}?wait=60", job.as_str().unwrap());
        let ended: Value = house.json(&path).await;
        assert_eq!(ended["state"], "done");
    }
    assert_eq!(house.fal.charges(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_is_answered_at_the_jobs_end_and_not_before() {
    let house = House::new().await;
    house.fal.hold(Stage::InQueue);
    let picture = house.picture().await;
    let wish = json!({ "version_id": picture["id"], "prompt": "dusk", "model": MODEL });
    let job: Value = json_of(house.edit(&wish)).await;
    house.fal.reached(Stage::InQueue).await;
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    let now: Value = house.json(&path).await;
    assert_eq!(now["state"], "waiting");
    let waiting = tokio::spawn(house.get(&format!("{path}?wait=60")).send());
    house.fal.release(Stage::InQueue);
    let ended: Value = timeout(PATIENCE, waiting)
        .await
        .unwrap()
        .unwrap()
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(ended["state"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_by_cursor_and_by_state() {
    let house = House::new().await;
    house.edited("one").await;
    house.edited("[[locked]] two").await;
    house.edited("three").await;
    let page = async |query: &str| -> Value { house.json(&format!("/api/v1/jobs?{query}")).await };
    let prompts = |page: &Value| -> Vec<String> {
        page["jobs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|job| job["prompt"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = page("limit=2").await;
    assert_eq!(prompts(&first), ["three", "[[locked]] two"]);
    let second = page(&format!(
        "limit=2&after={}",
        first["next"].as_str().unwrap()
    ))
    .await;
    assert_eq!(
        (prompts(&second), &second["next"]),
        (vec!["one".to_owned()], &Value::Null)
    );
    assert_eq!(prompts(&page("state=failed").await), ["[[locked]] two"]);
    let items: Value = house.json("/api/v1/items?limit=200").await;
    // One picture, the same each time, and three jobs.
    assert_eq!(
        (items["items"].as_array().unwrap().len(), &items["total"]),
        (4, &json!(4))
    );
    for query in ["limit=x", "after=x", "state=x"] {
        let refused = problem(
            house
                .get(&format!("/api/v1/jobs?{query}"))
                .send()
                .await
                .unwrap(),
        )
        .await;
        assert_eq!(
            (&refused["code"], &refused["status"]),
            (&json!("request_malformed"), &json!(400)),
            "{query}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_cancelled_run_again_deleted_and_brought_back() {
    let house = House::new().await;
    house.fal.hold(Stage::Upload);
    let picture = house.picture().await;
    let wish = json!({ "version_id": picture["id"], "prompt": "dusk", "model": MODEL });
    let job: Value = json_of(house.edit(&wish)).await;
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    let cancelled = house
        .ask(Method::POST, &format!("{path}/cancel"))
        .send()
        .await
        .unwrap();
    assert_eq!(cancelled.status(), 200);
    house.fal.release(Stage::Upload);
    let ended: Value = house.json(&format!("{path}?wait=60")).await;
    assert_eq!(ended["state"], "cancelled");
    let late = problem(
        house
            .ask(Method::POST, &format!("{path}/cancel"))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (&late["code"], &late["status"]),
        (&json!("too_late"), &json!(409))
    );
    assert_eq!(
        house
            .ask(Method::POST, &format!("{path}/retry"))
            .send()
            .await
            .unwrap()
            .status(),
        202
    );
    let ended: Value = house.json(&format!("{path}?wait=60")).await;
    assert_eq!((&ended["state"], house.fal.charges()), (&json!("done"), 1));
    assert_eq!(
        house
            .ask(Method::DELETE, &path)
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    assert_eq!(
        problem(house.get(&path).send().await.unwrap()).await["code"],
        "not_found"
    );
    let restore = house
        .ask(Method::POST, "/api/v1/items/restore")
        .json(&json!({ "ids": [job["id"]] }));
    assert_eq!(restore.send().await.unwrap().status(), 204);
    assert_eq!(house.get(&path).send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_in_the_trash_is_nobodys_to_run() {
    let house = House::new().await;
    let failed = house.edited("[[locked]] dusk").await;
    let path = format!("/api/v1/jobs/{}", failed["id"].as_str().unwrap());
    assert_eq!(
        house
            .ask(Method::DELETE, &path)
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    for act in ["retry", "look", "cancel"] {
        let asked = house.ask(Method::POST, &format!("{path}/{act}"));
        let refused = problem(asked.send().await.unwrap()).await;
        assert_eq!(refused["code"], "not_found", "{act}");
    }
    assert_eq!(house.library.active_count().await.unwrap(), 0);
    assert_eq!(house.fal.charges(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_without_a_model_is_answered_though_the_settings_have_changed() {
    let house = House::new().await;
    let picture = house.picture().await;
    let wish = json!({ "version_id": picture["id"], "prompt": "dusk" });
    let submit = async || {
        let request = house.edit(&wish).header("idempotency-key", "k-1");
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let first = submit().await;
    let change = overpaint_core::settings::Change {
        model: Some("fal-ai/flux-2-pro/edit".to_owned()),
        ..Default::default()
    };
    house.library.change_settings(change).unwrap();
    assert_eq!(submit().await["id"], first["id"]);
}
