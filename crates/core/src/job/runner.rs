//! Running jobs: claim, send, wait, fetch, settle. One task per job owns it; what is durable is in the store, so a task may die at any
//! point and the next start goes on from the row.
//!
//! At most `work_at_once` jobs decode, encode or send pictures at a time; up to `wait_at_once` are at a provider. A job holds its place
//! at the provider from the claim to its end, and a place to work only while it works.

mod demo;
mod fal;
mod patience;
mod progress;
mod run;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::{Notify, OwnedSemaphorePermit, RwLock, Semaphore, broadcast};
use tokio::task::JoinHandle;

use fal::Look;
use run::{AT_FIRST, Run, until_written};

pub(crate) use patience::{blocking, insist};

use crate::bucket::Bucket;
use crate::clock::{Clock, Moment};
use crate::error::Error;
use crate::event::Event;
use crate::job::{Job, JobId, Progress, State};
use crate::keys::Keys;
use crate::pictures::Pictures;
use crate::provider::fal::{Destination, Http};
use crate::settings::{FalSettings, Live};
use crate::store::{Asked, Budget, Store};

/// How long closing waits for submits under way, so that none is left in doubt.
const SUBMIT_GRACE: Duration = Duration::from_secs(15);

/// How long the claiming loop sleeps at a time while jobs wait for their time: a computer that slept has a clock that moved.
const LONGEST_NAP: Duration = Duration::from_secs(30);
const SHORTEST_NAP: Duration = Duration::from_millis(1);

/// What jobs run with. Shared by all of a library's tasks.
#[derive(Debug)]
pub(crate) struct Runner {
    pub(crate) store: Store,
    pub(crate) pictures: Pictures,
    pub(crate) clock: Clock,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) fal: FalSettings,
    /// What may change while the program runs: caps, privacy.
    pub(crate) settings: Live,
    pub(crate) bucket: Option<Arc<Bucket>>,
    /// Made at the first job that needs it: reading the system's certificates takes longer than the rest of a start.
    http: OnceLock<Http>,
    /// Wakes the claiming loop.
    wake: Notify,
    work: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// The program is closing: no submit begins any more.
    pub(crate) closing: AtomicBool,
    /// Read by every submit under way; the end writes it to wait for them.
    pub(crate) submits: RwLock<()>,
    /// Read from keeping a picture's file to writing its row; emptying the trash writes it, so that no file goes between the two.
    pub(crate) files: Arc<RwLock<()>>,
    /// The running tasks. A std mutex: held for a look-up or an insert, never across an await.
    tasks: Mutex<HashMap<JobId, Task>>,
    /// Uploads in a row that fal answered badly, by attempt. As `tasks`; only in memory, because they cost nothing: a restart counts anew.
    bad_uploads: Mutex<HashMap<(JobId, u32), u32>>,
    /// The searches for lost submits. As `tasks`.
    looks: Mutex<HashMap<JobId, Look>>,
    /// One search at a time: fal's list may be long.
    looking: Semaphore,
    dispatcher: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Task {
    /// The attempt it runs.
    attempt: u32,
    cancel: Arc<Notify>,
    cancel_asked: bool,
    progress: Option<Progress>,
    /// When progress was last announced.
    announced: Option<Instant>,
    handle: Option<JoinHandle<()>>,
}

/// How many jobs do what at the same time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtOnce {
    pub(crate) work: u32,
    pub(crate) wait: u32,
}

/// What a runner is made of.
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) pictures: Pictures,
    pub(crate) clock: Clock,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) fal: FalSettings,
    pub(crate) settings: Live,
    pub(crate) bucket: Option<Arc<Bucket>>,
}

impl Runner {
    /// Starts claiming, and goes on with what an earlier run left at a provider.
    pub(crate) fn start(parts: Parts, at_once: AtOnce, going_on: Vec<Job>) -> Arc<Self> {
        let Parts {
            store,
            pictures,
            clock,
            events,
            keys,
            fal,
            settings,
            bucket,
        } = parts;
        let runner = Arc::new(Self {
            store,
            pictures,
            clock,
            events,
            keys,
            fal,
            settings,
            bucket,
            http: OnceLock::new(),
            wake: Notify::new(),
            work: Arc::new(Semaphore::new(at_once.work as usize)),
            waiting: Arc::new(Semaphore::new(at_once.wait as usize)),
            closing: AtomicBool::new(false),
            submits: RwLock::default(),
            files: Arc::default(),
            tasks: Mutex::default(),
            bad_uploads: Mutex::default(),
            looks: Mutex::default(),
            looking: Semaphore::new(1),
            dispatcher: Mutex::default(),
        });
        for job in going_on {
            match job.state {
                State::Unconfirmed => runner.look_for(&job),
                _ => runner.resume(job),
            }
        }
        let dispatcher = tokio::spawn(Arc::clone(&runner).dispatch());
        *lock(&runner.dispatcher) = Some(dispatcher);
        runner
    }

    /// The HTTP clients.
    pub(crate) fn http(&self) -> Result<Http, Error> {
        if let Some(http) = self.http.get() {
            return Ok(http.clone());
        }
        let to =
            Destination::of(&self.fal).ok_or(Error::Internal("fal's addresses do not parse"))?;
        let http = Http::new(&to, self.pictures.tmp())?;
        Ok(self.http.get_or_init(|| http).clone())
    }

    /// Who runs the edits of this library that are not the demo engine's.
    pub(crate) fn asked(&self) -> Asked {
        match Destination::of(&self.fal) {
            Some(to) if !to.is_fals_own() => Asked::Other(to.host()),
            _ => Asked::Fal,
        }
    }

    /// What may be spent, as the settings are now.
    pub(crate) fn budget(&self, now: Moment) -> Budget {
        Budget {
            caps: self.settings.get().caps,
            day_start: self.clock.day_start(now),
            month_start: self.clock.month_start(now),
        }
    }

    /// There may be something to claim.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Goes on with a job that a provider has, or whose pictures are to be fetched.
    pub(crate) fn resume(self: &Arc<Self>, job: Job) {
        let runner = Arc::clone(self);
        self.spawn(job, async move {
            // Only closing a semaphore fails, and nobody closes these.
            Arc::clone(&runner.waiting)
                .acquire_owned()
                .await
                .ok()
                .map(|place| (place, None))
        });
    }

    /// Goes on with an attempt that was found at fal. A task of a later one that was not sent yet has nothing to do any more: it is woken to
    /// see that, and can write nothing.
    fn go_back(self: &Arc<Self>, job: Job) {
        if let Some(task) = lock(&self.tasks).get(&job.id) {
            task.cancel.notify_one();
        }
        self.resume(job);
    }

    /// Tells the task of a job, if one runs, that the user wants it ended.
    pub(crate) fn cancel(&self, id: JobId) {
        if let Some(task) = lock(&self.tasks).get_mut(&id) {
            task.cancel_asked = true;
            task.cancel.notify_one();
        }
    }

    /// Ends the work: submits under way finish, everything else stops where it is and goes on at the next start.
    pub(crate) async fn stop(&self) {
        self.closing.store(true, Ordering::SeqCst);
        let dispatcher = lock(&self.dispatcher).take();
        if let Some(handle) = dispatcher {
            handle.abort();
            let _ = handle.await;
        }
        if tokio::time::timeout(SUBMIT_GRACE, self.submits.write())
            .await
            .is_err()
        {
            tracing::warn!("a submit did not end in time; its job will be in doubt");
        }
        // The searches first: one that finds something begins a task.
        let looks: Vec<JoinHandle<()>> = lock(&self.looks)
            .drain()
            .map(|(_, look)| look.task)
            .collect();
        stop_all(looks).await;
        let tasks: Vec<JoinHandle<()>> = lock(&self.tasks)
            .drain()
            .filter_map(|(_, task)| task.handle)
            .collect();
        stop_all(tasks).await;
    }

    async fn dispatch(self: Arc<Self>) {
        loop {
            // Armed before the look, so that a job added between the two is not slept over.
            let woken = self.wake.notified();
            let (Ok(waiting), Ok(work)) = (
                Arc::clone(&self.waiting).acquire_owned().await,
                Arc::clone(&self.work).acquire_owned().await,
            ) else {
                return;
            };
            match self.store.claim(self.clock.now()).await {
                Ok(Some(job)) => self.spawn(job, async move { Some((waiting, Some(work))) }),
                Ok(None) => {
                    // The places are for others while nothing is in line.
                    drop((waiting, work));
                    tokio::select! {
                        () = woken => {}
                        () = self.until_next_begin() => {}
                    }
                }
                Err(error) => {
                    drop((waiting, work));
                    tracing::error!(%error, "the queue could not be read; trying again in a second");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Sleeps until a job may begin that waits for its time; for ever where there is none.
    async fn until_next_begin(&self) {
        match self.store.next_begin().await {
            Ok(Some(moment)) => {
                let left = (moment - self.clock.now()).to_std().unwrap_or_default();
                // At least a breath, so that a clock that stands does not make a loop that spins.
                let nap = left.clamp(SHORTEST_NAP, LONGEST_NAP);
                tokio::time::sleep(nap).await;
            }
            Ok(None) => std::future::pending().await,
            Err(error) => {
                tracing::error!(%error, "the queue could not be read");
                tokio::time::sleep(LONGEST_NAP).await;
            }
        }
    }

    /// Gives the job a task of its own. A panic in it ends the job honestly and nothing else.
    fn spawn(
        self: &Arc<Self>,
        job: Job,
        places: impl Future<Output = Option<Places>> + Send + 'static,
    ) {
        let id = job.id;
        let cancel = Arc::new(Notify::new());
        let attempt = job.attempt;
        let task = Task {
            attempt,
            cancel: Arc::clone(&cancel),
            cancel_asked: job.cancel_asked,
            progress: Some(Progress::begun(self.clock.now())),
            announced: None,
            handle: None,
        };
        lock(&self.tasks).insert(id, task);
        self.announce(job.clone());
        let runner = Arc::clone(self);
        let handle = tokio::spawn(async move {
            let Some((waiting, work)) = places.await else {
                return;
            };
            let run = Run {
                runner: Arc::clone(&runner),
                job,
                cancel: Arc::clone(&cancel),
                work,
                unclear: None,
                files: None,
            };
            if AssertUnwindSafe(run.live()).catch_unwind().await.is_err() {
                tracing::error!(job = %id, "a job's task panicked");
                let write = || {
                    runner
                        .store
                        .fail_after_panic(id, attempt, runner.clock.now())
                };
                let written = until_written(AT_FIRST, write, |_| {}).await;
                runner.settle(id, &cancel, written);
            }
            drop(waiting);
        });
        if let Some(task) = lock(&self.tasks).get_mut(&id) {
            task.handle = Some(handle);
        }
    }

    /// The task that `cancel` belongs to has nothing more to do. A retry may have begun another one for the same job already.
    fn settle(self: &Arc<Self>, id: JobId, cancel: &Arc<Notify>, written: Result<Job, Error>) {
        let mut tasks = lock(&self.tasks);
        if tasks
            .get(&id)
            .is_some_and(|task| Arc::ptr_eq(&task.cancel, cancel))
        {
            tasks.remove(&id);
        }
        drop(tasks);
        match written {
            Ok(job) => {
                self.announce(job.clone());
                match job.state {
                    // One that waits for its time is the dispatcher's to wake for.
                    State::Queued => self.wake(),
                    State::Unconfirmed if job.looking => self.look_for(&job),
                    _ => {}
                }
            }
            // The job went back to an earlier attempt, whose task announces it.
            Err(Error::TooLate { state }) => {
                tracing::info!(job = %id, state, "an end came too late to be written");
            }
            Err(error) => tracing::error!(job = %id, %error, "a job's end could not be written"),
        }
    }
}

/// A place at the provider, and, straight from the claim, one to work.
type Places = (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>);

async fn stop_all(tasks: Vec<JoinHandle<()>>) {
    for task in tasks {
        task.abort();
        let _ = task.await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while it was held cannot have left a map half-changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
