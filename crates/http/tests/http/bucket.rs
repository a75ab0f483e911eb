//! The frozen routes with results in a bucket.

use overpaint_testkit::{Bucket, GOOD_KEY, sample};
use serde_json::Value;

use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_result_in_a_bucket_is_shown_and_downloaded_from_there() {
    let bucket = Bucket::start().await;
    let settings = [&bucket.settings()[..], &[("FAL_API_KEY", GOOD_KEY)]].concat();
    let house = House::with(&settings).await;
    let picture = sample::photo_png(64, 48);
    let post = house.post("make it vivid", &picture, "a.png");
    let made: Value = post.send().await.unwrap().json().await.unwrap();
    let id = made["job_id"].as_str().unwrap();
    let done = house.ended(id).await;
    let url = done["result_url"].as_str().unwrap();
    let key = url.strip_prefix(&format!("{}/", bucket.url())).unwrap();
    assert!(key.starts_with(&format!("results/{id}_out.")), "{key}");
    let list: Value = {
        let list = house.get("/api/jobs").send().await.unwrap();
        list.json().await.unwrap()
    };
    assert_eq!(list[0]["result_url"], url);

    let download = house.get(&format!("/api/jobs/{id}/download"));
    let moved = download.send().await.unwrap();
    assert_eq!(
        (
            moved.status().as_u16(),
            moved.headers()["location"].as_bytes()
        ),
        (307, url.as_bytes())
    );
    assert!(moved.bytes().await.unwrap().is_empty());
    // The file is here all the same.
    let name = key.strip_prefix("results/").unwrap();
    let shown = house.get(&format!("/static/{name}")).send().await.unwrap();
    assert_eq!(shown.bytes().await.unwrap(), bucket.object(key).unwrap());
}
