//! What comes back from fal, good and bad: everything that is paid is kept, and nothing else gets in.

use overpaint_core::error::{Charged, Code};
use overpaint_core::job::{Job, State};
use overpaint_testkit::{Download, Failure as Refusal, Place, Role};

use super::{MODEL, Stage, edit, ended, half_written, picture, run};

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
async fn an_address_that_has_run_out_is_asked_for_again_and_for_nothing() {
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

    // Once at its address, four times at the one that the result names when it is read again.
    let job = run(&library, "[[download:410*5]]").await;
    let failure = job.failure.unwrap();
    assert_eq!(
        (job.state, failure.code, failure.charged),
        (State::Failed, Code::ResultGone, Charged::Yes)
    );
    let about = stage.fal.requests_about(&job.request_id.unwrap());
    let downloads = about
        .iter()
        .filter(|request| request.role == Role::Download);
    assert_eq!((downloads.count(), stage.fal.charges()), (5, 4));
    // The file host has found it.
    library.retry_job(job.id).await.unwrap();
    let job = ended(&library, job.id).await;
    assert_eq!(
        (job.state, job.attempt, stage.fal.charges()),
        (State::Done, 1, 4)
    );
}

/// What is lost of an answer may still come, and what came is not lost with it.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_are_gone_are_asked_for_twice_before_the_others_are_all_there_is() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    let gone_for = |refusals: u32| {
        stage.fal.script(|script| {
            script.fail_times(Place::Download, Refusal::Status(404), refusals);
        });
    };
    let wish = |words: &str| {
        let mut edit = edit(input, &format!("[[two-images]] {words}"), MODEL);
        edit.parameters.0.insert("seed".to_owned(), 7.into());
        edit
    };
    let run = async |words: &str| {
        let job = library.submit_edit(wish(words)).await.unwrap();
        ended(&library, job.id).await
    };
    let again = async |job: &Job| {
        library.retry_job(job.id).await.unwrap();
        ended(&library, job.id).await
    };
    let downloads = |job: &Job| {
        let about = stage.fal.requests_about(job.request_id.as_ref().unwrap());
        let downloads = about.iter().filter(|it| it.role == Role::Download);
        downloads.count()
    };

    // The first of two is refused five times, and comes when it is wanted again.
    gone_for(5);
    let job = run("warmer").await;
    let failure = job.failure.clone().unwrap();
    assert_eq!(
        (job.state, failure.code),
        (State::Failed, Code::ResultGone),
        "{failure:?}"
    );
    let said = failure.said.unwrap();
    assert!(
        said.ends_with("1 of 2 pictures came and are kept."),
        "{said}"
    );
    // What has come is a file of nobody's yet, and no trash.
    library.empty_trash().await.unwrap();
    let job = again(&job).await;
    assert_eq!(
        (job.state, job.results.len(), job.note.as_deref()),
        (State::Done, 2, None)
    );
    assert_eq!((downloads(&job), stage.fal.charges()), (5 + 1 + 1, 1));

    // This one never comes. The other is had all the same, and is not taken for the whole result of that wish.
    let job = run("cooler").await;
    assert_eq!(job.state, State::Failed);
    gone_for(10);
    let job = again(&job).await;
    assert_eq!((job.state, job.results.len()), (State::Done, 1), "{job:?}");
    assert!(job.note.unwrap().starts_with("1 of 2 pictures came;"));
    assert_eq!(library.quote(wish("cooler")).await.unwrap().cached, None);
    assert!(
        library
            .quote(wish("warmer"))
            .await
            .unwrap()
            .cached
            .is_some()
    );
    assert_eq!(stage.fal.charges(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_answer_without_an_end_only_so_many_pictures_are_taken() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    for prompt in ["[[images:66]]", "[[images:66]] [[b64]]"] {
        let job = run(&library, prompt).await;
        assert_eq!(
            (job.state, job.results.len()),
            (State::Done, 64),
            "{prompt}"
        );
        assert_eq!(
            job.note.as_deref(),
            Some("The answer has 66 pictures, of which the first 64 are taken.")
        );
    }
    assert_eq!(stage.fal.requests_as(Role::Download).len(), 64);
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
        let job = ended(&library, job.id).await;
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
