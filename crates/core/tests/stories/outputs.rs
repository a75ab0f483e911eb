//! What comes back from fal, good and bad: everything that is paid is kept, and nothing else gets in.

use overpaint_core::error::{Charged, Code};
use overpaint_core::job::State;
use overpaint_testkit::{Download, Role};

use super::{Stage, half_written, run};

#[tokio::test(flavor = "multi_thread")]
async fn every_picture_of_an_answer_is_kept_however_it_is_told_of() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    for (prompt, pictures) in [
        ("[[images:3]]", 3),
        ("[[images:3]] [[b64]]", 3),
        ("[[images:2]] [[images-strings]]", 2),
        ("[[images:2]] [[bare]]", 2),
        ("[[single-image]]", 1),
        ("[[shape:C]] [[jpeg-result]]", 1),
        ("[[shape:A]] [[webp-result]]", 1),
        ("[[one-pixel-off]]", 1),
    ] {
        let job = run(&library, prompt).await;
        assert_eq!(
            (job.state, job.results.len()),
            (State::Done, pictures),
            "{prompt}: {job:?}"
        );
        assert_eq!(job.note, None, "{prompt}");
    }
    assert!(half_written(stage.folder.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seed_of_the_answer_is_kept_to_its_last_digit() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let job = run(&library, "[[shape:D]] [[huge-seed]]").await;
    let version = library.version(job.results[0]).await.unwrap();
    let seed: u64 = version.seed.unwrap().parse().unwrap();
    assert!(seed > 1 << 53);
    let job = run(&library, "[[shape:B]]").await;
    assert_eq!(library.version(job.results[0]).await.unwrap().seed, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_the_safety_check_blacked_out_says_so() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    for (prompt, begins) in [
        (
            "[[nsfw]] [[shape:D]]",
            "The model's safety check blacked this picture out.",
        ),
        ("[[black]] [[shape:B]]", "It is black all over"),
        ("[[black]] [[jpeg-result]]", "It is black all over"),
        ("[[black]] [[webp-result]]", "It is black all over"),
    ] {
        let job = run(&library, prompt).await;
        assert_eq!(job.state, State::Done);
        let version = library.version(job.results[0]).await.unwrap();
        for note in [job.note, version.note] {
            let note = note.unwrap();
            assert!(note.starts_with(begins), "{prompt}: {note}");
            assert!(note.ends_with("It may still have been charged."), "{note}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_has_run_out_is_asked_for_again_once_and_for_nothing() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    for prompt in [
        "[[download:403*1]]",
        "[[download:404*1]]",
        "[[download:410*1]]",
    ] {
        let job = run(&library, prompt).await;
        assert_eq!(
            (job.state, job.results.len()),
            (State::Done, 1),
            "{prompt}: {job:?}"
        );
        let about = stage.fal.requests_about(&job.request_id.unwrap());
        let results = about.iter().filter(|request| request.role == Role::Result);
        assert_eq!(results.count(), 2, "{prompt}");
    }
    assert_eq!(stage.fal.charges(), 3);

    let job = run(&library, "[[download-410]]").await;
    let failure = job.failure.unwrap();
    assert_eq!(
        (job.state, failure.code, failure.charged),
        (State::Failed, Code::ResultGone, Charged::Yes)
    );
    let about = stage.fal.requests_about(&job.request_id.unwrap());
    let downloads = about
        .iter()
        .filter(|request| request.role == Role::Download);
    assert_eq!((downloads.count(), stage.fal.charges()), (2, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_refused_and_leaves_nothing_on_the_disk() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    for (download, words) in [
        (Download::Html, "HTML"),
        (Download::Empty, "empty"),
        (Download::Large(201), "over 200 MB"),
        (Download::Endless, "over 200 MB"),
        (
            Download::RedirectTo("http://169.254.169.254/latest/meta-data".to_owned()),
            "not fetched",
        ),
        (
            Download::RedirectTo("file:///etc/passwd".to_owned()),
            "not fetched",
        ),
    ] {
        stage
            .fal
            .script(|script| script.download = download.clone());
        let job = run(&library, "warmer").await;
        let failure = job.failure.unwrap();
        assert_eq!(
            (job.state, failure.code, failure.charged),
            (State::Failed, Code::ResultUnreadable, Charged::Yes),
            "{download:?}"
        );
        let said = failure.said.unwrap();
        assert!(said.contains(words), "{download:?}: {said}");
        assert!(half_written(stage.folder.path()).is_empty(), "{download:?}");
        // It is paid and lies there still: once the file host is well, a retry fetches it.
        stage.fal.script(|script| script.download = Download::Whole);
        library.retry_job(job.id).await.unwrap();
        let job = super::ended(&library, job.id).await;
        assert_eq!((job.state, job.attempt), (State::Done, 1), "{download:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fals_words_become_our_codes_all_the_way_from_the_wire() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    for (prompt, code, charged) in [
        ("[[end:validation]]", Code::RequestRefused, Charged::No),
        // A result whose headers say what was billed is believed.
        ("[[end:policy]]", Code::PolicyBlocked, Charged::No),
        ("[[end:no-media]]", Code::NoPictureMade, Charged::Yes),
        ("[[end:internal]]", Code::ProviderFailed, Charged::No),
        ("[[end:timeout]]", Code::ProviderTimeout, Charged::No),
        ("[[end:runner-lost]]", Code::ProviderFailed, Charged::No),
        ("[[submit:top-up]]", Code::AccountLocked, Charged::No),
        ("[[submit:no-scope]]", Code::KeyNotAllowed, Charged::No),
        ("[[submit:bad-key-format]]", Code::KeyRefused, Charged::No),
        ("[[submit:unknown-app]]", Code::ModelUnknown, Charged::No),
    ] {
        let failure = run(&library, prompt).await.failure.unwrap();
        assert_eq!(
            (failure.code, failure.charged),
            (code, charged),
            "{prompt}: {failure:?}"
        );
    }
}
