//! How far jobs are, and who is told. Only in memory: what is durable is the store's.

use std::time::{Duration, Instant};

use super::{Runner, lock};
use crate::event::Event;
use crate::job::{Job, Progress};

/// At most this often progress is announced, per job. State changes always are.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

impl Runner {
    /// The job with how far it is.
    pub(crate) fn with_progress(&self, mut job: Job) -> Job {
        let tasks = lock(&self.tasks);
        let task = tasks.get(&job.id).filter(|_| job.state.is_active());
        job.progress = task.and_then(|task| task.progress.clone());
        job.cancel_asked |= task.is_some_and(|task| task.cancel_asked);
        job
    }

    /// Announces a job as it is now. Call it after the commit, never before.
    pub(crate) fn announce(&self, job: Job) {
        let job = self.with_progress(job).short();
        // Nobody listening is fine: who comes later reads.
        let _ = self.events.send(Event::Job(Box::new(job)));
    }

    /// Changes how far a job is and says so, not more often than [`PROGRESS_EVERY`].
    pub(super) fn progress(&self, job: &Job, change: impl FnOnce(&mut Progress)) {
        let mut tasks = lock(&self.tasks);
        let task = tasks.get_mut(&job.id);
        let Some(task) = task.filter(|task| task.attempt == job.attempt) else {
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
    pub(super) fn enter(&self, job: &Job) {
        if let Some(task) = lock(&self.tasks).get_mut(&job.id) {
            task.progress = Some(Progress::begun(self.clock.now()));
            task.announced = None;
        }
        self.announce(job.clone());
    }
}
