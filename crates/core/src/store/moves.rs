//! Jobs moving on: each verb is one move of one job, in one transaction that reads the state, asks whether the move is legal, and writes.

mod parts;

use super::Store;
use super::ledger::over_cap;
use super::versions::insert_picture;
use super::wishes::Budget;
use crate::clock::Moment;
use crate::error::{Charged, Code, Error, Failure};
use crate::job::{Job, JobId, Move, Output, State, Ticket};
use crate::money::Estimate;
use crate::version::{Picture, VersionId};

use parts::write_charged;
pub(super) use parts::{
    CURRENT, add_note, ask_cancel_in, committed, end_attempt, job_in, live_job_in, present, step,
    write_failure, write_seen, write_ticket,
};

/// A result that is stored as a file, about to become a version.
#[derive(Debug, Clone)]
pub(crate) struct NewResult {
    /// Its new id.
    pub(crate) id: VersionId,
    /// The file.
    pub(crate) picture: Picture,
    /// What a person should know about it.
    pub(crate) note: Option<String>,
    /// Its key in the bucket, if it was brought there.
    pub(crate) object: Option<String>,
}

/// A submit that is about to be sent.
#[derive(Debug)]
pub(crate) struct Intent<'a> {
    /// Where it goes.
    pub(crate) url: &'a str,
    /// BLAKE3 of the body.
    pub(crate) body_hash: &'a str,
    /// Whose price it will be.
    pub(crate) model: &'a str,
    /// What only this body holds, where fal's list can be searched for it.
    pub(crate) mark: Option<&'a str>,
    /// What it will cost, as far as that is known.
    pub(crate) estimate: Estimate,
    /// What may be spent.
    pub(crate) budget: Budget,
}

/// What came of storing an intent.
#[derive(Debug)]
pub(crate) enum Intended {
    /// It is stored: now it may be sent.
    Yes(Box<Job>),
    /// The user wants it ended; nothing was stored.
    Cancelled,
    /// More may not be spent; nothing was stored.
    OverCap(Failure),
}

impl Store {
    /// Stores the intent to submit: after this, and never before, the first byte may leave. The commit returns once it is on the disk
    /// (`synchronous=FULL`, see `open`).
    pub(crate) async fn intend(
        &self,
        id: JobId,
        attempt: u32,
        intent: &Intent<'_>,
        now: Moment,
    ) -> Result<Intended, Error> {
        let mut tx = self.begin().await?;
        let job = present(&mut tx, id, attempt).await?;
        if job.cancel_asked || job.deleted_at.is_some() {
            return Ok(Intended::Cancelled);
        }
        let Budget {
            caps,
            day_start,
            month_start,
        } = &intent.budget;
        let over = over_cap(&mut tx, &intent.estimate, caps, *day_start, *month_start).await?;
        if let Some(over) = over {
            return Ok(Intended::OverCap(Failure::from(&Error::CapReached(over))));
        }
        step(&mut tx, id, Move::Intend, now).await?;
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "UPDATE attempt SET intended_at = ?, submit_url = ?, body_hash = ?, model = ?, mark = ?, charged = 'maybe', estimate = ?, basis = ?
             WHERE {CURRENT}"
        )))
        .bind(now.timestamp_micros())
        .bind(intent.url)
        .bind(intent.body_hash)
        .bind(intent.model)
        .bind(intent.mark)
        .bind(intent.estimate.amount.map(|amount| amount.0))
        .bind(intent.estimate.basis.name())
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        committed(tx, id).await.map(Box::new).map(Intended::Yes)
    }

    /// The provider has the job. Its ticket is stored before anybody polls; the demo engine gives none.
    pub(crate) async fn accept(
        &self,
        id: JobId,
        ticket: Option<&Ticket>,
        now: Moment,
    ) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        step(&mut tx, id, Move::Accept, now).await?;
        if let Some(ticket) = ticket {
            let number = job_in(&mut tx, id).await?.attempt;
            write_ticket(&mut tx, id, number, ticket).await?;
            write_seen(&mut tx, id, number, now).await?;
        }
        committed(tx, id).await
    }

    /// The provider may have the job: the head of an answer that could not be read named a request. Until it is seen there
    /// ([`Store::seen`]) nobody knows whether that is the one.
    pub(crate) async fn accept_unseen(
        &self,
        id: JobId,
        ticket: &Ticket,
        now: Moment,
    ) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        step(&mut tx, id, Move::Accept, now).await?;
        let number = job_in(&mut tx, id).await?.attempt;
        write_ticket(&mut tx, id, number, ticket).await?;
        committed(tx, id).await
    }

    /// The provider has shown the request that the present attempt's ticket names.
    pub(crate) async fn seen(&self, id: JobId, now: Moment) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        let number = job_in(&mut tx, id).await?.attempt;
        write_seen(&mut tx, id, number, now).await?;
        committed(tx, id).await
    }

    /// The provider answered with pictures.
    pub(crate) async fn answer(
        &self,
        id: JobId,
        outputs: &[Output],
        request_id: Option<&str>,
        now: Moment,
    ) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        step(&mut tx, id, Move::Answer, now).await?;
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "UPDATE attempt SET outputs = ?, request_id = coalesce(?, request_id), charged = 'yes' WHERE {CURRENT}"
        )))
        .bind(serde_json::to_string(outputs).unwrap_or_default())
        .bind(request_id)
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        committed(tx, id).await
    }

    /// The results are stored files; they become versions and the job is done, in one transaction.
    pub(crate) async fn finish(
        &self,
        id: JobId,
        results: &[NewResult],
        note: Option<&str>,
        now: Moment,
    ) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        step(&mut tx, id, Move::Finish, now).await?;
        for (ordinal, result) in results.iter().enumerate() {
            insert_picture(&mut tx, &result.picture).await?;
            // A job that was deleted meanwhile has results that are deleted with it.
            sqlx::query(
                "INSERT INTO version (id, root_id, parent_id, job_id, ordinal, picture, name, note, object, created_at, deleted_at)
                 SELECT ?, j.root_id, j.input_id, j.id, ?, ?, i.name, ?, ?, ?, j.deleted_at
                 FROM job j JOIN version i ON i.id = j.input_id WHERE j.id = ?",
            )
            .bind(result.id.to_string())
            .bind(i64::try_from(ordinal).unwrap_or(i64::MAX))
            .bind(&result.picture.hash)
            .bind(&result.note)
            .bind(&result.object)
            .bind(now.timestamp_micros())
            .bind(id.to_string())
            .execute(&mut *tx)
            .await?;
        }
        // Some of the pictures are not what was wished: the same wish must not be given them as if they were all.
        sqlx::query(
            "UPDATE job SET cancel_asked = 0, wish = CASE WHEN (SELECT json_array_length(outputs) FROM attempt
                 WHERE (job_id, number) = (job.id, job.attempt)) > ?1 THEN NULL ELSE wish END WHERE id = ?2",
        )
        .bind(i64::try_from(results.len()).unwrap_or(i64::MAX))
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        if let Some(note) = note {
            add_note(&mut tx, id, note).await?;
        }
        committed(tx, id).await
    }

    /// The job cannot go on. `ended`: nothing can be looked up or fetched at the provider any more.
    pub(crate) async fn fail(
        &self,
        id: JobId,
        attempt: u32,
        failure: &Failure,
        ended: bool,
        now: Moment,
    ) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        present(&mut tx, id, attempt).await?;
        step(&mut tx, id, Move::Fail, now).await?;
        write_failure(&mut tx, id, Some(failure)).await?;
        write_charged(&mut tx, id, failure.charged).await?;
        end_attempt(&mut tx, id, ended).await?;
        committed(tx, id).await
    }

    /// Nobody knows whether it was sent. Where its body has a mark, fal's list is searched for it from now on. A ticket that led to nothing is
    /// none any more; its id stays, for who asks fal's support.
    pub(crate) async fn doubt(
        &self,
        id: JobId,
        failure: &Failure,
        now: Moment,
    ) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        step(&mut tx, id, Move::Doubt, now).await?;
        write_failure(&mut tx, id, Some(failure)).await?;
        write_charged(&mut tx, id, failure.charged).await?;
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "UPDATE attempt SET ended = (mark IS NULL), protocol = NULL, status_url = NULL, response_url = NULL, cancel_url = NULL
             WHERE {CURRENT}"
        )))
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        committed(tx, id).await
    }

    /// The user ended it. `ended` as in [`Store::fail`].
    pub(crate) async fn cancel(
        &self,
        id: JobId,
        attempt: u32,
        ended: bool,
        now: Moment,
    ) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        present(&mut tx, id, attempt).await?;
        step(&mut tx, id, Move::Cancel, now).await?;
        // The provider may have worked on it before it heard.
        write_charged(&mut tx, id, Charged::Maybe).await?;
        end_attempt(&mut tx, id, ended).await?;
        committed(tx, id).await
    }

    /// The user wants it ended: a queued job is, for any other the wish is kept for the task that works on it.
    pub(crate) async fn ask_cancel(&self, id: JobId, now: Moment) -> Result<Job, Error> {
        let mut tx = self.begin().await?;
        let job = live_job_in(&mut tx, id).await?;
        if !job.state.is_active() {
            return Err(Error::TooLate {
                state: job.state.name(),
            });
        }
        ask_cancel_in(&mut tx, &job, now).await?;
        committed(tx, id).await
    }

    /// A job's task broke. Where the request may have gone out, that is doubt; elsewhere a failure.
    pub(crate) async fn fail_after_panic(
        &self,
        id: JobId,
        attempt: u32,
        now: Moment,
    ) -> Result<Job, Error> {
        let failure = Failure::free(Code::Internal).charged(Charged::Maybe);
        match self.job(id).await?.state {
            State::Submitting => self.doubt(id, &failure, now).await,
            _ => self.fail(id, attempt, &failure, false, now).await,
        }
    }
}
