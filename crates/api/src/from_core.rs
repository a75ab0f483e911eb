//! Core's types on their way out. Every match is whole, so that a new state or field cannot be forgotten.

mod money;

use chrono::SecondsFormat;
use overpaint_core::clock::Moment;
use overpaint_core::error::Error;
use overpaint_core::event::Event as CoreEvent;
use overpaint_core::job::{Edit, Job as CoreJob, Parameters, Progress as CoreProgress, State};
use overpaint_core::library::{
    Added as CoreAdded, KeyState, KeyTest as CoreKeyTest, OfferedModel, Refused as CoreRefused,
};
use overpaint_core::money::Money;
use overpaint_core::secret::Source;
use overpaint_core::settings::{
    Change, Settings as CoreSettings, Theme as CoreTheme, UploadLifetime as CoreLifetime,
};
use overpaint_core::version::{Item as CoreItem, Page, Version as CoreVersion, VersionId};

use crate::event::Event;
use crate::job::{Item, ItemPage, Job, JobState, Progress};
use crate::model::Model;
use crate::operations::{EditWish, SubmitEdit};
use crate::picture::{Added, Refused, Version};
use crate::problem::Problem;
use crate::settings::{
    KeySource, KeyTest, SetApi, Settings, SettingsChange, Theme, UploadLifetime,
};

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

impl From<CoreTheme> for Theme {
    fn from(theme: CoreTheme) -> Self {
        match theme {
            CoreTheme::System => Self::System,
            CoreTheme::Light => Self::Light,
            CoreTheme::Dark => Self::Dark,
        }
    }
}

impl From<Theme> for CoreTheme {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::System => Self::System,
            Theme::Light => Self::Light,
            Theme::Dark => Self::Dark,
        }
    }
}

impl From<CoreLifetime> for UploadLifetime {
    fn from(lifetime: CoreLifetime) -> Self {
        match lifetime {
            CoreLifetime::Hour => Self::Hour,
            CoreLifetime::Day => Self::Day,
            CoreLifetime::Week => Self::Week,
            CoreLifetime::Month => Self::Month,
            CoreLifetime::Account => Self::Account,
        }
    }
}

impl From<UploadLifetime> for CoreLifetime {
    fn from(lifetime: UploadLifetime) -> Self {
        match lifetime {
            UploadLifetime::Hour => Self::Hour,
            UploadLifetime::Day => Self::Day,
            UploadLifetime::Week => Self::Week,
            UploadLifetime::Month => Self::Month,
            UploadLifetime::Account => Self::Account,
        }
    }
}

impl From<CoreSettings> for Settings {
    fn from(settings: CoreSettings) -> Self {
        Self {
            model: settings.model,
            theme: settings.theme.into(),
            work_at_once: settings.work_at_once,
            wait_at_once: settings.wait_at_once,
            day_cap: settings.caps.day.map(Money::usd),
            month_cap: settings.caps.month.map(Money::usd),
            keep_payloads: settings.privacy.keep_payloads,
            upload_lifetime: settings.privacy.upload_lifetime.into(),
            send_metadata: settings.privacy.send_metadata,
            fixed: settings.fixed.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl From<SettingsChange> for Change {
    fn from(change: SettingsChange) -> Self {
        let SettingsChange {
            model,
            theme,
            work_at_once,
            wait_at_once,
            day_cap,
            month_cap,
            keep_payloads,
            upload_lifetime,
            send_metadata,
        } = change;
        Self {
            model,
            theme: theme.map(Into::into),
            work_at_once,
            wait_at_once,
            day_cap,
            month_cap,
            keep_payloads,
            upload_lifetime: upload_lifetime.map(Into::into),
            send_metadata,
            ..Self::default()
        }
    }
}

impl From<SetApi> for Change {
    fn from(change: SetApi) -> Self {
        let SetApi { on, port } = change;
        Self {
            api_on: on,
            api_port: port,
            ..Self::default()
        }
    }
}

impl From<OfferedModel> for Model {
    fn from(model: OfferedModel) -> Self {
        Self {
            id: model.id,
            name: model.name,
            provider: model.provider.name().to_owned(),
            hint: model.hint,
            ready: model.ready,
            category: None,
            favourite: false,
            used_at: None,
            max_inputs: None,
            takes_mask: None,
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
        if prompt.trim().is_empty() {
            return Err(Error::PromptEmpty);
        }
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

    /// The window and the command line refuse an empty prompt; core takes it, because old clients send it.
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
