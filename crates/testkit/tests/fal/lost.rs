//! Around the unsafe edge: refusals that charge nothing, and answers lost after a charge.

use std::error::Error;
use std::io::ErrorKind;

use overpaint_testkit::{Failure, Fal, Place, Role};
use serde_json::{Value, json};

use crate::client::{Client, ELSEWHERE, MODEL};

/// A submit with that prompt, at its place in every protocol.
fn places() -> [String; 3] {
    [
        format!("/queue/{MODEL}"),
        format!("/run/{MODEL}"),
        format!("/{MODEL}"),
    ]
}

#[tokio::test]
async fn a_refused_submit_charges_nothing_in_any_protocol() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for place in places() {
        for (failure, http) in [
            ("unauthorized", 401),
            ("locked", 403),
            ("no-scope", 403),
            ("unknown-app", 404),
            ("validation", 422),
            ("busy", 429),
            ("internal", 500),
            ("nginx-502", 502),
            ("nginx-503", 503),
            ("nginx-504", 504),
            ("418", 418),
        ] {
            let body = json!({"prompt": format!("dusk [[submit:{failure}]]")});
            let reply = client.post(&place, &body).await;
            assert_eq!(reply.status, http, "{failure} at {place}");
        }
    }
    assert_eq!(fal.charges(), 0);
}

#[tokio::test]
async fn too_many_requests_says_that_it_may_be_retried_and_perhaps_when() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for (failure, after) in [
        ("busy", None),
        ("busy-retry-after-7", Some("7")),
        ("429", None),
    ] {
        let body = json!({"prompt": format!("dusk [[submit:{failure}]]")});
        let reply = client.post(&format!("/queue/{MODEL}"), &body).await;
        assert_eq!(reply.status, 429);
        assert_eq!(reply.header("x-fal-needs-retry"), Some("1"));
        assert_eq!(reply.header("retry-after"), after);
    }
}

#[tokio::test]
async fn only_the_ingress_answers_html_without_a_request_id() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let place = format!("/queue/{MODEL}");
    let ingress = client
        .post(&place, &json!({"prompt": "[[submit:nginx-503]]"}))
        .await;
    assert_eq!(ingress.header("x-fal-request-id"), None);
    assert_eq!(ingress.header("content-type"), Some("text/html"));
    assert!(ingress.text.contains("nginx"));

    let gateway = client
        .post(&place, &json!({"prompt": "[[reply:timeout]]"}))
        .await;
    assert_eq!(gateway.status, 504);
    assert!(gateway.header("x-fal-request-id").is_some());
    assert_eq!(gateway.header("x-fal-error-type"), Some("request_timeout"));
    assert_eq!(fal.charges(), 1);
}

#[tokio::test]
async fn a_lost_reply_is_a_charge_and_a_reset_and_one_before_it_is_only_a_reset() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for (marker, charges) in [("disconnect", 0), ("lost-reply", 3)] {
        for place in places() {
            let body = json!({"prompt": format!("dusk [[{marker}]]")});
            let error = client.posting(&place, &body).send().await.unwrap_err();
            assert!(was_reset(&error), "{marker} at {place}: {error:?}");
        }
        assert_eq!(fal.charges(), charges, "{marker}");
    }
    assert!(
        fal.requests()
            .iter()
            .all(|request| request.answered.is_none())
    );
}

#[tokio::test]
async fn the_job_of_a_lost_reply_goes_on_and_its_result_can_be_fetched() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let body = json!({"prompt": "dusk [[lost-reply]]", "image_urls": [ELSEWHERE]});
    client
        .posting(&format!("/queue/{MODEL}"), &body)
        .send()
        .await
        .unwrap_err();
    let id = fal.jobs()[0].request_id.clone();
    let result = client
        .get(&format!("/queue/fal-ai/bytedance/requests/{id}"))
        .await;
    assert_eq!(result.status, 200);
}

#[tokio::test]
async fn an_unreadable_answer_to_a_submit_is_a_charge() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for place in places() {
        for failure in ["html", "not-json", "cut-json"] {
            let body = json!({"prompt": format!("dusk [[reply:{failure}]]")});
            let reply = client.post(&place, &body).await;
            assert_eq!(reply.status, 200);
            assert!(
                serde_json::from_str::<Value>(&reply.text).is_err(),
                "{}",
                reply.text
            );
        }
    }
    assert_eq!(fal.charges(), 9);
}

#[tokio::test]
async fn the_first_submits_of_a_prompt_fail_and_the_next_one_does_not() {
    let fal = Fal::start().await;
    fal.script(|script| {
        script.fail_times(Place::Submit, Failure::Nginx(503), 2);
    });
    let client = Client::of(&fal);
    for prompt in ["one", "other"] {
        let mut seen = Vec::new();
        for _ in 0..3 {
            let reply = client
                .post(&format!("/queue/{MODEL}"), &json!({"prompt": prompt}))
                .await;
            seen.push(reply.status);
        }
        assert_eq!(seen, [503, 503, 200], "{prompt}");
    }
    assert_eq!(fal.charges(), 2);
}

#[tokio::test]
async fn a_submit_that_hangs_is_a_charge_and_stopping_ends_it() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let request = client.posting(&format!("/queue/{MODEL}"), &json!({"prompt": "[[hang]]"}));
    let waiting = tokio::spawn(request.send());
    fal.charged(1).await;
    assert_eq!(fal.requests_as(Role::Submit)[0].answered, None);
    assert!(!waiting.is_finished());
    fal.stop().await;
    assert!(was_reset(&waiting.await.unwrap().unwrap_err()));
}

/// A reset while an answer was awaited; a client may see it as the connection's early end, depending on what it did just then.
fn was_reset(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(inner) = cause {
        let text = inner.to_string();
        let reset = inner
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == ErrorKind::ConnectionReset);
        if reset || text.contains("connection closed before message completed") {
            return true;
        }
        cause = inner.source();
    }
    false
}
