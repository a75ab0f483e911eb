//! Results that are also brought to a bucket: what is paid is never lost because it was down, and what is deleted does not stay there.

use overpaint_core::Library;
use overpaint_core::error::{Charged, Code};
use overpaint_core::job::{Job, State};
use overpaint_core::settings::Given;
use overpaint_core::version::Version;
use overpaint_testkit::{Bucket, Failure, Place};

use super::{DEADLINE, MODEL, Stage, edit, ended, open, picture, run};

fn given(stage: &Stage, bucket: &Bucket) -> Given {
    let settings = bucket.settings();
    settings.iter().fold(stage.given(), |given, (name, value)| {
        given.flag(name, *value)
    })
}

async fn result(library: &Library, job: &Job) -> Version {
    library.version(job.results[0]).await.unwrap()
}

/// Waits until the bucket holds so many objects.
async fn until_objects(bucket: &Bucket, count: usize) {
    let wait = async {
        while bucket.keys().unwrap_or_default().len() != count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, wait).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_result_lies_in_the_bucket_and_here() {
    let (stage, bucket) = (Stage::new().await, Bucket::start().await);
    let library = open(given(&stage, &bucket)).await;
    let job = run(&library, "make it dusk [[two-images]]").await;
    assert_eq!((job.state, job.results.len()), (State::Done, 2), "{job:?}");
    let puts = bucket.puts();
    for (ordinal, ending) in ["_out.", "_out_2."].iter().enumerate() {
        let version = library.version(job.results[ordinal]).await.unwrap();
        let key = format!("results/{}{ending}{}", job.id, version.picture.extension);
        assert_eq!(version.object.as_deref(), Some(key.as_str()));
        assert_eq!(
            library.public_url(&version).unwrap(),
            format!("{}/{key}", bucket.url())
        );
        assert_eq!(
            bucket.object(&key).unwrap(),
            library.bytes(&version).await.unwrap()
        );
        assert_eq!(
            (&puts[ordinal].key, &puts[ordinal].content_type),
            (&key, &version.picture.media_type)
        );
        assert!(!puts[ordinal].headers.contains(stage.fal.key()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_engines_results_stay_here() {
    let (stage, bucket) = (Stage::new().await, Bucket::start().await);
    let library = open(given(&stage, &bucket)).await;
    let input = picture(&library).await;
    let job = library
        .submit_edit(edit(input, "black and white", "demo"))
        .await
        .unwrap();
    let job = ended(&library, job.id).await;
    assert_eq!(job.state, State::Done);
    assert_eq!(result(&library, &job).await.object, None);
    assert!(bucket.puts().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_down_costs_nothing_and_needs_no_second_download() {
    let (stage, bucket) = (Stage::new().await, Bucket::start().await);
    let library = open(given(&stage, &bucket)).await;
    bucket.set_down(true);
    let job = run(&library, "make it dusk").await;
    let failure = job.failure.unwrap();
    assert_eq!(
        (job.state, failure.code, failure.charged),
        (State::Failed, Code::BucketFailed, Charged::Yes)
    );
    assert!(failure.said.unwrap().contains("503"));
    // What was fetched is safe from the trash, and nobody asks fal for it again.
    library.empty_trash().await.unwrap();
    stage.fal.script(|script| {
        script.fail_times(Place::Download, Failure::Status(404), 9);
    });
    bucket.set_down(false);
    library.retry_job(job.id).await.unwrap();
    let job = ended(&library, job.id).await;
    assert_eq!(
        (job.state, job.attempt, stage.fal.charges()),
        (State::Done, 1, 1),
        "{job:?}"
    );
    assert_eq!(bucket.keys().unwrap().len(), 1);
    assert!(library.public_url(&result(&library, &job).await).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_not_there_is_said_and_going_without_it_finishes_the_job() {
    let (stage, bucket) = (Stage::new().await, Bucket::start().await);
    let nowhere = given(&stage, &bucket);
    drop(bucket);
    let library = open(nowhere).await;
    let job = run(&library, "make it dusk").await;
    let failure = job.failure.unwrap();
    assert_eq!(failure.code, Code::BucketFailed);
    assert!(failure.said.unwrap().contains("refused"));
    library.close().await;
    let library = stage.open().await;
    library.retry_job(job.id).await.unwrap();
    let job = ended(&library, job.id).await;
    assert_eq!((job.state, stage.fal.charges()), (State::Done, 1));
    assert_eq!(result(&library, &job).await.object, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_told_in_the_buckets_words_and_shown_nowhere() {
    let (stage, bucket) = (Stage::new().await, Bucket::start().await);
    let wrong = given(&stage, &bucket).flag("S3_SECRET_ACCESS_KEY", "hush-hush");
    let library = open(wrong).await;
    let failure = run(&library, "make it dusk").await.failure.unwrap();
    assert_eq!(failure.code, Code::BucketFailed);
    let said = failure.said.unwrap();
    assert!(said.contains("SignatureDoesNotMatch"), "{said}");
    assert!(!said.contains("hush"), "{said}");
    assert!(bucket.puts().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_leaves_the_bucket_and_comes_back_without_it() {
    let (stage, bucket) = (Stage::new().await, Bucket::start().await);
    let library = open(given(&stage, &bucket)).await;
    let job = run(&library, "make it dusk").await;
    let id = [job.id.to_string()];
    library.delete_items(&id).await.unwrap();
    until_objects(&bucket, 0).await;
    library.restore_items(&id).await.unwrap();
    let wait = async {
        while result(&library, &job).await.object.is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, wait).await.unwrap();
    let version = result(&library, &job).await;
    assert_eq!(library.public_url(&version), None);
    assert!(!library.bytes(&version).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_removed_is_removed_at_the_next_start() {
    let (stage, bucket) = (Stage::new().await, Bucket::start().await);
    let library = open(given(&stage, &bucket)).await;
    let job = run(&library, "make it dusk").await;
    bucket.set_down(true);
    library.delete_items(&[job.id.to_string()]).await.unwrap();
    library.close().await;
    assert_eq!(bucket.keys().unwrap().len(), 1);
    bucket.set_down(false);
    let _library = open(given(&stage, &bucket)).await;
    until_objects(&bucket, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_deleted_while_its_result_is_fetched_leaves_nothing_in_the_bucket() {
    let (stage, bucket) = (Stage::new().await, Bucket::start().await);
    let library = open(given(&stage, &bucket)).await;
    stage.fal.hold(overpaint_testkit::Stage::Download);
    let input = picture(&library).await;
    let job = library
        .submit_edit(edit(input, "make it dusk", MODEL))
        .await
        .unwrap();
    stage.fal.reached(overpaint_testkit::Stage::Download).await;
    library.delete_items(&[job.id.to_string()]).await.unwrap();
    stage.fal.release(overpaint_testkit::Stage::Download);
    assert_eq!(ended(&library, job.id).await.state, State::Done);
    assert_eq!(bucket.puts().len(), 1);
    until_objects(&bucket, 0).await;
}
