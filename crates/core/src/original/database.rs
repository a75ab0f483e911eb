//! The original's table, read from a copy: opening a database in WAL mode writes files beside it, and nothing there may change. The copy
//! takes the log beside it along, which holds what was written last.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{ConnectOptions, Connection, Row as _, SqliteConnection};
use tempfile::TempDir;

use crate::error::Error;
use crate::job::runner::blocking;

/// How often a copy is begun again because somebody wrote meanwhile.
const TRIES: u32 = 5;

/// What is read, in the order of [`Row`]. Older databases lack some of them.
const COLUMNS: [&str; 9] = [
    "id",
    "prompt",
    "status",
    "result_url",
    "error",
    "raw_path",
    "out_path",
    "created_at",
    "updated_at",
];

/// A row as it was written. Anything may be missing.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: Option<String>,
    pub(super) prompt: Option<String>,
    pub(super) status: Option<String>,
    pub(super) result_url: Option<String>,
    pub(super) error: Option<String>,
    pub(super) raw_path: Option<String>,
    pub(super) out_path: Option<String>,
    pub(super) created_at: Option<String>,
    pub(super) updated_at: Option<String>,
}

/// Every row, oldest first.
pub(super) async fn rows(database: &Path) -> Result<Vec<Row>, Error> {
    let path = database.to_owned();
    let copy = blocking(move || copy(&path)).await?;
    let unknown = |what: String| Error::OldBackendUnknown {
        path: database.to_owned(),
        what,
    };
    let rows = read(&copy.path().join("app.db"))
        .await
        .map_err(|error| unknown(format!("cannot be read as a database ({error})")))?;
    rows.ok_or_else(|| unknown("has no table of jobs".to_owned()))
}

async fn read(copy: &Path) -> Result<Option<Vec<Row>>, sqlx::Error> {
    let mut connection: SqliteConnection = SqliteConnectOptions::new()
        .filename(copy)
        .disable_statement_logging()
        .connect()
        .await?;
    let present: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info('job')")
        .fetch_all(&mut connection)
        .await?;
    let has = |column: &str| present.iter().any(|name| name == column);
    if !has("id") {
        return Ok(None);
    }
    // As bytes: SQLite keeps a number or a BLOB in any column, and bytes that are no UTF-8 in a text.
    let columns = COLUMNS.map(|column| match has(column) {
        true => format!("CAST({column} AS BLOB)"),
        false => "NULL".to_owned(),
    });
    let order = if has("created_at") {
        "created_at, id"
    } else {
        "id"
    };
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
        "SELECT {} FROM job ORDER BY {order}",
        columns.join(", ")
    )))
    .fetch_all(&mut connection)
    .await?;
    let rows = rows.iter().map(row_of).collect();
    connection.close().await?;
    Ok(Some(rows))
}

fn row_of(row: &SqliteRow) -> Row {
    let text = |column: usize| {
        let bytes: Option<Vec<u8>> = row.try_get(column).ok().flatten();
        bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    Row {
        id: text(0),
        prompt: text(1),
        status: text(2),
        result_url: text(3),
        error: text(4),
        raw_path: text(5),
        out_path: text(6),
        created_at: text(7),
        updated_at: text(8),
    }
}

/// The database, its log and its journal, in a folder of our own. `-shm` is left out: SQLite makes it again from the log.
fn copy(database: &Path) -> Result<TempDir, Error> {
    let temporary = std::env::temp_dir();
    let folder = tempfile::tempdir().map_err(Error::disk(temporary))?;
    let parts = ["", "-wal", "-journal"].map(|ending| {
        let mut from = database.as_os_str().to_owned();
        from.push(ending);
        (
            PathBuf::from(from),
            folder.path().join(format!("app.db{ending}")),
        )
    });
    for _ in 0..TRIES {
        let before = parts.each_ref().map(|(from, _)| stamp(from));
        for (from, to) in &parts {
            copy_part(from, to)?;
        }
        if before == parts.each_ref().map(|(from, _)| stamp(from)) {
            return Ok(folder);
        }
    }
    Err(Error::OldBackendUnknown {
        path: database.to_owned(),
        what: "is being written by another program".to_owned(),
    })
}

/// What changes when somebody writes; none for a file that is not there.
fn stamp(file: &Path) -> Option<(u64, SystemTime)> {
    let file = fs::metadata(file).ok()?;
    Some((file.len(), file.modified().ok()?))
}

fn copy_part(from: &Path, to: &Path) -> Result<(), Error> {
    let unreadable = |source| Error::FileUnreadable {
        path: from.to_owned(),
        source,
    };
    let mut file = match fs::File::open(from) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // A log that was folded into the database since the last try.
            return match fs::remove_file(to) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(Error::disk(to)(error))
                }
                _ => Ok(()),
            };
        }
        Err(error) => return Err(unreadable(error)),
    };
    // Not `fs::copy`, which would keep a read-only mode that SQLite cannot work with.
    let mut copy = fs::File::create(to).map_err(Error::disk(to))?;
    std::io::copy(&mut file, &mut copy).map_err(Error::disk(to))?;
    Ok(())
}
