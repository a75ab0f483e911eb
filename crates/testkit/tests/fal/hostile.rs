//! Answers and networks that mean harm, byte by byte.

use overpaint_testkit::{Failure, Fal, FaultProxy, Hostile, Place, Way};
use reqwest::Method;
use serde_json::json;

use crate::client::{Client, ELSEWHERE, MODEL, read, url};

async fn at_result(failure: Failure) -> (Fal, reqwest::Response) {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let submitted = client.submit("dusk").await;
    fal.script(|script| script.fail(Place::Result, failure).line = 0);
    let request = client.with_key(Method::GET, url(&submitted, "response_url"));
    let response = request.send().await.unwrap();
    (fal, response)
}

#[tokio::test]
async fn endless_and_five_gigabytes_go_on_until_they_are_left() {
    for (hostile, length) in [
        (Hostile::Endless, None),
        (Hostile::FiveGigabytes, Some(5_368_709_120)),
    ] {
        let (_fal, mut response) = at_result(Failure::Hostile(hostile)).await;
        assert_eq!(response.content_length(), length);
        let mut seen = 0;
        while seen < 8 << 20 {
            seen += response.chunk().await.unwrap().unwrap().len();
        }
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_small_on_the_wire() {
    let (_fal, response) = at_result(Failure::Hostile(Hostile::GzipBomb)).await;
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let bytes = response.bytes().await.unwrap();
    assert!(bytes.len() < 2 << 20, "{}", bytes.len());
    // One member of 64, unpacked.
    let mut member = flate2::read::GzDecoder::new(&bytes[..]);
    let unpacked = std::io::copy(&mut member, &mut std::io::sink()).unwrap();
    assert_eq!(unpacked * 64, 1 << 30);
}

#[tokio::test]
async fn a_chunked_answer_is_reset_after_its_first_chunk() {
    let (_fal, mut response) = at_result(Failure::Hostile(Hostile::ChunkedCut)).await;
    assert_eq!(response.content_length(), None);
    assert!(response.chunk().await.unwrap().is_some());
    response.chunk().await.unwrap_err();
}

#[tokio::test]
async fn redirects_lead_round_in_circles_or_where_nobody_should_go() {
    for (hostile, place) in [
        (Hostile::RedirectLoop, None),
        (
            Hostile::RedirectMetadata,
            Some("http://169.254.169.254/latest/meta-data/"),
        ),
        (Hostile::RedirectLoopback, Some("http://127.0.0.1:9/")),
        (Hostile::RedirectIpv6, Some("http://[::1]:9/")),
    ] {
        let (_fal, response) = at_result(Failure::Hostile(hostile)).await;
        assert_eq!(response.status(), 307);
        let location = response.headers()["location"].to_str().unwrap();
        assert_eq!(location, place.unwrap_or(response.url().as_str()));
    }
}

#[tokio::test]
async fn too_many_requests_may_say_until_when() {
    let (_fal, response) = at_result(Failure::BusyUntil(60)).await;
    let until = response.headers()["retry-after"].to_str().unwrap();
    assert!(until.ends_with(" GMT") && until.len() == 29, "{until}");
}

#[tokio::test]
async fn an_upload_url_serves_once_and_its_lifetime_is_kept() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let wish = json!({"content_type": "image/png", "file_name": "a.png"});
    let initiate = client
        .posting("/rest/storage/upload/initiate", &wish)
        .header(
            "X-Fal-Object-Lifecycle-Preference",
            r#"{"expiration_duration_seconds":3600}"#,
        );
    let place = read(initiate).await.json();
    let put = || {
        let request = client.bare(Method::PUT, url(&place, "upload_url"));
        read(request.body("bytes"))
    };
    assert_eq!((put().await.status, put().await.status), (200, 403));
    let uploaded = fal.uploaded(url(&place, "file_url")).unwrap();
    assert_eq!(
        uploaded.lifetime,
        Some(json!({"expiration_duration_seconds": 3600}))
    );
}

fn through(fal: &Fal, proxy: &FaultProxy) -> Client {
    Client::at(proxy.origin(), fal.key())
}

#[tokio::test]
async fn the_proxy_passes_a_whole_job_and_its_urls_lead_through_it() {
    let fal = Fal::start().await;
    let proxy = FaultProxy::start(fal.origin()).await;
    let client = through(&fal, &proxy);
    let submitted = client.submit("dusk").await;
    assert!(url(&submitted, "status_url").starts_with(proxy.origin()));
    let told = client.result(&submitted).await.json();
    let file = client.file(url(&told["images"][0], "url")).await;
    assert!(file.bytes().await.unwrap().len() > 100);
    assert!(proxy.sent() > 100 && proxy.received() > 100);
    assert_eq!(proxy.struck(), 0);
}

#[tokio::test]
async fn the_proxy_breaks_a_submit_before_or_after_it_is_charged() {
    let fal = Fal::start().await;
    let proxy = FaultProxy::start(fal.origin()).await;
    let client = through(&fal, &proxy);
    let body = json!({"prompt": "dusk", "image_urls": [ELSEWHERE]});
    let submit = || client.posting(&format!("/queue/{MODEL}"), &body).send();
    for (way, charges) in [
        (Way::ResetRequest(10), 0),
        (Way::Refuse, 0),
        (Way::Garbage, 0),
        (Way::ResetAnswer(0), 1),
        (Way::ResetAnswer(20), 2),
    ] {
        // A connection is refused before it says anything.
        let beginning = if way == Way::Refuse {
            ""
        } else {
            "POST /queue/"
        };
        let client_of_its_own = through(&fal, &proxy);
        proxy.strike(beginning, way, 1);
        let sent = client_of_its_own
            .posting(&format!("/queue/{MODEL}"), &body)
            .send();
        sent.await.unwrap_err();
        assert_eq!(fal.charges(), charges, "{way:?}");
    }
    assert_eq!(submit().await.unwrap().status(), 200);
    assert_eq!(proxy.struck(), 5);
}

#[tokio::test]
async fn the_proxy_breaks_the_second_request_of_a_connection_too() {
    let fal = Fal::start().await;
    let proxy = FaultProxy::start(fal.origin()).await;
    let client = through(&fal, &proxy);
    let submitted = client.submit("dusk").await;
    proxy.strike("GET /queue/", Way::ResetAnswer(30), 1);
    let status = url(&submitted, "status_url");
    client
        .with_key(Method::GET, status)
        .send()
        .await
        .unwrap_err();
    assert_eq!(client.status(&submitted).await.status, 200);
}

#[tokio::test]
async fn the_proxy_drips_and_swallows() {
    let fal = Fal::start().await;
    let proxy = FaultProxy::start(fal.origin()).await;
    let client = through(&fal, &proxy);
    proxy.strike("POST /queue/", Way::Drip(0), 1);
    client.submit("dusk").await;
    proxy.strike("GET /never", Way::BlackHole, 1);
    let never = through(&fal, &proxy);
    let request = never.bare(Method::GET, "/never").send();
    let waited = tokio::time::timeout(std::time::Duration::from_millis(50), request).await;
    assert!(waited.is_err());
    assert_eq!(proxy.struck(), 2);
}
