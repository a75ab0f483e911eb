//! A submit whose answer was lost: searched for in fal's list of requests, which costs nothing. Found, the job goes on; not found twice, the
//! user decides. What was learned is in the row, so a restart goes on with it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::clock::Moment;
use crate::drill;
use crate::error::Error;
use crate::job::runner::{Runner, blocking, insist, lock};
use crate::job::{Attempt, Job, JobId, State};
use crate::provider::fal::{Destination, Fal, Search};
use crate::store::Looked;

/// After so many refusals in a row (a key that may not read the list) the user is asked.
const REFUSALS: u32 = 2;

/// After so many searches in a row that fal answered badly the user is asked. Without a network there is no end to it.
const FAILURES: u32 = 30;

/// Asleep no longer than that at a time: a computer that slept has a clock that moved.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// A search for a lost submit.
#[derive(Debug)]
pub(in crate::job::runner) struct Look {
    pub(in crate::job::runner) task: JoinHandle<()>,
    /// What a person waits to hear of it. A std mutex: held for a look, never across an await.
    wish: Arc<Mutex<Option<Wish>>>,
}

/// A person wants the list searched now, and to be told what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// While searches are under way, which go on whatever comes of this one.
    Meanwhile,
    /// Where no more were to come: this one decides.
    Once,
}

impl Runner {
    /// Searches for an unconfirmed job until it is found or the searches are over.
    pub(crate) fn look_for(self: &Arc<Self>, job: &Job) {
        self.search(job.id, None);
    }

    /// Searches for it now.
    pub(crate) fn look_now(self: &Arc<Self>, job: &Job) {
        let looks = lock(&self.looks);
        let under_way = looks
            .get(&job.id)
            .is_some_and(|look| !look.task.is_finished());
        drop(looks);
        let wish = if under_way {
            Wish::Meanwhile
        } else {
            Wish::Once
        };
        self.search(job.id, Some(wish));
    }

    fn search(self: &Arc<Self>, id: JobId, wish: Option<Wish>) {
        let runner = Arc::clone(self);
        let mut looks = lock(&self.looks);
        let before = looks.remove(&id).filter(|look| !look.task.is_finished());
        // What a person waits to hear is not forgotten with the search that was to tell it.
        let owed = before.as_ref().and_then(|look| *lock(&look.wish));
        let wish = Arc::new(Mutex::new(wish.or(owed)));
        let told = Arc::clone(&wish);
        let task = tokio::spawn(async move {
            let before = before.map(|look| look.task);
            if let Err(error) = runner.search_until_over(id, before, &wish).await {
                // The row is as it was: the next start, or the user, searches again.
                tracing::error!(job = %id, %error, "a search for a lost submit broke off");
            }
        });
        looks.insert(id, Look { task, wish: told });
    }

    async fn search_until_over(
        self: &Arc<Self>,
        id: JobId,
        before: Option<JoinHandle<()>>,
        wish: &Mutex<Option<Wish>>,
    ) -> Result<(), Error> {
        let mut replaced = false;
        if let Some(before) = before {
            before.abort();
            replaced = before.await.is_err();
        }
        let (mut refusals, mut failures) = (0, 0);
        // A search that failed is not made again at once, whatever the pause is.
        let pause = self.fal.reconcile_pause.max(self.fal.backoff);
        let mut failed_at = None;
        loop {
            let (job, attempt) = (self.store.job(id).await?, self.store.attempt(id).await?);
            let Some(mark) = attempt.mark.clone().filter(|_| job.looking) else {
                // Found by the search that this one took the place of, before that could go on with it.
                if replaced && job.state == State::Waiting && !lock(&self.tasks).contains_key(&id) {
                    self.resume(job);
                }
                return Ok(());
            };
            let since = attempt.looked_at.unwrap_or(job.updated_at);
            let wanted = *lock(wish);
            if wanted.is_none() {
                self.sleep_after(since, self.fal.reconcile_pause).await;
                if let Some(failed_at) = failed_at {
                    self.sleep_after(failed_at, pause).await;
                }
            }
            let place = self.looking.acquire().await;
            let search = self.search_once(&job, &attempt, &mark).await;
            drop(place);
            let at = self.clock.now();
            tracing::info!(job = %id, ?search, "searched for a lost submit");
            drill::point("list_read").await;
            let looked = match search {
                Search::Found(ticket) => Looked::Found(ticket),
                Search::Nothing => {
                    (refusals, failures) = (0, 0);
                    let counts = left(since, self.fal.reconcile_pause, at).is_none();
                    Looked::Nothing { counts }
                }
                Search::Refused(ref said)
                | Search::Failed(ref said)
                | Search::Offline(ref said) => {
                    failed_at = Some(at);
                    match search {
                        Search::Refused(_) => (refusals, failures) = (refusals + 1, failures + 1),
                        Search::Failed(_) => (refusals, failures) = (0, failures + 1),
                        _ => {}
                    }
                    let over = refusals >= REFUSALS || failures >= FAILURES;
                    let said = format!("fal's list could not be searched: {said}");
                    match wanted {
                        None if !over => continue,
                        Some(Wish::Meanwhile) if !over => Looked::Failed(said),
                        _ => Looked::GivenUp(said),
                    }
                }
            };
            let write = || self.store.looked(id, attempt.number, &looked, at);
            let written = insist(write).await?;
            *lock(wish) = None;
            // It was no more about the present attempt: the row says what there is to do now.
            let Some(job) = written else { continue };
            if job.state == State::Waiting && job.attempt == attempt.number {
                drill::point("found_stored").await;
                self.go_back(job);
                return Ok(());
            }
            self.announce(job);
        }
    }

    /// Sleeps until `pause` after `moment`.
    async fn sleep_after(&self, moment: Moment, pause: Duration) {
        while let Some(left) = left(moment, pause, self.clock.now()) {
            tokio::time::sleep(left.min(LONGEST_NAP)).await;
        }
    }

    async fn search_once(self: &Arc<Self>, job: &Job, attempt: &Attempt, mark: &str) -> Search {
        let runner = Arc::clone(self);
        let ready = blocking(move || Ok((runner.keys.key(), runner.http()?))).await;
        let (Ok((key, http)), Some(to)) = (ready, Destination::of(&self.fal)) else {
            return Search::Failed("The network could not be set up.".to_owned());
        };
        let sent = attempt.intended_at.unwrap_or(job.updated_at);
        Fal::new(http, to, key, self.fal.timeout)
            .find_request(&job.model, mark, sent)
            .await
    }
}

/// What is left of a pause that began at `since`; `None` where it is over. One that has not even begun, because the clock was set back, is over.
fn left(since: Moment, pause: Duration, now: Moment) -> Option<Duration> {
    let gone = (now - since).to_std().ok()?;
    pause.checked_sub(gone).filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::from_micros;

    #[test]
    fn a_pause_ends_in_time_and_at_once_where_the_clock_was_set_back() {
        let at = |seconds: i64| from_micros(1_700_000_000_000_000 + seconds * 1_000_000);
        let minute = Duration::from_secs(60);
        let left = |now| left(at(0), minute, at(now)).map(|left| left.as_secs());
        assert_eq!(left(0), Some(60));
        assert_eq!(left(59), Some(1));
        assert_eq!(left(60), None);
        assert_eq!(left(3_600), None);
        assert_eq!(left(-1), None);
    }
}
