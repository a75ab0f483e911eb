//! The pictures of an edit, brought to where the model can read them: its input, its references, and those its parameters name.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::fraction;
use crate::drill;
use crate::error::{Code, Error, Failure};
use crate::job::runner::blocking;
use crate::job::runner::run::{End, Run};
use crate::picture::{Misfit, limits_of, over_limit};
use crate::provider::fal::{Fal, Manner, Prepared, prepare};
use crate::version::{Version, VersionId};

/// The pictures as the model is told of them.
pub(super) struct Sent {
    /// Where they are, the edited one first, then the references: addresses, or data URIs on another endpoint.
    pub(super) urls: Vec<String>,
    /// The model's own parameters, with addresses where they name pictures of ours.
    pub(super) parameters: Map<String, Value>,
    /// What only this attempt's body holds, where that is short enough to be looked for: an upload's address.
    pub(super) mark: Option<String>,
}

impl Run {
    /// Prepares and uploads what the edit needs, each picture once. The inner error is the job's end.
    pub(super) async fn inputs(&self, fal: &Fal) -> Result<Result<Sent, End>, Error> {
        let ended = |failure| {
            Ok(Err(End::Failed {
                failure,
                ended: true,
            }))
        };
        let pictures = match self.pictures_to_send().await {
            Ok(pictures) => pictures,
            Err(Error::NotFound { .. }) => {
                return ended(
                    Failure::free(Code::NotFound)
                        .saying("A picture that the edit names is in the trash, or deleted."),
                );
            }
            Err(error) => return Err(error),
        };
        if pictures.iter().any(Version::is_stand_in) {
            return ended(
                Failure::free(Code::FileUnreadable)
                    .saying("The upload did not come over from the old backend."),
            );
        }
        if let Some(said) = self.too_large(fal, &pictures) {
            return ended(Failure::free(Code::PictureOverLimit).saying(said));
        }
        let mut sent = HashMap::new();
        let mut total: u64 = pictures.iter().map(|version| version.picture.bytes).sum();
        let mut before = 0;
        for version in pictures {
            let (id, was) = (version.id, version.picture.bytes);
            let prepared = self.prepared(fal, version).await?;
            drill::point("input_read").await;
            // What is sent may be shorter or longer than what is stored.
            total = (total + prepared.bytes()).saturating_sub(was);
            let (runner, job) = (Arc::clone(&self.runner), self.job.clone());
            let progress = move |now: u64| {
                runner.progress(&job, |p| {
                    p.fraction = Some(fraction(before + now, total));
                    p.bytes = Some((before + now, Some(total)));
                });
            };
            let lifetime = self.runner.settings.get().privacy.upload_lifetime.seconds();
            let uploaded = tokio::select! {
                uploaded = fal.upload(&prepared, lifetime, progress) => uploaded,
                () = self.cancel.notified() => return Ok(Err(End::Cancelled { ended: true })),
            };
            match uploaded {
                Ok(url) => sent.insert(id, url),
                Err(failure) => return ended(failure),
            };
            before += prepared.bytes();
        }
        let urls: Vec<String> = std::iter::once(&self.job.input)
            .chain(&self.job.references)
            .filter_map(|id| sent.get(id).cloned())
            .collect();
        Ok(Ok(Sent {
            mark: urls.first().filter(|_| fal.is_fals_own()).cloned(),
            parameters: self
                .job
                .parameters
                .0
                .iter()
                .map(|(name, value)| (name.clone(), with_urls(value, &sent)))
                .collect(),
            urls,
        }))
    }

    /// Every picture the edit needs, once: its input, its references, those its parameters name. All but the input, which the job keeps
    /// alive, must be out of the trash.
    async fn pictures_to_send(&self) -> Result<Vec<Version>, Error> {
        let mut named = self.job.references.clone();
        self.job.parameters.0.values().for_each(|value| {
            named_in(value, &mut named);
        });
        let mut pictures = vec![self.runner.store.version(self.job.input).await?];
        for id in named {
            if pictures.iter().all(|known| known.id != id) {
                pictures.push(self.runner.store.live_version(id).await?);
            }
        }
        Ok(pictures)
    }

    /// The first picture that the model would refuse, as a sentence, where nothing may be made smaller.
    fn too_large(&self, fal: &Fal, pictures: &[Version]) -> Option<String> {
        if !fal.is_fals_own() {
            return None;
        }
        let model = &self.job.model;
        pictures.iter().find_map(|version| {
            let (width, height) = (version.picture.width, version.picture.height);
            let bytes = version.picture.bytes_sent();
            let misfit = limits_of(model).misfit(width, height, bytes)?;
            let helps = self.job.shrink && !matches!(misfit, Misfit::Small(_));
            if helps {
                None
            } else {
                over_limit(model, width, height, bytes)
            }
        })
    }

    /// What a person is told once it is done: which pictures were made smaller.
    pub(super) async fn made_smaller(&self, fal: &Fal) -> Result<Option<String>, Error> {
        if !self.job.shrink || !fal.is_fals_own() {
            return Ok(None);
        }
        let limits = limits_of(&self.job.model);
        let pictures = self.pictures_to_send().await.unwrap_or_default();
        let misfit = pictures.iter().find_map(|version| {
            let picture = &version.picture;
            limits.misfit(picture.width, picture.height, version.picture.bytes_sent())
        });
        Ok(misfit.map(|misfit| format!("Sent smaller than it is: the model takes {misfit}.")))
    }

    async fn prepared(&self, fal: &Fal, version: Version) -> Result<Prepared, Error> {
        let manner = if fal.is_fals_own() {
            Manner::ForFal {
                limits: limits_of(&self.job.model),
                shrink: self.job.shrink,
                metadata: self.runner.settings.get().privacy.send_metadata,
            }
        } else {
            Manner::AsItIs
        };
        let pictures = self.runner.pictures.clone();
        blocking(move || prepare(pictures.read(&version.picture)?, &version.name, manner)).await
    }
}

/// The picture of ours that a parameter names: `{"version_id": "…"}` and nothing else in it.
fn named(value: &Value) -> Option<VersionId> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    VersionId::parse(object.get("version_id")?.as_str()?)
}

fn named_in(value: &Value, found: &mut Vec<VersionId>) {
    if let Some(id) = named(value) {
        return found.push(id);
    }
    match value {
        Value::Array(list) => list.iter().for_each(|value| named_in(value, found)),
        Value::Object(object) => object.values().for_each(|value| named_in(value, found)),
        _ => {}
    }
}

/// The same, with addresses where pictures are named.
fn with_urls(value: &Value, sent: &HashMap<VersionId, String>) -> Value {
    if let Some(url) = named(value).and_then(|id| sent.get(&id)) {
        return Value::String(url.clone());
    }
    match value {
        Value::Array(list) => list.iter().map(|value| with_urls(value, sent)).collect(),
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| (name.clone(), with_urls(value, sent)))
            .collect(),
        other => other.clone(),
    }
}
