//! Running jobs: claim, send, wait, fetch, settle. One task per job owns it; what is durable is in the store, so a task may die at any
//! point and the next start goes on from the row.
//!
//! At most `work_at_once` jobs decode, encode or send pictures at a time; up to `wait_at_once` are at a provider. A job holds its place
//! at the provider from the claim to its end, and a place to work only while it works.

mod demo;
mod fal;
mod run;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OwnedSemaphorePermit, RwLock, Semaphore, broadcast};
use tokio::task::JoinHandle;

use run::Run;

use crate::clock::Clock;
use crate::error::{Code, Error, Failure};
use crate::event::Event;
use crate::job::{Job, JobId, Move, Progress};
use crate::keys::Keys;
use crate::pictures::Pictures;
use crate::provider::fal::Http;
use crate::settings::FalSettings;
use crate::store::Store;

/// At most this often progress is announced, per job. State changes always are.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// How long closing waits for submits under way, so that none is left in doubt.
const SUBMIT_GRACE: Duration = Duration::from_secs(15);

/// What jobs run with. Shared by all of a library's tasks.
#[derive(Debug)]
pub(crate) struct Runner {
    pub(crate) store: Store,
    pub(crate) pictures: Pictures,
    pub(crate) clock: Clock,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) fal: FalSettings,
    pub(crate) http: Http,
    /// Wakes the claiming loop.
    wake: Notify,
    work: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// Read by every submit, written by the end: a program that closes lets submits under way finish, and begins none.
    submits: RwLock<Closing>,
    /// The running tasks. A std mutex: held for a look-up or an insert, never across an await.
    tasks: Mutex<HashMap<JobId, Task>>,
    dispatcher: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Closing(bool);

#[derive(Debug)]
struct Task {
    cancel: Arc<Notify>,
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
    pub(crate) http: Http,
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
            http,
        } = parts;
        let runner = Arc::new(Self {
            store,
            pictures,
            clock,
            events,
            keys,
            fal,
            http,
            wake: Notify::new(),
            work: Arc::new(Semaphore::new(at_once.work as usize)),
            waiting: Arc::new(Semaphore::new(at_once.wait as usize)),
            submits: RwLock::default(),
            tasks: Mutex::default(),
            dispatcher: Mutex::default(),
        });
        for job in going_on {
            runner.resume(job);
        }
        let dispatcher = tokio::spawn(Arc::clone(&runner).dispatch());
        *lock(&runner.dispatcher) = Some(dispatcher);
        runner
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

    /// Tells the task of a job that the user wants it ended. False: no task runs for it.
    pub(crate) fn cancel(&self, id: JobId) -> bool {
        let tasks = lock(&self.tasks);
        tasks
            .get(&id)
            .inspect(|task| task.cancel.notify_one())
            .is_some()
    }

    /// The job with how far it is.
    pub(crate) fn with_progress(&self, mut job: Job) -> Job {
        job.progress = job
            .state
            .is_active()
            .then(|| lock(&self.tasks).get(&job.id)?.progress.clone())
            .flatten();
        job
    }

    /// Announces a job as it is now. Call it after the commit, never before.
    pub(crate) fn announce(&self, job: Job) {
        let job = self.with_progress(job).short();
        // Nobody listening is fine: who comes later reads.
        let _ = self.events.send(Event::Job(Box::new(job)));
    }

    /// Ends the work: submits under way finish, everything else stops where it is and goes on at the next start.
    pub(crate) async fn stop(&self) {
        if let Ok(mut closing) = tokio::time::timeout(SUBMIT_GRACE, self.submits.write()).await {
            closing.0 = true;
        }
        let dispatcher = lock(&self.dispatcher).take();
        let tasks: Vec<JoinHandle<()>> = lock(&self.tasks)
            .drain()
            .filter_map(|(_, task)| task.handle)
            .collect();
        for handle in dispatcher.into_iter().chain(tasks) {
            handle.abort();
            let _ = handle.await;
        }
    }

    async fn dispatch(self: Arc<Self>) {
        loop {
            let (Ok(waiting), Ok(work)) = (
                Arc::clone(&self.waiting).acquire_owned().await,
                Arc::clone(&self.work).acquire_owned().await,
            ) else {
                return;
            };
            let job = loop {
                // Armed before the look, so that a job added between the two is not slept over.
                let woken = self.wake.notified();
                match self.store.claim(self.clock.now()).await {
                    Ok(Some(job)) => break job,
                    Ok(None) => self.sleep_until_due(woken).await,
                    Err(error) => {
                        tracing::error!(%error, "the queue could not be read; trying again in a second");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                }
            };
            self.spawn(job, async move { Some((waiting, Some(work))) });
        }
    }

    async fn sleep_until_due(&self, woken: tokio::sync::futures::Notified<'_>) {
        match self.store.next_not_before().await {
            Ok(Some(due)) => {
                let pause = (due - self.clock.now())
                    .to_std()
                    .unwrap_or_default()
                    .max(Duration::from_millis(20));
                let _ = tokio::time::timeout(pause, woken).await;
            }
            _ => woken.await,
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
        let task = Task {
            cancel: Arc::clone(&cancel),
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
                cancel,
                work,
            };
            let outcome = tokio::spawn(run.finish()).await;
            if let Err(error) = outcome
                && error.is_panic()
            {
                tracing::error!(job = %id, "a job's task panicked");
                let failure = Failure::free(Code::Internal).charged(crate::error::Charged::Maybe);
                runner.settle(
                    id,
                    runner
                        .store
                        .fail(id, Move::Fail, &failure, false, runner.clock.now())
                        .await,
                );
            }
            drop(waiting);
        });
        if let Some(task) = lock(&self.tasks).get_mut(&id) {
            task.handle = Some(handle);
        }
    }

    /// The task has nothing more to do.
    fn settle(&self, id: JobId, written: Result<Job, Error>) {
        lock(&self.tasks).remove(&id);
        match written {
            Ok(job) => self.announce(job),
            Err(error) => {
                tracing::error!(job = %id, %error, "a job's end could not be written; the next start goes on with it")
            }
        }
    }

    /// Changes how far a job is and says so, not more often than [`PROGRESS_EVERY`].
    fn progress(&self, job: &Job, change: impl FnOnce(&mut Progress)) {
        let mut tasks = lock(&self.tasks);
        let Some(task) = tasks.get_mut(&job.id) else {
            return;
        };
        let progress = task
            .progress
            .get_or_insert_with(|| Progress::begun(self.clock.now()));
        let before = progress.clone();
        change(progress);
        let turned = before.running != progress.running || before.position != progress.position;
        let due = task
            .announced
            .is_none_or(|last| last.elapsed() >= PROGRESS_EVERY);
        if *progress == before || !(turned || due) {
            return;
        }
        task.announced = Some(Instant::now());
        drop(tasks);
        self.announce(job.clone());
    }

    /// A new state: how far the old one was says nothing any more.
    fn enter(&self, job: &Job) {
        if let Some(task) = lock(&self.tasks).get_mut(&job.id) {
            task.progress = Some(Progress::begun(self.clock.now()));
            task.announced = None;
        }
        self.announce(job.clone());
    }
}

/// A place at the provider, and, straight from the claim, one to work.
type Places = (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>);

/// Runs what blocks where it may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(Error::Internal("a blocking task panicked")))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while it was held cannot have left a map half-changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
