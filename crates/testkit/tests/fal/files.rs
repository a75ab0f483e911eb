//! Uploads, and every way a download can go.

use overpaint_testkit::{Fal, Role, sample};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::client::{Client, read, url};

async fn announce(client: &Client) -> Value {
    let wish = json!({"content_type": "image/png", "file_name": "my layer é.png"});
    let reply = client
        .post(
            "/rest/storage/upload/initiate?storage_type=fal-cdn-v3",
            &wish,
        )
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

async fn output_url(client: &Client, prompt: &str) -> String {
    url(&client.done(prompt).await["images"][0], "url").to_owned()
}

#[tokio::test]
async fn an_upload_is_announced_put_without_a_key_and_read_by_anybody() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let announced = announce(&client).await;
    let (upload, file) = (url(&announced, "upload_url"), url(&announced, "file_url"));
    assert_eq!(fal.uploaded(file), None);
    assert_eq!(client.file(file).await.status(), 404);

    let picture = sample::photo_png(40, 30);
    let put = client
        .bare(Method::PUT, upload)
        .header("content-type", "image/png")
        .body(picture.clone());
    assert_eq!(read(put).await.status, 200);

    let uploaded = fal.uploaded(file).unwrap();
    assert_eq!(
        (uploaded.content_type.as_str(), &uploaded.bytes[..]),
        ("image/png", &picture[..])
    );
    let read_back = client.file(file).await;
    assert_eq!(header(read_back.headers(), "content-type"), "image/png");
    assert_eq!(
        header(read_back.headers(), "content-length"),
        picture.len().to_string()
    );
    assert_eq!(
        header(read_back.headers(), "access-control-allow-origin"),
        "*"
    );
    assert_eq!(read_back.bytes().await.unwrap(), picture);
    assert!(
        fal.requests_as(Role::Download)
            .iter()
            .all(|request| request.authorization.is_none())
    );
}

#[tokio::test]
async fn a_key_or_a_wrong_signature_at_the_upload_is_refused() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let announced = announce(&client).await;
    let upload = url(&announced, "upload_url");
    assert_eq!(
        read(client.with_key(Method::PUT, upload).body("x"))
            .await
            .status,
        400
    );
    let unsigned = upload.split('?').next().unwrap();
    assert_eq!(
        read(client.bare(Method::PUT, unsigned).body("x"))
            .await
            .status,
        403
    );
    assert_eq!(fal.uploaded(url(&announced, "file_url")), None);
}

#[tokio::test]
async fn announcing_an_upload_needs_a_key() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let reply = read(
        client
            .bare(Method::POST, "/rest/storage/upload/initiate")
            .json(&json!({})),
    )
    .await;
    assert_eq!(
        (reply.status, reply.json()),
        (401, json!({"detail": "Authorization header is required"}))
    );
}

#[tokio::test]
async fn a_range_of_a_file_can_be_read() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let place = output_url(&client, "dusk").await;
    let whole = client.file(&place).await.bytes().await.unwrap();
    let part = client
        .bare(Method::GET, &place)
        .header("range", "bytes=10-19")
        .send()
        .await
        .unwrap();
    assert_eq!(part.status(), 206);
    let expected = format!("bytes 10-19/{}", whole.len());
    assert_eq!(header(part.headers(), "content-range"), expected);
    assert_eq!(part.bytes().await.unwrap(), whole.slice(10..20));
    let beyond = client
        .bare(Method::GET, &place)
        .header("range", "bytes=99999999-");
    assert_eq!(read(beyond).await.status, 416);
}

#[tokio::test]
async fn a_head_tells_the_length_and_sends_nothing() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let place = output_url(&client, "dusk").await;
    let whole = client.file(&place).await.bytes().await.unwrap();
    let head = client.bare(Method::HEAD, &place).send().await.unwrap();
    assert_eq!(
        header(head.headers(), "content-length"),
        whole.len().to_string()
    );
    assert!(head.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_output_may_be_gone_or_gone_once() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let gone = output_url(&client, "[[download-404]]").await;
    assert_eq!(client.file(&gone).await.status(), 404);
    assert_eq!(client.file(&gone).await.status(), 404);
    let shy = output_url(&client, "[[download:nginx-502*1]]").await;
    assert_eq!(client.file(&shy).await.status(), 502);
    assert_eq!(client.file(&shy).await.status(), 200);
}

#[tokio::test]
async fn an_output_may_be_a_web_page_or_nothing() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let page = client
        .file(&output_url(&client, "[[not-an-image]]").await)
        .await;
    assert_eq!(page.status(), 200);
    assert!(header(page.headers(), "content-type").starts_with("text/html"));
    let nothing = client
        .file(&output_url(&client, "[[empty-download]]").await)
        .await;
    assert_eq!(nothing.status(), 200);
    assert!(nothing.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_truncated_output_promises_more_than_it_sends() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let place = output_url(&client, "[[truncated-download]]").await;
    let mut response = client.file(&place).await;
    let promised: usize = header(response.headers(), "content-length")
        .parse()
        .unwrap();
    let mut sent = 0;
    let ended = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => sent += chunk.len(),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    assert!(ended.is_err(), "the client must notice");
    assert_eq!(sent, promised / 2);
}

#[tokio::test]
async fn a_huge_output_has_its_length_and_is_still_a_picture() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let place = output_url(&client, "[[hugeimage:3]]").await;
    let response = client.file(&place).await;
    let promised: usize = header(response.headers(), "content-length")
        .parse()
        .unwrap();
    let bytes = response.bytes().await.unwrap();
    assert_eq!(bytes.len(), promised);
    assert!(bytes.len() > 3 << 20);
    image::load_from_memory(&bytes).unwrap();
}

#[tokio::test]
async fn an_endless_output_has_no_length_and_goes_on_until_it_is_left() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let place = output_url(&client, "[[endless-download]]").await;
    let mut response = client.file(&place).await;
    assert_eq!(response.headers().get("content-length"), None);
    let mut sent = 0;
    while sent < 30 << 20 {
        sent += response.chunk().await.unwrap().unwrap().len();
    }
    drop(response);
    // Nothing of it is left to keep the port open.
    fal.stop().await;
}

#[tokio::test]
async fn a_download_may_be_elsewhere() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let place = output_url(&client, "[[download-redirect]]").await;
    let moved = client.file(&place).await;
    assert_eq!(moved.status(), 302);
    let there = header(moved.headers(), "location").to_owned();
    let bytes = client.file(&there).await.bytes().await.unwrap();
    image::load_from_memory(&bytes).unwrap();

    let other = Fal::start().await;
    fal.script(|script| {
        script.download =
            overpaint_testkit::Download::RedirectTo(format!("{}/files/b/x", other.origin()));
    });
    let place = output_url(&client, "dusk").await;
    let moved = client.file(&place).await;
    assert!(header(moved.headers(), "location").starts_with(other.origin()));
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).unwrap().to_str().unwrap()
}
