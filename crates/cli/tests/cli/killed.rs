//! `kill -9` at every place in a job's life. After the restart the job ends, fal has charged once, and no temporary file is left.

use overpaint_testkit::{Fal, Stage, sample};
use serde_json::Value;

use crate::desk::{Desk, Server, until};

/// Kills a server whose jobs all wait at a stage, and starts it again with the way free.
async fn kill_at(fal: &Fal, desk: &Desk, stage: Stage, jobs: usize) -> (Server, Vec<String>) {
    let server = desk.serve().await;
    fal.hold(stage);
    let mut ids = Vec::new();
    for n in 0..jobs {
        let job = server
            .create(
                &format!("warmer {n}"),
                &sample::photo_png(64, 48),
                "photo.png",
            )
            .await;
        ids.push(job["job_id"].as_str().unwrap().to_owned());
    }
    fal.reached(stage).await;
    server.kill().await;
    fal.release(stage);
    (desk.serve().await, ids)
}

async fn assert_done_for_one_charge(stage: Stage) {
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal);
    let (server, ids) = kill_at(&fal, &desk, stage, 1).await;
    let job = server.ended(&ids[0]).await;
    assert_eq!(job["status"], "done", "{job}");
    let picture = server
        .get(job["result_url"].as_str().unwrap())
        .await
        .bytes()
        .await
        .unwrap();
    assert!(image::load_from_memory(&picture).is_ok());
    assert_eq!(fal.charges(), 1);
    assert_nothing_temporary(&desk);
}

fn assert_nothing_temporary(desk: &Desk) {
    assert!(
        desk.stored_in("tmp").is_empty(),
        "{:?}",
        desk.stored_in("tmp")
    );
    let files = desk.folder.files().unwrap();
    assert!(
        !files.iter().any(|file| file
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(".tmp"))),
        "{files:?}"
    );
}

async fn shown(desk: &Desk, id: &str) -> Value {
    desk.json(&["show", id]).await["job"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_uploading_the_job_ends_done_for_one_charge() {
    assert_done_for_one_charge(Stage::Upload).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_in_line_the_job_ends_done_for_one_charge() {
    assert_done_for_one_charge(Stage::InQueue).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_running_the_job_ends_done_for_one_charge() {
    assert_done_for_one_charge(Stage::Running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_the_result_is_asked_for_the_job_ends_done_for_one_charge() {
    assert_done_for_one_charge(Stage::Result).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_downloading_the_job_ends_done_for_one_charge() {
    assert_done_for_one_charge(Stage::Download).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_queued_every_job_ends_done_for_one_charge_each() {
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal);
    // Four may upload at once: the others are still queued.
    let (server, ids) = kill_at(&fal, &desk, Stage::Upload, 7).await;
    for id in &ids {
        assert_eq!(server.ended(id).await["status"], "done");
    }
    assert_eq!(fal.charges(), 7);
    assert_nothing_temporary(&desk);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_the_answer_to_a_submit_is_out_the_job_is_unconfirmed_and_never_sent_again() {
    for (stage, charges) in [(Stage::Submit, 0), (Stage::Accepted, 1)] {
        let fal = Fal::start().await;
        let desk = Desk::at_fal(&fal);
        let server = desk.serve().await;
        fal.hold(stage);
        let job = server
            .create("warmer", &sample::photo_png(64, 48), "photo.png")
            .await;
        let id = job["job_id"].as_str().unwrap();
        fal.reached(stage).await;
        assert_eq!(shown(&desk, id).await["state"], "submitting");
        server.kill().await;
        let server = desk.serve().await;
        let shown = until("the doubt is said", async || {
            Some(shown(&desk, id).await).filter(|job| job["state"] == "unconfirmed")
        })
        .await;
        let problem = &shown["problem"];
        assert_eq!(
            (&problem["code"], &problem["charged"]),
            (&"submit_unclear".into(), &"maybe".into()),
            "{problem}"
        );
        // fal's list is searched for it, in a minute: nothing has ended.
        assert_eq!(shown["looking"], true);
        assert_eq!(server.job(id).await["status"], "processing");
        // Another job goes all the way meanwhile: had the first been sent again, it would have been by now.
        fal.release(stage);
        let other = server
            .create("cooler", &sample::photo_png(64, 48), "photo.png")
            .await;
        assert_eq!(
            server.ended(other["job_id"].as_str().unwrap()).await["status"],
            "done"
        );
        let submits = fal.requests_as(overpaint_testkit::Role::Submit);
        let of_first = submits
            .iter()
            .filter(|submit| submit.json()["prompt"] == "warmer")
            .count();
        assert_eq!(of_first, 1, "at {stage:?}");
        assert!(fal.charges() <= charges + 2, "at {stage:?}");
        assert_nothing_temporary(&desk);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_killed_on_the_command_line_is_finished_by_the_next_program() {
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal);
    desk.put("in.png", &sample::photo_png(64, 48));
    fal.hold(Stage::InQueue);
    let mut child = desk.start(&["edit", "in.png", "warmer", "-o", "out.png"]);
    fal.reached(Stage::InQueue).await;
    child.kill().await.unwrap();
    fal.release(Stage::InQueue);
    let id = desk.json(&["jobs"]).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let server = desk.serve().await;
    assert_eq!(server.ended(&id).await["status"], "done");
    assert_eq!(fal.charges(), 1);
    assert_nothing_temporary(&desk);
}
