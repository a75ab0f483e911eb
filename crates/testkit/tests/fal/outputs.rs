//! Result pictures and the JSON that tells of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, GenericImageView};
use overpaint_testkit::{Fal, Images, Picture, Shape, sample};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, ELSEWHERE, MODEL, read, url};

fn data_uri(picture: &[u8]) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(picture))
}

/// What a model needs is filled in, so that a story says only what it is about.
async fn edit(client: &Client, endpoint: &str, mut body: Value) -> Value {
    let (one, many) = (body["image_url"].clone(), body["image_urls"].clone());
    if one.is_null() && many.is_null() {
        body["image_url"] = json!(ELSEWHERE);
        body["image_urls"] = json!([ELSEWHERE]);
    } else if many.is_null() {
        body["image_urls"] = json!([one]);
    } else {
        body["image_url"] = many[0].clone();
    }
    if body["prompt"].is_null() {
        body["prompt"] = json!("dusk");
    }
    let reply = client.post(&format!("/run/{endpoint}"), &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

async fn picture(client: &Client, image: &Value) -> (String, DynamicImage) {
    let response = client.file(url(image, "url")).await;
    let kind = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let bytes = response.bytes().await.unwrap();
    (kind, image::load_from_memory(&bytes).unwrap())
}

#[tokio::test]
async fn a_result_is_its_input_visibly_changed_from_a_data_uri_and_from_an_upload() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let sent = sample::photo_png(96, 64);
    let before = image::load_from_memory(&sent).unwrap();

    let wish = json!({"content_type": "image/png", "file_name": "a.png"});
    let announced = client
        .post("/rest/storage/upload/initiate", &wish)
        .await
        .json();
    let put = client
        .bare(Method::PUT, url(&announced, "upload_url"))
        .body(sent.clone());
    assert_eq!(read(put).await.status, 200);

    let mut results = Vec::new();
    for input in [json!([data_uri(&sent)]), json!([announced["file_url"]])] {
        let told = edit(
            &client,
            MODEL,
            json!({"prompt": "warm", "image_urls": input}),
        )
        .await;
        let (kind, after) = picture(&client, &told["images"][0]).await;
        assert_eq!(kind, "image/png");
        assert_eq!(after.dimensions(), before.dimensions());
        results.push(after);
    }
    assert_eq!(results[0], results[1]);
    let (before, after) = (before.to_rgb8(), results[0].to_rgb8());
    let far: usize = before
        .pixels()
        .zip(after.pixels())
        .filter(|(before, after)| {
            before
                .0
                .iter()
                .zip(after.0)
                .any(|(b, a)| b.abs_diff(a) > 20)
        })
        .count();
    assert!(far * 2 > 96 * 64, "only {far} pixels look different");
    // It is an edit of that picture: where the input is dark, the result is.
    let brightness = |p: &image::Rgb<u8>| p.0.iter().map(|s| u32::from(*s)).sum::<u32>();
    let (sky, ground) = ((5, 2), (5, 62));
    assert!(
        brightness(before.get_pixel(sky.0, sky.1))
            > brightness(before.get_pixel(ground.0, ground.1))
            && brightness(after.get_pixel(sky.0, sky.1))
                > brightness(after.get_pixel(ground.0, ground.1))
    );
}

#[tokio::test]
async fn an_input_that_is_no_picture_still_gives_a_picture() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let told = edit(
        &client,
        // A model whose schema nobody knows refuses nothing.
        "somebody/else",
        json!({"image_urls": [data_uri(b"no picture")]}),
    )
    .await;
    let (_, made) = picture(&client, &told["images"][0]).await;
    assert!(made.width() > 100);
}

#[tokio::test]
async fn transparency_survives_and_variations_differ() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let mut sent = image::RgbaImage::from_pixel(8, 8, image::Rgba([90, 120, 150, 255]));
    sent.put_pixel(0, 0, image::Rgba([90, 120, 150, 0]));
    let mut file = std::io::Cursor::new(Vec::new());
    sent.write_to(&mut file, image::ImageFormat::Png).unwrap();
    let input = data_uri(&file.into_inner());
    let told = edit(
        &client,
        MODEL,
        json!({"image_urls": [input], "num_images": 2}),
    )
    .await;
    let (_, one) = picture(&client, &told["images"][0]).await;
    let (_, two) = picture(&client, &told["images"][1]).await;
    assert_eq!(one.to_rgba8().get_pixel(0, 0).0[3], 0);
    assert_eq!(one.to_rgba8().get_pixel(1, 1).0[3], 255);
    assert_ne!(one, two);
}

#[tokio::test]
async fn format_and_size_are_what_the_request_asked_for() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for (asked, kind) in [
        ("jpeg", "image/jpeg"),
        ("png", "image/png"),
        ("webp", "image/webp"),
    ] {
        let body = json!({
            "image_urls": [data_uri(&sample::photo_png(60, 40))],
            "output_format": asked, "image_size": {"width": 50, "height": 20},
        });
        let image = edit(&client, MODEL, body).await["images"][0].clone();
        let (sniffed, made) = picture(&client, &image).await;
        assert_eq!(
            (sniffed.as_str(), image["content_type"].as_str()),
            (kind, Some(kind))
        );
        assert_eq!(made.dimensions(), (50, 20));
        assert_eq!(
            (&image["width"], &image["height"]),
            (&json!(50), &json!(20))
        );
    }
}

#[tokio::test]
async fn a_result_read_twice_names_the_same_file() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let submitted = client.submit("dusk").await;
    let first = client.result(&submitted).await.json();
    assert_eq!(client.result(&submitted).await.json(), first);
    let other = client.done("dawn").await;
    assert_ne!(other["images"][0]["url"], first["images"][0]["url"]);
}

#[tokio::test]
async fn every_shape_has_its_keys() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for (shape, keys) in [
        (Shape::A, vec!["images", "seed"]),
        (Shape::B, vec!["images"]),
        (Shape::C, vec!["images", "description"]),
        (
            Shape::D,
            vec!["images", "timings", "seed", "has_nsfw_concepts", "prompt"],
        ),
        (Shape::E, vec!["image"]),
    ] {
        fal.script(|script| script.output.shape = Some(shape));
        let told = client.done("dusk").await;
        let mut held: Vec<&str> = told
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        // The one key no client may stumble over.
        assert_eq!(held.pop(), Some("simulated"));
        assert_eq!(held, keys, "{shape:?}");
    }
}

#[tokio::test]
async fn the_shape_is_the_models_own_by_default() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let banana = edit(
        &client,
        "fal-ai/nano-banana/edit",
        json!({"prompt": "dusk"}),
    )
    .await;
    assert_eq!(banana["description"], "");
    assert_eq!(banana["images"][0].get("width"), Some(&Value::Null));
    let kontext = edit(
        &client,
        "fal-ai/flux-pro/kontext",
        json!({"prompt": "dusk", "seed": 42}),
    )
    .await;
    assert_eq!(
        (&kontext["seed"], &kontext["has_nsfw_concepts"]),
        (&json!(42), &json!([false]))
    );
    let eraser = edit(&client, "fal-ai/bria/eraser", json!({})).await;
    assert!(eraser["image"]["url"].is_string());
}

#[tokio::test]
async fn images_may_be_strings_empty_null_or_absent() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for (images, check) in [
        (
            Images::Strings,
            (|told| told["images"][0].is_string()) as fn(&Value) -> bool,
        ),
        (Images::Empty, |told| told["images"] == json!([])),
        (Images::Null, |told| {
            told.get("images") == Some(&Value::Null)
        }),
        (Images::Absent, |told| told.get("images").is_none()),
    ] {
        fal.script(|script| script.output.images = images);
        let told = client.done("dusk").await;
        assert!(check(&told), "{images:?}: {told}");
    }
}

#[tokio::test]
async fn a_bare_result_says_nothing_but_the_url() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let told = client.done("[[bare]]").await;
    let place = url(&told["images"][0], "url");
    assert_eq!(told, json!({"images": [{"url": place}]}));
}

#[tokio::test]
async fn a_seed_may_need_all_64_bits() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let reply = client
        .post(
            &format!("/run/{MODEL}"),
            &json!({"prompt": "[[huge-seed]]", "image_urls": [ELSEWHERE]}),
        )
        .await;
    assert!(
        reply.text.contains("\"seed\":18446744073709551557"),
        "{}",
        reply.text
    );
}

#[tokio::test]
async fn a_result_may_come_as_data_uris() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for body in [
        json!({"prompt": "[[b64]]"}),
        json!({"prompt": "dusk", "sync_mode": true}),
    ] {
        let told = edit(&client, MODEL, body).await;
        let uri = url(&told["images"][0], "url");
        let encoded = uri.strip_prefix("data:image/png;base64,").unwrap();
        image::load_from_memory(&STANDARD.decode(encoded).unwrap()).unwrap();
    }
}

#[tokio::test]
async fn a_picture_that_is_not_safe_is_black_and_only_some_models_say_so() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    for (endpoint, flag) in [
        ("fal-ai/flux-pro/kontext", json!([true])),
        (MODEL, Value::Null),
    ] {
        let told = edit(&client, endpoint, json!({"prompt": "[[nsfw]]"})).await;
        assert_eq!(told["has_nsfw_concepts"], flag);
        let (_, made) = picture(&client, &told["images"][0]).await;
        assert!(made.to_rgb8().pixels().all(|pixel| pixel.0 == [0, 0, 0]));
    }
}

#[tokio::test]
async fn a_result_may_be_one_pixel_off_or_the_very_input() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let sent = sample::photo_jpeg(33, 20, 80);
    let input = format!("data:image/jpeg;base64,{}", STANDARD.encode(&sent));
    for (kind, width) in [(Picture::OnePixelOff, 32), (Picture::SameAsInput, 33)] {
        fal.script(|script| script.output.picture = kind);
        let told = edit(&client, MODEL, json!({"image_urls": [input]})).await;
        let (_, made) = picture(&client, &told["images"][0]).await;
        assert_eq!(made.dimensions(), (width, 20));
        assert_eq!(told["images"][0]["width"], width);
    }
    let told = edit(&client, MODEL, json!({"image_urls": [input]})).await;
    let place = url(&told["images"][0], "url");
    assert!(place.ends_with(".jpg"), "{place}");
    assert_eq!(client.file(place).await.bytes().await.unwrap(), sent);
}
