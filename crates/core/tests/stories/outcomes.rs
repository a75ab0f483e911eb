//! What becomes of a submit that did not go through: nothing was sent, there was no room, it may have arrived. Each for the charges it means.

use overpaint_core::Library;
use overpaint_core::error::{Charged, Code, Error};
use overpaint_core::job::{Job, JobId, State};
use overpaint_core::settings::Given;
use overpaint_testkit::{Failure, Fal, Place, Role};

use super::{Held, MODEL, Stage, edit, ended, open, open_at, picture, run, until};

/// Nobody listens there.
async fn nowhere() -> String {
    let gone = Fal::start().await;
    let origin = gone.origin().to_owned();
    gone.stop().await;
    origin
}

async fn submitted(library: &Library, prompt: &str) -> JobId {
    let input = picture(library).await;
    let job = library.submit_edit(edit(input, prompt, MODEL)).await;
    job.unwrap().id
}

async fn put_off(library: &Library, id: JobId) -> Job {
    until(library, id, |job| job.not_before.is_some()).await
}

/// On an endpoint that is not fal's own.
fn elsewhere(stage: &Stage, endpoint: &str) -> Given {
    Given::nothing(stage.folder.path())
        .flag("FAL_API_KEY", stage.fal.key())
        .flag("FAL_ENDPOINT", endpoint)
        .flag("POLL_INTERVAL", "0.005")
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_network_a_job_waits_says_why_survives_a_restart_and_goes_on_when_told() {
    let stage = Stage::new().await;
    let given = stage.given().flag("FAL_BACKOFF", "60");
    let library = open(given.clone().flag("FAL_SERVICE", nowhere().await)).await;
    let id = submitted(&library, "warmer").await;
    let job = put_off(&library, id).await;
    let failure = job.failure.unwrap();
    assert_eq!(
        (job.state, failure.code, failure.charged, job.cost),
        (State::Queued, Code::ProviderUnreachable, Charged::No, None)
    );
    library.close().await;

    let library = open(given).await;
    let kept = library.job(id).await.unwrap();
    assert_eq!(
        (kept.state, kept.not_before),
        (State::Queued, job.not_before)
    );
    assert!(stage.fal.requests().is_empty());
    let now = library.retry_job(id).await.unwrap();
    assert_eq!((now.not_before, now.attempt), (None, 1));
    let job = ended(&library, id).await;
    assert_eq!((job.state, job.failure), (State::Done, None));
    assert_eq!(stage.fal.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_comes_back_needs_nobody() {
    let stage = Stage::new().await;
    stage.fal.script(|script| {
        script.fail_times(Place::Initiate, Failure::Reset, 3);
    });
    let library = open(stage.given().flag("FAL_BACKOFF", "0.005")).await;
    let job = run_to_end(&library, "warmer").await;
    assert_eq!((job.state, stage.fal.charges()), (State::Done, 1));
}

async fn run_to_end(library: &Library, prompt: &str) -> Job {
    let id = submitted(library, prompt).await;
    ended(library, id).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_fal_answers_badly_is_tried_five_times() {
    for (times, state, charges) in [(4, State::Done, 1), (5, State::Failed, 0)] {
        for (place, role) in [
            (Place::Initiate, Role::Initiate),
            (Place::Upload, Role::Upload),
        ] {
            let stage = Stage::new().await;
            stage.fal.script(|script| {
                script.fail_times(place, Failure::Internal, times);
            });
            let library = open(stage.given().flag("FAL_BACKOFF", "0.005")).await;
            let job = run_to_end(&library, "warmer").await;
            assert_eq!(
                (job.state, stage.fal.charges()),
                (state, charges),
                "{job:?}"
            );
            assert_eq!(stage.fal.requests_as(role).len(), 5);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_uploads_that_fal_answers_badly_in_a_row_are_counted() {
    let stage = Stage::new().await;
    let held = Held::new();
    let given = stage.given().flag("FAL_BACKOFF", "60");
    let library = open_at(given, held.clock()).await;
    let id = submitted(&library, "[[submit:busy*4]]").await;
    let put_off_for = async |code: Code, submits: usize| {
        until(&library, id, |job| {
            let why = job.failure.as_ref().map(|failure| failure.code);
            let sent = stage.fal.requests_as(Role::Submit).len();
            job.not_before.is_some() && why == Some(code) && sent == submits
        })
        .await
    };
    for submits in 1..=3 {
        put_off_for(Code::RateLimited, submits).await;
        library.retry_job(id).await.unwrap();
    }
    put_off_for(Code::RateLimited, 4).await;
    stage.fal.script(|script| {
        script.fail_times(Place::Initiate, Failure::Internal, 1);
    });
    library.retry_job(id).await.unwrap();
    put_off_for(Code::ProviderFailed, 4).await;
    library.retry_job(id).await.unwrap();
    let job = ended(&library, id).await;
    assert_eq!((job.state, stage.fal.charges()), (State::Done, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_tls_has_sent_nothing() {
    let stage = Stage::new().await;
    let endpoint = stage.fal.origin().replace("http://", "https://");
    let given = elsewhere(&stage, &endpoint).flag("FAL_BACKOFF", "60");
    let library = open(given).await;
    let id = submitted(&library, "warmer").await;
    let job = put_off(&library, id).await;
    assert_eq!(
        (job.failure.map(|f| f.code), job.cost),
        (Some(Code::ProviderUnreachable), None)
    );
    assert!(stage.fal.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_endpoint_is_tried_no_longer_than_it_would_be_polled() {
    let stage = Stage::new().await;
    let given = |endpoint: &str| {
        elsewhere(&stage, endpoint)
            .flag("FAL_BACKOFF", "0.01")
            .flag("POLL_MAX_WAIT", "0.1")
    };
    let library = open(given(&nowhere().await)).await;
    let job = run(&library, "warmer").await;
    let failure = job.failure.unwrap();
    assert_eq!(
        (job.state, failure.code, failure.charged),
        (State::Failed, Code::ProviderUnreachable, Charged::No)
    );
    library.close().await;

    let library = open(given(stage.fal.origin())).await;
    let job = run_to_end(&library, "[[429]]").await;
    assert_eq!(
        (job.state, job.failure.map(|f| f.code)),
        (State::Failed, Some(Code::RateLimited))
    );
    assert!(stage.fal.requests_as(Role::Direct).len() > 1);
    assert_eq!(stage.fal.charges(), 0);
    // Nothing is waited for that would come too late.
    let told = run_to_end(&library, "[[submit:busy-retry-after-30]]").await;
    assert_eq!(told.state, State::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_fal_is_asked_again_when_it_says_and_others_go_past() {
    let stage = Stage::new().await;
    let held = Held::new();
    let library = open_at(stage.given(), held.clock()).await;
    let id = submitted(&library, "[[submit:busy-retry-after-7*1]]").await;
    let job = put_off(&library, id).await;
    assert_eq!(job.failure.map(|f| f.code), Some(Code::RateLimited));
    assert_eq!(
        job.not_before,
        Some(held.now() + std::time::Duration::from_secs(7))
    );
    let other = run(&library, "cooler").await;
    assert_eq!((other.state, stage.fal.charges()), (State::Done, 1));
    assert_eq!(library.job(id).await.unwrap().state, State::Queued);
    held.move_on(7);
    // Whoever comes wakes the line; the oldest that may begin goes first.
    run(&library, "greener").await;
    assert_eq!(ended(&library, id).await.state, State::Done);
    assert_eq!(stage.fal.charges(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_fal_that_says_at_once_is_not_asked_at_once_for_ever() {
    let stage = Stage::new().await;
    let held = Held::new();
    let given = stage.given().flag("FAL_BACKOFF", "60");
    let library = open_at(given, held.clock()).await;
    for prompt in ["[[submit:busy-retry-after-0]]", "[[submit:busy-until-0]]"] {
        let id = submitted(&library, prompt).await;
        let job = put_off(&library, id).await;
        let pause = job.not_before.unwrap() - held.now();
        assert!(pause >= chrono::TimeDelta::seconds(45), "{pause}");
    }
    assert_eq!(stage.fal.requests_as(Role::Submit).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_fal_that_names_no_time_is_asked_again_by_itself() {
    let stage = Stage::new().await;
    let library = open(stage.given().flag("FAL_BACKOFF", "0.005")).await;
    let job = run(&library, "[[submit:busy*3]]").await;
    // `run` ends at the job's end, however often it went back in line.
    assert_eq!((job.state, job.attempt), (State::Done, 1));
    assert_eq!(stage.fal.requests_as(Role::Submit).len(), 4);
    assert_eq!(stage.fal.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_waits_for_its_time_is_cancelled_at_once() {
    let stage = Stage::new().await;
    let library = open(stage.given()).await;
    let id = submitted(&library, "[[submit:busy-retry-after-300]]").await;
    put_off(&library, id).await;
    let job = library.cancel_job(id).await.unwrap();
    assert_eq!(
        (job.state, job.not_before, job.failure),
        (State::Cancelled, None, None)
    );
    // In line and not waiting for anything, there is nothing to hurry.
    let job = library.retry_job(id).await.unwrap();
    assert_eq!((job.state, job.not_before), (State::Queued, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_was_not_charged_and_is_not_sent_again() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    for prompt in ["[[400]]", "[[401]]", "[[403]]", "[[422]]", "[[499]]"] {
        let job = run(&library, prompt).await;
        let charged = job.cost.map(|cost| cost.charged);
        assert_eq!(
            (job.state, job.not_before, charged),
            (State::Failed, None, Some(Charged::No)),
            "{prompt}"
        );
    }
    assert_eq!(stage.fal.requests_as(Role::Submit).len(), 5);
    assert_eq!(stage.fal.charges(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_arrived_is_doubt_even_where_it_did_not() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    for prompt in [
        "[[disconnect]]",
        "[[503]]",
        "[[submit:nginx-502]]",
        "[[408]]",
    ] {
        let job = run(&library, prompt).await;
        let charged = job.cost.map(|cost| cost.charged);
        assert_eq!(
            (job.state, charged, job.looking),
            (State::Unconfirmed, Some(Charged::Maybe), true),
            "{prompt}"
        );
        assert!(matches!(
            library.cancel_job(job.id).await,
            Err(Error::TooLate { .. })
        ));
    }
    assert_eq!(stage.fal.requests_as(Role::Submit).len(), 4);
    assert_eq!(stage.fal.charges(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_endpoints_doubt_is_the_users_turn_at_once() {
    let stage = Stage::new().await;
    let library = open(elsewhere(&stage, stage.fal.origin())).await;
    for prompt in [
        "[[lost-reply]]",
        "[[reply:500]]",
        "[[noimages]]",
        "[[202-nourl]]",
    ] {
        let job = run(&library, prompt).await;
        assert_eq!(
            (job.state, job.looking),
            (State::Unconfirmed, false),
            "{prompt}"
        );
        assert!(matches!(
            library.look_again(job.id).await,
            Err(Error::TooLate { .. })
        ));
    }
    assert_eq!(stage.fal.charges(), 4);
    assert!(stage.fal.requests_as(Role::Requests).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_endpoint_is_not_polled_for_ever_and_can_be_looked_at_again() {
    let stage = Stage::new().await;
    let given = elsewhere(&stage, stage.fal.origin()).flag("POLL_MAX_WAIT", "0.05");
    let library = open(given).await;
    let input = picture(&library).await;
    stage.fal.script(|script| {
        script.fail(Place::Status, Failure::Internal);
    });
    let job = library
        .submit_edit(edit(input, "[[202-location]]", MODEL))
        .await
        .unwrap();
    let job = ended(&library, job.id).await;
    let charged = job.cost.map(|cost| cost.charged);
    assert_eq!(
        (job.state, charged),
        (State::Failed, Some(Charged::Maybe)),
        "{job:?}"
    );
    stage.fal.script(|script| script.faults.clear());
    library.look_again(job.id).await.unwrap();
    let job = ended(&library, job.id).await;
    assert_eq!((job.state, stage.fal.charges()), (State::Done, 1));
}
