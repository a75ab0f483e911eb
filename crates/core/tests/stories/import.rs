//! Coming from the original: time zones, counts, and what an imported job can still do.

use overpaint_core::error::{Charged, Code};
use overpaint_core::job::{JobId, State};
use overpaint_core::library::Imported;
use overpaint_core::original::{OldBackend, Zone};
use overpaint_testkit::{OldJob, Original, sample};

use super::{Stage, ended};

const ID: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";

async fn old(status: &str, created: &str, updated: &str) -> Original {
    let old = Original::new().await.unwrap();
    old.put("uploads/raw.png", &sample::photo_png(40, 30))
        .unwrap();
    old.put("static/out.png", &sample::photo_png(41, 30))
        .unwrap();
    old.add(&OldJob {
        id: Some(ID),
        prompt: Some("dusk"),
        status: Some(status),
        raw_path: Some("/then/raw.png"),
        out_path: Some("/then/out.png"),
        created_at: Some(created),
        updated_at: Some(updated),
        ..OldJob::default()
    })
    .await
    .unwrap();
    old
}

async fn read(old: &Original, zone: &str) -> OldBackend {
    OldBackend::open(old.path(), Zone::parse(zone).unwrap())
        .await
        .unwrap()
}

fn id() -> JobId {
    JobId::parse(ID).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn times_become_utc_by_the_zone_of_the_old_computer() {
    // The same job, as computers in four places wrote it.
    for (zone, created) in [
        ("Asia/Tokyo", "2026-07-01 19:00:00.25"),
        ("Europe/Berlin", "2026-07-01 12:00:00.25"),
        ("America/New_York", "2026-07-01 06:00:00.25"),
        ("UTC", "2026-07-01 10:00:00.25"),
    ] {
        for status in ["done", "error"] {
            let stage = Stage::new().await;
            let library = stage.open().await;
            let old = old(status, created, "2026-07-01 10:00:07.5").await;
            let imported = library.import(read(&old, zone).await, |_, _| ()).await;
            assert_eq!(imported.unwrap().doubtful_times, 0, "{zone}");
            let job = library.job(id()).await.unwrap();
            assert_eq!(
                job.created_at.to_rfc3339(),
                "2026-07-01T10:00:00.250+00:00",
                "{zone}"
            );
            assert_eq!(
                job.updated_at.to_rfc3339(),
                "2026-07-01T10:00:07.500+00:00",
                "{zone}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn read_in_a_wrong_zone_a_job_still_ends_after_it_began() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let old = old("done", "2026-07-01 19:00:00", "2026-07-01 10:00:07").await;
    let imported = library.import(read(&old, "UTC").await, |_, _| ()).await;
    assert_eq!(imported.unwrap().doubtful_times, 1);
    let job = library.job(id()).await.unwrap();
    assert_eq!(job.updated_at, job.created_at);
    assert_eq!(
        library.version(job.results[0]).await.unwrap().created_at,
        job.created_at
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_job_is_an_upload_with_a_result_and_the_counts_are_right() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let old = old("done", "2026-07-01 10:00:00", "2026-07-01 10:00:07").await;
    let mut told = Vec::new();
    let tell = |number, total| told.push((number, total));
    let imported = library.import(read(&old, "UTC").await, tell).await.unwrap();
    let expected = Imported {
        done: 1,
        ..Imported::default()
    };
    assert_eq!((imported, told), (expected, vec![(0, 1), (1, 1)]));
    let job = library.job(id()).await.unwrap();
    let (versions, open) = library.history(job.input).await.unwrap();
    assert_eq!((versions.len(), open.len()), (2, 0));
    assert_eq!(versions[0].name, "raw.png");
    assert_eq!(
        (versions[1].parent, versions[1].job),
        (Some(job.input), Some(id()))
    );
    assert_eq!(
        library.bytes(&versions[1]).await.unwrap(),
        sample::photo_png(41, 30)
    );
    library.close().await;
    let database =
        sqlx::SqlitePool::connect(&stage.folder.path().join("library.db").display().to_string())
            .await
            .unwrap();
    let counts: Vec<(String, i64)> =
        sqlx::query_as("SELECT what, count FROM kept_count WHERE count <> 0 ORDER BY what")
            .fetch_all(&database)
            .await
            .unwrap();
    assert_eq!(counts, [("done".to_owned(), 1), ("original".to_owned(), 1)]);
    let uploaded: i64 = sqlx::query_scalar("SELECT uploaded FROM version WHERE job_id IS NULL")
        .fetch_one(&database)
        .await
        .unwrap();
    assert_eq!(uploaded, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_job_is_run_again_only_when_it_is_asked_for() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let old = old("processing", "2026-07-01 10:00:00", "2026-07-01 10:00:00").await;
    library
        .import(read(&old, "UTC").await, |_, _| ())
        .await
        .unwrap();
    library.close().await;
    let library = stage.open().await;
    let job = library.job(id()).await.unwrap();
    let failure = job.failure.unwrap();
    assert_eq!(
        (job.state, failure.code, failure.charged),
        (State::Failed, Code::Interrupted, Charged::Maybe)
    );
    assert_eq!(stage.fal.charges(), 0);
    library.retry_job(id()).await.unwrap();
    let job = ended(&library, id()).await;
    assert_eq!(
        (job.state, job.attempt, stage.fal.charges()),
        (State::Done, 2, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_upload_was_lost_is_not_run_again_on_the_grey_picture_in_its_place() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let old = old("processing", "2026-07-01 10:00:00", "2026-07-01 10:00:00").await;
    std::fs::remove_file(old.path().join("uploads/raw.png")).unwrap();
    library
        .import(read(&old, "UTC").await, |_, _| ())
        .await
        .unwrap();
    library.retry_job(id()).await.unwrap();
    let job = ended(&library, id()).await;
    let failure = job.failure.unwrap();
    assert_eq!(
        (failure.code, failure.charged, stage.fal.charges()),
        (Code::FileUnreadable, Charged::No, 0)
    );
}
