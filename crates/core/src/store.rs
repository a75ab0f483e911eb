//! The library's database: verbs in the words of the domain, SQL nowhere else.
//!
//! SQLite in WAL mode with `synchronous=FULL`: what a verb acknowledged survives a power cut. One connection writes, every transaction
//! begins IMMEDIATE, so writers queue up instead of failing half-way; readers never wait for it. Each move of a job is one transaction
//! that reads the state, asks [`State::after`](crate::job::State::after), and writes: no move can be lost or done twice.
//!
//! Postgres comes with its own issue; until then there is no trait, because one backend needs none.

mod again;
mod draft;
mod import;
mod items;
mod job_rows;
mod jobs;
mod ledger;
mod lines;
mod models;
mod moves;
mod objects;
mod open;
mod prices;
mod queue;
mod recover;
mod told;
mod trash;
mod versions;
mod wishes;

pub(crate) use again::Looked;
pub(crate) use import::{EndedJob, Upload};
pub(crate) use models::ModelRow;
pub(crate) use moves::{Intended, Intent, NewResult};
pub(crate) use open::{Access, quick_check, refuse_foreign};
pub(crate) use versions::NewOriginal;
pub(crate) use wishes::{Asked, Budget, Terms};

use sqlx::SqlitePool;

/// The database of one library.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    /// One connection: the only one that writes. The same as `read` where the library is only read.
    write: SqlitePool,
    read: SqlitePool,
}

/// An immediate transaction: the write lock is taken at once, so a check and its write cannot be parted.
pub(crate) type Transaction<'a> = sqlx::Transaction<'a, sqlx::Sqlite>;

impl Store {
    async fn begin(&self) -> Result<Transaction<'static>, sqlx::Error> {
        self.write.begin_with("BEGIN IMMEDIATE").await
    }

    /// Closes every connection; the last one folds the WAL into the database file.
    pub(crate) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}
