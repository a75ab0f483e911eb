//! A plain HTTP client that knows the prefixes.

use overpaint_testkit::Fal;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

pub(crate) const MODEL: &str = "fal-ai/bytedance/seedream/v4/edit";

/// A picture on the internet, where the simulator does not look: it goes by one of its own.
pub(crate) const ELSEWHERE: &str = "https://pictures.example/a.png";

pub(crate) struct Client {
    http: reqwest::Client,
    origin: String,
    key: String,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().unwrap())
    }
}

impl Client {
    pub(crate) fn of(fal: &Fal) -> Self {
        Self::at(fal.origin(), fal.key())
    }

    pub(crate) fn at(origin: &str, key: &str) -> Self {
        Self {
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            origin: origin.to_owned(),
            key: format!("Key {key}"),
        }
    }

    /// A request, without a key. `place` is a path or a whole URL.
    pub(crate) fn bare(&self, method: Method, place: &str) -> RequestBuilder {
        let url = if place.starts_with("http") {
            place.to_owned()
        } else {
            format!("{}{place}", self.origin)
        };
        self.http.request(method, url)
    }

    pub(crate) fn with_key(&self, method: Method, place: &str) -> RequestBuilder {
        self.bare(method, place).header("authorization", &self.key)
    }

    pub(crate) async fn get(&self, place: &str) -> Reply {
        read(self.with_key(Method::GET, place)).await
    }

    pub(crate) async fn put(&self, place: &str) -> Reply {
        read(self.with_key(Method::PUT, place)).await
    }

    pub(crate) async fn post(&self, place: &str, body: &Value) -> Reply {
        read(self.posting(place, body)).await
    }

    pub(crate) fn posting(&self, place: &str, body: &Value) -> RequestBuilder {
        self.with_key(Method::POST, place).json(body)
    }

    /// Submits to the queue and reads the three URLs and the id.
    pub(crate) async fn submit(&self, prompt: &str) -> Value {
        let reply = self
            .post(
                &format!("/queue/{MODEL}"),
                &json!({"prompt": prompt, "image_urls": [ELSEWHERE]}),
            )
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    }

    pub(crate) async fn status(&self, submitted: &Value) -> Reply {
        self.get(&format!("{}?logs=1", url(submitted, "status_url")))
            .await
    }

    pub(crate) async fn result(&self, submitted: &Value) -> Reply {
        self.get(url(submitted, "response_url")).await
    }

    pub(crate) async fn cancel(&self, submitted: &Value) -> Reply {
        self.put(url(submitted, "cancel_url")).await
    }

    /// Submits, and reads the result at once.
    pub(crate) async fn done(&self, prompt: &str) -> Value {
        let submitted = self.submit(prompt).await;
        let result = self.result(&submitted).await;
        assert_eq!(result.status, 200, "{}", result.text);
        result.json()
    }

    /// A file, as anybody reads it.
    pub(crate) async fn file(&self, url: &str) -> Response {
        self.bare(Method::GET, url).send().await.unwrap()
    }
}

pub(crate) fn url<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap()
}

pub(crate) async fn read(request: RequestBuilder) -> Reply {
    let response = request.send().await.unwrap();
    Reply {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}
