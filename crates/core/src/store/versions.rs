//! Pictures and versions.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::{Store, Transaction};
use crate::clock::{Moment, from_micros};
use crate::error::Error;
use crate::job::JobId;
use crate::version::{Picture, Version, VersionId};

/// Everything a [`Version`] shows, in one row.
pub(super) const SELECT: &str = "
    SELECT v.id, v.root_id, v.parent_id, v.job_id, v.name, v.note, v.object, v.created_at,
           p.hash, p.media_type, p.extension, p.width, p.height, p.bytes,
           j.prompt, j.model, j.claimed_at, a.request_id, a.seed
    FROM version v
    JOIN picture p ON p.hash = v.picture
    LEFT JOIN job j ON j.id = v.job_id
    LEFT JOIN attempt a ON a.job_id = j.id AND a.number = j.attempt";

impl Store {
    /// Adds an original.
    pub(crate) async fn add_original(
        &self,
        id: VersionId,
        original: &NewOriginal<'_>,
        now: Moment,
    ) -> Result<Version, Error> {
        let mut tx = self.begin().await?;
        let id = insert_original(&mut tx, id, original, Came::Alone, now).await?;
        tx.commit().await?;
        self.version(id).await
    }

    /// One version, in the trash or not.
    pub(crate) async fn version(&self, id: VersionId) -> Result<Version, Error> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} WHERE v.id = ?")))
            .bind(id.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(version_of).ok_or_else(|| Error::NotFound {
            what: "version",
            id: id.to_string(),
        })
    }

    /// One version that is not in the trash.
    pub(crate) async fn live_version(&self, id: VersionId) -> Result<Version, Error> {
        let deleted: Option<Option<i64>> =
            sqlx::query_scalar("SELECT deleted_at FROM version WHERE id = ?")
                .bind(id.to_string())
                .fetch_optional(&self.read)
                .await?;
        match deleted {
            Some(None) => self.version(id).await,
            _ => Err(Error::NotFound {
                what: "version",
                id: id.to_string(),
            }),
        }
    }

    /// Every version below one original that is not in the trash, oldest first.
    pub(crate) async fn versions_of(&self, root: VersionId) -> Result<Vec<Version>, Error> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE v.root_id = ? AND v.deleted_at IS NULL ORDER BY v.created_at, v.ordinal"
        )))
        .bind(root.to_string())
        .fetch_all(&self.read)
        .await?;
        Ok(rows.iter().map(version_of).collect())
    }

    /// True while the library has no picture outside the trash.
    pub(crate) async fn is_empty(&self) -> Result<bool, Error> {
        let any: i64 = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM version WHERE job_id IS NULL AND deleted_at IS NULL)",
        )
        .fetch_one(&self.read)
        .await?;
        Ok(any == 0)
    }
}

/// An original that is stored as a file, about to become a version.
#[derive(Debug)]
pub(crate) struct NewOriginal<'a> {
    /// The file.
    pub(crate) picture: &'a Picture,
    /// Its name for people.
    pub(crate) name: &'a str,
    /// What a person should know about it.
    pub(crate) note: Option<&'a str>,
}

/// How an original came here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// A person added it: it stays until they delete it.
    Alone,
    /// A program sent it with an edit: it goes with the last job that uses it.
    WithJob,
}

/// Adds an original; the same bytes under the same name give the original that is already there.
pub(super) async fn insert_original(
    tx: &mut Transaction<'_>,
    id: VersionId,
    original: &NewOriginal<'_>,
    came: Came,
    now: Moment,
) -> Result<VersionId, Error> {
    let known: Option<String> = sqlx::query_scalar(
        "SELECT id FROM version WHERE picture = ? AND name = ? AND job_id IS NULL AND deleted_at IS NULL LIMIT 1",
    )
    .bind(&original.picture.hash)
    .bind(original.name)
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(known) = known {
        if came == Came::Alone {
            sqlx::query("UPDATE version SET uploaded = 0 WHERE id = ? AND uploaded = 1")
                .bind(&known)
                .execute(&mut **tx)
                .await?;
        }
        return Ok(version_id(&known));
    }
    insert_picture(tx, original.picture).await?;
    sqlx::query(
        "INSERT INTO version (id, root_id, picture, name, note, created_at, uploaded) VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(id.to_string())
    .bind(&original.picture.hash)
    .bind(original.name)
    .bind(original.note)
    .bind(now.timestamp_micros())
    .bind(came == Came::WithJob)
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// Adds a picture's row, if its bytes are new.
pub(super) async fn insert_picture(
    tx: &mut Transaction<'_>,
    picture: &Picture,
) -> Result<(), Error> {
    sqlx::query("INSERT INTO picture (hash, media_type, extension, width, height, bytes) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(&picture.hash)
        .bind(&picture.media_type)
        .bind(&picture.extension)
        .bind(i64::from(picture.width))
        .bind(i64::from(picture.height))
        .bind(i64::try_from(picture.bytes).unwrap_or(i64::MAX))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Reads a row of [`SELECT`].
pub(super) fn version_of(row: &SqliteRow) -> Version {
    let created_at = from_micros(row.get("created_at"));
    let job: Option<String> = row.get("job_id");
    let began: Option<i64> = row.get("claimed_at");
    Version {
        id: version_id(row.get("id")),
        parent: row.get::<Option<&str>, _>("parent_id").map(version_id),
        root: version_id(row.get("root_id")),
        elapsed_ms: began.and_then(|began| {
            u64::try_from((created_at - from_micros(began)).num_milliseconds()).ok()
        }),
        job: job.as_deref().map(|id| JobId(uuid(id))),
        picture: Picture {
            hash: row.get("hash"),
            media_type: row.get("media_type"),
            extension: row.get("extension"),
            width: row.get::<i64, _>("width").try_into().unwrap_or(0),
            height: row.get::<i64, _>("height").try_into().unwrap_or(0),
            bytes: row.get::<i64, _>("bytes").try_into().unwrap_or(0),
        },
        name: row.get("name"),
        note: row.get("note"),
        object: row.get("object"),
        prompt: row.get("prompt"),
        model: row.get("model"),
        request_id: row.get("request_id"),
        seed: row.get("seed"),
        created_at,
    }
}

/// An id we wrote ourselves. The nil id for anything else: it names nothing.
pub(super) fn uuid(text: &str) -> Uuid {
    Uuid::try_parse(text).unwrap_or_default()
}

pub(super) fn version_id(text: &str) -> VersionId {
    VersionId(uuid(text))
}
