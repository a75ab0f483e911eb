//! A submit whose answer was lost: searched for in fal's list of requests, which costs nothing. Found, the job goes on; not found twice, the
//! user decides. What was learned is in the row, so a restart goes on with it.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
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

/// Asleep no longer than that at a time: a computer that slept has a clock that moved.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// Why a search is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// It is time.
    Due,
    /// The user wants it now, where no more were to come: whatever comes of it, the user is told at once.
    Asked,
}

impl Runner {
    /// Searches for an unconfirmed job until it is found or the searches are over.
    pub(crate) fn look_for(self: &Arc<Self>, job: &Job) {
        self.search(job.id, None);
    }

    /// Searches for it now.
    pub(crate) fn look_now(self: &Arc<Self>, job: &Job) {
        let looks = lock(&self.looks);
        let under_way = looks.get(&job.id).is_some_and(|look| !look.is_finished());
        drop(looks);
        let wish = if under_way { Wish::Due } else { Wish::Asked };
        self.search(job.id, Some(wish));
    }

    fn search(self: &Arc<Self>, id: JobId, now: Option<Wish>) {
        let runner = Arc::clone(self);
        let mut looks = lock(&self.looks);
        let before = looks.remove(&id);
        let look = tokio::spawn(async move {
            if let Err(error) = runner.search_until_over(id, before, now).await {
                // The row is as it was: the next start, or the user, searches again.
                tracing::error!(job = %id, %error, "a search for a lost submit broke off");
            }
        });
        looks.insert(id, look);
    }

    async fn search_until_over(
        self: &Arc<Self>,
        id: JobId,
        before: Option<JoinHandle<()>>,
        mut now: Option<Wish>,
    ) -> Result<(), Error> {
        let mut replaced = false;
        if let Some(before) = before {
            before.abort();
            replaced = before.await.is_err();
        }
        let mut refusals = 0;
        // A search that failed is not made again at once, whatever the pause is.
        let mut not_before = None;
        loop {
            let (job, attempt) = (self.store.job(id).await?, self.store.attempt(id).await?);
            let (State::Unconfirmed, Some(mark)) = (job.state, attempt.mark.clone()) else {
                // Found by the search that this one took the place of, before that could go on with it.
                if replaced && job.state == State::Waiting && !lock(&self.tasks).contains_key(&id) {
                    self.resume(job);
                }
                return Ok(());
            };
            let due = self.due(&job, &attempt);
            if now.is_none() {
                self.sleep_until(due.max(not_before.unwrap_or(due))).await;
            }
            let place = self.looking.acquire().await;
            let search = self.search_once(&job, &attempt, &mark).await;
            drop(place);
            let at = self.clock.now();
            tracing::info!(job = %id, ?search, "searched for a lost submit");
            drill::point("list_read").await;
            let looked = match search {
                Search::Found(ticket) => Looked::Found(ticket),
                Search::Nothing => Looked::Nothing { counts: at >= due },
                Search::Refused(said) if now == Some(Wish::Asked) || refusals + 1 >= REFUSALS => {
                    Looked::GivenUp(format!("fal's list could not be searched: {said}"))
                }
                Search::Failed(said) if now == Some(Wish::Asked) => {
                    Looked::GivenUp(format!("fal's list could not be searched: {said}"))
                }
                failed @ (Search::Refused(_) | Search::Failed(_)) => {
                    refusals = match failed {
                        Search::Refused(_) => refusals + 1,
                        _ => 0,
                    };
                    now = None;
                    not_before = Some(at + self.fal.reconcile_pause.max(self.fal.backoff));
                    continue;
                }
            };
            (now, refusals, replaced) = (None, 0, false);
            let write = || self.store.looked(id, attempt.number, &looked, at);
            let Some(job) = insist(write).await? else {
                return Ok(());
            };
            match job.state {
                State::Waiting => {
                    drill::point("found_stored").await;
                    self.resume(job);
                    return Ok(());
                }
                _ => {
                    let over = !job.looking;
                    self.announce(job);
                    if over {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// When the next search means something: long enough after the submit, or the search before, for fal's list to have it.
    fn due(&self, job: &Job, attempt: &Attempt) -> Moment {
        let pause = TimeDelta::from_std(self.fal.reconcile_pause).unwrap_or_default();
        attempt.looked_at.unwrap_or(job.updated_at) + pause
    }

    async fn sleep_until(&self, moment: Moment) {
        while let Ok(left) = (moment - self.clock.now()).to_std()
            && !left.is_zero()
        {
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
