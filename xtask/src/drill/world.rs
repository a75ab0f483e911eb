//! One run's world: a fresh library, a fal of its own, and a user whose clicks are written down.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::program::{Desk, Fal, Overpaint, PATIENCE};
use crate::http::Server;

/// Said in a prompt, the simulated fal's content checker refuses the job: charged, and no picture.
pub(super) const BLOCKED: &str = "[[policy]]";

/// The programs that are drilled.
#[derive(Clone)]
pub(super) struct Programs {
    pub(super) overpaint: PathBuf,
    pub(super) simulated_fal: PathBuf,
}

/// A library, a fal, and what was clicked.
pub(super) struct World {
    /// Everything of this run; kept when it fails.
    pub(super) folder: PathBuf,
    pub(super) library: PathBuf,
    pub(super) fal: Fal,
    pub(super) clicks: Vec<Click>,
    pub(super) kills: u64,
    programs: Programs,
}

/// One click on Run: one approved charge, however often its request is sent.
#[derive(Clone)]
pub(super) struct Click {
    /// Its own words, so that a charge can be traced to it. Also its Idempotency-Key, and its picture's name.
    pub(super) prompt: String,
    pub(super) picture: Vec<u8>,
    /// How often the user has said yes: this click, and each "run again".
    pub(super) approved: u64,
    /// The user wants it ended.
    pub(super) cancelled: bool,
    /// The job it made, once the program has said so.
    pub(super) job: Option<String>,
}

impl World {
    pub(super) fn new(folder: &Path, programs: &Programs) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        Ok(Self {
            folder: folder.to_owned(),
            library: folder.join("library"),
            fal: Fal::start(&programs.simulated_fal)?,
            clicks: Vec::new(),
            kills: 0,
            programs: programs.clone(),
        })
    }

    /// Starts the program on the library.
    pub(super) fn start(&self, point: Option<(&str, u64)>) -> Result<Overpaint> {
        self.start_on(&self.folder, &self.library, point)
    }

    /// Starts the program on another copy of the library.
    pub(super) fn start_on(
        &self,
        folder: &Path,
        library: &Path,
        point: Option<(&str, u64)>,
    ) -> Result<Overpaint> {
        let desk = Desk {
            program: &self.programs.overpaint,
            folder,
            library,
            fal: &self.fal,
        };
        Overpaint::start(&desk, point)
    }

    /// Means to click so many times more. `marks` is said to the simulated fal in the prompt.
    pub(super) fn mean(&mut self, times: usize, marks: &str) {
        for _ in 0..times {
            let number = self.clicks.len() + 1;
            self.clicks.push(Click {
                prompt: format!("click {number} {marks}").trim_end().to_owned(),
                picture: picture(number),
                approved: 1,
                cancelled: false,
                job: None,
            });
        }
    }

    /// Sends the clicks that were not answered yet. What a kill cuts off stays unanswered, and is sent again with its key next time.
    pub(super) fn click(&mut self, server: &Server) {
        for click in self.clicks.iter_mut().filter(|click| click.job.is_none()) {
            click.job = click.send(server).ok();
        }
    }

    /// The same, where nothing may stop it; and a click that was answered before is answered the same again.
    pub(super) fn click_again(&mut self, server: &Server) -> Result<()> {
        for click in &mut self.clicks {
            let job = click.send(server)?;
            let known = click.job.get_or_insert_with(|| job.clone());
            ensure!(
                *known == job,
                "{:?} was job {known}, and is job {job} now",
                click.prompt
            );
        }
        Ok(())
    }

    /// Waits until every job has ended.
    pub(super) fn ended(&self, server: &Server) -> Result<()> {
        let mut jobs = self.clicks.iter().filter_map(|click| click.job.as_deref());
        jobs.try_for_each(|id| ended(server, id))
    }
}

/// Waits until a job has ended; an unconfirmed one has, once nobody looks for it any more.
pub(super) fn ended(server: &Server, id: &str) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let job = server.get(&format!("/api/v1/jobs/{id}?wait=5"))?;
        match job["state"].as_str() {
            Some("done" | "failed" | "cancelled") => return Ok(()),
            Some("unconfirmed") if job["looking"] != json!(true) => return Ok(()),
            // Waiting answers at once while fal's list is still searched.
            _ => std::thread::park_timeout(Duration::from_millis(20)),
        }
    }
    bail!("job {id} does not end")
}

impl Click {
    /// Adds the picture and submits the edit; answers the job.
    pub(super) fn send(&self, server: &Server) -> Result<String> {
        let version = self.add_picture(server)?;
        let wish = json!({ "version_id": version, "prompt": self.prompt });
        let headers = [
            ("Content-Type", "application/json"),
            ("Idempotency-Key", &self.prompt),
        ];
        let job = server
            .ask(
                "POST",
                "/api/v1/edits",
                &headers,
                wish.to_string().as_bytes(),
            )?
            .json()?;
        id(&job)
    }

    /// The same bytes under the same name are one original, however often they are sent.
    fn add_picture(&self, server: &Server) -> Result<String> {
        let name = self
            .prompt
            .replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let path = format!("/api/v1/pictures?name={name}.bmp");
        id(&server.ask("POST", &path, &[], &self.picture)?.json()?)
    }
}

fn id(value: &Value) -> Result<String> {
    let id = value["id"].as_str().context("an answer without an id")?;
    Ok(id.to_owned())
}

/// A BMP of 48 × 32 pixels like no other's: the simplest format there is, written without a library.
fn picture(number: usize) -> Vec<u8> {
    const WIDTH: u8 = 48;
    const HEIGHT: u8 = 32;
    let pixels = 3 * u32::from(WIDTH) * u32::from(HEIGHT);
    let mut bytes = b"BM".to_vec();
    for word in [54 + pixels, 0, 54, 40, WIDTH.into(), HEIGHT.into()] {
        bytes.extend(word.to_le_bytes());
    }
    // One plane, 24 bits a pixel, not compressed; then sizes and counts that may be left at nothing.
    bytes.extend([1, 0, 24, 0]);
    bytes.extend([0; 24]);
    let [low, high, ..] = number.to_le_bytes();
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            bytes.extend([x.wrapping_mul(5) ^ low, y.wrapping_mul(7), low ^ high]);
        }
    }
    bytes
}
