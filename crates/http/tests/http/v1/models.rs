//! Which models there are, and what they take.

use serde_json::{Value, json};

use super::{MODEL, problem};
use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn models_are_found_and_say_what_they_take() {
    let house = House::with(&[]).await;
    let json = |path: &'static str| {
        let asked = house.get(path);
        async move { asked.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let offered = json("/api/v1/models").await;
    assert_eq!(
        (&offered[0]["id"], &offered[1]["id"]),
        (&json!("demo"), &json!(MODEL))
    );
    let found = json("/api/v1/models?search=kontext%20precise").await;
    assert_eq!(found[0]["id"], "fal-ai/flux-pro/kontext");
    for path in [
        "/api/v1/models/fal-ai/flux-pro/v1/fill",
        "/api/v1/models/fal-ai%2Fflux-pro%2Fv1%2Ffill",
    ] {
        let form = json(path).await;
        assert_eq!(
            (&form["known"], &form["model"]["takes_mask"]),
            (&json!(true), &json!(true))
        );
        let count = form["fields"]
            .as_array()
            .unwrap()
            .iter()
            .find(|field| field["name"] == "num_images");
        assert_eq!(
            count.unwrap()["kind"],
            json!({ "kind": "integer", "min": 1.0, "max": 4.0, "step": null })
        );
    }
    let none = house.get("/api/v1/models/a/../b%3F").send().await.unwrap();
    assert_eq!(problem(none).await["code"], "not_found");
}
