//! Jobs taken up again: run, looked at, fetched, or searched for in fal's list.

use super::job_rows::attempt_of;
use super::moves::{
    CURRENT, add_note, committed, end_attempt, job_in, live_job_in, step, write_failure,
    write_seen, write_ticket,
};
use super::{Store, Transaction};
use crate::clock::Moment;
use crate::error::{Error, Failure};
use crate::job::{Attempt, Job, JobId, Move, State, Ticket};

/// So many searches that read the whole list and did not find it are believed.
const LOOKS: u32 = 2;

/// What a search of fal's list for an attempt came to.
#[derive(Debug)]
pub(crate) enum Looked {
    /// fal took it.
    Found(Ticket),
    /// fal's list does not have it. `counts`: long enough after the submit and the search before to mean something.
    Nothing {
        /// Whether it is one of those that are believed.
        counts: bool,
    },
    /// It could not be searched, which the user waits to hear; it will be again. Why, for people.
    Failed(String),
    /// It could not be searched, and there is no use in going on; why, for people.
    GivenUp(String),
}

impl Store {
    /// The user wants it again. What is paid or running already is fetched or looked at, which is free; only where there is nothing to
    /// fetch does a new attempt begin. A job that waits to try again may do so at once.
    pub(crate) async fn retry(&self, id: JobId, now: Moment) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        let job = live_job_in(&mut tx, id).await?;
        if job.state == State::Queued && job.not_before.is_some() {
            sqlx::query("UPDATE job SET not_before = NULL WHERE id = ?")
                .bind(id.to_string())
                .execute(&mut *tx)
                .await?;
            return committed(tx, id).await;
        }
        let attempt = attempt_in(&mut tx, id).await?;
        // Doubt is about the submit itself: there is nothing to fetch or look at.
        let free = free_move(&attempt).filter(|_| job.state != State::Unconfirmed);
        let event = free.unwrap_or(Move::RunAgain);
        step(&mut tx, id, event, now).await?;
        if event == Move::RunAgain {
            sqlx::query(
                "UPDATE job SET attempt = 1 + (SELECT max(number) FROM attempt WHERE job_id = job.id), tries = 0, tried_since = NULL
                 WHERE id = ?",
            )
            .bind(id.to_string())
            .execute(&mut *tx)
            .await?;
            sqlx::query(
                "INSERT INTO attempt (job_id, number) SELECT id, attempt FROM job WHERE id = ?",
            )
            .bind(id.to_string())
            .execute(&mut *tx)
            .await?;
        }
        begin_anew(&mut tx, id).await?;
        committed(tx, id).await
    }

    /// The user wants to know what became of it, for nothing: an unconfirmed submit is searched for again, a job that has ended is looked
    /// at where the provider may still have it.
    pub(crate) async fn look_again(&self, id: JobId, now: Moment) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        let job = live_job_in(&mut tx, id).await?;
        let attempt = attempt_in(&mut tx, id).await?;
        match (job.state, free_move(&attempt)) {
            (State::Unconfirmed, _) if attempt.mark.is_some() => {
                end_attempt(&mut tx, id, false).await?;
            }
            (State::Failed | State::Cancelled, Some(event)) => {
                step(&mut tx, id, event, now).await?;
                begin_anew(&mut tx, id).await?;
            }
            (state, _) => {
                return Err(Error::TooLate {
                    state: state.name(),
                });
            }
        }
        committed(tx, id).await
    }

    /// Writes what a search for attempt `number` came to. `Some`: the job as it is after it. `None`: the search was for an attempt that is no
    /// more the present one, or no more in doubt, and changes nothing of the job.
    pub(crate) async fn looked(
        &self,
        id: JobId,
        number: u32,
        looked: &Looked,
        now: Moment,
    ) -> Result<Option<Job>, Error> {
        let mut tx = self.begin().await?;
        let job = job_in(&mut tx, id).await?;
        let present = job.state == State::Unconfirmed && job.attempt == number;
        if let Looked::Found(ticket) = looked {
            write_ticket(&mut tx, id, number, ticket).await?;
            write_seen(&mut tx, id, number, now).await?;
        }
        if !present {
            let found = matches!(looked, Looked::Found(_)) && job.attempt != number;
            if found {
                found_late(&mut tx, &job, number, now).await?;
            }
            let job = committed(tx, id).await?;
            return Ok(found.then_some(job));
        }
        let over = match looked {
            Looked::Found(_) => {
                step(&mut tx, id, Move::Accept, now).await?;
                end_attempt(&mut tx, id, false).await?;
                write_failure(&mut tx, id, None).await?;
                None
            }
            Looked::Nothing { counts } => {
                if *counts {
                    sqlx::query(sqlx::AssertSqlSafe(format!(
                        "UPDATE attempt SET looks = looks + 1, looked_at = ? WHERE {CURRENT}"
                    )))
                    .bind(now.timestamp_micros())
                    .bind(id.to_string())
                    .execute(&mut *tx)
                    .await?;
                }
                let looks = attempt_in(&mut tx, id).await?.looks;
                (looks >= LOOKS).then(|| {
                    format!(
                        "Overpaint searched {looks} times in fal's list of requests, which does not have it."
                    )
                })
            }
            Looked::Failed(why) => {
                write_said(&mut tx, id, why).await?;
                None
            }
            Looked::GivenUp(why) => Some(why.clone()),
        };
        if let Some(said) = over {
            write_said(&mut tx, id, &said).await?;
            sqlx::query("UPDATE job SET updated_at = ? WHERE id = ?")
                .bind(now.timestamp_micros())
                .bind(id.to_string())
                .execute(&mut *tx)
                .await?;
            end_attempt(&mut tx, id, true).await?;
        }
        committed(tx, id).await.map(Some)
    }
}

/// An earlier attempt is found at fal while the user has begun another. Nobody pays for the new one as long as it is not on its way: the job
/// goes back to the one that is paid. Afterwards both are, and the user is told.
async fn found_late(
    tx: &mut Transaction<'_>,
    job: &Job,
    number: u32,
    now: Moment,
) -> Result<(), Error> {
    let id = job.id;
    if attempt_in(tx, id).await?.intended_at.is_some() {
        let which = match number {
            1 => "The first try",
            _ => "An earlier try",
        };
        return add_note(
            tx,
            id,
            &format!("{which} was found at fal too, and is charged."),
        )
        .await;
    }
    // Cancelled it stays: what is paid can be fetched for nothing if the user wants it.
    if job.state != State::Cancelled {
        step(tx, id, Move::GoBack, now).await?;
    }
    sqlx::query(
        "UPDATE job SET attempt = ?, tries = 0, tried_since = NULL, not_before = NULL WHERE id = ?",
    )
    .bind(number)
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    end_attempt(tx, id, false).await?;
    write_failure(tx, id, None).await
}

/// What is known of a search, in the place of what was said before.
async fn write_said(tx: &mut Transaction<'_>, id: JobId, said: &str) -> Result<(), Error> {
    sqlx::query("UPDATE job SET failure_said = ? WHERE id = ?")
        .bind(said.chars().take(Failure::SAID_MAX).collect::<String>())
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What can be had of an ended job for nothing.
fn free_move(attempt: &Attempt) -> Option<Move> {
    match attempt {
        Attempt { ended: true, .. } => None,
        Attempt {
            outputs: Some(_), ..
        } => Some(Move::FetchAgain),
        Attempt {
            ticket: Some(_), ..
        } => Some(Move::LookAgain),
        _ => None,
    }
}

async fn attempt_in(tx: &mut Transaction<'_>, id: JobId) -> Result<Attempt, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!(
        "SELECT * FROM attempt WHERE {CURRENT}"
    )))
    .bind(id.to_string())
    .fetch_one(&mut **tx)
    .await?;
    Ok(attempt_of(&row))
}

/// Nothing of how it ended is true any more.
async fn begin_anew(tx: &mut Transaction<'_>, id: JobId) -> Result<(), Error> {
    sqlx::query("UPDATE job SET cancel_asked = 0, not_before = NULL WHERE id = ?")
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    write_failure(tx, id, None).await
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use sqlx::Row;
    use uuid::Uuid;

    use super::*;
    use crate::clock::from_micros;
    use crate::error::{Charged, Code};
    use crate::job::{Edit, Protocol};
    use crate::money::{Caps, Estimate};
    use crate::store::{Access, Intent, NewOriginal};
    use crate::store::{Asked, Budget, Terms};
    use crate::version::{Picture, VersionId};

    const MODEL: &str = "fal-ai/flux-2-pro/edit";

    /// A store with one job, whose first attempt is in doubt.
    async fn in_doubt(folder: &std::path::Path, now: Moment) -> (Store, JobId, Intent<'static>) {
        let store = Store::open(&folder.join("library.db"), Access::Owner)
            .await
            .unwrap();
        let picture = Picture {
            hash: "0".repeat(64),
            media_type: "image/png".to_owned(),
            extension: "png".to_owned(),
            width: 1,
            height: 1,
            bytes: 1,
        };
        let original = NewOriginal {
            picture: &picture,
            name: "photo.png",
            note: None,
        };
        let version = VersionId(Uuid::from_u128(1));
        let version = store.add_original(version, &original, now).await.unwrap();
        let (id, edit) = (
            JobId(Uuid::from_u128(2)),
            Edit::new(version.id, "dusk", MODEL),
        );
        let budget = Budget {
            caps: Caps::default(),
            day_start: now,
            month_start: now,
        };
        let terms = Terms {
            asked: Asked::Fal,
            budget,
            is_kept: &|_| true,
            new_id: &Uuid::nil,
        };
        store.add_job(id, &edit, &terms, now).await.unwrap();
        store.claim(now).await.unwrap();
        let intent = Intent {
            url: "https://queue.fal.run/fal-ai/flux-2-pro/edit",
            body_hash: "",
            model: MODEL,
            mark: Some("https://v3b.fal.media/files/b/1/input.png"),
            estimate: Estimate::UNKNOWN,
            budget,
        };
        store.intend(id, 1, &intent, now).await.unwrap();
        let lost = Failure::free(Code::SubmitUnclear).charged(Charged::Maybe);
        assert!(store.doubt(id, &lost, now).await.unwrap().looking);
        (store, id, intent)
    }

    fn found() -> Looked {
        Looked::Found(Ticket {
            protocol: Protocol::Queue,
            request_id: Some("r-1".to_owned()),
            status_url: "https://queue.fal.run/s".to_owned(),
            response_url: "https://queue.fal.run/r".to_owned(),
            cancel_url: None,
        })
    }

    /// What the row of the first attempt says.
    async fn first(store: &Store) -> (String, Option<String>, u32) {
        let row = sqlx::query("SELECT charged, request_id, looks FROM attempt WHERE number = 1")
            .fetch_one(&store.read)
            .await
            .unwrap();
        (row.get(0), row.get(1), row.get(2))
    }

    #[tokio::test]
    async fn a_job_goes_back_to_what_is_found_before_the_new_attempt_is_sent() {
        let (folder, now) = (tempfile::tempdir().unwrap(), from_micros(1));
        let (store, id, intent) = in_doubt(folder.path(), now).await;
        assert_eq!(store.retry(id, now).await.unwrap().attempt, 2);
        let nothing = Looked::Nothing { counts: true };
        assert_eq!(store.looked(id, 1, &nothing, now).await.unwrap(), None);
        store.claim(now).await.unwrap();

        let job = store.looked(id, 1, &found(), now).await.unwrap().unwrap();
        assert_eq!(
            (job.state, job.attempt, job.request_id.as_deref()),
            (State::Waiting, 1, Some("r-1"))
        );
        assert_eq!(job.cost.unwrap().charged, Charged::Yes);
        // Whatever the new attempt's task does now comes too late.
        let failure = Failure::free(Code::ProviderUnreachable);
        assert!(store.intend(id, 2, &intent, now).await.is_err());
        assert!(store.fail(id, 2, &failure, true, now).await.is_err());
        assert!(store.put_off(id, 2, &failure, now, now).await.is_err());
        assert!(store.cancel(id, 2, true, now).await.is_err());
        assert!(store.requeue(id, 2, now).await.is_err());
        assert_eq!(store.job(id).await.unwrap().state, State::Waiting);

        // Numbers are not given out twice.
        store.fail(id, 1, &failure, true, now).await.unwrap();
        assert_eq!(store.retry(id, now).await.unwrap().attempt, 3);
    }

    #[tokio::test]
    async fn what_is_found_of_a_cancelled_jobs_first_try_can_be_had_for_nothing() {
        let (folder, now) = (tempfile::tempdir().unwrap(), from_micros(1));
        let (store, id, _) = in_doubt(folder.path(), now).await;
        store.retry(id, now).await.unwrap();
        store.ask_cancel(id, now).await.unwrap();
        let job = store.looked(id, 1, &found(), now).await.unwrap().unwrap();
        assert_eq!((job.state, job.attempt), (State::Cancelled, 1));
        let job = store.retry(id, now).await.unwrap();
        assert_eq!((job.state, job.attempt), (State::Waiting, 1));
    }

    #[tokio::test]
    async fn what_is_found_once_the_new_attempt_is_sent_is_kept_and_told() {
        let (folder, now) = (tempfile::tempdir().unwrap(), from_micros(1));
        let (store, id, intent) = in_doubt(folder.path(), now).await;
        store.retry(id, now).await.unwrap();
        store.claim(now).await.unwrap();
        store.intend(id, 2, &intent, now).await.unwrap();
        let job = store.looked(id, 1, &found(), now).await.unwrap().unwrap();
        assert_eq!(
            (job.state, job.attempt, job.request_id),
            (State::Submitting, 2, None)
        );
        let note = "The first try was found at fal too, and is charged.";
        assert_eq!(job.note.as_deref(), Some(note));
        assert_eq!(
            first(&store).await,
            ("yes".to_owned(), Some("r-1".to_owned()), 0)
        );
        // It is told once, and what is said of the result does not take its place.
        store.looked(id, 1, &found(), now).await.unwrap();
        store.accept(id, None, now).await.unwrap();
        let done = store.finish(id, &[], Some("Black."), now).await.unwrap();
        assert_eq!(done.note, Some(format!("{note} Black.")));
    }

    #[tokio::test]
    async fn a_search_that_comes_a_second_time_to_what_was_found_changes_nothing() {
        let (folder, now) = (tempfile::tempdir().unwrap(), from_micros(1));
        let (store, id, _) = in_doubt(folder.path(), now).await;
        let job = store.looked(id, 1, &found(), now).await.unwrap().unwrap();
        assert_eq!((job.state, &job.failure), (State::Waiting, &None));
        let nothing = Looked::Nothing { counts: true };
        for looked in [nothing, Looked::GivenUp(String::new()), found()] {
            assert_eq!(store.looked(id, 1, &looked, now).await.unwrap(), None);
        }
        assert_eq!(store.job(id).await.unwrap(), job);
    }
}
