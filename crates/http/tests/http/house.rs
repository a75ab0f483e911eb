//! A library with its HTTP in front, and a simulated fal behind.

use std::time::Duration;

use overpaint_core::Library;
use overpaint_core::clock::Clock;
use overpaint_core::keys::Keychain;
use overpaint_core::library::Options;
use overpaint_core::settings::Given;
use overpaint_http::Server;
use overpaint_testkit::{Fal, Folder};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// Longer than anything takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct House {
    pub(crate) fal: Fal,
    pub(crate) library: Library,
    pub(crate) folder: Folder,
    pub(crate) url: String,
    pub(crate) http: Client,
    /// Dropped, the server ends.
    _open: oneshot::Sender<()>,
}

impl House {
    /// With a key.
    pub(crate) async fn new() -> Self {
        Self::with(&[("FAL_API_KEY", overpaint_testkit::GOOD_KEY)]).await
    }

    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let (fal, folder) = (Fal::start().await, Folder::new().unwrap());
        let given = Given::nothing(folder.path())
            .flag("FAL_SERVICE", fal.origin())
            .flag("POLL_INTERVAL", "0.01");
        let given = settings
            .iter()
            .fold(given, |given, (name, value)| given.flag(name, *value));
        let options = Options {
            given,
            keychain: Keychain::Absent,
            clock: Clock::system(),
        };
        let library = Library::open(options).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server::new(library.clone(), listener).unwrap();
        let url = format!("http://{}", server.address());
        let (open, closed) = oneshot::channel();
        tokio::spawn(server.run(async move {
            let _ = closed.await;
        }));
        let http = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            fal,
            library,
            folder,
            url,
            http,
            _open: open,
        }
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.url))
    }

    /// What a GET answers, read as JSON.
    pub(crate) async fn json(&self, path: &str) -> Value {
        json_of(self.get(path)).await
    }

    /// The POST of a picture, not sent yet.
    pub(crate) fn post(&self, prompt: &str, picture: &[u8], name: &str) -> RequestBuilder {
        let mut form = part(&format!("name=\"prompt\"\r\n\r\n{prompt}"));
        form.extend(part(&format!(
            "name=\"image\"; filename=\"{name}\"\r\n\r\n"
        )));
        form.truncate(form.len() - 2);
        form.extend_from_slice(picture);
        form.extend_from_slice(b"\r\n--B--\r\n");
        self.post_form(form)
    }

    pub(crate) fn post_form(&self, form: Vec<u8>) -> RequestBuilder {
        let request = self.http.post(format!("{}/api/jobs", self.url));
        request
            .header("content-type", "multipart/form-data; boundary=B")
            .body(form)
    }

    /// Makes a job and waits until it has ended.
    pub(crate) async fn run(&self, prompt: &str, picture: &[u8], name: &str) -> Value {
        let answer = self.post(prompt, picture, name).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let made: Value = answer.json().await.unwrap();
        self.ended(made["job_id"].as_str().unwrap()).await
    }

    pub(crate) async fn ended(&self, id: &str) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let job: Value = self.json(&format!("/api/jobs/{id}")).await;
            if job["status"] != "processing" {
                return job;
            }
            assert!(Instant::now() < end, "the job never ended: {job}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// How many jobs and pictures there are.
    pub(crate) async fn stored(&self) -> (usize, usize) {
        let pictures = self
            .folder
            .files()
            .unwrap()
            .into_iter()
            .filter(|file| file.starts_with("pictures"));
        (
            self.library.newest_jobs(100).await.unwrap().len(),
            pictures.count(),
        )
    }
}

/// What a request is answered, read as JSON.
pub(crate) async fn json_of(request: RequestBuilder) -> Value {
    request.send().await.unwrap().json().await.unwrap()
}

/// One part of a form, its head and what follows it.
pub(crate) fn part(rest: &str) -> Vec<u8> {
    format!("--B\r\nContent-Disposition: form-data; {rest}\r\n").into_bytes()
}
