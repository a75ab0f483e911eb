//! Stories of a whole library on a real folder, without any host, against the simulated fal.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails"
)]

mod again;
mod away;
mod bucket;
mod cache;
mod fal;
mod faults;
mod import;
mod inputs;
mod ledger;
mod library;
mod list;
mod models;
mod money;
mod outcomes;
mod outputs;
mod reconcile;
mod restart;
mod settings;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use overpaint_core::Library;
use overpaint_core::clock::{Clock, Moment};
use overpaint_core::event::Event;
use overpaint_core::job::{Edit, Job, JobId, State};
use overpaint_core::keys::Keychain;
use overpaint_core::library::Options;
use overpaint_core::settings::Given;
use overpaint_core::version::VersionId;
use overpaint_testkit::{Fal, Folder, sample};

/// No story takes longer on the slowest machine; reaching it means that something hangs.
const DEADLINE: Duration = Duration::from_secs(120);

/// A library, the folder it lies in, and the fal it talks to.
struct Stage {
    folder: Folder,
    fal: Fal,
}

impl Stage {
    async fn new() -> Self {
        Self {
            folder: Folder::new().unwrap(),
            fal: Fal::start().await,
        }
    }

    /// Nothing given but the folder and the way to the simulated fal's queue.
    fn given(&self) -> Given {
        Given::nothing(self.folder.path())
            .flag("FAL_SERVICE", self.fal.origin())
            .flag("FAL_API_KEY", self.fal.key())
            .flag("POLL_INTERVAL", "0.005")
    }

    async fn open(&self) -> Library {
        open(self.given()).await
    }
}

async fn open(given: Given) -> Library {
    open_at(given, Clock::system()).await
}

async fn open_at(given: Given, clock: Clock) -> Library {
    let keychain = Keychain::Memory(Arc::new(Mutex::new(None)));
    Library::open(Options {
        given,
        keychain,
        clock,
    })
    .await
    .unwrap()
}

/// A clock that stands until it is moved.
#[derive(Clone)]
struct Held(Arc<Mutex<Moment>>);

impl Held {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Clock::system().now())))
    }

    fn clock(&self) -> Clock {
        let moment = Arc::clone(&self.0);
        Clock::from_fn(move || *moment.lock().unwrap())
    }

    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }

    fn move_on(&self, seconds: u64) {
        *self.0.lock().unwrap() += Duration::from_secs(seconds);
    }

    fn move_back(&self, seconds: u64) {
        *self.0.lock().unwrap() -= Duration::from_secs(seconds);
    }
}

/// A small picture in the library.
async fn picture(library: &Library) -> VersionId {
    library
        .add_bytes(sample::photo_png(48, 32), "photo.png")
        .await
        .unwrap()
        .id
}

fn edit(input: VersionId, prompt: &str, model: &str) -> Edit {
    Edit::new(input, prompt, model)
}

const MODEL: &str = "fal-ai/bytedance/seedream/v4/edit";

/// Submits an edit and waits for its end.
async fn run(library: &Library, prompt: &str) -> Job {
    let input = picture(library).await;
    let job = library
        .submit_edit(edit(input, prompt, MODEL))
        .await
        .unwrap();
    ended(library, job.id).await
}

/// Waits until the job has ended.
async fn ended(library: &Library, id: JobId) -> Job {
    until(library, id, |job| !job.state.is_active()).await
}

async fn until_state(library: &Library, id: JobId, state: State) -> Job {
    until(library, id, |job| job.state == state).await
}

async fn until(library: &Library, id: JobId, reached: impl Fn(&Job) -> bool) -> Job {
    let mut events = library.subscribe();
    let wait = async {
        loop {
            let job = library.job(id).await.unwrap();
            if reached(&job) {
                return job;
            }
            while !matches!(events.recv().await, Ok(Event::Job(job)) if job.id == id) {}
        }
    };
    tokio::time::timeout(DEADLINE, wait)
        .await
        .expect("the job hangs")
}

/// Every file below the folder that is neither the database nor a stored or cached picture.
fn half_written(folder: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder.join("tmp"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}
