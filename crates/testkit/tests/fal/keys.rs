//! Keys, locks, scopes, and what an account may ask.

use overpaint_testkit::{Failure, Fal, Place, Settings};
use reqwest::Method;
use serde_json::json;

use crate::client::{Client, MODEL, read};

#[tokio::test]
async fn each_kind_of_bad_key_has_its_own_401_and_charges_nothing() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let place = format!("/queue/{MODEL}");
    let body = json!({"prompt": "dusk"});
    for (key, detail) in [
        (
            Some("Key other-id:other-secret"),
            "No user found for Key ID and Secret",
        ),
        (
            Some("Key no-colon"),
            "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'.",
        ),
        (
            Some("Bearer test-key-id:test-key-secret"),
            "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'.",
        ),
        (
            None,
            "Cannot access application \"fal-ai/bytedance\". Authentication is required to access this application.",
        ),
    ] {
        let mut request = client.bare(Method::POST, &place).json(&body);
        if let Some(key) = key {
            request = request.header("authorization", key);
        }
        let reply = read(request).await;
        assert_eq!(
            (reply.status, reply.json()["detail"].as_str()),
            (401, Some(detail)),
            "{key:?}"
        );
    }
    assert_eq!(fal.charges(), 0);
}

#[tokio::test]
async fn the_free_key_test_tells_a_good_key_from_a_bad_one() {
    let settings = Settings {
        key: "mine:own".to_owned(),
        ..Settings::default()
    };
    let fal = Fal::start_with(settings).await.unwrap();
    let client = Client::of(&fal);
    let place = "/queue/fal-ai/nano-banana/requests/0b9cf4b2-3e0a-4e43-9f5b-3f4c5d6e7f80/status";
    assert_eq!(client.get(place).await.status, 404);
    let bad = client
        .bare(Method::GET, place)
        .header("authorization", "Key your:own");
    assert_eq!(read(bad).await.status, 401);
    assert_eq!(fal.charges(), 0);
}

#[tokio::test]
async fn a_locked_account_cannot_submit_or_upload_but_still_reads() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let submitted = client.submit("dusk").await;
    fal.script(|script| {
        script.lock(Failure::Locked);
    });
    let refused = client
        .post(&format!("/queue/{MODEL}"), &json!({"prompt": "dawn"}))
        .await;
    assert_eq!(refused.status, 403);
    assert!(
        refused
            .text
            .contains("User is locked. Reason: Exhausted balance."),
        "{}",
        refused.text
    );
    let upload = json!({"content_type": "image/png", "file_name": "a.png"});
    assert_eq!(
        client
            .post("/rest/storage/upload/initiate", &upload)
            .await
            .status,
        403
    );
    assert_eq!(client.status(&submitted).await.status, 200);
    assert_eq!(client.result(&submitted).await.status, 200);
    assert_eq!(fal.charges(), 1);
}

#[tokio::test]
async fn fal_does_not_serve_the_originals_default_model_but_the_direct_protocol_does() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let body = json!({"prompt": "dusk"});
    for place in ["/queue/fal-ai/seedream-v4", "/run/fal-ai/seedream-v4"] {
        let reply = client.post(place, &body).await;
        assert_eq!(reply.status, 404, "{place}");
        assert_eq!(
            reply.json()["detail"],
            "Application \"seedream-v4\" not found"
        );
    }
    assert_eq!(fal.charges(), 0);
    assert_eq!(client.post("/fal-ai/seedream-v4", &body).await.status, 200);
    assert_eq!(fal.charges(), 1);
}

#[tokio::test]
async fn the_balance_is_a_bare_number() {
    let fal = Fal::start().await;
    fal.script(|script| script.balance = 3.25);
    let client = Client::of(&fal);
    let reply = client.get("/rest/billing/user_balance").await;
    assert_eq!((reply.status, reply.text.as_str()), (200, "3.25"));
    assert_eq!(
        read(client.bare(Method::GET, "/rest/billing/user_balance"))
            .await
            .status,
        401
    );
    fal.script(|script| {
        script.fail(Place::Balance, Failure::Status(404));
    });
    assert_eq!(client.get("/rest/billing/user_balance").await.status, 404);
}

#[tokio::test]
async fn prices_leave_out_what_is_unknown_and_errors_have_the_platforms_own_shape() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let place = "/api/v1/models/pricing?endpoint_id=fal-ai%2Fnano-banana%2Fedit,fal-ai/unheard-of&endpoint_id=fal-ai/flux-2/edit";
    let body = client.get(place).await.json();
    let ids: Vec<&str> = body["prices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|price| price["endpoint_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["fal-ai/nano-banana/edit", "fal-ai/flux-2/edit"]);
    let refused = read(client.bare(Method::GET, place)).await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.json()["error"]["type"], "authorization_error");
}
