//! Opening a database: whose it is, whether it is whole, which migrations it wants.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

use super::Store;
use crate::error::Error;

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");

/// "OvPt": tells our databases from other people's (sqlite.org/fileformat.html, offset 68).
const APPLICATION_ID: i32 = 0x4F76_5074;

/// Readers beside the one writer. Four keep a window, a few HTTP reads and the runner from waiting for each other on two cores.
const READERS: u32 = 4;

/// Who opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The program that holds the library's lock.
    Owner,
    /// A program that only looks, beside the owner or alone.
    Beside,
    /// A program that looks for a moment while nobody has the library open: it leaves no file beside the database.
    AtRest,
}

impl Store {
    /// Opens the database file at `path`; the owner creates it, backs it up before a migration, and migrates it.
    pub(crate) async fn open(path: &Path, access: Access) -> Result<Self, Error> {
        let exists = path.exists();
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .synchronous(SqliteSynchronous::Full)
            .read_only(access != Access::Owner)
            .immutable(access == Access::AtRest)
            .disable_statement_logging();
        if access != Access::Owner {
            let read = SqlitePoolOptions::new()
                .max_connections(1)
                .connect_with(options)
                .await?;
            return Ok(Self {
                write: read.clone(),
                read,
            });
        }
        let options = options.journal_mode(SqliteJournalMode::Wal);
        if exists {
            check_ours(path, &options).await?;
        }
        let writing = options
            .clone()
            .create_if_missing(true)
            .pragma("application_id", APPLICATION_ID.to_string());
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(writing)
            .await?;
        if exists {
            back_up_before_migration(path, &write).await?;
        }
        MIGRATIONS
            .run(&write)
            .await
            .map_err(|error| migration_error(path, error))?;
        // Lazy: a start pays for one connection, not for five. Untested: a file does not hang up, and the question costs as much as a read.
        let read = SqlitePoolOptions::new()
            .max_connections(READERS)
            .idle_timeout(None)
            .test_before_acquire(false)
            .connect_lazy_with(options);
        Ok(Self { write, read })
    }
}

/// [`Store::open`]'s refusal of somebody else's database, before anything is made beside it.
pub(crate) async fn refuse_foreign(path: &Path) -> Result<(), Error> {
    let looking = SqliteConnectOptions::new().filename(path).read_only(true);
    match check_ours(path, &looking).await {
        Err(foreign @ Error::LibraryForeign { .. }) => Err(foreign),
        // Whatever else is wrong is found, and told better, by the opening itself.
        _ => Ok(()),
    }
}

/// Refuses a file that is no database, somebody else's, or the original backend's.
async fn check_ours(path: &Path, options: &SqliteConnectOptions) -> Result<(), Error> {
    let foreign = |original| Error::LibraryForeign {
        path: path.to_owned(),
        original,
    };
    if std::fs::metadata(path).map(|m| m.len()).unwrap_or(0) == 0 {
        return Ok(());
    }
    // Read-only and without asking for WAL: looking must not change a stranger's file.
    let mut connection: SqliteConnection = match SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .connect()
        .await
    {
        Ok(connection) => connection,
        Err(_) => options
            .clone()
            .connect()
            .await
            .map_err(|error| not_a_database(error, foreign(false)))?,
    };
    let id: i32 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut connection)
        .await
        .map_err(|error| not_a_database(error, foreign(false)))?;
    if id == APPLICATION_ID {
        return Ok(connection.close().await?);
    }
    let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info('job')")
        .fetch_all(&mut connection)
        .await
        .map_err(|error| not_a_database(error, foreign(false)))?;
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_master")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    match tables {
        0 => Ok(()),
        _ => Err(foreign(columns.iter().any(|c| c == "raw_path"))),
    }
}

/// SQLITE_NOTADB (26) and SQLITE_CORRUPT (11) by their meaning (sqlite.org/rescode.html).
fn not_a_database(error: sqlx::Error, foreign: Error) -> Error {
    match error.as_database_error().and_then(|e| e.code()).as_deref() {
        Some("26") => foreign,
        Some("11") => Error::LibraryDamaged {
            report: error.to_string(),
        },
        _ => Error::Database(error),
    }
}

/// A copy beside the database, so that a migration that goes wrong costs nothing.
async fn back_up_before_migration(path: &Path, write: &sqlx::SqlitePool) -> Result<(), Error> {
    let known: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'")
            .fetch_one(write)
            .await?;
    if known == 0 {
        return Ok(());
    }
    let last: i64 = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations")
        .fetch_one(write)
        .await?;
    let newest = MIGRATIONS.iter().map(|m| m.version).max().unwrap_or(0);
    let backup = path.with_extension(format!("before-{newest}.db"));
    if last >= newest || backup.exists() {
        return Ok(());
    }
    sqlx::query("VACUUM INTO ?")
        .bind(backup.to_string_lossy().into_owned())
        .execute(write)
        .await?;
    Ok(())
}

fn migration_error(path: &Path, error: MigrateError) -> Error {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
            Error::LibraryUnsupported {
                what: format!("{} was last used by a newer Overpaint", path.display()),
            }
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            Error::Database(error)
        }
        other => Error::LibraryDamaged {
            report: other.to_string(),
        },
    }
}

/// Asks SQLite whether the file is whole. Reads all of it: seconds on a large library, so it runs before ready only after an unclean stop.
pub(crate) async fn quick_check(store: &Store) -> Result<(), Error> {
    let rows = sqlx::query("PRAGMA quick_check(3)")
        .fetch_all(&store.read)
        .await?;
    let report: Vec<String> = rows.iter().map(|row| row.get::<String, _>(0)).collect();
    match report.as_slice() {
        [one] if one == "ok" => Ok(()),
        _ => Err(Error::LibraryDamaged {
            report: report.join("; "),
        }),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[tokio::test]
    async fn a_commit_returns_only_once_it_is_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("library.db"), Access::Owner)
            .await
            .unwrap();
        // 2 is FULL: in WAL mode the log is synced at every commit (sqlite.org/pragma.html#pragma_synchronous).
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(&store.write)
            .await
            .unwrap();
        assert_eq!(synchronous, 2);
    }
}
