//! Jobs at fal: both protocols, what goes out, what comes back.

use overpaint_core::error::{Charged, Code};
use overpaint_core::job::State;
use overpaint_core::library::KeyTest;
use overpaint_core::settings::Given;
use overpaint_testkit::{Role, sample};

use super::{DEADLINE, MODEL, Stage, edit, ended, open, picture, run, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_goes_through_fals_queue_and_comes_back_changed() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let job = run(&library, "make it dusk [[queue:3]] [[running:2]]").await;
    assert_eq!(job.state, State::Done, "{job:?}");
    assert_eq!(stage.fal.charges(), 1);
    let result = library.version(job.results[0]).await.unwrap();
    assert_eq!((result.parent, result.job), (Some(job.input), Some(job.id)));
    let original = library.version(job.input).await.unwrap();
    assert_ne!(
        library.bytes(&result).await.unwrap(),
        library.bytes(&original).await.unwrap()
    );
    assert!(result.request_id.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_place_in_line_and_the_last_log_line_are_shown() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    stage.fal.hold(overpaint_testkit::Stage::Result);
    let job = library
        .submit_edit(edit(input, "[[queue:2]] [[running:2]]", MODEL))
        .await
        .unwrap();
    let seen = until(&library, job.id, |job| {
        job.progress
            .as_ref()
            .is_some_and(|p| p.running && p.last_log.is_some())
    })
    .await;
    assert_eq!(seen.state, State::Waiting);
    stage.fal.release(overpaint_testkit::Stage::Result);
    assert_eq!(ended(&library, job.id).await.state, State::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_an_answer_takes_no_place_to_work() {
    let stage = Stage::new().await;
    stage
        .folder
        .put("config/settings.toml", b"work_at_once = 1\n")
        .unwrap();
    let given = Given::nothing(stage.folder.path())
        .flag("FAL_API_KEY", stage.fal.key())
        .flag("FAL_ENDPOINT", format!("{}/", stage.fal.origin()));
    let library = open(given).await;
    let input = picture(&library).await;
    stage.fal.hold(overpaint_testkit::Stage::Accepted);
    let mut jobs = Vec::new();
    for prompt in ["one", "two", "three"] {
        let job = library.submit_edit(edit(input, prompt, MODEL)).await;
        jobs.push(job.unwrap().id);
    }
    tokio::time::timeout(DEADLINE, stage.fal.charged(3))
        .await
        .unwrap();
    stage.fal.release(overpaint_testkit::Stage::Accepted);
    for job in jobs {
        assert_eq!(ended(&library, job).await.state, State::Done);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_endpoint_speaks_the_originals_protocol_and_gets_the_picture_inside_the_request() {
    for prompt in [
        "plain",
        "[[202-location]] [[pending:3]]",
        "[[relative-location]]",
        "[[202-poll_url]]",
        "[[202-status_url]]",
        "[[202-result_url]]",
    ] {
        let stage = Stage::new().await;
        let given = Given::nothing(stage.folder.path())
            .flag("FAL_API_KEY", stage.fal.key())
            .flag("POLL_INTERVAL", "0.005");
        let library = open(given.flag("FAL_ENDPOINT", format!("{}/", stage.fal.origin()))).await;
        let job = run(&library, prompt).await;
        assert_eq!(job.state, State::Done, "{prompt}: {job:?}");
        assert_eq!(stage.fal.charges(), 1, "{prompt}");
        let submit = &stage.fal.requests_as(Role::Direct)[0];
        let body = submit.json();
        let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["prompt", "image_urls"]);
        assert!(
            body["image_urls"][0]
                .as_str()
                .unwrap()
                .starts_with("data:image/png;base64,")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_goes_to_fal_and_never_to_an_upload_or_a_file_host() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    run(&library, "warmer").await;
    for request in stage.fal.requests() {
        let carries = request.header("authorization").is_some();
        let may = !matches!(request.role, Role::Upload | Role::Download);
        assert_eq!(carries, may, "{request:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_of_a_result_becomes_versions() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    for shape in ["A", "B", "C", "D", "E"] {
        let job = run(&library, &format!("[[shape:{shape}]]")).await;
        assert_eq!(
            (job.state, job.results.len()),
            (State::Done, 1),
            "shape {shape}"
        );
    }
    assert_eq!(run(&library, "[[two-images]]").await.results.len(), 2);
    assert_eq!(run(&library, "[[b64]]").await.state, State::Done);
    assert_eq!(
        run(&library, "[[bare]] [[huge-seed]]").await.state,
        State::Done
    );
    assert_eq!(
        run(&library, "[[download-redirect]]").await.state,
        State::Done
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fal_refuses_is_told_by_code_and_costs_nothing() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let refusals = [
        ("[[401]]", Code::KeyRefused),
        ("[[locked]]", Code::AccountLocked),
        ("[[404]]", Code::ModelUnknown),
        ("[[422]]", Code::RequestRefused),
    ];
    for (prompt, code) in refusals {
        let job = run(&library, prompt).await;
        let failure = job.failure.unwrap();
        assert_eq!(
            (job.state, failure.code, failure.charged),
            (State::Failed, code, Charged::No),
            "{prompt}"
        );
    }
    assert_eq!(stage.fal.charges(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_model_says_after_it_ran_is_told_by_code() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let ends = [
        ("[[validation]]", Code::RequestRefused),
        ("[[policy]]", Code::PolicyBlocked),
        ("[[no-media]]", Code::NoPictureMade),
        ("[[noimages]]", Code::NoPictureMade),
        ("[[not-an-image]]", Code::ResultUnreadable),
        ("[[empty-download]]", Code::ResultUnreadable),
        ("[[download-404]]", Code::ResultGone),
    ];
    for (prompt, code) in ends {
        let job = run(&library, prompt).await;
        assert_eq!(
            (job.state, job.failure.map(|f| f.code)),
            (State::Failed, Some(code)),
            "{prompt}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_that_fails_never_drops_a_paid_job() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    for prompt in [
        "[[status:locked*3]]",
        "[[status:500*3]]",
        "[[result:403*2]]",
        "[[early-result]]",
    ] {
        let job = run(&library, prompt).await;
        assert_eq!(job.state, State::Done, "{prompt}: {job:?}");
    }
    assert_eq!(stage.fal.charges(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turned_picture_is_sent_upright() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let bmp = {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::DynamicImage::ImageRgb8(sample::photo(20, 10))
            .write_to(&mut bytes, image::ImageFormat::Bmp)
            .unwrap();
        bytes.into_inner()
    };
    let input = library.add_bytes(bmp, "scan.bmp").await.unwrap().id;
    let job = library
        .submit_edit(edit(input, "warmer", MODEL))
        .await
        .unwrap();
    assert_eq!(ended(&library, job.id).await.state, State::Done);
    let submit = &stage.fal.requests_as(Role::Submit)[0];
    let sent = stage
        .fal
        .uploaded(submit.json()["image_urls"][0].as_str().unwrap())
        .unwrap();
    assert_eq!(
        image::guess_format(&sent.bytes).unwrap(),
        image::ImageFormat::Png
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_test_costs_nothing_and_tells_good_from_bad() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    assert_eq!(library.test_key().await.unwrap(), KeyTest::Works);
    library.close().await;
    let library = open(stage.given().flag("FAL_API_KEY", "bad:key")).await;
    assert_eq!(library.test_key().await.unwrap(), KeyTest::Refused);
    assert_eq!(stage.fal.charges(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_nothing_is_sent() {
    let stage = Stage::new().await;
    let given = Given::nothing(stage.folder.path()).flag("FAL_SERVICE", stage.fal.origin());
    let library = open(given).await;
    let job = run(&library, "warmer").await;
    assert_eq!(job.failure.map(|f| f.code), Some(Code::KeyMissing));
    assert!(stage.fal.requests().is_empty());
}
