//! Our own routes: what programs of today are told, and what is refused them as a problem.

mod events;
mod jobs;
mod models;
mod money;
mod refusals;

use overpaint_testkit::sample;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::time::Duration;

use crate::house::{House, json_of};

/// Longer than anything takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

const MODEL: &str = "fal-ai/bytedance/seedream/v4/edit";

impl House {
    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// Adds a picture; answers its version.
    async fn picture(&self) -> Value {
        let answer = self
            .ask(Method::POST, "/api/v1/pictures?name=photo.png")
            .body(sample::photo_png(48, 32))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201);
        let location = answer.headers()["location"].to_str().unwrap().to_owned();
        let version: Value = answer.json().await.unwrap();
        assert_eq!(
            location,
            format!("/api/v1/versions/{}", version["id"].as_str().unwrap())
        );
        version
    }

    fn edit(&self, wish: &Value) -> RequestBuilder {
        self.ask(Method::POST, "/api/v1/edits").json(wish)
    }

    /// Submits an edit of a fresh picture and waits for its end over HTTP.
    async fn edited(&self, prompt: &str) -> Value {
        let picture = self.picture().await;
        let wish = json!({ "version_id": picture["id"], "prompt": prompt, "model": MODEL });
        let job: Value = json_of(self.edit(&wish)).await;
        let path = format!("/api/v1/jobs/{}?wait=60", job["id"].as_str().unwrap());
        self.json(&path).await
    }
}

async fn problem(answer: Response) -> Value {
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let status = answer.status().as_u16();
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["status"], status);
    let code = problem["code"].as_str().unwrap();
    assert_eq!(problem["type"], format!("urn:overpaint:problem:{code}"));
    assert!(
        !problem["title"].as_str().unwrap().is_empty()
            && !problem["detail"].as_str().unwrap().is_empty()
    );
    problem
}
