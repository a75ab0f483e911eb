//! The owner's control.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use overpaint_api::job::JobState;
use overpaint_http::control::{Control, ControlError, Owner};
use overpaint_http::file_edit::FileEdit;
use overpaint_testkit::{Stage, sample};
use serde_json::Value;

use crate::house::House;

fn wish(path: PathBuf, model: &str, key: &str) -> FileEdit {
    FileEdit {
        path,
        prompt: "sepia".to_owned(),
        model: model.to_owned(),
        idempotency_key: key.to_owned(),
    }
}

fn card(house: &House) -> Value {
    serde_json::from_slice(&std::fs::read(house.folder.path().join("control.json")).unwrap())
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_handed_over_twice_with_one_key_is_one_job() {
    let house = House::new().await;
    let control = Control::open(house.library.clone(), None).await.unwrap();
    let picture = house
        .folder
        .put("in.png", &sample::photo_png(32, 32))
        .unwrap();
    let owner = Owner::of(house.library.dir()).unwrap();
    house.fal.hold(Stage::InQueue);
    let id = owner
        .submit(&wish(picture.clone(), "fal-ai/flux-2-pro/edit", "one"))
        .await
        .unwrap();
    assert_eq!(
        owner
            .submit(&wish(picture, "fal-ai/flux-2-pro/edit", "one"))
            .await
            .unwrap(),
        id
    );
    house.fal.reached(Stage::InQueue).await;
    let job = owner.job(&id).await.unwrap();
    assert_eq!(job.state, JobState::Waiting);
    assert!(job.progress.is_some(), "how far it is is told");
    assert_eq!(control.handed(), 1);
    house.fal.release(Stage::InQueue);
    control.settled().await;
    assert_eq!(owner.job(&id).await.unwrap().state, JobState::Done);
    assert_eq!(house.fal.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_leaves_takes_no_more_and_takes_its_card_along() {
    let house = House::new().await;
    let control = Control::open(house.library.clone(), None).await.unwrap();
    let owner = Owner::of(house.library.dir()).unwrap();
    control.settled().await;
    let picture = house
        .folder
        .put("in.png", &sample::photo_png(32, 32))
        .unwrap();
    let late = owner.submit(&wish(picture, "demo", "late")).await;
    assert!(matches!(late, Err(ControlError::Gone(_))), "{late:?}");
    assert_eq!(house.stored().await, (0, 0));
    drop(control);
    assert!(Owner::of(house.library.dir()).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handed_edit_can_be_cancelled() {
    let house = House::new().await;
    let control = Control::open(house.library.clone(), None).await.unwrap();
    let picture = house
        .folder
        .put("in.png", &sample::photo_png(32, 32))
        .unwrap();
    let owner = Owner::of(house.library.dir()).unwrap();
    house.fal.hold(Stage::InQueue);
    let id = owner
        .submit(&wish(picture, "fal-ai/flux-2-pro/edit", "one"))
        .await
        .unwrap();
    house.fal.reached(Stage::InQueue).await;
    assert!(owner.cancel(&id).await.unwrap().cancel_asked);
    control.settled().await;
    assert_eq!(owner.job(&id).await.unwrap().state, JobState::Cancelled);
    let late = owner.cancel(&id).await;
    assert!(
        matches!(&late, Err(ControlError::Refused(problem)) if problem.code == "too_late"),
        "{late:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_run_is_refused_before_anything_is_kept() {
    let house = House::with(&[]).await;
    let _control = Control::open(house.library.clone(), None).await.unwrap();
    let owner = Owner::of(house.library.dir()).unwrap();
    let picture = house
        .folder
        .put("in.png", &sample::photo_png(32, 32))
        .unwrap();
    let text = house.folder.put("text.png", b"text").unwrap();
    let mut empty = wish(picture.clone(), "demo", "d");
    empty.prompt = " ".to_owned();
    let table = [
        (
            wish(picture.clone(), "fal-ai/flux-2-pro/edit", "a"),
            "key_missing",
        ),
        (wish(picture, "a/../b", "b"), "not_found"),
        (wish(text, "demo", "c"), "picture_unknown"),
        (empty, "prompt_empty"),
        (
            wish(house.folder.path().to_owned(), "demo", "e"),
            "file_unreadable",
        ),
    ];
    for (wish, code) in table {
        match owner.submit(&wish).await {
            Err(ControlError::Refused(problem)) => assert_eq!(problem.code, code),
            other => panic!("{code}: {other:?}"),
        }
    }
    assert_eq!(house.stored().await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_in_without_the_token_or_from_a_web_page() {
    let house = House::new().await;
    let _control = Control::open(house.library.clone(), None).await.unwrap();
    let card = card(&house);
    let (address, token) = (
        card["address"].as_str().unwrap(),
        card["token"].as_str().unwrap(),
    );
    assert_eq!(token.len(), 64, "256 bits");
    let url = format!("http://{address}/control/jobs/nope");
    let status = async |headers: &[(&'static str, &str)]| {
        let request = headers
            .iter()
            .fold(house.http.get(&url), |request, (name, value)| {
                request.header(*name, *value)
            });
        request.send().await.unwrap().status().as_u16()
    };
    let right = format!("Bearer {token}");
    let wrong = format!(
        "Bearer {}",
        token.replace(|c: char| c.is_ascii_digit(), "a")
    );
    assert_eq!(
        status(&[("authorization", &right)]).await,
        409,
        "let in, and there is no such job"
    );
    assert_eq!(status(&[]).await, 403);
    assert_eq!(status(&[("authorization", &wrong)]).await, 403);
    assert_eq!(status(&[("authorization", token)]).await, 403);
    assert_eq!(
        status(&[("authorization", &right), ("origin", "http://127.0.0.1")]).await,
        403
    );
    assert_eq!(
        status(&[("authorization", &right), ("host", "evil.example")]).await,
        403
    );
    assert_eq!(
        house
            .get("/control/jobs/nope")
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
            .status(),
        404,
        "not on the public port"
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_card_is_readable_by_its_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::new().await;
    let _control = Control::open(house.library.clone(), None).await.unwrap();
    let mode = std::fs::metadata(house.folder.path().join("control.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(card(&house)["pid"], std::process::id());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_leads_away_from_this_computer_is_none() {
    let house = House::new().await;
    house
        .folder
        .put(
            "control.json",
            br#"{"address":"192.0.2.1:80","token":"x","pid":1}"#,
        )
        .unwrap();
    assert!(Owner::of(house.library.dir()).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_handed_files_and_others_are_not() {
    let house = House::new().await;
    let shown = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&shown);
    let window = Control::open(
        house.library.clone(),
        Some(Box::new(move |files| seen.lock().unwrap().extend(files))),
    )
    .await
    .unwrap();
    let files = [PathBuf::from("/a/b.png")];
    Owner::of(house.library.dir())
        .unwrap()
        .open(&files)
        .await
        .unwrap();
    assert_eq!(*shown.lock().unwrap(), files);
    drop(window);
    let _without = Control::open(house.library.clone(), None).await.unwrap();
    let refused = Owner::of(house.library.dir()).unwrap().open(&files).await;
    assert!(
        matches!(&refused, Err(ControlError::Refused(problem)) if problem.code == "library_in_use"),
        "{refused:?}"
    );
}
