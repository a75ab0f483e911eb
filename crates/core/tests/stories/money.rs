//! One click is charged at most once, and what is paid is fetched.

use overpaint_core::error::{Charged, Code, Error};
use overpaint_core::job::State;
use overpaint_testkit::Stage as Place;

use super::{Held, MODEL, Stage, edit, ended, open_at, picture, run, until_state};

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_is_doubt_and_never_a_second_submit() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    for prompt in [
        "[[lost-reply]]",
        "[[badjson]]",
        "[[reply:500]]",
        "[[reply:408]]",
        "[[reply:nginx-502]]",
        "[[reply:runner-lost]]",
        "[[reply:timeout]]",
        "[[reply:cut-json]]",
        "[[reply:html]]",
    ] {
        let before = stage.fal.charges();
        // Where the answer's head names a request, that leads to nothing either.
        let job = run(&library, &format!("{prompt} [[status:not-found]]")).await;
        let failure = job.failure.unwrap();
        assert_eq!(
            (job.state, failure.charged),
            (State::Unconfirmed, Charged::Maybe),
            "{prompt}"
        );
        assert_eq!(stage.fal.charges(), before + 1, "{prompt}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn running_an_unconfirmed_edit_again_is_a_new_attempt_the_user_asked_for() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let job = run(&library, "[[lost-reply]]").await;
    assert_eq!(job.state, State::Unconfirmed);
    let again = library.retry_job(job.id).await.unwrap();
    assert_eq!(again.attempt, 2);
    let job = ended(&library, job.id).await;
    assert_eq!((job.state, stage.fal.charges()), (State::Unconfirmed, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_idempotency_key_is_one_job_and_none_is_two() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    let click = || {
        let mut edit = edit(input, "warmer", MODEL);
        edit.idempotency_key = Some("click-1".to_owned());
        edit
    };
    let (one, two) = tokio::join!(library.submit_edit(click()), library.submit_edit(click()));
    let (one, two) = (one.unwrap().id, two.unwrap().id);
    assert_eq!(one, two);
    ended(&library, one).await;
    assert_eq!(stage.fal.charges(), 1);
    let other = library
        .submit_edit(edit(input, "warmer", MODEL))
        .await
        .unwrap();
    ended(&library, other.id).await;
    assert_eq!(stage.fal.charges(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_a_failed_download_fetches_and_never_submits() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let job = run(&library, "[[download:500*4]]").await;
    assert_eq!(
        job.failure.as_ref().map(|f| (f.code, f.charged)),
        Some((Code::DownloadFailed, Charged::Yes))
    );
    library.retry_job(job.id).await.unwrap();
    let job = ended(&library, job.id).await;
    assert_eq!(
        (job.state, job.attempt, stage.fal.charges()),
        (State::Done, 1, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_place_to_work_and_one_to_wait_are_enough() {
    let stage = Stage::new().await;
    stage
        .folder
        .put(
            "config/settings.toml",
            b"work_at_once = 1\nwait_at_once = 1\n",
        )
        .unwrap();
    let library = stage.open().await;
    for _ in 0..2 {
        assert_eq!(run(&library, "warmer").await.state, State::Done);
    }
    let failed = run(&library, "[[download:500*4]]").await;
    library.retry_job(failed.id).await.unwrap();
    assert_eq!(ended(&library, failed.id).await.state, State::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_in_line_is_cancelled_or_deleted_before_anything_is_sent() {
    let stage = Stage::new().await;
    stage
        .folder
        .put("config/settings.toml", b"wait_at_once = 1\n")
        .unwrap();
    let library = stage.open().await;
    let input = picture(&library).await;
    let first = library
        .submit_edit(edit(input, "[[stuck]]", MODEL))
        .await
        .unwrap();
    until_state(&library, first.id, State::Waiting).await;
    let cancelled = library
        .submit_edit(edit(input, "never", MODEL))
        .await
        .unwrap();
    let deleted = library
        .submit_edit(edit(input, "never", MODEL))
        .await
        .unwrap();
    assert_eq!(
        library.cancel_job(cancelled.id).await.unwrap().state,
        State::Cancelled
    );
    library
        .delete_items(&[deleted.id.to_string()])
        .await
        .unwrap();
    assert_eq!(
        library.job(deleted.id).await.unwrap().state,
        State::Cancelled
    );
    library.cancel_job(first.id).await.unwrap();
    ended(&library, first.id).await;
    assert_eq!(stage.fal.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_fal_has_not_heard_of_yet_is_asked_for_again() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let job = run(&library, "[[status:not-found*9]]").await;
    assert_eq!((job.state, stage.fal.charges()), (State::Done, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_fal_never_heard_of_ends_and_can_be_looked_at_again() {
    let stage = Stage::new().await;
    let held = Held::new();
    let library = open_at(stage.given(), held.clock()).await;
    let input = picture(&library).await;
    stage.fal.script(|script| {
        script.fail(
            overpaint_testkit::Place::Status,
            overpaint_testkit::Failure::NotFound,
        );
    });
    let job = library
        .submit_edit(edit(input, "warmer", MODEL))
        .await
        .unwrap();
    until_state(&library, job.id, State::Waiting).await;
    held.move_on(180);
    let job = ended(&library, job.id).await;
    assert_eq!(
        (job.state, job.failure.map(|f| f.code)),
        (State::Failed, Some(Code::ResultGone))
    );
    stage.fal.script(|script| script.faults.clear());
    library.look_again(job.id).await.unwrap();
    let job = ended(&library, job.id).await;
    assert_eq!(
        (job.state, job.attempt, stage.fal.charges()),
        (State::Done, 1, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_job_can_be_cancelled() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    let job = library
        .submit_edit(edit(input, "[[stuck]]", MODEL))
        .await
        .unwrap();
    until_state(&library, job.id, State::Waiting).await;
    library.cancel_job(job.id).await.unwrap();
    assert_eq!(ended(&library, job.id).await.state, State::Cancelled);
    assert!(matches!(
        library.cancel_job(job.id).await,
        Err(Error::TooLate { .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_loses_the_race_keeps_the_paid_result() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    stage.fal.hold(Place::Running);
    let job = library
        .submit_edit(edit(input, "[[cancel-race]] [[running:2]]", MODEL))
        .await
        .unwrap();
    stage.fal.reached(Place::Running).await;
    library.cancel_job(job.id).await.unwrap();
    stage.fal.release(Place::Running);
    let job = ended(&library, job.id).await;
    assert_eq!((job.state, job.results.len()), (State::Done, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_job_at_work_hides_it_at_once_and_cancels_it() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    let job = library
        .submit_edit(edit(input, "[[stuck]]", MODEL))
        .await
        .unwrap();
    until_state(&library, job.id, State::Waiting).await;
    library.delete_items(&[job.id.to_string()]).await.unwrap();
    assert!(library.active_jobs().await.unwrap().is_empty());
    assert_eq!(ended(&library, job.id).await.state, State::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_lets_a_submit_under_way_finish() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    stage.fal.hold(Place::Accepted);
    let job = library
        .submit_edit(edit(input, "warmer", MODEL))
        .await
        .unwrap();
    stage.fal.reached(Place::Accepted).await;
    let closing = tokio::spawn({
        let library = library.clone();
        async move { library.close().await }
    });
    stage.fal.release(Place::Accepted);
    closing.await.unwrap();
    let library = stage.open().await;
    assert_eq!(ended(&library, job.id).await.state, State::Done);
    assert_eq!(stage.fal.charges(), 1);
}
