//! Core's types on their way out. Every match is whole, so that a new state or field cannot be forgotten.

mod model;
mod money;
mod settings;

use chrono::SecondsFormat;
use overpaint_core::clock::Moment;
use overpaint_core::error::Error;
use overpaint_core::event::Event as CoreEvent;
use overpaint_core::job::{Edit, Job as CoreJob, Parameters, Progress as CoreProgress, State};
use overpaint_core::library::{
    Added as CoreAdded, KeyState, KeyTest as CoreKeyTest, Refused as CoreRefused,
};
use overpaint_core::secret::Source;
use overpaint_core::version::{Item as CoreItem, Page, Version as CoreVersion, VersionId};

use crate::event::Event;
use crate::job::{Item, ItemPage, Job, JobState, Progress};
use crate::operations::{EditWish, SubmitEdit};
use crate::picture::{Added, Refused, Version};
use crate::problem::Problem;
use crate::settings::{KeySource, KeyTest};

/// RFC 3339 in UTC with microseconds.
#[must_use]
pub fn moment(moment: Moment) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, true)
}

impl From<State> for JobState {
    fn from(state: State) -> Self {
        match state {
            State::Queued => Self::Queued,
            State::Uploading => Self::Uploading,
            State::Submitting => Self::Submitting,
            State::Waiting => Self::Waiting,
            State::Downloading => Self::Downloading,
            State::Done => Self::Done,
            State::Failed => Self::Failed,
            State::Cancelled => Self::Cancelled,
            State::Unconfirmed => Self::Unconfirmed,
        }
    }
}

impl From<CoreProgress> for Progress {
    fn from(progress: CoreProgress) -> Self {
        let CoreProgress {
            fraction,
            position,
            running,
            bytes,
            since,
            last_log,
        } = progress;
        Self {
            fraction,
            position,
            running,
            bytes_done: bytes.map(|(done, _)| done),
            bytes_of: bytes.and_then(|(_, of)| of),
            since: moment(since),
            last_log,
        }
    }
}

impl From<CoreJob> for Job {
    fn from(job: CoreJob) -> Self {
        let problem = job
            .failure
            .as_ref()
            .map(|failure| Problem::of_failure(failure, job.request_id.clone()));
        Self {
            id: job.id.to_string(),
            state: job.state.into(),
            input_id: job.input.to_string(),
            root_id: job.root.to_string(),
            reference_ids: job.references.iter().map(ToString::to_string).collect(),
            prompt: job.prompt,
            model: job.model,
            parameters: job.parameters.0,
            provider: job.provider.name().to_owned(),
            attempt: job.attempt,
            cost: job.cost.map(Into::into),
            cached_from_id: job.cached_from.map(|id| id.to_string()),
            not_before: job.not_before.map(moment),
            looking: job.looking,
            cancel_asked: job.cancel_asked,
            progress: job.progress.map(Into::into),
            problem,
            note: job.note,
            result_ids: job.results.iter().map(ToString::to_string).collect(),
            request_id: job.request_id,
            sent_at: job.sent_at.map(moment),
            created_at: moment(job.created_at),
            updated_at: moment(job.updated_at),
        }
    }
}

impl From<CoreVersion> for Version {
    fn from(version: CoreVersion) -> Self {
        Self {
            id: version.id.to_string(),
            parent_id: version.parent.map(|id| id.to_string()),
            root_id: version.root.to_string(),
            job_id: version.job.map(|id| id.to_string()),
            name: version.name,
            width: version.picture.width,
            height: version.picture.height,
            bytes: version.picture.bytes,
            media_type: version.picture.media_type,
            note: version.note,
            prompt: version.prompt,
            model: version.model,
            elapsed_ms: version.elapsed_ms,
            request_id: version.request_id,
            seed: version.seed,
            created_at: moment(version.created_at),
        }
    }
}

impl From<CoreItem> for Item {
    fn from(item: CoreItem) -> Self {
        let id = item
            .job
            .as_ref()
            .map(|job| job.id.to_string())
            .or_else(|| item.version.as_ref().map(|version| version.id.to_string()));
        Self {
            id: id.unwrap_or_default(),
            job: item.job.map(Into::into),
            version: item.version.map(Into::into),
        }
    }
}

impl From<Page> for ItemPage {
    fn from(page: Page) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            next: page.next.map(|next| next.to_string()),
            total: page.total,
        }
    }
}

impl From<CoreRefused> for Refused {
    fn from(refused: CoreRefused) -> Self {
        Self {
            name: refused.name,
            problem: Problem::from(&refused.error),
        }
    }
}

impl From<CoreAdded> for Added {
    fn from(added: CoreAdded) -> Self {
        Self {
            versions: added.versions.into_iter().map(Into::into).collect(),
            refused: added.refused.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<&KeyState> for KeySource {
    fn from(state: &KeyState) -> Self {
        match state.source {
            None => Self::None,
            Some(
                Source::Environment
                | Source::LibraryDotenv
                | Source::WorkingDotenv
                | Source::Default,
            ) => Self::Environment,
            Some(Source::Keychain) => Self::Keychain,
            Some(Source::File) => Self::File,
        }
    }
}

impl From<CoreEvent> for Event {
    fn from(event: CoreEvent) -> Self {
        match event {
            CoreEvent::Job(job) => Self::Job {
                job: Box::new((*job).into()),
            },
            CoreEvent::Library => Self::Library,
            CoreEvent::Models => Self::Models,
            CoreEvent::Settings => Self::Settings,
        }
    }
}

impl TryFrom<EditWish> for Edit {
    type Error = Error;

    fn try_from(wish: EditWish) -> Result<Self, Error> {
        let EditWish {
            version_id,
            prompt,
            model,
            parameters,
            references,
            shrink,
            fresh,
        } = wish;
        Ok(Self {
            references: versions(references)?,
            parameters: Parameters(parameters),
            shrink,
            fresh,
            ..Self::new(version(version_id)?, prompt, model.unwrap_or_default())
        })
    }
}

impl TryFrom<SubmitEdit> for Edit {
    type Error = Error;

    fn try_from(edit: SubmitEdit) -> Result<Self, Error> {
        let SubmitEdit {
            version_id,
            prompt,
            model,
            parameters,
            references,
            shrink,
            fresh,
            idempotency_key,
        } = edit;
        let wish = EditWish {
            version_id,
            prompt,
            model: Some(model),
            parameters,
            references,
            shrink,
            fresh,
        };
        Ok(Self {
            idempotency_key: Some(idempotency_key),
            ..wish.try_into()?
        })
    }
}

pub(crate) fn version(id: String) -> Result<VersionId, Error> {
    VersionId::parse(&id).ok_or(Error::NotFound {
        what: "version",
        id,
    })
}

pub(crate) fn versions(ids: Vec<String>) -> Result<Vec<VersionId>, Error> {
    ids.into_iter().map(version).collect()
}

impl From<CoreKeyTest> for KeyTest {
    fn from(test: CoreKeyTest) -> Self {
        match test {
            CoreKeyTest::Works => Self::Works,
            CoreKeyTest::Refused => Self::Refused,
            CoreKeyTest::Locked => Self::Locked,
            CoreKeyTest::Unreachable => Self::Unreachable,
        }
    }
}
