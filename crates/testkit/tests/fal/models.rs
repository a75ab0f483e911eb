//! The catalogue, prices, and what a model refuses.

use overpaint_testkit::{Failure, Fal, Model, Place, Price, sample};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, ELSEWHERE, MODEL, read, url};

fn ids(page: &Value) -> Vec<String> {
    let models = page["models"].as_array().unwrap();
    models
        .iter()
        .map(|model| url(model, "endpoint_id").to_owned())
        .collect()
}

fn made_up() -> Model {
    Model {
        metadata: json!({"display_name": "Made Up", "category": "training"}),
        openapi: Some(json!({
            "openapi": "3.0.4",
            "paths": {"/me/mine": {"post": {"requestBody": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/MineInput"}
            }}}}}},
            "components": {"schemas": {"MineInput": {
                "type": "object",
                "required": ["prompt"],
                "properties": {
                    "prompt": {"type": "string"},
                    "num_images": {"type": "integer", "minimum": 1, "maximum": 4},
                    "image_url": {"type": "string", "nullable": true},
                },
            }}},
        })),
    }
}

#[tokio::test]
async fn the_catalogue_comes_in_pages_and_can_be_searched_without_a_key() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let get = async |query: &str| {
        let place = format!("/api/v1/models?{query}");
        read(client.bare(Method::GET, &place)).await.json()
    };
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(&format!("limit=20{cursor}")).await;
        all.extend(ids(&page));
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert!(all.len() > 20, "{all:?}");
    assert!(all.iter().any(|id| id == MODEL));
    let one = get(&format!("endpoint_id={MODEL}&expand=openapi-3.0")).await;
    assert_eq!(ids(&one), [MODEL]);
    assert_eq!(one["models"][0]["openapi"]["openapi"], "3.0.4");
    assert!(
        ids(&get("q=SEEDREAM").await)
            .iter()
            .all(|id| id.contains("seedream"))
    );
    assert_eq!(ids(&get("category=nothing").await), Vec::<String>::new());
    let bad_key = client
        .bare(Method::GET, "/api/v1/models")
        .header("authorization", "Key other:key");
    assert_eq!(read(bad_key).await.status, 401);
}

#[tokio::test]
async fn a_script_adds_changes_and_removes_models() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let schema = async |id: &str| {
        let place = format!("/site/api/openapi/queue/openapi.json?endpoint_id={id}");
        read(client.bare(Method::GET, &place)).await
    };
    assert_eq!(schema(MODEL).await.status, 200);
    assert_eq!(schema("me/mine").await.text, "null");
    fal.script(|script| {
        script.models.insert(MODEL.to_owned(), None);
        script.models.insert("me/mine".to_owned(), Some(made_up()));
    });
    assert_eq!(
        (
            schema(MODEL).await.status,
            schema(MODEL).await.text.as_str()
        ),
        (404, "null")
    );
    assert_eq!(schema("me/mine").await.json(), made_up().openapi.unwrap());
    let listed = client
        .get("/api/v1/models?endpoint_id=me/mine")
        .await
        .json();
    assert_eq!(listed["models"][0]["metadata"]["display_name"], "Made Up");
    fal.script(|script| {
        script.fail(Place::Schema, Failure::Nginx(502));
        script.fail(Place::Models, Failure::Status(500));
    });
    assert_eq!(schema("me/mine").await.status, 502);
    assert_eq!(
        client.get("/api/v1/models").await.json()["error"]["type"],
        "server_error"
    );
}

#[tokio::test]
async fn a_bad_input_is_accepted_then_refused_with_its_field_and_billed_nothing() {
    let fal = Fal::start().await;
    fal.script(|script| script.models.insert("me/mine".to_owned(), Some(made_up())));
    let client = Client::of(&fal);
    let submit = async |body: Value| {
        let submitted = client.post("/queue/me/mine", &body).await;
        assert_eq!(submitted.status, 200);
        submitted.json()
    };
    let submitted = submit(json!({"prompt": "dusk", "num_images": 9})).await;
    let status = client.status(&submitted).await.json();
    assert_eq!(
        (&status["status"], &status["error"], &status["error_type"]),
        (
            &json!("COMPLETED"),
            &json!("Input should be less than or equal to 4"),
            &json!("less_than_equal")
        )
    );
    let result = client.result(&submitted).await;
    assert_eq!(
        (result.status, result.header("x-fal-billable-units")),
        (422, Some("0"))
    );
    assert_eq!(
        result.json(),
        json!({"detail": [{
            "loc": ["body", "num_images"],
            "msg": "Input should be less than or equal to 4",
            "type": "less_than_equal",
            "ctx": {"le": 4},
            "input": 9,
            "url": "https://docs.fal.ai/errors/#less_than_equal",
        }]})
    );
    assert_eq!((fal.charges(), fal.jobs()[0].billed_units), (1, Some(0)));
    let fine =
        submit(json!({"prompt": "dusk", "num_images": 2, "image_url": null, "unknown": 1})).await;
    assert_eq!(
        client.result(&fine).await.json()["images"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(fal.jobs()[1].billed_units, Some(2));
    // Without a schema nothing is refused, and the original's protocol has none.
    assert_eq!(
        client
            .post("/me/mine", &json!({"num_images": 9}))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_picture_that_cannot_be_fetched_or_read_is_refused() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let upload = async |bytes: Option<Vec<u8>>| {
        let wish = json!({"content_type": "image/png", "file_name": "a.png"});
        let place = client
            .post("/rest/storage/upload/initiate", &wish)
            .await
            .json();
        if let Some(bytes) = bytes {
            let put = client
                .bare(Method::PUT, url(&place, "upload_url"))
                .body(bytes);
            assert_eq!(read(put).await.status, 200);
        }
        url(&place, "file_url").to_owned()
    };
    for (picture, refused) in [
        (upload(Some(sample::photo_png(4, 3))).await, None),
        (ELSEWHERE.to_owned(), None),
        (
            upload(Some(b"no picture".to_vec())).await,
            Some("image_load_error"),
        ),
        (
            "data:image/png;base64,bm8gcGljdHVyZQ==".to_owned(),
            Some("image_load_error"),
        ),
        (upload(None).await, Some("file_download_error")),
        (
            format!("{}/files/b/nobody/a.png", fal.origin()),
            Some("file_download_error"),
        ),
        ("input.png".to_owned(), Some("file_download_error")),
    ] {
        let body = json!({"prompt": "dusk", "image_urls": [picture]});
        let answer = client.post(&format!("/run/{MODEL}"), &body).await;
        let kind = answer.json()["detail"][0]["type"]
            .as_str()
            .map(str::to_owned);
        assert_eq!(kind.as_deref(), refused, "{picture}");
    }
}

#[tokio::test]
async fn megapixels_in_and_out_are_billed_where_the_price_says_so() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let body = json!({"prompt": "dusk", "image_urls": [ELSEWHERE], "image_size": {"width": 1500, "height": 1000}});
    let reply = client.post("/run/fal-ai/flux-2-pro/edit", &body).await;
    assert_eq!(
        reply.header("x-fal-billable-units"),
        Some("2"),
        "{}",
        reply.text
    );
}

#[tokio::test]
async fn estimates_come_from_the_unit_price_or_from_what_calls_cost() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let estimate = async |body: Value| client.post("/api/v1/models/pricing/estimate", &body).await;
    let by_unit =
        json!({"estimate_type": "unit_price", "endpoints": {MODEL: {"unit_quantity": 4}}});
    assert_eq!(
        estimate(by_unit).await.json(),
        json!({"estimate_type": "unit_price", "total_cost": 0.12, "currency": "USD"})
    );
    let by_history = json!({"estimate_type": "historical_api_price", "endpoints": {MODEL: {"call_quantity": 1}}});
    assert_eq!(
        estimate(by_history.clone()).await.json()["total_cost"],
        0.036
    );
    let price = Price {
        unit_price: 1.0,
        unit: "images".to_owned(),
        average_call: 7.5,
    };
    fal.script(|script| script.prices.insert(MODEL.to_owned(), Some(price)));
    assert_eq!(estimate(by_history.clone()).await.json()["total_cost"], 7.5);
    fal.script(|script| script.prices.insert(MODEL.to_owned(), None));
    assert_eq!(estimate(by_history).await.status, 404);
    assert_eq!(estimate(json!({"estimate_type": "x"})).await.status, 400);
    let place = format!("/api/v1/models/pricing?endpoint_id={MODEL}");
    assert_eq!(client.get(&place).await.json()["prices"], json!([]));
}

#[tokio::test]
async fn every_built_in_model_has_a_price_or_a_placeholder() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for id in [
        MODEL,
        "fal-ai/bytedance/seedream/v4.5/edit",
        "fal-ai/nano-banana-2/edit",
        "fal-ai/flux-2-pro/edit",
        "fal-ai/flux-pro/kontext",
        "fal-ai/qwen-image-edit-2511",
        "openai/gpt-image-2/edit",
        "fal-ai/flux-pro/v1/fill",
    ] {
        let place = format!("/api/v1/models/pricing?endpoint_id={id}");
        assert_eq!(
            client.get(&place).await.json()["prices"][0]["endpoint_id"],
            id
        );
    }
}

#[tokio::test]
async fn credits_want_a_key_of_a_higher_scope() {
    let fal = Fal::start().await;
    let reply = Client::of(&fal)
        .get("/api/v1/account/billing?expand=credits")
        .await;
    assert_eq!(
        (reply.status, &reply.json()["error"]["type"]),
        (403, &json!("authorization_error"))
    );
}
