//! What was wished before, and its result given again. Two edits are the same wish when everything the model would get is the same, byte
//! for byte: then they have the same hash, whichever versions the pictures stand in.
//!
//! Only a wish that names its seed is given its stored result: without a seed a second run is another picture, which is what people want
//! from it. Such a result is only hinted at.

use serde_json::Value;
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use super::ledger::over_cap;
use super::models::spec_in;
use super::prices::price_in;
use super::versions::{uuid, version_id};
use super::{Store, Transaction};
use crate::clock::Moment;
use crate::error::Error;
use crate::job::{Edit, Job, JobId};
use crate::model::{Provider, Spec, on_fal};
use crate::money::estimate::{Facts, estimate, said};
use crate::money::{Caps, Estimate, OverCap};
use crate::version::{Picture, VersionId};

/// What a job says that was given a stored result.
const NOTE: &str = "From cache, $0.00";

/// Stored results of one wish, newest first. More than a few only where their files were lost.
const FULFILLED: &str = "SELECT id FROM job WHERE wish = ? AND state = 'done' AND deleted_at IS NULL ORDER BY created_at DESC LIMIT 20";

/// The field that names a seed, where the model's schema is not known.
const SEED: &str = "seed";

/// Who is asked to run an edit. What another endpoint gave is nothing fal would have given, and fal's prices are not its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// fal itself.
    Fal,
    /// Another endpoint, by its host.
    Other(String),
}

/// What may be spent, and since when it is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) caps: Caps,
    pub(crate) day_start: Moment,
    pub(crate) month_start: Moment,
}

/// What an edit is accepted under.
pub(crate) struct Terms<'a> {
    pub(crate) asked: Asked,
    pub(crate) budget: Budget,
    /// Whether a picture's file is there.
    pub(crate) is_kept: &'a (dyn Fn(&Picture) -> bool + Sync),
    pub(crate) new_id: &'a (dyn Fn() -> Uuid + Sync),
}

/// What an edit wishes, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) hash: String,
    pub(super) seeded: bool,
}

/// The result of a wish that was fulfilled before.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    job: JobId,
    versions: Vec<VersionId>,
}

/// What is known of an edit before it is run.
#[derive(Debug)]
pub(crate) struct Reckoned {
    pub(crate) estimate: Estimate,
    pub(crate) said: String,
    /// The input first, then the references.
    pub(crate) pictures: Vec<Picture>,
    pub(crate) over_cap: Option<OverCap>,
    /// A result of the same wish.
    pub(crate) stored: Option<VersionId>,
    /// The wish names its seed.
    pub(crate) seeded: bool,
}

impl Store {
    /// What an edit would cost, whether it would pass a cap, and whether its result is here already. One moment's answer; nothing is kept.
    pub(crate) async fn reckon(&self, edit: &Edit, terms: &Terms<'_>) -> Result<Reckoned, Error> {
        let mut tx = self.read.begin().await?;
        let pictures = pictures_in(&mut tx, edit.input, &edit.references).await?;
        let (estimate, said) = price_of(&mut tx, edit, &pictures, &terms.asked).await?;
        let wish = wish_of(&mut tx, edit, &terms.asked).await?;
        let stored = match &wish {
            Some(wish) => result_of(&mut tx, wish, terms.is_kept).await?,
            None => None,
        };
        Ok(Reckoned {
            over_cap: would_pass_cap(&mut tx, edit, terms).await?,
            seeded: wish.is_some_and(|wish| wish.seeded),
            stored: stored.and_then(|stored| stored.versions.into_iter().next()),
            estimate,
            said,
            pictures,
        })
    }

    /// What a job's next attempt will cost, for its intent.
    pub(crate) async fn estimate_of(&self, job: &Job, asked: &Asked) -> Result<Estimate, Error> {
        let mut connection = self.read.acquire().await?;
        let edit = Edit {
            references: job.references.clone(),
            parameters: job.parameters.clone(),
            ..Edit::new(job.input, "", job.model.clone())
        };
        let pictures = pictures_in(&mut connection, edit.input, &edit.references).await?;
        Ok(price_of(&mut connection, &edit, &pictures, asked).await?.0)
    }
}

/// What an edit costs, and the same in words.
async fn price_of(
    connection: &mut SqliteConnection,
    edit: &Edit,
    pictures: &[Picture],
    asked: &Asked,
) -> Result<(Estimate, String), Error> {
    match (Provider::of(&edit.model), asked) {
        (Provider::Demo, _) => Ok((Estimate::FREE, "the demo engine costs nothing".to_owned())),
        (Provider::Fal, Asked::Other(host)) => {
            Ok((Estimate::UNKNOWN, format!("{host} does not say its prices")))
        }
        (Provider::Fal, Asked::Fal) => {
            let known = price_in(connection, &edit.model).await?;
            let sizes = pictures.iter().map(|it| (it.width, it.height)).collect();
            let spec = spec_in(connection, &edit.model).await?;
            let facts = Facts::of(&edit.parameters, sizes, spec.as_deref(), known.rule);
            Ok((
                estimate(&known.price, known.rule, &facts),
                said(&known.price, known.rule, &facts),
            ))
        }
    }
}

/// Whether an edit would pass a cap if it was sent now.
pub(super) async fn would_pass_cap(
    tx: &mut Transaction<'_>,
    edit: &Edit,
    terms: &Terms<'_>,
) -> Result<Option<OverCap>, Error> {
    let Budget {
        caps,
        day_start,
        month_start,
    } = terms.budget;
    if caps == Caps::default() {
        return Ok(None);
    }
    let pictures = pictures_in(tx, edit.input, &edit.references).await?;
    let (estimate, _) = price_of(tx, edit, &pictures, &terms.asked).await?;
    over_cap(tx, &estimate, &caps, day_start, month_start).await
}

/// The hash of a wish; `None` for the demo engine, which gives the same for nothing anyway.
pub(super) async fn wish_of(
    connection: &mut SqliteConnection,
    edit: &Edit,
    asked: &Asked,
) -> Result<Option<Wish>, Error> {
    if Provider::of(&edit.model) == Provider::Demo {
        return Ok(None);
    }
    let model = match asked {
        Asked::Fal => on_fal(&edit.model),
        Asked::Other(_) => edit.model.trim_matches('/'),
    };
    let mut parameters = Value::Object(edit.parameters.0.clone());
    let spec = spec_in(connection, model).await?;
    let seed = match &spec {
        Some(spec) => spec.seed(),
        None => Some(SEED),
    };
    let seed = seed
        .and_then(|name| parameters.get_mut(name))
        .and_then(|seed| {
            // A seed is of 64 bits and may come as text, where a number would have been rounded on its way.
            let number = seed.as_u64().or_else(|| seed.as_str()?.parse().ok())?;
            *seed = Value::from(number);
            Some(number)
        });
    for id in named_versions(&parameters) {
        if let Some(picture) = picture_in(connection, id).await? {
            put_hash(&mut parameters, &id.to_string(), &picture.hash);
        }
    }
    let pictures = pictures_in(connection, edit.input, &edit.references).await?;
    let mut hasher = blake3::Hasher::new();
    let mut part = |text: &str| {
        // With its length, so that no two lists of parts read the same.
        hasher.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    match asked {
        Asked::Fal => part("fal"),
        Asked::Other(host) => part(&format!("other {host}")),
    }
    part(model);
    part(&spec.map(|spec| schema_version(&spec)).unwrap_or_default());
    part(&edit.prompt);
    part(&sorted(&parameters).to_string());
    part(if edit.shrink { "shrink" } else { "as it is" });
    for picture in &pictures {
        part(&picture.hash);
    }
    Ok(Some(Wish {
        hash: hasher.finalize().to_hex().to_string(),
        // A negative seed means "any" wherever it means anything.
        seeded: seed.is_some(),
    }))
}

/// The newest job that fulfilled a wish and whose results are all here and not in the trash.
pub(super) async fn result_of(
    connection: &mut SqliteConnection,
    wish: &Wish,
    is_kept: &(dyn Fn(&Picture) -> bool + Sync),
) -> Result<Option<Stored>, Error> {
    let jobs: Vec<String> = sqlx::query_scalar(FULFILLED)
        .bind(&wish.hash)
        .fetch_all(&mut *connection)
        .await?;
    for job in jobs {
        let rows = sqlx::query(
            "SELECT v.id, v.deleted_at, p.* FROM version v JOIN picture p ON p.hash = v.picture WHERE v.job_id = ? ORDER BY v.ordinal",
        )
        .bind(&job)
        .fetch_all(&mut *connection)
        .await?;
        let here = rows.iter().all(|row| {
            row.get::<Option<i64>, _>("deleted_at").is_none() && is_kept(&picture_of(row))
        });
        if here && !rows.is_empty() {
            return Ok(Some(Stored {
                job: JobId(uuid(&job)),
                versions: rows.iter().map(|row| version_id(row.get("id"))).collect(),
            }));
        }
    }
    Ok(None)
}

/// A job that was just accepted is done: its results are the stored pictures, as versions of its own. Its attempt has no intent, so the
/// ledger has nothing.
pub(super) async fn give_again(
    tx: &mut Transaction<'_>,
    id: JobId,
    stored: &Stored,
    new_id: &(dyn Fn() -> Uuid + Sync),
    now: Moment,
) -> Result<(), Error> {
    for (ordinal, version) in stored.versions.iter().enumerate() {
        sqlx::query(
            "INSERT INTO version (id, root_id, parent_id, job_id, ordinal, picture, name, note, created_at)
             SELECT ?1, j.root_id, j.input_id, j.id, ?2, s.picture, i.name, s.note, ?3
             FROM job j JOIN version i ON i.id = j.input_id JOIN version s ON s.id = ?4 WHERE j.id = ?5",
        )
        .bind(VersionId(new_id()).to_string())
        .bind(i64::try_from(ordinal).unwrap_or(i64::MAX))
        .bind(now.timestamp_micros())
        .bind(version.to_string())
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    }
    // From nothing to done, which is no move of `moves.rs`: nobody saw it queued.
    sqlx::query("UPDATE job SET state = 'done', cached_from = ?, note = ? WHERE id = ?")
        .bind(stored.job.to_string())
        .bind(NOTE)
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What a model is known to take, as a hash: with another schema the same parameters may mean something else.
fn schema_version(spec: &Spec) -> String {
    let schema = sorted(spec.schema()).to_string();
    blake3::hash(schema.as_bytes()).to_hex().to_string()
}

async fn pictures_in(
    connection: &mut SqliteConnection,
    input: VersionId,
    references: &[VersionId],
) -> Result<Vec<Picture>, Error> {
    let mut pictures = Vec::with_capacity(1 + references.len());
    for id in std::iter::once(&input).chain(references) {
        let picture = picture_in(connection, *id).await?;
        pictures.push(picture.ok_or_else(|| Error::NotFound {
            what: "version",
            id: id.to_string(),
        })?);
    }
    Ok(pictures)
}

async fn picture_in(
    connection: &mut SqliteConnection,
    version: VersionId,
) -> Result<Option<Picture>, Error> {
    let row = sqlx::query(
        "SELECT p.* FROM version v JOIN picture p ON p.hash = v.picture WHERE v.id = ?",
    )
    .bind(version.to_string())
    .fetch_optional(connection)
    .await?;
    Ok(row.as_ref().map(picture_of))
}

fn picture_of(row: &sqlx::sqlite::SqliteRow) -> Picture {
    Picture {
        hash: row.get("hash"),
        media_type: row.get("media_type"),
        extension: row.get("extension"),
        width: row.get::<i64, _>("width").try_into().unwrap_or(0),
        height: row.get::<i64, _>("height").try_into().unwrap_or(0),
        bytes: row.get::<i64, _>("bytes").try_into().unwrap_or(0),
    }
}

/// Everything in a value that can be the id of a version.
fn named_versions(value: &Value) -> Vec<VersionId> {
    match value {
        Value::String(text) => VersionId::parse(text).into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(named_versions).collect(),
        Value::Object(fields) => fields.values().flat_map(named_versions).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// The hash of a picture in place of the version it stands in.
fn put_hash(value: &mut Value, id: &str, hash: &str) {
    match value {
        Value::String(text) if text == id => *text = format!("picture {hash}"),
        Value::Array(items) => items.iter_mut().for_each(|item| put_hash(item, id, hash)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| put_hash(field, id, hash)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The same value with the fields of every object in the order of their names.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            let pairs = fields.into_iter();
            Value::Object(
                pairs
                    .map(|(name, field)| (name.clone(), sorted(field)))
                    .collect(),
            )
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
