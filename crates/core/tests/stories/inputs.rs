//! What of a picture leaves this computer, and when it may not.

use overpaint_core::Library;
use overpaint_core::error::{Charged, Code};
use overpaint_core::job::{Edit, Job, Parameters, State};
use overpaint_core::settings::Given;
use overpaint_core::version::VersionId;
use overpaint_testkit::{Role, Uploaded, sample};
use serde_json::json;

use super::{MODEL, Stage, edit, ended, open, picture, run, until_state};

const CANARY: &[u8] = b"48.8584 N 2.2945 E";

/// A photograph with a place in each of the segments where cameras and programs write one, turned as `orientation` says.
fn noted_jpeg(orientation: u8) -> Vec<u8> {
    let plain = sample::photo_jpeg(64, 48, 90);
    let segment = |marker: u8, parts: &[&[u8]]| {
        let payload = parts.concat();
        let mut segment = vec![0xff, marker];
        segment.extend(u16::try_from(payload.len() + 2).unwrap().to_be_bytes());
        segment.extend(payload);
        segment
    };
    let exif = [
        0,
        1,
        1,
        0x12,
        0,
        3,
        0,
        0,
        0,
        1,
        0,
        orientation,
        0,
        0,
        0,
        0,
        0,
        0,
    ];
    let mut noted = plain[..2].to_vec();
    noted.extend(segment(0xe1, &[b"Exif\0\0MM\0*\0\0\0\x08", &exif, CANARY]));
    noted.extend(segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", CANARY]));
    noted.extend(segment(0xed, &[b"Photoshop 3.0\0", CANARY]));
    noted.extend(segment(0xfe, &[CANARY]));
    noted.extend(&plain[2..]);
    noted.extend(CANARY);
    noted
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// From the first table of a JPEG on: all that makes its pixels.
fn codes(jpeg: &[u8]) -> &[u8] {
    let tables = jpeg.windows(2).position(|two| two == [0xff, 0xdb]);
    &jpeg[tables.unwrap()..]
}

impl Stage {
    /// The pictures of the last submit, in their order.
    fn sent(&self) -> Vec<Uploaded> {
        let submits = self.fal.requests_as(Role::Submit);
        let body = submits.last().unwrap().json();
        let urls = body["image_urls"].as_array().unwrap().clone();
        urls.iter()
            .map(|url| self.fal.uploaded(url.as_str().unwrap()).unwrap())
            .collect()
    }

    async fn open_with(&self, settings: &str) -> Library {
        self.folder
            .put("config/settings.toml", settings.as_bytes())
            .unwrap();
        self.open().await
    }
}

async fn run_edit(library: &Library, edit: Edit) -> Job {
    let job = library.submit_edit(edit).await.unwrap();
    ended(library, job.id).await
}

async fn add(library: &Library, bytes: Vec<u8>) -> VersionId {
    library
        .add_bytes(bytes, "Paris, home.jpg")
        .await
        .unwrap()
        .id
}

fn with_parameters(input: VersionId, parameters: &serde_json::Value) -> Edit {
    Edit {
        parameters: Parameters(parameters.as_object().unwrap().clone()),
        ..edit(input, "warmer", MODEL)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photograph_goes_up_without_where_it_was_taken_and_with_every_code_of_its_pixels() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let photo = noted_jpeg(1);
    let input = add(&library, photo.clone()).await;
    assert_eq!(
        run_edit(&library, edit(input, "warmer", MODEL)).await.state,
        State::Done
    );
    let sent = &stage.sent()[0];
    assert_eq!(sent.content_type, "image/jpeg");
    assert!(!holds(&sent.bytes, CANARY) && !holds(&sent.bytes, b"Exif"));
    let scan = codes(&photo);
    assert_eq!(codes(&sent.bytes), &scan[..scan.len() - CANARY.len()]);
    for request in stage.fal.requests() {
        assert!(
            !holds(&request.body, b"Paris") && !holds(&request.body, CANARY),
            "{request:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_for_it_sends_the_file_as_it_is() {
    let stage = Stage::new().await;
    let library = stage.open_with("send_metadata = true\n").await;
    let input = add(&library, noted_jpeg(1)).await;
    run_edit(&library, edit(input, "warmer", MODEL)).await;
    assert_eq!(stage.sent()[0].bytes, noted_jpeg(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turned_photograph_is_sent_upright_and_without_its_notes() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = add(&library, noted_jpeg(6)).await;
    run_edit(&library, edit(input, "warmer", MODEL)).await;
    let sent = &stage.sent()[0];
    assert!(!holds(&sent.bytes, CANARY));
    let sent = image::load_from_memory(&sent.bytes).unwrap();
    assert_eq!((sent.width(), sent.height()), (48, 64));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_endpoint_gets_the_original_byte_for_byte() {
    let stage = Stage::new().await;
    let given = Given::nothing(stage.folder.path())
        .flag("FAL_API_KEY", stage.fal.key())
        .flag("FAL_ENDPOINT", format!("{}/", stage.fal.origin()));
    let library = open(given).await;
    let input = add(&library, noted_jpeg(6)).await;
    let edit = with_parameters(input, &json!({"style": {"version_id": input.to_string()}}));
    assert_eq!(run_edit(&library, edit).await.state, State::Done);
    let body = stage.fal.requests_as(Role::Direct)[0].json();
    let uri = body["image_urls"][0].as_str().unwrap();
    let data = uri.strip_prefix("data:image/jpeg;base64,").unwrap();
    assert_eq!(base64(data), noted_jpeg(6));
    assert_eq!(body["style"].as_str().unwrap(), uri);
}

fn base64(text: &str) -> Vec<u8> {
    let sextet = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut bytes = Vec::new();
    for four in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = four
            .iter()
            .fold(0_u32, |bits, c| bits << 6 | u32::from(sextet(*c)));
        let bits = bits << (6 * (4 - four.len()));
        bytes.extend(&bits.to_be_bytes()[1..four.len()]);
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn fal_is_asked_to_keep_an_upload_as_long_as_the_setting_says() {
    for (setting, wish) in [
        ("", Some(r#"{"expiration_duration_seconds":86400}"#)),
        (
            "upload_lifetime = \"hour\"\n",
            Some(r#"{"expiration_duration_seconds":3600}"#),
        ),
        ("upload_lifetime = \"account\"\n", None),
    ] {
        let stage = Stage::new().await;
        let library = stage.open_with(setting).await;
        run(&library, "warmer").await;
        let initiate = &stage.fal.requests_as(Role::Initiate)[0];
        for name in [
            "x-fal-object-lifecycle-preference",
            "x-fal-object-lifecycle",
        ] {
            assert_eq!(initiate.header(name), wish, "{setting}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn references_and_the_pictures_that_parameters_name_go_up_in_order_and_once() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let mut pictures = Vec::new();
    for side in [40, 41, 42, 43] {
        pictures.push(add(&library, sample::photo_png(side, side)).await);
    }
    let [input, first, second, mask] = pictures[..] else {
        panic!("four pictures");
    };
    let parameters = json!({
        "mask_url": {"version_id": mask.to_string()},
        "loras": [{"path": {"version_id": first.to_string()}, "scale": 1}, 7],
        "image_size": {"width": 64, "height": 64},
    });
    let job = run_edit(
        &library,
        Edit {
            references: vec![first, second, input],
            ..with_parameters(input, &parameters)
        },
    )
    .await;
    assert_eq!(job.state, State::Done, "{job:?}");
    let widths: Vec<u32> = stage
        .fal
        .requests_as(Role::Upload)
        .iter()
        .map(|upload| image::load_from_memory(&upload.body).unwrap().width())
        .collect();
    assert_eq!(widths, [40, 41, 42, 43]);
    let body = stage.fal.requests_as(Role::Submit)[0].json();
    let width = |url: &serde_json::Value| {
        let file = stage.fal.uploaded(url.as_str().unwrap()).unwrap();
        image::load_from_memory(&file.bytes).unwrap().width()
    };
    assert_eq!(width(&body["image_urls"][0]), 40);
    assert_eq!(width(&body["mask_url"]), 43);
    assert_eq!(width(&body["loras"][0]["path"]), 41);
    assert_eq!(body["loras"][0]["scale"], 1);
    assert_eq!(body["image_size"], parameters["image_size"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_went_to_the_trash_ends_the_edit_before_anything_is_sent() {
    let stage = Stage::new().await;
    let library = stage.open_with("wait_at_once = 1\n").await;
    let (input, other) = (
        picture(&library).await,
        add(&library, sample::photo_png(9, 9)).await,
    );
    let first = library
        .submit_edit(edit(input, "[[stuck]]", MODEL))
        .await
        .unwrap();
    until_state(&library, first.id, State::Waiting).await;
    let sent = stage.fal.requests_as(Role::Initiate).len();
    let mut waiting = Vec::new();
    for edit in [
        Edit {
            references: vec![other],
            ..edit(input, "warmer", MODEL)
        },
        with_parameters(
            input,
            &json!({"mask_url": {"version_id": other.to_string()}}),
        ),
    ] {
        waiting.push(library.submit_edit(edit).await.unwrap().id);
    }
    library.delete_items(&[other.to_string()]).await.unwrap();
    library.cancel_job(first.id).await.unwrap();
    for id in waiting {
        let failure = ended(&library, id).await.failure.unwrap();
        assert_eq!(
            (failure.code, failure.charged),
            (Code::NotFound, Charged::No)
        );
        assert!(failure.said.unwrap().contains("trash"));
    }
    assert_eq!(stage.fal.requests_as(Role::Initiate).len(), sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_over_the_models_limit_is_told_for_nothing_or_made_to_fit() {
    const TO_5000: &str = "fal-ai/qwen-image-2/edit";
    let stage = Stage::new().await;
    let library = stage.open().await;
    let wide = add(&library, sample::plain_png(5_200, 400, [200, 90, 30])).await;
    let job = run_edit(&library, edit(wide, "warmer", TO_5000)).await;
    let failure = job.failure.unwrap();
    assert_eq!(
        (job.state, failure.code, failure.charged),
        (State::Failed, Code::PictureOverLimit, Charged::No)
    );
    let said = failure.said.unwrap();
    assert!(
        said.contains("5000 pixels a side") && said.contains("5200 × 400"),
        "{said}"
    );
    assert!(stage.fal.requests_as(Role::Initiate).is_empty());
    assert_eq!(stage.fal.charges(), 0);

    let shrunk = Edit {
        shrink: true,
        ..edit(wide, "warmer", TO_5000)
    };
    let job = run_edit(&library, shrunk).await;
    assert_eq!(job.state, State::Done, "{job:?}");
    assert!(job.note.unwrap().contains("at most 5000 pixels a side"));
    let sent = image::load_from_memory(&stage.sent()[0].bytes).unwrap();
    assert_eq!((sent.width(), sent.height()), (5_000, 384));

    let small = add(&library, sample::photo_png(300, 400)).await;
    let job = run_edit(
        &library,
        Edit {
            shrink: true,
            ..edit(small, "warmer", TO_5000)
        },
    )
    .await;
    let failure = job.failure.unwrap();
    assert_eq!(failure.code, Code::PictureOverLimit);
    assert!(failure.said.unwrap().contains("at least 384"));
    assert_eq!(stage.fal.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_fails_ends_the_edit_for_nothing() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    stage.fal.script(|script| {
        script.lock("admin-lock".parse().unwrap());
    });
    let failure = run(&library, "warmer").await.failure.unwrap();
    assert_eq!(
        (failure.code, failure.charged),
        (Code::AccountLocked, Charged::No)
    );
    assert_eq!(stage.fal.charges(), 0);
}
