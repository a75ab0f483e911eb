//! Run again while fal's list is being read: what the list then shows is not left behind.

use overpaint_core::Library;
use overpaint_core::error::Charged;
use overpaint_core::job::{JobId, State};
use overpaint_core::money::LedgerCursor;
use overpaint_testkit::{Failure, Stage as Place};

use super::reconcile::{soon, submits};
use super::{Stage, open, run, until, until_state};

/// A job whose submit was lost, and whose list is being read: that it is there is on its way.
async fn while_the_list_is_read(stage: &Stage) -> (Library, JobId) {
    stage.fal.hold(Place::List);
    stage
        .fal
        .script(|script| script.reply = Some(Failure::Reset));
    let library = open(soon(stage)).await;
    let id = run(&library, "warmer").await.id;
    stage.fal.reached(Place::List).await;
    stage.fal.script(|script| script.reply = None);
    (library, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_try_that_is_not_sent_yet_gives_way_to_the_one_that_is_paid() {
    let stage = Stage::new().await;
    let (library, id) = while_the_list_is_read(&stage).await;
    stage.fal.hold(Place::Upload);
    assert_eq!(library.retry_job(id).await.unwrap().attempt, 2);
    stage.fal.reached_times(Place::Upload, 2).await;
    stage.fal.release(Place::List);
    let job = until_state(&library, id, State::Done).await;
    assert_eq!((job.attempt, &job.note), (1, &None));
    stage.fal.release(Place::Upload);
    // Closing waits for every task: none of them changed what was done.
    library.close().await;
    let library = stage.open().await;
    assert_eq!(library.job(id).await.unwrap(), job);
    assert_eq!((submits(&stage), stage.fal.charges()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_try_that_is_sent_goes_on_and_the_first_one_is_told_of() {
    let stage = Stage::new().await;
    let (library, id) = while_the_list_is_read(&stage).await;
    stage.fal.hold(Place::InQueue);
    library.retry_job(id).await.unwrap();
    until_state(&library, id, State::Waiting).await;
    stage.fal.release(Place::List);
    let told = until(&library, id, |job| job.note.is_some()).await;
    assert_eq!((told.state, told.attempt), (State::Waiting, 2));
    stage.fal.release(Place::InQueue);
    let job = until_state(&library, id, State::Done).await;
    assert!(job.note.unwrap().contains("first try"));
    assert_eq!((job.attempt, stage.fal.charges()), (2, 2));
    let lines = library.ledger(LedgerCursor::START, 10).await.unwrap().lines;
    let charged: Vec<Charged> = lines.iter().map(|line| line.charged).collect();
    assert_eq!(charged, [Charged::Yes, Charged::Yes]);
}
