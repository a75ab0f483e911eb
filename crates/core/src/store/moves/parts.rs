//! What moves are made of: reading a job as it is now, and writing one thing of it.

use crate::clock::Moment;
use crate::error::{Charged, Error, Failure};
use crate::job::{Job, JobId, Move, State, Ticket};
use crate::store::Transaction;
use crate::store::job_rows::{SELECT, charged_name, job_of, not_found};

/// The current attempt's row of the job bound last.
pub(in crate::store) const CURRENT: &str =
    "(job_id, number) = (SELECT id, attempt FROM job WHERE id = ?)";

/// The job, if that attempt is still its present one: a job can go back to an earlier try that was found at fal, and the task of the later one
/// must neither send it nor end the job.
pub(in crate::store) async fn present(
    tx: &mut Transaction<'_>,
    id: JobId,
    attempt: u32,
) -> Result<Job, Error> {
    let job = job_in(tx, id).await?;
    match job.attempt == attempt {
        true => Ok(job),
        false => Err(Error::TooLate {
            state: job.state.name(),
        }),
    }
}

/// Reads the state, asks whether the move is legal, writes the new one.
pub(in crate::store) async fn step(
    tx: &mut Transaction<'_>,
    id: JobId,
    event: Move,
    now: Moment,
) -> Result<(), Error> {
    let name: Option<String> = sqlx::query_scalar("SELECT state FROM job WHERE id = ?")
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    let state = name
        .as_deref()
        .and_then(State::from_name)
        .ok_or_else(|| not_found(id))?;
    let next = state.after(event).map_err(|illegal| Error::TooLate {
        state: illegal.from.name(),
    })?;
    sqlx::query("UPDATE job SET state = ?, updated_at = ? WHERE id = ?")
        .bind(next.name())
        .bind(now.timestamp_micros())
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The user wants an active job ended: a queued one is at once, for any other the wish is kept for the task that works on it.
pub(in crate::store) async fn ask_cancel_in(
    tx: &mut Transaction<'_>,
    job: &Job,
    now: Moment,
) -> Result<(), Error> {
    if job.state == State::Queued {
        step(tx, job.id, Move::Cancel, now).await?;
        // What it waited for is no matter any more.
        write_failure(tx, job.id, None).await?;
        return end_attempt(tx, job.id, true).await;
    }
    sqlx::query("UPDATE job SET cancel_asked = 1 WHERE id = ?")
        .bind(job.id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Why a job ended, is in doubt, or waits; or nothing of that.
pub(in crate::store) async fn write_failure(
    tx: &mut Transaction<'_>,
    id: JobId,
    failure: Option<&Failure>,
) -> Result<(), Error> {
    let answer = failure.and_then(|failure| failure.answer.as_ref());
    sqlx::query(
        "UPDATE job SET failure_code = ?, failure_charged = ?, failure_said = ?, failure_answer = ? WHERE id = ?",
    )
    .bind(failure.map(|failure| failure.code.name()))
    .bind(failure.map(|failure| charged_name(failure.charged)))
    .bind(failure.and_then(|failure| failure.said.as_deref()))
    .bind(answer.and_then(|answer| serde_json::to_string(answer).ok()))
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether the current attempt was charged: nothing for one that was never sent, and for one that was answered always yes.
pub(super) async fn write_charged(
    tx: &mut Transaction<'_>,
    id: JobId,
    charged: Charged,
) -> Result<(), Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "UPDATE attempt SET charged = CASE WHEN intended_at IS NULL THEN NULL WHEN outputs IS NOT NULL THEN 'yes' ELSE ? END
         WHERE {CURRENT}"
    )))
    .bind(charged_name(charged))
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Where that attempt is asked about.
pub(in crate::store) async fn write_ticket(
    tx: &mut Transaction<'_>,
    id: JobId,
    number: u32,
    ticket: &Ticket,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE attempt SET protocol = ?, request_id = ?, status_url = ?, response_url = ?, cancel_url = ?
         WHERE job_id = ? AND number = ?",
    )
    .bind(ticket.protocol.name())
    .bind(&ticket.request_id)
    .bind(&ticket.status_url)
    .bind(&ticket.response_url)
    .bind(&ticket.cancel_url)
    .bind(id.to_string())
    .bind(number)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The provider has that attempt, and will charge it.
pub(in crate::store) async fn write_seen(
    tx: &mut Transaction<'_>,
    id: JobId,
    number: u32,
    now: Moment,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE attempt SET accepted_at = ?, charged = 'yes' WHERE job_id = ? AND number = ?",
    )
    .bind(now.timestamp_micros())
    .bind(id.to_string())
    .bind(number)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Adds what a person should know, once.
pub(in crate::store) async fn add_note(
    tx: &mut Transaction<'_>,
    id: JobId,
    note: &str,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE job SET note = coalesce(note || ' ', '') || ?1 WHERE id = ?2 AND instr(coalesce(note, ''), ?1) = 0",
    )
    .bind(note)
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(in crate::store) async fn end_attempt(
    tx: &mut Transaction<'_>,
    id: JobId,
    ended: bool,
) -> Result<(), Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "UPDATE attempt SET ended = ? WHERE {CURRENT}"
    )))
    .bind(ended)
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(in crate::store) async fn committed(mut tx: Transaction<'_>, id: JobId) -> Result<Job, Error> {
    let job = job_in(&mut tx, id).await?;
    tx.commit().await?;
    Ok(job)
}

/// A job in the trash is nobody's to run: it would be paid for unseen.
pub(in crate::store) async fn live_job_in(
    tx: &mut Transaction<'_>,
    id: JobId,
) -> Result<Job, Error> {
    let job = job_in(tx, id).await?;
    match job.deleted_at {
        None => Ok(job),
        Some(_) => Err(not_found(id)),
    }
}

pub(in crate::store) async fn job_in(tx: &mut Transaction<'_>, id: JobId) -> Result<Job, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} WHERE j.id = ?")))
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map(job_of).ok_or_else(|| not_found(id))
}
