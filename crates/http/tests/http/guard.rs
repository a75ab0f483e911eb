//! What a web page somewhere can make a browser do, and what it gets from that: nothing.

use overpaint_testkit::sample;
use reqwest::Method;

use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_can_neither_spend_money_nor_read() {
    let house = House::new().await;
    let job = house
        .run("sepia", &sample::photo_png(32, 32), "a.png")
        .await;
    let result = job["result_url"].as_str().unwrap();
    let paths = [
        "/api/jobs",
        &format!("/api/jobs/{}", job["job_id"].as_str().unwrap()),
        result,
    ];
    // fetch and form POST name the origin; an image, an anchor and an old browser's form do not; rebinding names another host.
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("host", "evil.example"),
    ] {
        let post = house
            .post("sepia", &sample::photo_png(32, 32), "a.png")
            .header(name, value)
            .send()
            .await
            .unwrap();
        assert_eq!(post.status(), 403, "{name}: {value}");
        for path in paths {
            let answer = house.get(path).header(name, value).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{name}: {value} {path}");
            assert!(!answer.headers().contains_key("access-control-allow-origin"));
        }
        let delete = house
            .http
            .delete(format!("{}{}", house.url, paths[1]))
            .header(name, value)
            .send()
            .await
            .unwrap();
        assert_eq!(delete.status(), 403);
        let preflight = house
            .http
            .request(Method::OPTIONS, format!("{}/api/jobs", house.url))
            .header(name, value);
        assert_eq!(
            preflight
                .header("access-control-request-method", "POST")
                .send()
                .await
                .unwrap()
                .status(),
            403
        );
    }
    assert_eq!(house.fal.charges(), 1);
    assert_eq!(house.stored().await.0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_site_is_answered_and_named_alone() {
    let house = House::with(&[
        ("FAL_API_KEY", overpaint_testkit::GOOD_KEY),
        ("ALLOWED_ORIGINS", "https://app.example"),
    ])
    .await;
    for path in ["/health", "/api/jobs", "/api/jobs/nope", "/static/nope.png"] {
        let answer = house
            .get(path)
            .header("origin", "https://app.example")
            .send()
            .await
            .unwrap();
        let headers = answer.headers();
        assert_eq!(
            headers["access-control-allow-origin"], "https://app.example",
            "{path}"
        );
        assert!(
            headers.get_all("vary").iter().any(|vary| vary == "Origin"),
            "{path}"
        );
        assert!(!headers.contains_key("access-control-allow-credentials"));
    }
    let asks = house
        .http
        .request(Method::OPTIONS, format!("{}/api/jobs/x", house.url))
        .header("origin", "https://app.example");
    let asks = asks
        .header("access-control-request-method", "DELETE")
        .header("access-control-request-headers", "content-type");
    let may = asks.send().await.unwrap();
    assert_eq!(may.status(), 200);
    assert!(
        may.headers()["access-control-allow-methods"]
            .to_str()
            .unwrap()
            .contains("DELETE")
    );
    assert_eq!(
        may.headers()["access-control-allow-headers"],
        "content-type"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_that_its_type_is_its_type() {
    let house = House::new().await;
    for path in ["/health", "/api/jobs", "/nothing", "/static/x_out.png"] {
        assert_eq!(
            house.get(path).send().await.unwrap().headers()["x-content-type-options"],
            "nosniff",
            "{path}"
        );
    }
    let refused = house
        .get("/api/jobs")
        .header("origin", "https://evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(refused.headers()["x-content-type-options"], "nosniff");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_free_for_all_and_says_nothing() {
    let house = House::new().await;
    let answer = house
        .get("/health")
        .header("origin", "https://evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
}
