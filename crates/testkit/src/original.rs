//! The original backend's folder as it left it: `app.db` with one table, `uploads/` and `static/`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::Folder;

/// An old folder, gone with the value.
#[derive(Debug)]
pub struct Original(Folder);

/// A row of its table, as it was written; what is left out is NULL.
#[derive(Debug, Clone, Default)]
pub struct OldJob<'a> {
    /// The primary key, a UUID unless somebody wrote something else.
    pub id: Option<&'a str>,
    /// What should change.
    pub prompt: Option<&'a str>,
    /// `processing`, `done` or `error`.
    pub status: Option<&'a str>,
    /// Below `/static/`, or an address in a bucket.
    pub result_url: Option<&'a str>,
    /// Why it failed.
    pub error: Option<&'a str>,
    /// Where the upload lay.
    pub raw_path: Option<&'a str>,
    /// Where the result lay.
    pub out_path: Option<&'a str>,
    /// Local time.
    pub created_at: Option<&'a str>,
    /// UTC once the job had ended.
    pub updated_at: Option<&'a str>,
}

const TABLE: &str = "CREATE TABLE job (
    id VARCHAR NOT NULL, prompt VARCHAR, status VARCHAR, result_url VARCHAR, error VARCHAR, raw_path VARCHAR, out_path VARCHAR,
    created_at DATETIME, updated_at DATETIME, PRIMARY KEY (id))";

impl Original {
    /// With an empty table.
    ///
    /// # Errors
    /// Where the folder or the database cannot be made.
    pub async fn new() -> Result<Self, sqlx::Error> {
        Self::with_table(TABLE).await
    }

    /// With another table than the last version's.
    ///
    /// # Errors
    /// As [`Original::new`].
    pub async fn with_table(table: &'static str) -> Result<Self, sqlx::Error> {
        let original = Self(Folder::new()?);
        for folder in ["uploads", "static"] {
            std::fs::create_dir(original.path().join(folder))?;
        }
        original.execute(table).await?;
        Ok(original)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Puts a file into it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn put(&self, name: &str, content: &[u8]) -> io::Result<PathBuf> {
        self.0.put(name, content)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Where the database does not take it.
    pub async fn add(&self, job: &OldJob<'_>) -> Result<(), sqlx::Error> {
        let mut connection = self.connect().await?;
        sqlx::query("INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(job.id)
            .bind(job.prompt)
            .bind(job.status)
            .bind(job.result_url)
            .bind(job.error)
            .bind(job.raw_path)
            .bind(job.out_path)
            .bind(job.created_at)
            .bind(job.updated_at)
            .execute(&mut connection)
            .await?;
        connection.close().await
    }

    /// Runs a statement on its database.
    ///
    /// # Errors
    /// What SQLite has against it.
    pub async fn execute(&self, sql: &'static str) -> Result<(), sqlx::Error> {
        let mut connection = self.connect().await?;
        sqlx::query(sql).execute(&mut connection).await?;
        connection.close().await
    }

    /// A connection in WAL mode: while it is held, what is added lies in the log beside the database.
    ///
    /// # Errors
    /// Where the database cannot be opened.
    pub async fn hold_log(&self) -> Result<SqliteConnection, sqlx::Error> {
        let mut connection = self
            .options()
            .journal_mode(SqliteJournalMode::Wal)
            .connect()
            .await?;
        sqlx::query("SELECT count(*) FROM job")
            .fetch_one(&mut connection)
            .await?;
        Ok(connection)
    }

    /// Every file in it with its bytes: for "nothing was touched".
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn contents(&self) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
        let files = self.0.files()?.into_iter();
        files
            .map(|file| Ok((file.clone(), std::fs::read(self.path().join(file))?)))
            .collect()
    }

    async fn connect(&self) -> Result<SqliteConnection, sqlx::Error> {
        self.options().connect().await
    }

    fn options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(self.path().join("app.db"))
            .create_if_missing(true)
            .disable_statement_logging()
    }
}
