//! The program goes away at every place of a job's life. Here the library is dropped in the middle (its runtime is torn down, as a kill
//! does it); the command line's tests kill real processes.

use overpaint_core::job::{JobId, State};
use overpaint_core::library::Draft;
use overpaint_core::settings::Given;
use overpaint_testkit::Stage as Place;

use super::{MODEL, Stage, edit, ended, half_written, open, picture};

/// Runs until fal is asked at `place`, tears everything down without closing, and answers the job.
fn torn_down_at(place: Place, fal: &tokio::runtime::Runtime, stage: &Stage, prompt: &str) -> JobId {
    let program = tokio::runtime::Runtime::new().unwrap();
    stage.fal.hold(place);
    let job = program.block_on(async {
        let library = stage.open().await;
        let input = picture(&library).await;
        library
            .submit_edit(edit(input, prompt, MODEL))
            .await
            .unwrap()
            .id
    });
    fal.block_on(stage.fal.reached(place));
    program.shutdown_background();
    job
}

fn after_a_restart(place: Place, state: State, charges: u64) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stage = runtime.block_on(Stage::new());
    let job = torn_down_at(place, &runtime, &stage, "make it dusk");
    stage.fal.release(place);
    runtime.block_on(async {
        let library = loop {
            // The torn-down program's lock is freed when its last thread is gone.
            match overpaint_core::Library::open(overpaint_core::library::Options::new(
                stage.given(),
            ))
            .await
            {
                Ok(library) => break library,
                Err(overpaint_core::error::Error::LibraryInUse { .. }) => {
                    tokio::task::yield_now().await
                }
                Err(error) => panic!("{error}"),
            }
        };
        let job = ended(&library, job).await;
        assert_eq!(
            (job.state, stage.fal.charges()),
            (state, charges),
            "{place:?}: {job:?}"
        );
        assert!(half_written(stage.folder.path()).is_empty());
    });
}

#[test]
fn a_job_stopped_while_it_waits_goes_on_without_paying_twice() {
    after_a_restart(Place::InQueue, State::Done, 1);
    after_a_restart(Place::Running, State::Done, 1);
    after_a_restart(Place::Result, State::Done, 1);
}

#[test]
fn a_job_stopped_while_it_downloads_goes_on_without_paying_twice() {
    after_a_restart(Place::Download, State::Done, 1);
}

#[test]
fn a_job_stopped_in_the_middle_of_its_submit_is_in_doubt() {
    after_a_restart(Place::Accepted, State::Unconfirmed, 1);
}

#[test]
fn a_submit_the_program_did_not_survive_is_found_and_its_result_fetched() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stage = runtime.block_on(Stage::new());
    let job = torn_down_at(Place::Accepted, &runtime, &stage, "make it dusk");
    stage.fal.release(Place::Accepted);
    runtime.block_on(async {
        let library = loop {
            let given = stage.given().flag("RECONCILE_PAUSE", "0.01");
            match overpaint_core::Library::open(overpaint_core::library::Options::new(given)).await
            {
                Ok(library) => break library,
                Err(overpaint_core::error::Error::LibraryInUse { .. }) => {
                    tokio::task::yield_now().await
                }
                Err(error) => panic!("{error}"),
            }
        };
        super::until_state(&library, job, State::Done).await;
        assert_eq!(stage.fal.charges(), 1);
        let submits = stage.fal.requests_as(overpaint_testkit::Role::Submit);
        assert_eq!(submits.len(), 1);
    });
}

#[test]
fn a_demo_edit_stopped_in_the_middle_begins_again_and_the_library_opens() {
    let folder = overpaint_testkit::Folder::new().unwrap();
    let program = tokio::runtime::Runtime::new().unwrap();
    let job = program.block_on(async {
        let library = open(Given::nothing(folder.path())).await;
        let input = library
            .add_bytes(overpaint_testkit::sample::photo_png(900, 600), "photo.png")
            .await
            .unwrap()
            .id;
        let prompt = "oil painting, comic, halftone, glow, pencil sketch";
        let job = library
            .submit_edit(edit(input, prompt, "demo"))
            .await
            .unwrap();
        super::until_state(&library, job.id, State::Waiting)
            .await
            .id
    });
    program.shutdown_background();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let library = loop {
            let given = Given::nothing(folder.path());
            match overpaint_core::Library::open(overpaint_core::library::Options::new(given)).await
            {
                Ok(library) => break library,
                Err(overpaint_core::error::Error::LibraryInUse { .. }) => {
                    tokio::task::yield_now().await
                }
                Err(error) => panic!("{error}"),
            }
        };
        assert_eq!(ended(&library, job).await.state, State::Done);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_that_closed_in_order_opens_again_with_everything_in_it() {
    let stage = Stage::new().await;
    let library = open(Given::nothing(stage.folder.path())).await;
    let input = picture(&library).await;
    let gone = library
        .add_bytes(overpaint_testkit::sample::photo_png(32, 48), "gone.png")
        .await
        .unwrap()
        .id;
    let draft = Draft {
        prompt: "half a thou".to_owned(),
        version: Some(input.to_string()),
        references: vec![input.to_string()],
    };
    library
        .set_draft(&Draft {
            references: vec![gone.to_string(), input.to_string()],
            ..draft.clone()
        })
        .await
        .unwrap();
    library.delete_items(&[gone.to_string()]).await.unwrap();
    let job = library
        .submit_edit(edit(input, "black and white", "demo"))
        .await
        .unwrap();
    let done = ended(&library, job.id).await;
    library.close().await;
    let library = open(Given::nothing(stage.folder.path())).await;
    assert_eq!(library.job(job.id).await.unwrap().results, done.results);
    assert_eq!(library.draft().await.unwrap(), draft);
}
