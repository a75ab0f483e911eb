//! The two programs of a run: `overpaint serve`, to be killed, and the simulated fal, which outlives it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::http::Server;

/// Longer than anything takes on a slow machine; only a run that fails waits for its end.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// The key that the simulated fal takes.
pub(super) const KEY: &str = "drill-key:drill-secret";

/// A program that is killed at the latest when this goes.
pub(super) struct Program(Child);

impl Program {
    /// SIGKILL, and its end.
    pub(super) fn kill(mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may be over already; there is nobody to tell.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The simulated fal, and its control routes.
pub(super) struct Fal {
    pub(super) server: Server,
    _program: Program,
}

impl Fal {
    pub(super) fn start(program: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["--port", "0", "--key", KEY])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| program.display().to_string())?;
        let stdout = child.stdout.take().context("no stdout")?;
        let owned = Program(child);
        let address = addresses(stdout, "simulated fal on http://")
            .recv_timeout(PATIENCE)
            .context("the simulated fal did not start")?;
        Ok(Self {
            server: Server::at(&address),
            _program: owned,
        })
    }

    pub(super) fn script(&self, script: &Value) -> Result<()> {
        let body = script.to_string();
        self.server
            .ask("PUT", "/_control/script", &[], body.as_bytes())?;
        Ok(())
    }

    pub(super) fn hold(&self, stage: &str) -> Result<()> {
        self.server.post(&format!("/_control/hold/{stage}"))?;
        Ok(())
    }

    pub(super) fn release(&self, stage: &str) -> Result<()> {
        self.server.post(&format!("/_control/release/{stage}"))?;
        Ok(())
    }

    /// Waits until so many requests have got to a stage.
    pub(super) fn reached(&self, stage: &str, times: u64) -> Result<()> {
        self.server
            .get(&format!("/_control/reached/{stage}?times={times}"))?;
        Ok(())
    }

    /// Every charge: fal's jobs, in their order.
    pub(super) fn charges(&self) -> Result<Vec<Value>> {
        let jobs = self.server.get("/_control/jobs")?;
        Ok(jobs.as_array().context("no list of jobs")?.clone())
    }

    /// The ids in fal's list of requests, which the program can search for a request whose answer was lost.
    pub(super) fn listed(&self, endpoints: &BTreeSet<&str>) -> Result<BTreeSet<String>> {
        let key = format!("Key {KEY}");
        let mut listed = BTreeSet::new();
        for endpoint in endpoints {
            let mut cursor = String::new();
            loop {
                let path = format!(
                    "/api/v1/models/requests/by-endpoint?endpoint_id={endpoint}&limit=100{cursor}"
                );
                let page = self
                    .server
                    .ask("GET", &path, &[("Authorization", &key)], &[])?
                    .json()?;
                let items = page["items"].as_array().context("no list of requests")?;
                let ids = items.iter().filter_map(|item| item["request_id"].as_str());
                listed.extend(ids.map(str::to_owned));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
        }
        Ok(listed)
    }

    /// The pictures of a finished job, as fal serves them.
    pub(super) fn pictures(&self, charge: &Value) -> Result<Vec<Vec<u8>>> {
        let (endpoint, id) = (&charge["endpoint"], &charge["request_id"]);
        let path = format!(
            "/queue/{}/requests/{}",
            endpoint.as_str().unwrap_or_default(),
            id.as_str().unwrap_or_default()
        );
        let key = format!("Key {KEY}");
        let result = self
            .server
            .ask("GET", &path, &[("Authorization", &key)], &[])?
            .json()?;
        let mut pictures = Vec::new();
        for image in result["images"].as_array().context("no images")? {
            let url = image["url"].as_str().context("an image without a URL")?;
            let path = url
                .strip_prefix(&format!("http://{}", self.server.address))
                .context("a picture that lies elsewhere")?;
            pictures.push(self.server.ask("GET", path, &[], &[])?.body);
        }
        Ok(pictures)
    }
}

/// `overpaint serve`, as it starts.
pub(super) struct Overpaint {
    program: Program,
    ready: Receiver<String>,
    told: Receiver<()>,
}

/// Where it works, and with whom.
pub(super) struct Desk<'a> {
    pub(super) program: &'a Path,
    /// Home, log and working directory.
    pub(super) folder: &'a Path,
    pub(super) library: &'a Path,
    pub(super) fal: &'a Fal,
}

impl Overpaint {
    /// Starts it on a library; `point` is where it is to stop, and at which time.
    #[expect(
        clippy::disallowed_methods,
        reason = "what any program needs of the environment, and nothing else of it"
    )]
    pub(super) fn start(desk: &Desk, point: Option<(&str, u64)>) -> Result<Self> {
        let home = desk.folder.join("home");
        std::fs::create_dir_all(&home)?;
        let said = File::options()
            .create(true)
            .append(true)
            .open(desk.folder.join("overpaint.log"))?;
        let mut command = Command::new(desk.program);
        command
            .args(["serve", "--port", "0", "--log", "text", "--library"])
            .arg(desk.library)
            .env_clear()
            .current_dir(desk.folder);
        for name in ["PATH", "SystemRoot", "TEMP", "TMP"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        for name in [
            "HOME",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
            "XDG_CACHE_HOME",
        ] {
            command.env(name, &home);
        }
        command
            .env("FAL_SERVICE", format!("http://{}", desk.fal.server.address))
            .env("FAL_API_KEY", KEY)
            .env("POLL_INTERVAL", "0.02")
            .env("RECONCILE_PAUSE", "0")
            .env("FAL_BACKOFF", "0.05")
            .env("SUBMIT_BURST", "100000")
            .env("SUBMIT_RATE", "100000");
        let told = match point {
            Some((name, nth)) => {
                let (address, told) = listen()?;
                command
                    .env("OVERPAINT_DRILL", format!("{name}:{nth}"))
                    .env("OVERPAINT_DRILL_TELL", address);
                told
            }
            None => channel().1,
        };
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(said)
            .spawn()
            .with_context(|| desk.program.display().to_string())?;
        let stdout = child.stdout.take().context("no stdout")?;
        Ok(Self {
            program: Program(child),
            ready: addresses(stdout, "ready http://"),
            told,
        })
    }

    /// Waits until it serves. A library that was not closed has passed SQLite's quick_check by then.
    pub(super) fn ready(&self) -> Result<Server> {
        match self.ready.recv_timeout(PATIENCE) {
            Ok(address) => Ok(Server::at(&address)),
            Err(_) => bail!("overpaint did not open the library (see overpaint.log)"),
        }
    }

    /// Waits until it has come to its point.
    pub(super) fn stopped(&self) -> Result<()> {
        self.told
            .recv_timeout(PATIENCE)
            .context("the point was never reached")
    }

    pub(super) fn kill(self) -> Result<()> {
        self.program.kill()
    }
}

/// A place where the program can say that it has come to its point.
fn listen() -> Result<(String, Receiver<()>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?.to_string();
    let (tell, told) = channel();
    // Whoever never comes leaves a thread behind, and with it a run that has failed.
    std::thread::spawn(move || {
        if listener.accept().is_ok() {
            let _ = tell.send(());
        }
    });
    Ok((address, told))
}

/// The address in the line that begins so; then the rest is read on, or the program would block on a full pipe.
fn addresses(stdout: ChildStdout, says: &'static str) -> Receiver<String> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some(address) = line.strip_prefix(says) {
                let _ = tell.send(address.trim().trim_end_matches('/').to_owned());
            }
        }
    });
    told
}
