//! Where a test works: throw-away folders, the program, a server, and patience with an end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use overpaint_testkit::{Fal, Folder};
use reqwest::Response;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

/// Longer than anything takes on a slow machine; nothing waits for its end but a test that fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A home with a library and a folder to work in.
pub(crate) struct Desk {
    pub(crate) folder: Folder,
    env: BTreeMap<&'static str, String>,
}

/// What a program said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    /// Without a key.
    pub(crate) fn new() -> Self {
        let folder = Folder::new().unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        Self {
            folder,
            env: BTreeMap::new(),
        }
    }

    /// With fal's hosts all at the simulated one: the queue protocol.
    pub(crate) fn at_fal(fal: &Fal) -> Self {
        Self::new()
            .with("FAL_SERVICE", fal.origin())
            .with("FAL_API_KEY", fal.key())
            .with("POLL_INTERVAL", "0.02")
    }

    /// With the simulated fal as an endpoint of its own: the original's protocol.
    pub(crate) fn at_endpoint(fal: &Fal) -> Self {
        let endpoint = format!("{}/", fal.origin());
        Self::new()
            .with("FAL_ENDPOINT", &endpoint)
            .with("FAL_API_KEY", fal.key())
            .with("POLL_INTERVAL", "0.02")
    }

    /// With one variable more.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.env.insert(name, value.to_owned());
        self
    }

    pub(crate) fn library(&self) -> PathBuf {
        self.folder.path().join("library")
    }

    /// A file in the working folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    /// Puts a file into the working folder.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        self.folder.put(&format!("work/{name}"), bytes).unwrap()
    }

    /// The program, not started yet.
    #[expect(
        clippy::disallowed_methods,
        reason = "what any program needs of the tester's environment, and nothing else of it"
    )]
    pub(crate) fn program(&self, args: &[&str]) -> Command {
        let home = self.folder.path().join("home");
        let mut program = Command::new(env!("CARGO_BIN_EXE_overpaint"));
        program
            .args(args)
            .env_clear()
            .current_dir(self.folder.path().join("work"));
        for name in ["PATH", "SystemRoot", "TEMP", "TMP"] {
            program.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        for name in [
            "HOME",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
            "XDG_CACHE_HOME",
        ] {
            program.env(name, &home);
        }
        program
            .env("OVERPAINT_LIBRARY", self.library())
            .envs(&self.env);
        program
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        program
    }

    /// Starts it.
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        self.program(args).spawn().unwrap()
    }

    /// Runs it to its end.
    pub(crate) async fn run(&self, args: &[&str]) -> Said {
        end_of(self.start(args)).await
    }

    /// Runs it and reads its result as JSON.
    pub(crate) async fn json(&self, args: &[&str]) -> Value {
        let said = self.run(&[args, &["--json"]].concat()).await;
        assert!(said.status.success(), "{args:?}: {said:?}");
        serde_json::from_str(&said.stdout).unwrap()
    }

    /// Serves the library on a free port.
    pub(crate) async fn serve(&self) -> Server {
        let mut child = self.start(&["serve", "--port", "0"]);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap();
        let Some(url) = line.as_deref().and_then(|line| line.strip_prefix("ready ")) else {
            panic!("{line:?} {:?}", end_of(child).await);
        };
        Server {
            child,
            url: url.to_owned(),
            http: client(),
        }
    }

    /// What lies in the library below a folder, at any depth.
    pub(crate) fn stored_in(&self, folder: &str) -> Vec<PathBuf> {
        let mut files = self.folder.files().unwrap();
        files.retain(|file| file.starts_with(Path::new("library").join(folder)));
        files
    }

    /// No job, no picture, no half a file anywhere.
    pub(crate) async fn assert_nothing_is_stored(&self) {
        assert_eq!(self.stored_in("pictures"), Vec::<PathBuf>::new());
        assert_eq!(self.stored_in("tmp"), Vec::<PathBuf>::new());
        if self.library().join("library.db").exists() {
            assert_eq!(self.json(&["jobs"]).await, serde_json::json!([]));
        }
    }
}

/// A client that goes nowhere but where it is sent.
fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Waits for the end of a program.
pub(crate) async fn end_of(child: Child) -> Said {
    let output = timeout(PATIENCE, child.wait_with_output())
        .await
        .expect("the program ends")
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said {
        status: output.status,
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// Sends a signal by its name.
#[cfg(unix)]
pub(crate) async fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([format!("-{name}"), child.id().unwrap().to_string()])
        .status()
        .await
        .unwrap();
    assert!(sent.success());
}

/// Looks again and again until there is something to see.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < end, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// `overpaint serve`, running.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) url: String,
    http: reqwest::Client,
}

impl Server {
    /// Uploads a picture; answers the job as the POST did.
    pub(crate) async fn create(&self, prompt: &str, picture: &[u8], name: &str) -> Value {
        let mut body = format!(
            "--B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\n{prompt}\r\n--B\r\n"
        )
        .into_bytes();
        body.extend(
            format!("Content-Disposition: form-data; name=\"image\"; filename=\"{name}\"\r\n\r\n")
                .into_bytes(),
        );
        body.extend_from_slice(picture);
        body.extend_from_slice(b"\r\n--B--\r\n");
        let request = self
            .http
            .post(format!("{}/api/jobs", self.url))
            .header("content-type", "multipart/form-data; boundary=B");
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.http
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn delete(&self, id: &str) {
        let request = self.http.delete(format!("{}/api/jobs/{id}", self.url));
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    pub(crate) async fn job(&self, id: &str) -> Value {
        self.get(&format!("/api/jobs/{id}"))
            .await
            .json()
            .await
            .unwrap()
    }

    /// The job once it has ended.
    pub(crate) async fn ended(&self, id: &str) -> Value {
        until("the job ends", async || {
            let job = self.job(id).await;
            (job["status"] != "processing").then_some(job)
        })
        .await
    }

    /// As a power cut would.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
