//! `overpaint edit`.

use image::DynamicImage;
use overpaint_testkit::{Fal, sample};
use serde_json::Value;

use crate::desk::{Desk, end_of};

fn pixels(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

#[tokio::test]
async fn a_demo_edit_changes_the_pixels_and_leaves_the_picture_alone() {
    let desk = Desk::new();
    for (name, picture) in [
        ("in.png", sample::photo_png(96, 64)),
        ("in.jpg", sample::photo_jpeg(96, 64, 90)),
    ] {
        let input = desk.put(name, &picture);
        let output = desk.file(&format!("out-{name}"));
        let said = desk
            .run(&[
                "edit",
                name,
                "black and white",
                "-o",
                &format!("out-{name}"),
                "--demo",
            ])
            .await;
        assert!(said.status.success(), "{said:?}");
        let edited = pixels(&std::fs::read(&output).unwrap()).to_rgb8();
        assert_eq!(edited.dimensions(), (96, 64));
        assert!(
            edited
                .pixels()
                .all(|p| p.0.iter().max().unwrap() - p.0.iter().min().unwrap() <= 6),
            "{name} is grey"
        );
        assert_ne!(edited, pixels(&picture).to_rgb8());
        assert_eq!(std::fs::read(&input).unwrap(), picture);
    }
}

#[tokio::test]
async fn a_pipe_holds_the_result_and_nothing_else() {
    let desk = Desk::new();
    desk.put("in.png", &sample::photo_png(32, 32));
    let said = desk
        .run(&[
            "edit",
            "in.png",
            "sepia and frobnicate",
            "-o",
            "out.png",
            "--demo",
        ])
        .await;
    assert_eq!(
        said.stdout.trim_end(),
        desk.file("out.png")
            .canonicalize()
            .unwrap()
            .display()
            .to_string()
    );
    assert!(
        said.stderr.contains("demo engine"),
        "what made it is said: {}",
        said.stderr
    );
    assert!(
        said.stderr.contains("frobnicate"),
        "what was not understood is said: {}",
        said.stderr
    );
    assert!(!said.stderr.contains('\u{1b}'), "no bar: {}", said.stderr);
}

#[tokio::test]
async fn the_ending_decides_the_format() {
    let desk = Desk::new();
    desk.put("in.png", &sample::photo_png(40, 30));
    for (name, format) in [
        ("a.png", image::ImageFormat::Png),
        ("b.JPG", image::ImageFormat::Jpeg),
        ("c.webp", image::ImageFormat::WebP),
    ] {
        let said = desk
            .run(&["edit", "in.png", "invert", "-o", name, "--demo"])
            .await;
        assert!(said.status.success(), "{said:?}");
        assert_eq!(
            image::guess_format(&std::fs::read(desk.file(name)).unwrap()).unwrap(),
            format
        );
    }
    let said = desk
        .run(&["edit", "in.png", "invert", "-o", "d.gif", "--demo"])
        .await;
    assert_eq!(said.status.code(), Some(2), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fal_makes_the_edit_in_both_protocols_for_one_charge() {
    let fal = Fal::start().await;
    for (desk, charges) in [(Desk::at_fal(&fal), 1), (Desk::at_endpoint(&fal), 2)] {
        let input = desk.put("in.jpg", &sample::photo_jpeg(64, 48, 90));
        let edited = desk
            .json(&["edit", "in.jpg", "make it vivid", "-o", "out.png"])
            .await;
        assert_eq!(
            (&edited["job"]["state"], &edited["job"]["provider"]),
            (&"done".into(), &"fal".into()),
            "{edited}"
        );
        assert_eq!(edited["version"]["parent_id"], edited["job"]["input_id"]);
        assert!(pixels(&std::fs::read(desk.file("out.png")).unwrap()).width() > 0);
        assert_eq!(
            std::fs::read(&input).unwrap(),
            sample::photo_jpeg(64, 48, 90)
        );
        assert_eq!(fal.charges(), charges);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_the_way_out_is_named_and_nothing_is_stored() {
    let fal = Fal::start().await;
    let desk = Desk::new().with("FAL_SERVICE", fal.origin());
    desk.put("in.png", &sample::photo_png(32, 32));
    let said = desk
        .run(&["edit", "in.png", "warmer", "-o", "out.png"])
        .await;
    assert_eq!((said.status.code(), said.stdout.as_str()), (Some(1), ""));
    assert!(
        said.stderr.contains("--demo") && said.stderr.contains("FAL_API_KEY"),
        "{}",
        said.stderr
    );
    assert!(!desk.file("out.png").exists());
    desk.assert_nothing_is_stored().await;
    assert!(fal.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_fails_says_why_and_leaves_no_output() {
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal);
    desk.put("in.png", &sample::photo_png(32, 32));
    fal.script(|script| {
        script.fail(
            overpaint_testkit::Place::Submit,
            overpaint_testkit::Failure::Locked,
        );
    });
    let said = desk
        .run(&["edit", "in.png", "warmer", "-o", "out.png", "--json"])
        .await;
    assert_eq!((said.status.code(), said.stdout.as_str()), (Some(1), ""));
    let problem: Value = serde_json::from_str(&said.stderr).unwrap();
    assert_eq!(
        (&problem["code"], &problem["charged"]),
        (&"account_locked".into(), &"no".into()),
        "{problem}"
    );
    assert!(!desk.file("out.png").exists());
}

#[tokio::test]
async fn the_picture_itself_is_never_the_output() {
    let desk = Desk::new();
    let picture = sample::photo_png(32, 32);
    let input = desk.put("in.png", &picture);
    let mut names = vec!["in.png", "./in.png", "../work/in.png"];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&input, desk.file("soft.png")).unwrap();
        std::fs::hard_link(&input, desk.file("hard.png")).unwrap();
        names.extend(["soft.png", "hard.png"]);
    }
    for name in names {
        let said = desk
            .run(&["edit", "in.png", "invert", "-o", name, "--demo"])
            .await;
        assert_eq!(said.status.code(), Some(2), "{name}: {said:?}");
        assert_eq!(std::fs::read(&input).unwrap(), picture);
    }
    desk.assert_nothing_is_stored().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_that_cannot_be_written_is_refused_before_anything_is_sent() {
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal);
    desk.put("in.png", &sample::photo_png(32, 32));
    std::fs::create_dir(desk.file("folder.png")).unwrap();
    for name in ["nowhere/out.png", "folder.png"] {
        let said = desk.run(&["edit", "in.png", "invert", "-o", name]).await;
        assert!(
            !said.status.success() && !said.stderr.is_empty(),
            "{name}: {said:?}"
        );
    }
    assert!(fal.requests().is_empty());
    desk.assert_nothing_is_stored().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_cancels_the_edit_at_fal() {
    use overpaint_testkit::{Role, Stage};
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal);
    desk.put("in.png", &sample::photo_png(32, 32));
    fal.hold(Stage::InQueue);
    let child = desk.start(&["edit", "in.png", "warmer", "-o", "out.png"]);
    fal.reached(Stage::InQueue).await;
    crate::desk::signal(&child, "INT").await;
    let said = end_of(child).await;
    assert_eq!(said.status.code(), Some(130), "{said:?}");
    assert_eq!(fal.requests_as(Role::Cancel).len(), 1);
    assert!(!desk.file("out.png").exists());
    assert_eq!(desk.json(&["jobs"]).await[0]["state"], "cancelled");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_second_ctrl_c_leaves_at_once() {
    use overpaint_testkit::{Cancel, Role, Stage};
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal);
    desk.put("in.png", &sample::photo_png(32, 32));
    fal.script(|script| script.cancel = Cancel::Race);
    fal.hold(Stage::InQueue);
    let child = desk.start(&["edit", "in.png", "warmer", "-o", "out.png"]);
    fal.reached(Stage::InQueue).await;
    crate::desk::signal(&child, "INT").await;
    crate::desk::until("fal is asked to cancel", async || {
        (!fal.requests_as(Role::Cancel).is_empty()).then_some(())
    })
    .await;
    crate::desk::signal(&child, "INT").await;
    assert_eq!(end_of(child).await.status.code(), Some(130));
    assert!(!desk.library().join("control.json").exists());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_is_told_to_end_goes_on_at_the_next_start() {
    use overpaint_testkit::Stage;
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal);
    desk.put("in.png", &sample::photo_png(32, 32));
    fal.hold(Stage::InQueue);
    let child = desk.start(&["edit", "in.png", "warmer", "-o", "out.png"]);
    fal.reached(Stage::InQueue).await;
    crate::desk::signal(&child, "TERM").await;
    assert_eq!(end_of(child).await.status.code(), Some(143));
    fal.release(Stage::InQueue);
    let id = desk.json(&["jobs"]).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let server = desk.serve().await;
    assert_eq!(server.ended(&id).await["status"], "done");
    assert_eq!(fal.charges(), 1);
}
