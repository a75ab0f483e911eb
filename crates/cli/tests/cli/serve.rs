//! `overpaint serve`, from its first line to its last.

use overpaint_testkit::{Fal, Stage, sample};

use crate::desk::{Desk, end_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_made_over_http_is_done_by_fal_and_downloaded() {
    let fal = Fal::start().await;
    for (desk, charges) in [(Desk::at_fal(&fal), 1), (Desk::at_endpoint(&fal), 2)] {
        let server = desk.serve().await;
        let made = server
            .create(
                "make it vivid",
                &sample::photo_jpeg(64, 48, 90),
                "photo.jpg",
            )
            .await;
        assert_eq!(
            (&made["status"], &made["prompt"]),
            (&"processing".into(), &"make it vivid".into())
        );
        let id = made["job_id"].as_str().unwrap();
        let done = server.ended(id).await;
        assert_eq!(done["status"], "done", "{done}");
        let shown = server
            .get(done["result_url"].as_str().unwrap())
            .await
            .bytes()
            .await
            .unwrap();
        let saved = server.get(&format!("/api/jobs/{id}/download")).await;
        assert!(
            saved.headers()["content-disposition"]
                .to_str()
                .unwrap()
                .starts_with("attachment")
        );
        assert_eq!(saved.bytes().await.unwrap(), shown);
        assert!(image::load_from_memory(&shown).is_ok());
        assert_eq!(fal.charges(), charges);
    }
}

#[tokio::test]
async fn a_busy_port_is_refused_with_a_way_out() {
    let desk = Desk::new();
    let server = desk.serve().await;
    let port = server.url.rsplit(':').next().unwrap();
    let other = Desk::new();
    let said = other.run(&["serve", "--port", port]).await;
    assert_eq!((said.status.code(), said.stdout.as_str()), (Some(1), ""));
    assert!(said.stderr.contains("--port"), "{}", said.stderr);
    assert!(!other.library().exists());
}

#[tokio::test]
async fn a_library_somebody_else_serves_is_not_served_twice() {
    let desk = Desk::new();
    let _server = desk.serve().await;
    let said = desk.run(&["serve", "--port", "0"]).await;
    assert_eq!(
        (said.status.code(), said.stdout.as_str()),
        (Some(3), ""),
        "{said:?}"
    );
    assert!(said.stderr.contains("in use"), "{}", said.stderr);
}

#[tokio::test]
async fn origins_that_would_list_everybody_stop_the_start() {
    let desk = Desk::new().with("ALLOWED_ORIGINS", "*");
    let said = desk.run(&["serve", "--port", "0"]).await;
    assert_eq!(
        (said.status.code(), said.stdout.as_str()),
        (Some(1), ""),
        "no ready line: {said:?}"
    );
    assert!(said.stderr.contains("ALLOWED_ORIGINS"), "{}", said.stderr);
}

#[tokio::test]
async fn the_port_comes_from_the_environment_and_the_flag_wins() {
    let desk = Desk::new().with("PORT", "1");
    // Port 1 is not for the likes of us; the flag says any.
    let server = desk.serve().await;
    assert_eq!(server.get("/health").await.status(), 200);
    let broken = Desk::new().with("PORT", "eighty");
    let said = broken.run(&["serve"]).await;
    assert!(
        !said.status.success() && said.stderr.contains("PORT"),
        "{said:?}"
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_told_to_end_ends_in_order_and_its_jobs_go_on_at_the_next_start() {
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal);
    let server = desk.serve().await;
    fal.hold(Stage::InQueue);
    let job = server
        .create("warmer", &sample::photo_png(32, 32), "a.png")
        .await;
    fal.reached(Stage::InQueue).await;
    crate::desk::signal(&server.child, "TERM").await;
    let said = end_of(server.child).await;
    assert!(said.status.success(), "{said:?}");
    assert_eq!(
        std::fs::read_to_string(desk.library().join("lock")).unwrap(),
        "closed"
    );
    assert!(!desk.library().join("control.json").exists());
    fal.release(Stage::InQueue);
    let server = desk.serve().await;
    assert_eq!(
        server.ended(job["job_id"].as_str().unwrap()).await["status"],
        "done"
    );
    assert_eq!(fal.charges(), 1);
}
