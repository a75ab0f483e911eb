//! Two programs, one library: one owns it, the other reads beside it and hands over its edits.

use overpaint_testkit::{Fal, Stage, sample};
use serde_json::Value;

use crate::desk::{Desk, end_of, until};

#[tokio::test]
async fn a_second_program_hands_its_edit_to_the_owner() {
    let desk = Desk::new();
    let picture = sample::photo_png(64, 48);
    desk.put("in.png", &picture);
    let server = desk.serve().await;
    let edited = desk
        .json(&[
            "edit",
            "in.png",
            "black and white",
            "-o",
            "out.jpg",
            "--demo",
        ])
        .await;
    let bytes = std::fs::read(desk.file("out.jpg")).unwrap();
    assert_eq!(
        image::guess_format(&bytes).unwrap(),
        image::ImageFormat::Jpeg,
        "made into what the ending says"
    );
    assert_eq!(
        server.job(edited["job"]["id"].as_str().unwrap()).await["status"],
        "done",
        "the owner has the job"
    );
}

#[tokio::test]
async fn the_owners_refusal_is_the_second_programs() {
    let desk = Desk::new();
    desk.put("text.png", b"not a picture");
    desk.put("in.png", &sample::photo_png(32, 32));
    let _server = desk.serve().await;
    for (file, wish, code) in [
        ("text.png", "invert", "picture_unknown"),
        ("in.png", "zzz", "demo_nothing_understood"),
    ] {
        let said = desk
            .run(&["edit", file, wish, "-o", "out.png", "--demo", "--json"])
            .await;
        let problem: Value = serde_json::from_str(&said.stderr).unwrap();
        assert_eq!(
            (said.status.code(), problem["code"].as_str()),
            (Some(1), Some(code)),
            "{problem}"
        );
    }
    let said = desk
        .run(&["edit", "in.png", "invert", "-o", "out.png"])
        .await;
    assert!(
        said.stderr.contains("--demo"),
        "the owner has no key: {}",
        said.stderr
    );
    assert!(!desk.file("out.png").exists());
}

#[tokio::test]
async fn edits_started_together_on_a_fresh_library_all_end_well() {
    let desk = Desk::new();
    desk.put("in.png", &sample::photo_png(64, 64));
    let children: Vec<_> = (0..4)
        .map(|n| {
            desk.start(&[
                "edit",
                "in.png",
                "sepia",
                "-o",
                &format!("out-{n}.png"),
                "--demo",
            ])
        })
        .collect();
    for (n, child) in children.into_iter().enumerate() {
        let said = end_of(child).await;
        assert!(said.status.success(), "{said:?}");
        assert!(desk.file(&format!("out-{n}.png")).exists());
    }
    assert_eq!(desk.json(&["jobs"]).await.as_array().unwrap().len(), 4);
    assert!(
        !desk.library().join("control.json").exists(),
        "the last one took its card along"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_owner_is_killed_whoever_waits_takes_over_and_nothing_is_paid_twice() {
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal);
    desk.put("in.png", &sample::photo_png(64, 64));
    fal.hold(Stage::InQueue);
    let server = desk.serve().await;
    let waiting = desk.start(&["edit", "in.png", "warmer", "-o", "out.png"]);
    fal.reached(Stage::InQueue).await;
    server.kill().await;
    fal.release(Stage::InQueue);
    let said = end_of(waiting).await;
    assert!(said.status.success(), "{said:?}");
    assert!(desk.file("out.png").exists());
    assert_eq!(fal.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_stays_until_what_others_handed_it_has_ended() {
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal);
    desk.put("in.png", &sample::photo_png(64, 64));
    fal.hold(Stage::InQueue);
    let first = desk.start(&["edit", "in.png", "warmer", "-o", "first.png"]);
    until("the first one owns the library", async || {
        desk.library().join("control.json").exists().then_some(())
    })
    .await;
    let second = desk.start(&["edit", "in.png", "cooler", "-o", "second.png"]);
    fal.charged(2).await;
    fal.release(Stage::InQueue);
    let (first, second) = tokio::join!(end_of(first), end_of(second));
    assert!(
        first.status.success() && second.status.success(),
        "{first:?} {second:?}"
    );
    assert!(desk.file("first.png").exists() && desk.file("second.png").exists());
    assert_eq!(fal.charges(), 2);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_cancels_at_the_owner_too() {
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal);
    desk.put("in.png", &sample::photo_png(32, 32));
    fal.hold(Stage::InQueue);
    let server = desk.serve().await;
    let child = desk.start(&["edit", "in.png", "warmer", "-o", "out.png"]);
    fal.reached(Stage::InQueue).await;
    // Handed over is not yet told: the program must know its job before it can cancel it.
    let job = until("the job is listed", async || {
        desk.json(&["jobs"])
            .await
            .as_array()
            .unwrap()
            .first()
            .cloned()
    })
    .await;
    crate::desk::signal(&child, "INT").await;
    assert_eq!(end_of(child).await.status.code(), Some(130));
    assert_eq!(
        server.ended(job["id"].as_str().unwrap()).await["error"],
        "Cancelled."
    );
}

#[tokio::test]
async fn jobs_and_show_read_with_and_without_an_owner() {
    let desk = Desk::new();
    desk.put("in.png", &sample::photo_png(32, 32));
    for wish in ["sepia", "invert \u{1b}[31m"] {
        desk.json(&["edit", "in.png", wish, "-o", "out.png", "--demo"])
            .await;
    }
    let alone = desk.json(&["jobs"]).await;
    let server = desk.serve().await;
    assert_eq!(desk.json(&["jobs"]).await, alone);
    assert_eq!(
        desk.json(&["jobs", "--limit", "1"]).await[0]["prompt"],
        "invert \u{1b}[31m",
        "newest first"
    );
    let table = desk.run(&["jobs"]).await.stdout;
    assert!(
        table.contains("sepia") && !table.contains('\u{1b}'),
        "{table:?}"
    );

    let id = alone[0]["id"].as_str().unwrap();
    let whole = desk.json(&["show", id]).await;
    assert_eq!(whole["job"], alone[0]);
    assert!(std::path::Path::new(whole["results"][0]["file"].as_str().unwrap()).is_file());
    assert_eq!(
        desk.json(&["show", &id[id.len() - 8..]]).await,
        whole,
        "by its end"
    );
    let result = alone[0]["result_ids"][0].as_str().unwrap();
    assert_eq!(
        desk.json(&["show", result]).await["version"]["id"],
        result,
        "a version"
    );
    server.kill().await;
}

#[tokio::test]
async fn a_part_of_an_id_must_fit_one_thing_only() {
    let desk = Desk::new();
    desk.put("in.png", &sample::photo_png(32, 32));
    let edited = desk
        .json(&["edit", "in.png", "sepia", "-o", "out.png", "--demo"])
        .await;
    let id = edited["job"]["id"].as_str().unwrap();
    // Ids of one minute begin alike.
    let said = desk.run(&["show", &id[..4]]).await;
    assert_eq!(said.status.code(), Some(2), "{said:?}");
    assert!(said.stderr.contains("several"), "{}", said.stderr);
    for unknown in ["00000000-0000-4000-8000-000000000000", "zzzzzz"] {
        let said = desk.run(&["show", unknown]).await;
        assert_eq!(said.status.code(), Some(1), "{said:?}");
    }
}
