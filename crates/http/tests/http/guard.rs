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

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_required_is_asked_for_wherever_anything_is_somebodys() {
    let house = House::with(&[
        ("FAL_API_KEY", overpaint_testkit::GOOD_KEY),
        ("API_TOKEN", "open sesame"),
        ("ALLOWED_ORIGINS", "https://app.example"),
    ])
    .await;
    for path in ["/health", "/docs", "/redoc", "/openapi.json"] {
        assert_eq!(
            house.get(path).send().await.unwrap().status(),
            200,
            "{path}"
        );
    }
    let strange = house.get("/docs").header("origin", "https://evil.example");
    assert_eq!(strange.send().await.unwrap().status(), 403);
    for path in ["/api/jobs", "/api/v1/jobs", "/static/x_out.png", "/nothing"] {
        for sent in [
            None,
            Some("Bearer wrong"),
            Some("Bearer"),
            Some("Basic open sesame"),
        ] {
            let request = house.get(path);
            let request = match sent {
                Some(sent) => request.header("authorization", sent),
                None => request,
            };
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 401, "{path} {sent:?}");
            assert!(
                answer.headers()["www-authenticate"]
                    .to_str()
                    .unwrap()
                    .starts_with("Bearer")
            );
        }
        let answer = house
            .get(path)
            .header("authorization", "bearer open sesame")
            .send()
            .await
            .unwrap();
        assert_ne!(answer.status(), 401, "{path}");
    }
    let post = house.post("sepia", &sample::photo_png(32, 32), "a.png");
    assert_eq!(post.send().await.unwrap().status(), 401);
    // A listed site asks first, without the token, and is told that it may send it.
    let asks = house
        .http
        .request(Method::OPTIONS, format!("{}/api/jobs", house.url))
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization");
    let may = asks.send().await.unwrap();
    assert_eq!(
        (
            may.status().as_u16(),
            &may.headers()["access-control-allow-headers"]
        ),
        (200, &"authorization".parse().unwrap())
    );
    assert_eq!((house.fal.charges(), house.stored().await), (0, (0, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_known_by_the_name_that_is_listed_and_by_no_other() {
    let house = House::with(&[("ALLOWED_HOSTS", "pictures.example, 10.0.0.7:8000")]).await;
    for (host, status) in [
        ("pictures.example", 200),
        ("PICTURES.example", 200),
        ("10.0.0.7:8000", 200),
        ("pictures.example:80", 403),
        ("a.pictures.example", 403),
        ("10.0.0.7", 403),
    ] {
        let answer = house.get("/api/jobs").header("host", host).send().await;
        assert_eq!(answer.unwrap().status(), status, "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_page_may_show_and_offer_results_though_its_browser_tells_no_origin() {
    let house = House::with(&[
        ("FAL_API_KEY", overpaint_testkit::GOOD_KEY),
        ("ALLOWED_ORIGINS", "https://app.example"),
    ])
    .await;
    let job = house
        .run("sepia", &sample::photo_png(32, 32), "a.png")
        .await;
    let (id, shown) = (
        job["job_id"].as_str().unwrap(),
        job["result_url"].as_str().unwrap(),
    );
    let offered = format!("/api/jobs/{id}/download");
    let listed = "https://app.example/some/page";
    for (path, page, status) in [
        (shown, Some(listed), 200),
        (&offered, Some(listed), 200),
        (&offered, Some("https://app.example"), 200),
        (
            shown,
            Some("https://evil.example/https://app.example/"),
            403,
        ),
        (shown, Some("https://app.example.evil.example/"), 403),
        (shown, None, 403),
        ("/api/jobs", Some(listed), 403),
        (&format!("/api/jobs/{id}"), Some(listed), 403),
    ] {
        for site in ["cross-site", "same-site"] {
            let request = house.get(path).header("sec-fetch-site", site);
            let request = match page {
                Some(page) => request.header("referer", page),
                None => request,
            };
            assert_eq!(
                request.send().await.unwrap().status(),
                status,
                "{path} {page:?} {site}"
            );
        }
    }
    let delete = house
        .http
        .delete(format!("{}/api/jobs/{id}", house.url))
        .header("sec-fetch-site", "cross-site")
        .header("referer", listed);
    assert_eq!(delete.send().await.unwrap().status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn submits_that_come_too_fast_are_told_to_wait_and_cost_nothing() {
    let house = House::with(&[
        ("FAL_API_KEY", overpaint_testkit::GOOD_KEY),
        ("SUBMIT_BURST", "2"),
        ("SUBMIT_RATE", "1"),
    ])
    .await;
    let mut refused = 0;
    for _ in 0..8 {
        let answer = house
            .post("sepia", &sample::photo_png(32, 32), "a.png")
            .send()
            .await
            .unwrap();
        if answer.status() == 429 {
            assert!(
                answer.headers()["retry-after"]
                    .to_str()
                    .unwrap()
                    .parse::<u32>()
                    .unwrap()
                    >= 1
            );
            refused += 1;
        }
    }
    assert!(refused > 0);
    assert_eq!(house.get("/api/jobs").send().await.unwrap().status(), 200);
    assert_eq!(house.stored().await.0, 8 - refused);
}

#[tokio::test]
async fn beyond_this_computer_a_token_is_needed_or_the_risk_is_taken_aloud() {
    use overpaint_core::settings::{Given, Settings};
    use overpaint_http::Server;

    let folder = overpaint_testkit::Folder::new().unwrap();
    let serves = |flags: &[(&str, &str)], address: [u8; 4]| {
        let given = flags
            .iter()
            .fold(Given::nothing(folder.path()), |given, (name, value)| {
                given.flag(name, *value)
            });
        Server::may_serve(&Settings::read(&given).unwrap(), (address, 8000).into())
    };
    assert!(serves(&[], [127, 0, 0, 1]).is_ok());
    let refused = serves(&[], [0, 0, 0, 0]).unwrap_err().to_string();
    assert!(
        refused.contains("API_TOKEN") && refused.contains("--no-token"),
        "{refused}"
    );
    assert!(serves(&[("API_TOKEN", "t")], [0, 0, 0, 0]).is_ok());
    assert!(serves(&[("NO_TOKEN", "1")], [192, 168, 0, 7]).is_ok());
    for hosts in ["*", "a/b", "https://a.example"] {
        assert!(
            serves(&[("ALLOWED_HOSTS", hosts)], [127, 0, 0, 1]).is_err(),
            "{hosts}"
        );
    }
}
