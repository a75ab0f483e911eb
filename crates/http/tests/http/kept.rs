//! What is kept of an upload, and until when. The conformance suite cannot see into our store; this can.

use overpaint_core::version::Cursor;
use overpaint_testkit::sample;
use serde_json::Value;

use crate::house::House;

async fn delete(house: &House, job: &Value) -> u16 {
    let id = job["job_id"].as_str().unwrap();
    let answer = house
        .http
        .delete(format!("{}/api/jobs/{id}", house.url))
        .send()
        .await
        .unwrap();
    answer.status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_kept_byte_for_byte_until_its_job_is_deleted() {
    let house = House::new().await;
    let upload = sample::photo_jpeg(64, 48, 90);
    let job = house.run("sepia", &upload, "p.jpg").await;
    let input = house.library.newest_jobs(1).await.unwrap()[0].input;
    let kept = house.library.file(input).await.unwrap();
    assert_eq!(std::fs::read(kept).unwrap(), upload);

    assert_eq!(delete(&house, &job).await, 200);
    for path in [
        format!("/api/jobs/{}", job["job_id"].as_str().unwrap()),
        job["result_url"].as_str().unwrap().to_owned(),
    ] {
        let answer = house.get(&path).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    // The window's list: neither the result nor the upload it was made from.
    let left = house.library.items(Cursor::START, 200).await.unwrap();
    assert_eq!(left.total, 0, "{:?}", left.items);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_stays_while_another_job_was_made_from_it() {
    let house = House::new().await;
    let upload = sample::photo_png(32, 32);
    let first = house.run("sepia", &upload, "p.png").await;
    let second = house.run("vivid", &upload, "p.png").await;
    assert_eq!(delete(&house, &first).await, 200);
    let result = second["result_url"].as_str().unwrap();
    assert_eq!(house.get(result).send().await.unwrap().status(), 200);
    let input = house.library.newest_jobs(1).await.unwrap()[0].input;
    let kept = house.library.file(input).await.unwrap();
    assert_eq!(std::fs::read(kept).unwrap(), upload);
    let left = house.library.items(Cursor::START, 200).await.unwrap();
    assert_ne!(left.total, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_result_file_is_lost_can_still_be_deleted() {
    let house = House::new().await;
    let job = house
        .run("sepia", &sample::photo_png(32, 32), "a.png")
        .await;
    let result = house.library.newest_jobs(1).await.unwrap()[0].results[0];
    std::fs::remove_file(house.library.file(result).await.unwrap()).unwrap();
    assert_eq!(delete(&house, &job).await, 200);
}
