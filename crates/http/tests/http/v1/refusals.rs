//! What is refused, as a problem with a code, and the description of it all.

use overpaint_testkit::sample;
use reqwest::Method;
use serde_json::{Value, json};

use super::{MODEL, problem};
use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_a_problem_with_a_code() {
    let house = House::with(&[]).await;
    let picture = house.picture().await;
    let id = &picture["id"];
    let edits = [
        (
            json!({ "version_id": id, "prompt": "x", "model": MODEL }),
            401,
            "key_missing",
        ),
        (
            json!({ "version_id": id, "prompt": " ", "model": "demo" }),
            422,
            "prompt_empty",
        ),
        (
            json!({ "version_id": "x", "prompt": "x", "model": "demo" }),
            404,
            "not_found",
        ),
        (
            json!({ "version_id": id, "prompt": "x", "model": "a/../b" }),
            401,
            "key_missing",
        ),
        (
            json!({ "version_id": id, "prompt": "x", "model": "demo", "parameters": { "seed": 1 } }),
            422,
            "parameter_invalid",
        ),
        (
            json!({ "version_id": id, "prompt": "x", "modle": "demo" }),
            400,
            "request_malformed",
        ),
        (json!([]), 400, "request_malformed"),
    ];
    for (wish, status, code) in edits {
        let refused = problem(house.edit(&wish).send().await.unwrap()).await;
        assert_eq!(
            (&refused["status"], &refused["code"]),
            (&json!(status), &json!(code)),
            "{wish}"
        );
    }
    let many = json!({ "ids": vec![""; 1001] });
    let restore = house.ask(Method::POST, "/api/v1/items/restore").json(&many);
    assert_eq!(
        problem(restore.send().await.unwrap()).await["code"],
        "request_malformed"
    );
    let form = house
        .ask(Method::POST, "/api/v1/pictures")
        .header("content-type", "multipart/form-data; boundary=B")
        .body("--B--");
    let said = problem(form.send().await.unwrap()).await;
    assert!(said["detail"].as_str().unwrap().contains("--data-binary"));
    let no_picture = house
        .ask(Method::POST, "/api/v1/pictures")
        .body("<html>")
        .send()
        .await
        .unwrap();
    assert_eq!(problem(no_picture).await["code"], "picture_unsupported");
    for path in [
        "/api/v1/nothing",
        "/api/v1/jobs/nope",
        "/api/v1/versions/%FF",
        "/api/v1/versions/..%2f..%2flibrary.db/picture",
    ] {
        assert_eq!(
            problem(house.get(path).send().await.unwrap()).await["status"],
            404,
            "{path}"
        );
    }
    let wrong = house.ask(Method::PUT, "/api/v1/jobs").send().await.unwrap();
    assert_eq!(wrong.status(), 405);
    // The demo engine needs no key here: it was asked for by its name.
    let demo = house
        .edit(&json!({ "version_id": id, "prompt": "sepia", "model": "demo" }))
        .send()
        .await
        .unwrap();
    assert_eq!(demo.status(), 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_names_every_route_and_is_the_one_that_is_checked_in() {
    let house = House::new().await;
    let served: Value = house.json("/openapi.json").await;
    let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let kept: Value = serde_json::from_slice(&std::fs::read(kept).unwrap()).unwrap();
    assert!(served == kept, "run `cargo xtask types`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_picture_is_found_out_before_it_is_paid_for() {
    let house = House::new().await;
    let mut picture = sample::photo_png(64, 64);
    let middle = picture.len() / 2;
    picture[middle..middle + 200].fill(0x55);
    let job = house.run("dusk", &picture, "a.png").await;
    assert_eq!(
        (&job["status"], house.fal.charges()),
        (&json!("error"), 0),
        "{job}"
    );
    assert!(job["error"].as_str().unwrap().contains("damaged"), "{job}");
}
