//! A submit whose answer was lost is searched for in fal's list: found, it goes on; not found twice, the user is asked. Never a second submit.

use overpaint_core::Library;
use overpaint_core::error::{Charged, Error};
use overpaint_core::event::Event;
use overpaint_core::job::{Job, JobId, State};
use overpaint_core::settings::Given;
use overpaint_testkit::{Failure, Place, Role};

use super::{
    DEADLINE, Held, MODEL, Stage, edit, ended, open, open_at, picture, run, until, until_state,
};

/// So often the list cannot have it.
const NEVER: u32 = u32::MAX;

pub(super) fn soon(stage: &Stage) -> Given {
    stage
        .given()
        .flag("RECONCILE_PAUSE", "0.01")
        .flag("FAL_BACKOFF", "0.005")
}

pub(super) fn searches(stage: &Stage) -> usize {
    stage.fal.requests_as(Role::Requests).len()
}

pub(super) fn submits(stage: &Stage) -> usize {
    stage.fal.requests_as(Role::Submit).len()
}

/// Waits until it is the user's turn.
pub(super) async fn users_turn(library: &Library, id: JobId) -> Job {
    until(library, id, |job| {
        job.state == State::Unconfirmed && !job.looking
    })
    .await
}

pub(super) fn said(job: &Job) -> String {
    job.failure.clone().unwrap().said.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_submit_is_found_in_fals_list_and_its_result_fetched() {
    let stage = Stage::new().await;
    let library = open(soon(&stage)).await;
    for (prompt, n) in [("[[lost-reply]]", 1), ("[[reply:504]] [[queue:2]]", 2)] {
        let job = run(&library, prompt).await;
        let job = until_state(&library, job.id, State::Done).await;
        assert_eq!((job.attempt, job.failure, job.results.len()), (1, None, 1));
        assert_eq!(job.cost.unwrap().charged, Charged::Yes);
        let fals = stage.fal.jobs().pop().unwrap().request_id;
        assert_eq!(job.request_id, Some(fals));
        assert_eq!((submits(&stage), stage.fal.charges()), (n, n as u64));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_comes_late_into_the_list_is_found_by_the_second_search() {
    let stage = Stage::new().await;
    stage.fal.script(|script| script.listed_after = 1);
    let library = open(soon(&stage)).await;
    let job = run(&library, "[[lost-reply]]").await;
    until_state(&library, job.id, State::Done).await;
    assert_eq!((searches(&stage), stage.fal.charges()), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn not_found_twice_it_is_the_users_turn_and_looking_again_is_free() {
    let stage = Stage::new().await;
    stage.fal.script(|script| script.listed_after = NEVER);
    let library = open(soon(&stage)).await;
    let job = run(&library, "[[lost-reply]]").await;
    let job = users_turn(&library, job.id).await;
    assert_eq!(searches(&stage), 2);
    assert!(said(&job).contains("searched 2 times"), "{job:?}");
    assert_eq!(job.failure.unwrap().charged, Charged::Maybe);

    let looked = library.look_again(job.id).await.unwrap();
    assert!(looked.looking);
    users_turn(&library, job.id).await;
    assert_eq!(searches(&stage), 3);

    stage.fal.script(|script| script.listed_after = 0);
    library.look_again(job.id).await.unwrap();
    until_state(&library, job.id, State::Done).await;
    assert_eq!((submits(&stage), stage.fal.charges()), (1, 1));
}

/// Looks again, and waits until that is written.
async fn looked_at(library: &Library, id: JobId) -> Job {
    let mut events = library.subscribe();
    library.look_again(id).await.unwrap();
    // One for the wish, one for what came of it.
    for _ in 0..2 {
        let heard =
            async { while !matches!(events.recv().await, Ok(Event::Job(job)) if job.id == id) {} };
        tokio::time::timeout(DEADLINE, heard).await.unwrap();
    }
    library.job(id).await.unwrap()
}

/// Opens the library again, a minute later by its clock.
async fn a_minute_later(library: Library, stage: &Stage, held: &Held) -> Library {
    library.close().await;
    held.move_on(60);
    open_at(stage.given(), held.clock()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_in_a_hurry_do_not_count_as_two() {
    let stage = Stage::new().await;
    stage.fal.script(|script| script.listed_after = NEVER);
    let held = Held::new();
    let library = open_at(stage.given(), held.clock()).await;
    let mut events = library.subscribe();
    let id = run(&library, "[[lost-reply]]").await.id;
    // Its row is written before anybody hears of it; what is heard from here on is of the searches.
    let settled = async {
        while !matches!(events.recv().await, Ok(Event::Job(job)) if job.state == State::Unconfirmed)
        {
        }
    };
    tokio::time::timeout(DEADLINE, settled).await.unwrap();
    for _ in 0..3 {
        assert!(looked_at(&library, id).await.looking);
    }
    let library = a_minute_later(library, &stage, &held).await;
    for _ in 0..2 {
        assert!(looked_at(&library, id).await.looking);
    }
    let library = a_minute_later(library, &stage, &held).await;
    users_turn(&library, id).await;
    assert_eq!(stage.fal.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_a_person_asked_for_is_told_of_even_where_it_fails() {
    let stage = Stage::new().await;
    stage.fal.script(|script| {
        script.fail(Place::Requests, Failure::Internal);
    });
    let held = Held::new();
    let library = open_at(stage.given(), held.clock()).await;
    let mut events = library.subscribe();
    let id = run(&library, "[[lost-reply]]").await.id;
    let mut heard = async |of: fn(&Job) -> bool| {
        let heard =
            async { while !matches!(events.recv().await, Ok(Event::Job(job)) if of(&job)) {} };
        tokio::time::timeout(DEADLINE, heard).await.unwrap();
    };
    heard(|job| job.looking).await;
    // The search under way sleeps by a clock that stands: only this one can tell.
    library.look_again(id).await.unwrap();
    heard(|job| job.looking && said(job).contains("could not be searched")).await;
    assert_eq!(searches(&stage), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_fails_does_not_count_as_not_found() {
    let stage = Stage::new().await;
    stage.fal.script(|script| {
        script.fail_times(Place::Requests, Failure::Internal, 2);
        script.listed_after = 1;
    });
    let library = open(soon(&stage)).await;
    let job = run(&library, "[[lost-reply]]").await;
    until_state(&library, job.id, State::Done).await;
    assert_eq!((searches(&stage), stage.fal.charges()), (4, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_may_not_read_the_list_leaves_it_to_the_user_and_says_so() {
    let stage = Stage::new().await;
    stage.fal.script(|script| {
        script.fail(Place::Requests, Failure::NoScope);
    });
    let library = open(soon(&stage)).await;
    let job = run(&library, "[[lost-reply]]").await;
    let job = users_turn(&library, job.id).await;
    assert_eq!(searches(&stage), 2);
    assert!(said(&job).contains("could not be searched"), "{job:?}");
    // Asked for, it is told at once.
    library.look_again(job.id).await.unwrap();
    users_turn(&library, job.id).await;
    assert_eq!(searches(&stage), 3);
    // Another key may read it.
    stage.fal.script(|script| script.faults.clear());
    library.look_again(job.id).await.unwrap();
    until_state(&library, job.id, State::Done).await;
    assert_eq!((submits(&stage), stage.fal.charges()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_searching_where_it_was() {
    let stage = Stage::new().await;
    stage.fal.script(|script| script.listed_after = 1);
    let held = Held::new();
    let library = open_at(stage.given(), held.clock()).await;
    let id = run(&library, "[[lost-reply]]").await.id;
    let library = a_minute_later(library, &stage, &held).await;
    let searched = async {
        while searches(&stage) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, searched).await.unwrap();
    assert_eq!(library.job(id).await.unwrap().state, State::Unconfirmed);
    let library = a_minute_later(library, &stage, &held).await;
    until_state(&library, id, State::Done).await;
    assert_eq!((searches(&stage), submits(&stage)), (2, 1));
    assert_eq!(stage.fal.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_does_not_put_the_search_off_until_it_catches_up() {
    let stage = Stage::new().await;
    let held = Held::new();
    let library = open_at(stage.given(), held.clock()).await;
    let id = run(&library, "[[lost-reply]]").await.id;
    library.close().await;
    held.move_back(3_600);
    let library = open_at(stage.given(), held.clock()).await;
    until_state(&library, id, State::Done).await;
    assert_eq!(stage.fal.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn running_it_again_while_it_is_searched_for_is_the_users_yes_to_a_second_charge() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    stage
        .fal
        .script(|script| script.reply = Some(Failure::Reset));
    let job = run(&library, "warmer").await;
    assert!(job.looking);
    stage.fal.script(|script| script.reply = None);
    library.retry_job(job.id).await.unwrap();
    let job = ended(&library, job.id).await;
    assert_eq!((job.state, job.attempt), (State::Done, 2));
    assert_eq!((submits(&stage), stage.fal.charges()), (2, 2));
}

async fn without_payloads() -> Stage {
    let stage = Stage::new().await;
    stage
        .folder
        .put("config/settings.toml", b"keep_payloads = false\n")
        .unwrap();
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fal_keeps_no_record_of_is_not_searched_for() {
    let stage = without_payloads().await;
    let library = open(soon(&stage)).await;
    let job = run(&library, "[[lost-reply]]").await;
    assert_eq!((job.state, job.looking), (State::Unconfirmed, false));
    assert!(said(&job).contains("no record"), "{job:?}");
    assert!(matches!(
        library.look_again(job.id).await,
        Err(Error::TooLate { .. })
    ));
    let submit = &stage.fal.requests_as(Role::Submit)[0];
    assert_eq!(submit.header("x-fal-store-io"), Some("0"));
    assert_eq!((searches(&stage), stage.fal.charges()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_after_its_head_is_asked_for_by_the_id_in_it() {
    let stage = without_payloads().await;
    let library = open(soon(&stage)).await;
    let lost = [
        "[[badjson]]",
        "[[reply:500]] [[queue:2]]",
        "[[reply:timeout]]",
        "[[reply:chunked-cut]]",
    ];
    for (prompt, n) in lost.into_iter().zip(1..) {
        let job = run(&library, prompt).await;
        let charged = job.cost.map(|cost| cost.charged);
        assert_eq!(
            (job.state, job.attempt, charged),
            (State::Done, 1, Some(Charged::Yes)),
            "{prompt}: {job:?}"
        );
        let fals = stage.fal.jobs().pop().unwrap().request_id;
        assert_eq!(job.request_id, Some(fals), "{prompt}");
        assert_eq!((submits(&stage), stage.fal.charges()), (n, n as u64));
    }
    assert_eq!(searches(&stage), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_the_queue_does_not_know_leaves_it_in_doubt_and_the_list_is_searched() {
    let stage = Stage::new().await;
    let library = open(soon(&stage)).await;
    let job = run(&library, "[[reply:500]] [[status:not-found*5]]").await;
    assert_eq!(job.state, State::Unconfirmed, "{job:?}");
    until_state(&library, job.id, State::Done).await;
    assert_eq!((searches(&stage), stage.fal.charges()), (1, 1));

    let job = run(&library, "[[reply:500]] [[status:not-found]] [[unlisted]]").await;
    let job = users_turn(&library, job.id).await;
    assert!(said(&job).contains("searched 2 times"), "{job:?}");
    assert_eq!(job.failure.unwrap().charged, Charged::Maybe);
    assert_eq!((submits(&stage), stage.fal.charges()), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_the_queue_does_not_know_and_no_list_can_tell_of_is_the_users_turn() {
    let stage = without_payloads().await;
    let held = Held::new();
    let open = || open_at(stage.given(), held.clock());
    let looks = |n: usize| {
        let fal = &stage.fal;
        let looked = async move {
            while fal.requests_as(Role::Status).len() < n {
                tokio::task::yield_now().await;
            }
        };
        async { tokio::time::timeout(DEADLINE, looked).await.unwrap() }
    };
    let library = open().await;
    let input = picture(&library).await;
    let asked = edit(input, "[[reply:500]] [[status:not-found]]", MODEL);
    let id = library.submit_edit(asked).await.unwrap().id;
    // fal may know it everywhere only after a while, so that a few vain looks mean nothing yet; nor do they after a restart.
    looks(10).await;
    assert_eq!(library.job(id).await.unwrap().state, State::Waiting);
    library.close().await;
    let library = open().await;
    looks(20).await;
    let waiting = library.job(id).await.unwrap();
    assert_eq!(
        (waiting.state, waiting.cost.unwrap().charged),
        (State::Waiting, Charged::Maybe)
    );
    held.move_on(180);
    let job = ended(&library, id).await;
    assert_eq!((job.state, job.looking), (State::Unconfirmed, false));
    assert_eq!(job.failure.unwrap().charged, Charged::Maybe);
    assert_eq!(submits(&stage), 1);
    // Only the user's word sends it again.
    assert_eq!(library.retry_job(id).await.unwrap().attempt, 2);
}
