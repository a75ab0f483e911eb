//! `overpaint import`: what the original backend left becomes ours, once, and what it lost is said.

use overpaint_testkit::{OldJob, Original, sample};
use serde_json::{Value, json};

use crate::desk::{Desk, Server, end_of, until};

const DONE: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
const JPEG: &str = "2c5ea4c0-4067-41e9-8bad-9b1deb4d3b7d";
const FAILED: &str = "3d813cbb-47fb-42ba-91df-831e1593ac29";
const STUCK: &str = "4fa85f64-5717-4562-b3fc-2c963f66afa6";

/// A history as the original wrote it in Tokyo, on a machine that is gone.
async fn history() -> Original {
    let old = Original::new().await.unwrap();
    for (name, bytes) in [
        (format!("uploads/{DONE}_raw.png"), sample::photo_png(40, 30)),
        (format!("static/{DONE}_out.png"), sample::photo_png(41, 30)),
        (
            format!("uploads/{JPEG}_raw.JPG"),
            sample::photo_jpeg(42, 30, 90),
        ),
        (
            format!("static/{JPEG}_out.JPG"),
            sample::photo_jpeg(43, 30, 80),
        ),
        (
            format!("uploads/{FAILED}_raw.png"),
            sample::photo_png(44, 30),
        ),
        (
            format!("uploads/{STUCK}_raw.png"),
            sample::photo_png(45, 30),
        ),
    ] {
        old.put(&name, &bytes).unwrap();
    }
    let raw = |id: &str, ending: &str| format!("/srv/then/app/uploads/{id}_raw.{ending}");
    let out = |id: &str, ending: &str| format!("C:\\then\\static\\{id}_out.{ending}");
    let url = |id: &str, ending: &str| format!("/static/{id}_out.{ending}");
    for (id, ending, prompt, created, updated) in [
        (
            DONE,
            "png",
            "make it <b>dusk</b> 🌆",
            "2026-01-01 10:11:12.345678",
            "2026-01-01 01:11:15.500000",
        ),
        (
            JPEG,
            "JPG",
            "",
            "2026-01-02 08:00:00",
            "2026-01-01 23:00:09",
        ),
    ] {
        old.add(&OldJob {
            id: Some(id),
            prompt: Some(prompt),
            status: Some("done"),
            result_url: Some(&url(id, ending)),
            raw_path: Some(&raw(id, ending)),
            out_path: Some(&out(id, ending)),
            created_at: Some(created),
            updated_at: Some(updated),
            ..OldJob::default()
        })
        .await
        .unwrap();
    }
    old.add(&OldJob {
        id: Some(FAILED),
        prompt: Some("sharper"),
        status: Some("error"),
        error: Some("fal error 422: {\"detail\": \"no\"}"),
        raw_path: Some(&raw(FAILED, "png")),
        created_at: Some("2026-01-03 09:00:00.000001"),
        updated_at: Some("2026-01-03 00:00:02.000003"),
        ..OldJob::default()
    })
    .await
    .unwrap();
    old.add(&OldJob {
        id: Some(STUCK),
        prompt: Some("wider"),
        status: Some("processing"),
        raw_path: Some(&raw(STUCK, "png")),
        created_at: Some("2026-01-04 09:00:00"),
        updated_at: Some("2026-01-04 09:00:00.000100"),
        ..OldJob::default()
    })
    .await
    .unwrap();
    old
}

async fn import(desk: &Desk, old: &Original) -> Value {
    let path = old.path().to_str().unwrap();
    desk.json(&["import", path, "--timezone", "Asia/Tokyo"])
        .await
}

async fn list(server: &Server) -> Vec<Value> {
    server.get("/api/jobs").await.json().await.unwrap()
}

async fn bytes(server: &Server, path: &str) -> Vec<u8> {
    let answer = server.get(path).await;
    assert_eq!(answer.status(), 200, "{path}");
    answer.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn the_old_api_shows_the_old_history() {
    let (desk, old) = (Desk::new(), history().await);
    let before = old.contents().unwrap();
    let summary = import(&desk, &old).await;
    for (name, expected) in [
        ("jobs", json!(4)),
        ("done", json!(2)),
        ("failed", json!(1)),
        ("interrupted", json!(1)),
        ("already_there", json!(0)),
        ("files_missing", json!(0)),
        ("files_unreadable", json!(0)),
        ("refused", json!([])),
        ("doubtful_times", json!(0)),
        ("dry_run", json!(false)),
    ] {
        assert_eq!(summary[name], expected, "{name}: {summary}");
    }
    assert_eq!(
        old.contents().unwrap(),
        before,
        "the old folder is as it was"
    );

    let server = desk.serve().await;
    let jobs = list(&server).await;
    let ids: Vec<&str> = jobs
        .iter()
        .map(|job| job["job_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [STUCK, FAILED, JPEG, DONE], "newest first");
    let done = server.job(DONE).await;
    assert_eq!(
        done,
        json!({
            "job_id": DONE,
            "status": "done",
            "result_url": format!("/static/{DONE}_out.png"),
            "error": null,
            "created_at": "2026-01-01T01:11:12.345678Z",
            "updated_at": "2026-01-01T01:11:15.500000Z",
            "prompt": "make it <b>dusk</b> 🌆",
        })
    );
    assert_eq!(
        bytes(&server, &format!("/static/{DONE}_out.png")).await,
        before[std::path::Path::new(&format!("static/{DONE}_out.png"))]
    );
    let jpeg = server.job(JPEG).await;
    assert_eq!(
        (&jpeg["status"], &jpeg["prompt"]),
        (&"done".into(), &"".into())
    );
    assert_eq!(
        bytes(&server, jpeg["result_url"].as_str().unwrap()).await,
        before[std::path::Path::new(&format!("static/{JPEG}_out.JPG"))]
    );
    let failed = server.job(FAILED).await;
    assert_eq!(
        (&failed["status"], &failed["error"]),
        (
            &"error".into(),
            &"fal error 422: {\"detail\": \"no\"}".into()
        )
    );
    let stuck = server.job(STUCK).await;
    assert_eq!(
        (&stuck["status"], &stuck["updated_at"]),
        (&"error".into(), &"2026-01-04T00:00:00.000100Z".into())
    );
    let shown = desk.json(&["show", STUCK]).await["job"]["problem"].clone();
    assert_eq!(
        (&shown["code"], &shown["charged"]),
        (&"interrupted".into(), &"maybe".into())
    );
}

#[tokio::test]
async fn an_import_done_twice_doubles_nothing_and_leaves_the_trash_alone() {
    let (desk, old) = (Desk::new(), history().await);
    import(&desk, &old).await;
    let server = desk.serve().await;
    server.delete(DONE).await;
    server.kill().await;
    let stored = desk.stored_in("pictures");
    let summary = import(&desk, &old).await;
    assert_eq!(
        (&summary["jobs"], &summary["already_there"]),
        (&0.into(), &4.into()),
        "{summary}"
    );
    assert_eq!(desk.stored_in("pictures"), stored);
    let server = desk.serve().await;
    assert_eq!(list(&server).await.len(), 3);
    server.kill().await;
    // A server that was killed leaves a log, which is read all the same.
    let path = old.path().to_str().unwrap();
    assert_eq!(
        desk.json(&["import", path, "--dry-run"]).await["already_there"],
        4
    );
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_changes_nothing() {
    let (desk, old) = (Desk::new(), history().await);
    let path = old.path().to_str().unwrap();
    let args = ["import", path, "--timezone", "Asia/Tokyo", "--dry-run"];
    let mut said = desk.json(&args).await;
    assert!(!desk.library().exists());
    let words = desk.run(&args).await;
    assert!(
        words.stdout.contains("Would bring over 4 jobs")
            && words.stdout.contains("Nothing was changed"),
        "{words:?}"
    );
    let mut did = import(&desk, &old).await;
    said["dry_run"] = Value::Null;
    did["dry_run"] = Value::Null;
    assert_eq!(said, did);
    let before = desk.folder.files().unwrap();
    let again = desk.json(&args).await;
    assert_eq!(
        (&again["jobs"], &again["already_there"]),
        (&0.into(), &4.into())
    );
    assert_eq!(desk.folder.files().unwrap(), before);
}

#[tokio::test]
async fn what_the_old_backend_lost_is_said_and_loses_no_job() {
    let (desk, old) = (Desk::new(), Original::new().await.unwrap());
    let upload = sample::photo_png(32, 32);
    let ids = [
        "00000000-0000-4000-8000-000000000001",
        "00000000-0000-4000-8000-000000000002",
        "00000000-0000-4000-8000-000000000003",
        "00000000-0000-4000-8000-000000000004",
    ];
    let bucket = "https://bucket.example/x_out.png?X-Signature=secret";
    for (id, out, url) in [
        (ids[0], "static/gone.png", "/static/gone.png"),
        (ids[1], "static/page.png", "/static/page.png"),
        (ids[2], "", bucket),
        (ids[3], "static/fine.png", "/static/fine.png"),
    ] {
        old.add(&OldJob {
            id: Some(id),
            prompt: Some("x"),
            status: Some("done"),
            result_url: Some(url),
            raw_path: Some(&format!("uploads/{id}_raw.png")),
            out_path: Some(out),
            created_at: Some("2026-01-01 10:00:00"),
            updated_at: Some("2026-01-01 10:00:05"),
            ..OldJob::default()
        })
        .await
        .unwrap();
    }
    for id in &ids[..2] {
        old.put(&format!("uploads/{id}_raw.png"), &upload).unwrap();
    }
    old.put(&format!("uploads/{}_raw.png", ids[3]), b"<html>")
        .unwrap();
    old.put("static/page.png", b"<html>not a picture").unwrap();
    old.put("static/fine.png", &sample::photo_png(33, 33))
        .unwrap();
    let summary = import(&desk, &old).await;
    assert_eq!(
        (
            &summary["done"],
            &summary["failed"],
            &summary["files_missing"],
            &summary["files_unreadable"]
        ),
        (&1.into(), &3.into(), &3.into(), &2.into()),
        "{summary}"
    );
    for (id, word) in [
        (ids[0], "not in the old"),
        (ids[1], "cannot be opened"),
        (ids[2], "https://bucket.example/x_out.png"),
    ] {
        let problem = desk.json(&["show", id]).await["job"]["problem"].clone();
        assert_eq!(
            (&problem["code"], &problem["charged"]),
            (&"result_gone".into(), &"yes".into())
        );
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains(word) && !detail.contains("secret"),
            "{detail}"
        );
    }
    for (id, word) in [(ids[2], "was not in the old"), (ids[3], "cannot be opened")] {
        let input = desk.json(&["show", id]).await["job"]["input_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let shown = desk.json(&["show", &input]).await;
        assert!(
            shown["version"]["note"].as_str().unwrap().contains(word),
            "{shown}"
        );
        assert!(image::open(shown["file"].as_str().unwrap()).is_ok());
    }
}

#[tokio::test]
async fn odd_rows_are_refused_or_mended_and_stop_nobody() {
    let (desk, old) = (Desk::new(), history().await);
    let bare = "00000000-0000-4000-8000-000000000009";
    for id in [
        "../../etc",
        "1B4E28BA-2FA1-41D2-883F-0016D3CCA427",
        "",
        "a\u{1b}[2J",
    ] {
        old.add(&OldJob {
            id: Some(id),
            ..OldJob::default()
        })
        .await
        .unwrap();
    }
    old.add(&OldJob {
        id: Some(bare),
        created_at: Some("last week"),
        raw_path: Some("../app.db"),
        ..OldJob::default()
    })
    .await
    .unwrap();
    old.execute("INSERT INTO job (id, prompt, status) VALUES ('00000000-0000-4000-8000-00000000000a', x'ff00fe', 7)")
        .await
        .unwrap();
    let summary = import(&desk, &old).await;
    assert_eq!(
        (&summary["jobs"], &summary["interrupted"]),
        (&6.into(), &3.into()),
        "{summary}"
    );
    assert_eq!(summary["refused"].as_array().unwrap().len(), 4);
    let words = desk.run(&["import", old.path().to_str().unwrap()]).await;
    assert!(
        words.stdout.contains("4 jobs refused") && !words.stdout.contains('\u{1b}'),
        "{words:?}"
    );
    let server = desk.serve().await;
    let job = server.job(bare).await;
    assert_eq!(
        (&job["status"], &job["prompt"]),
        (&"error".into(), &"".into()),
        "{job}"
    );
}

#[tokio::test]
async fn an_older_table_and_a_folder_below_are_taken_too() {
    let desk = Desk::new();
    let old = Original::with_table("CREATE TABLE job (id VARCHAR PRIMARY KEY, prompt VARCHAR, status VARCHAR, result_url VARCHAR)")
        .await
        .unwrap();
    old.execute("INSERT INTO job VALUES ('1b4e28ba-2fa1-41d2-883f-0016d3cca427', 'x', 'done', '/static/r.png')")
        .await
        .unwrap();
    old.put("app/static/r.png", &sample::photo_png(20, 20))
        .unwrap();
    let database = old.path().join("app.db");
    let summary = desk.json(&["import", database.to_str().unwrap()]).await;
    assert_eq!(
        (&summary["done"], &summary["files_missing"]),
        (&1.into(), &1.into()),
        "{summary}"
    );
}

#[tokio::test]
async fn what_still_lies_in_the_old_databases_log_is_read_and_nothing_there_changes() {
    let (desk, old) = (Desk::new(), Original::new().await.unwrap());
    let log = old.hold_log().await.unwrap();
    old.add(&OldJob {
        id: Some(DONE),
        status: Some("error"),
        ..OldJob::default()
    })
    .await
    .unwrap();
    let before = old.contents().unwrap();
    assert!(!before[std::path::Path::new("app.db-wal")].is_empty());
    assert_eq!(import(&desk, &old).await["failed"], 1);
    assert_eq!(old.contents().unwrap(), before);
    drop(log);
}

#[tokio::test]
async fn the_old_backends_own_settings_do_not_send_the_jobs_back_into_its_database() {
    let (desk, old) = (Desk::new(), history().await);
    let database = old.path().join("app.db");
    desk.put(
        ".env",
        format!("DATABASE_URL=sqlite:///{}", database.display()).as_bytes(),
    );
    let before = old.contents().unwrap();
    assert_eq!(import(&desk, &old).await["jobs"], 4);
    assert_eq!(old.contents().unwrap(), before);
    assert!(desk.library().join("library.db").exists());
}

#[tokio::test]
async fn a_library_somebody_else_owns_a_wrong_folder_and_a_wrong_zone_are_refused() {
    let (desk, old) = (Desk::new().with("TZ", "UTC"), history().await);
    let path = old.path().to_str().unwrap();
    for (args, exit, word) in [
        (
            vec!["import", path, "--timezone", "Mars/Olympus"],
            2,
            "Asia/Tokyo",
        ),
        (vec!["import", "."], 1, "no app.db"),
        (vec!["import", "nowhere"], 1, "cannot be read"),
    ] {
        let said = desk.run(&args).await;
        assert_eq!(said.status.code(), Some(exit), "{said:?}");
        assert!(said.stderr.contains(word), "{said:?}");
    }
    assert!(!desk.library().exists());
    desk.put("app.db", b"this is no database at all, and longer than a header of SQLite would be: a hundred bytes and more");
    let said = desk.run(&["import", ".", "--json"]).await;
    let problem: Value = serde_json::from_str(&said.stderr).unwrap();
    assert_eq!(problem["code"], "old_backend_unknown", "{problem}");
    // The zone this computer is in does not fit: nothing is written with times that would stay wrong.
    let said = desk.run(&["import", path]).await;
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    assert!(said.stderr.contains("--timezone UTC"), "{said:?}");
    assert!(!desk.library().exists());
    let _server = desk.serve().await;
    let said = desk
        .run(&["import", path, "--timezone", "Asia/Tokyo"])
        .await;
    assert_eq!(said.status.code(), Some(3), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_killed_half_way_is_complete_after_the_next_one() {
    let (desk, old) = (Desk::new(), Original::new().await.unwrap());
    let log = old.hold_log().await.unwrap();
    let picture = sample::photo_png(600, 400);
    let many = 80;
    for n in 0..many {
        let id = format!("00000000-0000-4000-8000-{n:012}");
        // Other bytes for each, or there would be only one file to keep.
        let mut result = picture.clone();
        result.extend_from_slice(id.as_bytes());
        old.put(&format!("static/{id}_out.png"), &result).unwrap();
        old.put(&format!("uploads/{id}_raw.png"), &picture).unwrap();
        old.add(&OldJob {
            id: Some(&id),
            status: Some("done"),
            raw_path: Some(&format!("{id}_raw.png")),
            out_path: Some(&format!("{id}_out.png")),
            ..OldJob::default()
        })
        .await
        .unwrap();
    }
    let mut child = desk.start(&["import", old.path().to_str().unwrap()]);
    until("a first job is there", async || {
        (!desk.stored_in("pictures").is_empty()).then_some(())
    })
    .await;
    child.kill().await.unwrap();
    end_of(child).await;
    let summary = import(&desk, &old).await;
    let number = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!(number("done") + number("already_there"), many, "{summary}");
    let server = desk.serve().await;
    let jobs = list(&server).await;
    assert_eq!(jobs.len() as u64, many);
    for job in &jobs {
        assert_eq!(job["status"], "done", "{job}");
    }
    bytes(&server, jobs[40]["result_url"].as_str().unwrap()).await;
    assert!(desk.stored_in("tmp").is_empty());
    drop(log);
}
