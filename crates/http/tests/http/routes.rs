//! The frozen routes.

use overpaint_testkit::{Failure, Place, Stage, sample};
use serde_json::{Value, json};

use crate::house::{House, json_of, part};

fn keys(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_becomes_a_result_that_is_shown_and_downloaded() {
    let house = House::new().await;
    house.fal.hold(Stage::InQueue);
    let picture = sample::photo_jpeg(64, 48, 90);
    let made: Value = json_of(house.post("make it vivid", &picture, "a b.jpg")).await;
    assert_eq!(
        keys(&made),
        [
            "job_id",
            "status",
            "result_url",
            "error",
            "created_at",
            "updated_at",
            "prompt"
        ]
    );
    assert_eq!(
        (&made["status"], &made["result_url"], &made["error"]),
        (&json!("processing"), &Value::Null, &Value::Null)
    );
    let id = made["job_id"].as_str().unwrap();
    let early = house
        .get(&format!("/api/jobs/{id}/download"))
        .send()
        .await
        .unwrap();
    assert_eq!(early.status(), 400);
    assert_eq!(
        early.json::<Value>().await.unwrap(),
        json!({ "detail": "Job has no result yet" })
    );
    house.fal.release(Stage::InQueue);

    let done = house.ended(id).await;
    assert_eq!(
        (&done["status"], &done["prompt"], &done["created_at"]),
        (&json!("done"), &json!("make it vivid"), &made["created_at"])
    );
    let url = done["result_url"].as_str().unwrap();
    assert!(url.starts_with(&format!("/static/{id}_out.")), "{url}");
    let shown = house.get(url).send().await.unwrap();
    assert_eq!(shown.headers()["content-security-policy"], "sandbox");
    assert!(
        shown.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("image/")
    );
    let tag = shown.headers()["etag"].clone();
    let bytes = shown.bytes().await.unwrap();
    assert!(sample_is_a_picture(&bytes));
    let again = house
        .get(url)
        .header("if-none-match", tag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 304);
    let part = house
        .get(url)
        .header("range", "bytes=2-9")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (part.status().as_u16(), part.bytes().await.unwrap()),
        (206, bytes.slice(2..10))
    );
    let saved = house
        .get(&format!("/api/jobs/{id}/download"))
        .send()
        .await
        .unwrap();
    assert_eq!(saved.headers()["content-type"], "application/octet-stream");
    let name = url.rsplit('/').next().unwrap();
    assert_eq!(
        saved.headers()["content-disposition"],
        format!("attachment; filename=\"{name}\"")
    );
    assert_eq!(saved.bytes().await.unwrap(), bytes);

    let list: Value = house.json("/api/jobs").await;
    assert_eq!(
        keys(&list[0]),
        ["job_id", "status", "result_url", "prompt", "created_at"]
    );
    assert_eq!(list[0]["result_url"], url);
    assert_eq!(house.fal.charges(), 1);
}

fn sample_is_a_picture(bytes: &[u8]) -> bool {
    overpaint_core::picture::inspect(bytes).is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_nothing_is_made_and_the_demo_engine_does_not_step_in() {
    let house = House::with(&[]).await;
    let answer = house
        .post("sepia", &sample::photo_png(32, 32), "a.png")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 500);
    assert_eq!(
        answer.json::<Value>().await.unwrap(),
        json!({ "detail": "FAL_API_KEY not set in .env" })
    );
    assert_eq!(house.stored().await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_refused_and_not_kept() {
    let house = House::new().await;
    let html = b"<!doctype html><html><script>alert(1)</script></html>";
    for (bytes, name) in [
        (&b""[..], "empty.png"),
        (b"hello", "a.png"),
        (html, "a.html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg"),
    ] {
        let answer = house.post("sepia", bytes, name).send().await.unwrap();
        assert_eq!(answer.status(), 422, "{name}");
        assert!(answer.json::<Value>().await.unwrap()["detail"].is_string());
    }
    assert_eq!(house.stored().await, (0, 0));
    assert!(house.fal.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_and_mistaken_fields_are_named_as_the_original_named_them() {
    let house = House::new().await;
    let missing = |field: &str| json!({ "type": "missing", "loc": ["body", field], "msg": "Field required", "input": null });
    let fields = async |form: Vec<u8>| {
        let answer = house.post_form(form).send().await.unwrap();
        assert_eq!(answer.status(), 422);
        answer.json::<Value>().await.unwrap()["detail"].clone()
    };
    assert_eq!(
        fields(b"--B--\r\n".to_vec()).await,
        json!([missing("prompt"), missing("image")])
    );
    let only_prompt = [part("name=\"prompt\"\r\n\r\nx"), b"--B--\r\n".to_vec()].concat();
    assert_eq!(fields(only_prompt).await, json!([missing("image")]));
    let text_as_image = [
        part("name=\"prompt\"\r\n\r\nx"),
        part("name=\"image\"\r\n\r\ny"),
        b"--B--\r\n".to_vec(),
    ]
    .concat();
    assert_eq!(
        fields(text_as_image).await[0]["loc"],
        json!(["body", "image"])
    );
    let cut = part("name=\"prompt\"\r\n\r\nx");
    assert_eq!(fields(cut).await[0]["type"], "missing");
    let nameless = house
        .post("x", &sample::photo_png(8, 8), "")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            nameless.status().as_u16(),
            nameless.json::<Value>().await.unwrap()
        ),
        (400, json!({ "detail": "No file name" }))
    );
    assert_eq!(house.stored().await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn any_prompt_is_kept_letter_by_letter_and_the_empty_one_too() {
    let house = House::new().await;
    for prompt in ["", "  spaces  ", "写真 😀 \u{202e}", "a\nb"] {
        let job = house.run(prompt, &sample::photo_png(16, 16), "a.png").await;
        assert_eq!(
            (&job["prompt"], &job["status"]),
            (&json!(prompt), &json!("done"))
        );
    }
    let long = "x".repeat((1 << 20) + 1);
    let answer = house
        .post(&long, &sample::photo_png(16, 16), "a.png")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap()
        ),
        (
            400,
            json!({ "detail": "Part exceeded maximum size of 1024KB." })
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_over_64_mib_is_refused() {
    let house = House::new().await;
    let mut large = sample::photo_png(32, 32);
    large.resize((64 << 20) + 1, 0);
    let answer = house.post("x", &large, "a.png").send().await.unwrap();
    assert_eq!(answer.status(), 413);
    assert_eq!(house.stored().await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_job_is_gone_with_its_result() {
    let house = House::new().await;
    let job = house
        .run("sepia", &sample::photo_png(32, 32), "a.png")
        .await;
    let (id, result) = (
        job["job_id"].as_str().unwrap(),
        job["result_url"].as_str().unwrap(),
    );
    let delete = || {
        house
            .http
            .delete(format!("{}/api/jobs/{id}", house.url))
            .send()
    };
    assert_eq!(
        delete().await.unwrap().json::<Value>().await.unwrap(),
        json!({ "detail": "Job deleted" })
    );
    for path in [
        format!("/api/jobs/{id}"),
        format!("/api/jobs/{id}/download"),
        result.to_owned(),
    ] {
        assert_eq!(
            house.get(&path).send().await.unwrap().status(),
            404,
            "{path}"
        );
    }
    assert_eq!(delete().await.unwrap().status(), 404);
    assert_eq!(
        house
            .get("/api/jobs")
            .send()
            .await
            .unwrap()
            .json::<Value>()
            .await
            .unwrap(),
        json!([])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_failed_says_why_in_fals_words_too() {
    let house = House::new().await;
    house.fal.script(|script| {
        script.fail(Place::Submit, Failure::Locked);
    });
    let job = house
        .run("sepia", &sample::photo_png(32, 32), "a.png")
        .await;
    assert_eq!(
        (&job["status"], &job["result_url"]),
        (&json!("error"), &Value::Null)
    );
    let error = job["error"].as_str().unwrap();
    assert!(
        error.contains("locked") && error.contains("Exhausted balance"),
        "{error}"
    );
    assert!(!error.contains(overpaint_testkit::GOOD_KEY));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_exact_id_and_the_exact_name_are_found() {
    let house = House::new().await;
    let job = house
        .run("sepia", &sample::photo_png(32, 32), "a.png")
        .await;
    let id = job["job_id"].as_str().unwrap();
    let name = job["result_url"]
        .as_str()
        .unwrap()
        .strip_prefix("/static/")
        .unwrap();
    assert_eq!(
        house
            .get(&format!("/api/jobs/{}", id.replace('-', "%2D")))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    for other in [
        id.to_uppercase(),
        id.replace('-', ""),
        format!("{{{id}}}"),
        "nope".to_owned(),
        "%00".to_owned(),
        "%FF".to_owned(),
    ] {
        let answer = house
            .get(&format!("/api/jobs/{other}"))
            .send()
            .await
            .unwrap();
        assert!(
            matches!(answer.status().as_u16(), 400 | 404),
            "{other}: {}",
            answer.status()
        );
    }
    for other in [
        format!("{id}_out.jpg"),
        format!("{id}_out."),
        format!("x{name}"),
        format!("{name}%00"),
        "..%2flibrary.db".to_owned(),
        "%2e%2e%2flock".to_owned(),
    ] {
        let answer = house.get(&format!("/static/{other}")).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_whose_file_is_lost_is_not_found() {
    let house = House::new().await;
    let job = house
        .run("sepia", &sample::photo_png(32, 32), "a.png")
        .await;
    let all = house.library.newest_jobs(1).await.unwrap();
    std::fs::remove_file(house.library.file(all[0].results[0]).await.unwrap()).unwrap();
    let answer = house
        .get(&format!(
            "/api/jobs/{}/download",
            job["job_id"].as_str().unwrap()
        ))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap()
        ),
        (404, json!({ "detail": "Result file not found" }))
    );
    assert_eq!(
        house
            .get(job["result_url"].as_str().unwrap())
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_addresses_and_methods_answer_as_the_original_did() {
    let house = House::new().await;
    let answer = house.get("/api/nothing").send().await.unwrap();
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap()
        ),
        (404, json!({ "detail": "Not Found" }))
    );
    let answer = house
        .http
        .put(format!("{}/api/jobs", house.url))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap()
        ),
        (405, json!({ "detail": "Method Not Allowed" }))
    );
    let answer = house.get("/api/jobs/?a=b").send().await.unwrap();
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.headers()["location"].to_str().unwrap()
        ),
        (307, "/api/jobs?a=b")
    );
    let health: Value = house.json("/health").await;
    assert!(health["ok"] == true && health["time"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_whose_heads_have_no_end_or_that_begins_with_anything_else_is_refused() {
    let house = House::new().await;
    let mut endless = crate::house::part("name=\"prompt\"\r\n\r\ndusk");
    endless
        .extend_from_slice(b"--B\r\nContent-Disposition: form-data; name=\"image\"; filename=\"");
    endless.extend(std::iter::repeat_n(b'n', 40_000));
    let mut preamble = b"hello\r\n".to_vec();
    preamble.extend(crate::house::part("name=\"prompt\"\r\n\r\ndusk"));
    for form in [endless, preamble] {
        let answer = house.post_form(form).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        let said: Value = answer.json().await.unwrap();
        assert_eq!(said["detail"], "There was an error parsing the body");
    }
    assert_eq!(house.stored().await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_name_in_latin_1_is_a_file_name() {
    let house = House::new().await;
    let mut form = crate::house::part("name=\"prompt\"\r\n\r\ndusk");
    form.extend_from_slice(
        b"--B\r\nContent-Disposition: form-data; name=\"image\"; filename=\"\xfc.png\"\r\n\r\n",
    );
    form.extend_from_slice(&sample::photo_png(32, 32));
    form.extend_from_slice(b"\r\n--B--\r\n");
    let answer = house.post_form(form).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_alone_is_for_files() {
    let house = House::new().await;
    let job = house.run("dusk", &sample::photo_png(32, 32), "a.png").await;
    let head = |path: String| house.http.head(format!("{}{path}", house.url)).send();
    let shown = job["result_url"].as_str().unwrap().to_owned();
    assert_eq!(head(shown).await.unwrap().status(), 200);
    for path in ["/api/jobs", "/api/jobs/page", "/health"] {
        assert_eq!(head(path.to_owned()).await.unwrap().status(), 405, "{path}");
    }
}
