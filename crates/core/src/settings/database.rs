//! Where the library and its database lie: `--library`, `OVERPAINT_LIBRARY`, and `DATABASE_URL` in SQLAlchemy's forms.

use std::path::{Path, PathBuf};

use super::Given;
use crate::error::Error;

const FILE: &str = "library.db";

/// The library's folder and its database file. With `DATABASE_URL` alone, the library is the folder that holds the database, so that
/// everything of one server lies together, as it did for the original.
pub(super) fn library_and_database(given: &Given) -> Result<(PathBuf, PathBuf), Error> {
    let named = given.library.clone().or_else(|| {
        given
            .get("OVERPAINT_LIBRARY")
            .map(|(value, _)| PathBuf::from(value))
    });
    let named = named.map(|dir| given.working_dir.join(dir));
    // The library's own `.env` may name the database, but only once the library is known.
    let looked = given.with_dotenv(named.as_deref().unwrap_or(&given.places.library))?;
    let database = looked
        .get("DATABASE_URL")
        .map(|(url, _)| database_path(url, &given.working_dir))
        .transpose()?;
    Ok(match (named, database) {
        (Some(library), Some(database)) => (library, database),
        (Some(library), None) => (library.clone(), library.join(FILE)),
        (None, Some(database)) => (
            database.parent().unwrap_or(&given.working_dir).to_owned(),
            database,
        ),
        (None, None) => (
            given.places.library.clone(),
            given.places.library.join(FILE),
        ),
    })
}

/// The file a `DATABASE_URL` names: `sqlite:///./app.db` and `sqlite:///app.db` are relative to `working_dir`, `sqlite:////abs/app.db` is
/// absolute (SQLAlchemy's rule: what follows the three slashes is the path). A driver (`sqlite+aiosqlite`) and a query are passed over.
///
/// # Errors
/// [`Error::LibraryUnsupported`] for Postgres and for an in-memory database, [`Error::SettingInvalid`] for anything else.
pub fn database_path(url: &str, working_dir: &Path) -> Result<PathBuf, Error> {
    let unsupported = |what: &str| Error::LibraryUnsupported {
        what: what.to_owned(),
    };
    let (scheme, rest) = url.split_once("://").unwrap_or((url, ""));
    let dialect = scheme
        .split('+')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    if dialect.starts_with("postgres") {
        return Err(unsupported(
            "DATABASE_URL names a Postgres database; this version of Overpaint keeps its library in SQLite only",
        ));
    }
    let path = rest
        .strip_prefix('/')
        .unwrap_or(rest)
        .split('?')
        .next()
        .unwrap_or_default();
    if dialect == "sqlite" && (path.is_empty() || path == ":memory:") {
        return Err(unsupported(
            "DATABASE_URL names a database in memory; an Overpaint library is a file",
        ));
    }
    if dialect != "sqlite" || !rest.starts_with('/') {
        let wanted = "it must be of the form sqlite:///./app.db or sqlite:////folder/app.db";
        // The value may hold a password: only its scheme is repeated.
        return Err(Error::SettingInvalid {
            name: "DATABASE_URL",
            value: format!("{scheme}://…"),
            wanted,
        });
    }
    Ok(working_dir.join(path.strip_prefix("./").unwrap_or(path)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[test]
    fn sqlalchemys_forms_name_the_file_they_name_there() {
        let at = |url| database_path(url, Path::new("/srv")).unwrap();
        assert_eq!(at("sqlite:///./app.db"), Path::new("/srv/app.db"));
        assert_eq!(at("sqlite:///app.db"), Path::new("/srv/app.db"));
        assert_eq!(at("sqlite:////data/app.db"), Path::new("/data/app.db"));
        assert_eq!(
            at("sqlite+aiosqlite:///x/app.db?timeout=5"),
            Path::new("/srv/x/app.db")
        );
    }

    #[test]
    fn other_databases_are_refused_with_a_reason_and_without_their_password() {
        let refused = |url| database_path(url, Path::new("/srv")).unwrap_err();
        assert!(
            refused("postgresql://me:secret@host/db")
                .to_string()
                .contains("SQLite only")
        );
        assert!(
            refused("postgres://host/db")
                .to_string()
                .contains("SQLite only")
        );
        assert!(refused("sqlite://").to_string().contains("in memory"));
        let mysql = refused("mysql://me:secret@host/db").to_string();
        assert!(
            mysql.contains("sqlite:///") && !mysql.contains("secret"),
            "{mysql}"
        );
    }
}
