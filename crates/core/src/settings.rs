//! Every setting, in one typed place. No other file reads the environment.
//!
//! Order: command-line flag, environment, `.env` in the library, `.env` in the working directory, settings file, default. Each value
//! remembers its [`Source`]: a key only travels to an endpoint from the same source, and the window shows what it cannot change.

mod api;
mod bucket;
mod database;
mod file;
mod given;
mod money;
mod places;
mod privacy;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

pub use api::{ApiSettings, DEFAULT_PORT};
pub use bucket::BucketSettings;
pub use database::database_path;
pub use file::{Change, Theme};
pub use given::Given;
pub use places::Places;
pub use privacy::{Privacy, UploadLifetime};
use url::Url;

use crate::error::Error;
use crate::model::{self, ModelId};
use crate::money::Caps;
use crate::provider::fal::Destination;
use crate::secret::{Key, Source};

/// Seconds the original waited for an answer to a submit.
const TIMEOUT: f64 = 120.0;
/// Seconds the original polled before it gave up. On fal's own hosts a paid job is never given up.
const POLL_MAX_WAIT: f64 = 600.0;

/// Seconds after which a request that fal took is surely in its list.
const RECONCILE_PAUSE: f64 = 60.0;

/// Seconds before the second try of what could not be sent; doubled with each.
const BACKOFF: f64 = 1.0;

/// The settings in force.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The library's folder.
    pub library: PathBuf,
    /// The database file: in the library, unless `DATABASE_URL` says otherwise.
    pub database: PathBuf,
    /// The model that runs unless another is chosen (`FAL_MODEL`).
    pub model: ModelId,
    /// Light, dark, or as the system has it.
    pub theme: Theme,
    /// Jobs that may decode and upload at the same time.
    pub work_at_once: u32,
    /// Jobs that may wait at a provider at the same time.
    pub wait_at_once: u32,
    /// What concerns fal.
    pub fal: FalSettings,
    /// Most that may be spent.
    pub caps: Caps,
    /// What fal gets to know and to keep.
    pub privacy: Privacy,
    /// The key from a flag, the environment or a `.env` file; the keychain is asked only when it is needed.
    pub given_key: Option<Key>,
    /// Web origins that may use the local API (`ALLOWED_ORIGINS`, comma-separated); none at first.
    pub allowed_origins: Vec<String>,
    /// A pattern for more of them (`ALLOWED_ORIGIN_REGEX`).
    pub allowed_origin_regex: Option<String>,
    /// What else concerns the local API.
    pub api: ApiSettings,
    /// The bucket that results are also brought to; none: they lie only here.
    pub bucket: Option<BucketSettings>,
    /// Names of the settings a flag, the environment or a `.env` file decides.
    pub fixed: Vec<&'static str>,
}

/// What concerns fal.
#[derive(Debug, Clone)]
pub struct FalSettings {
    /// `FAL_ENDPOINT` and where it was found.
    pub endpoint: Option<(Url, Source)>,
    /// `FAL_SERVICE`: one origin that stands for all of fal's hosts, for tests. Only from a flag or the environment.
    pub service: Option<Url>,
    /// How long a submit may take (`FAL_TIMEOUT`, seconds).
    pub timeout: Duration,
    /// How long between two looks (`POLL_INTERVAL`, seconds); none: half a second at first, rising to two.
    pub poll_interval: Option<Duration>,
    /// How long another endpoint than fal's is asked (`POLL_MAX_WAIT`, seconds).
    pub poll_max_wait: Duration,
    /// How long between two searches of fal's list for a submit whose answer was lost (`RECONCILE_PAUSE`, seconds).
    pub reconcile_pause: Duration,
    /// How long after a submit that could not be sent the next is tried (`FAL_BACKOFF`, seconds); doubled with each, up to a minute.
    pub backoff: Duration,
}

impl Settings {
    /// Reads everything that is given.
    ///
    /// # Errors
    /// [`Error::SettingInvalid`] names the setting and what it can be; [`Error::LibraryUnsupported`] for another kind of database.
    pub fn read(given: &Given) -> Result<Self, Error> {
        let (library, database) = database::library_and_database(given)?;
        let given = given.with_dotenv(&library)?;
        let stored = file::read(&given.places)?;
        let model = given
            .get("FAL_MODEL")
            .map(|(value, _)| value.trim_matches('/').to_owned());
        let fixed = [
            ("FAL_MODEL", "model"),
            ("PORT", "api_port"),
            ("API_TOKEN", "api_token"),
        ]
        .into_iter()
        .filter(|(name, _)| given.get(name).is_some())
        .map(|(_, field)| field)
        .collect();
        let api = api::read(&given, &stored)?;
        let caps = money::caps(Caps::default(), &stored);
        let privacy = Privacy::default().changed(&stored);
        let model = model
            .or(stored.model)
            .unwrap_or_else(|| model::ORIGINAL_DEFAULT.to_owned());
        if !model::is_model_id(&model) {
            return Err(Error::SettingInvalid {
                name: "FAL_MODEL",
                value: model,
                wanted: "it must be an endpoint id such as fal-ai/flux-2-pro/edit",
            });
        }
        let fal = FalSettings {
            endpoint: endpoint(&given)?,
            service: service(&given)?,
            timeout: seconds(&given, "FAL_TIMEOUT")?.unwrap_or(Duration::from_secs_f64(TIMEOUT)),
            poll_interval: seconds(&given, "POLL_INTERVAL")?,
            poll_max_wait: seconds(&given, "POLL_MAX_WAIT")?
                .unwrap_or(Duration::from_secs_f64(POLL_MAX_WAIT)),
            reconcile_pause: seconds(&given, "RECONCILE_PAUSE")?
                .unwrap_or(Duration::from_secs_f64(RECONCILE_PAUSE)),
            backoff: seconds(&given, "FAL_BACKOFF")?.unwrap_or(Duration::from_secs_f64(BACKOFF)),
        };
        // So that what is shown is what is sent: fal's own hosts do not serve the original's default.
        let on_fal = Destination::of(&fal).is_some_and(|to| to.is_fals_own());
        let model = if on_fal && model == model::ORIGINAL_DEFAULT {
            model::SEEDREAM_4.to_owned()
        } else {
            model
        };
        Ok(Self {
            model,
            theme: stored.theme.unwrap_or_default(),
            work_at_once: stored.work_at_once.unwrap_or(4).clamp(1, 16),
            wait_at_once: stored.wait_at_once.unwrap_or(64).clamp(1, 64),
            fal,
            caps,
            privacy,
            given_key: ["FAL_API_KEY", "FAL_KEY"]
                .into_iter()
                .filter_map(|name| given.get(name))
                .min_by_key(|(_, source)| *source as u8)
                .map(|(value, source)| Key::parse(value, source))
                .transpose()?,
            allowed_origins: list(given.get("ALLOWED_ORIGINS").map(|(value, _)| value)),
            allowed_origin_regex: given
                .get("ALLOWED_ORIGIN_REGEX")
                .map(|(value, _)| value.to_owned()),
            api,
            bucket: bucket::read(&given)?,
            fixed,
            library,
            database,
        })
    }

    /// Writes a change to the settings file and takes it over.
    ///
    /// # Errors
    /// [`Error::SettingInvalid`] for a value it cannot have, [`Error::Disk`]; then nothing is changed.
    pub fn change(&mut self, places: &Places, change: Change) -> Result<(), Error> {
        if let Some(model) = change
            .model
            .as_ref()
            .filter(|m| *m != model::DEMO && !model::is_model_id(m))
        {
            return Err(Error::SettingInvalid {
                name: "model",
                value: model.clone(),
                wanted: "it must be an endpoint id or demo",
            });
        }
        for (name, value, most) in [
            ("work_at_once", change.work_at_once, 16),
            ("wait_at_once", change.wait_at_once, 64),
        ] {
            if let Some(value) = value.filter(|v| !(1..=most).contains(v)) {
                let wanted = if most == 16 {
                    "it must be from 1 to 16"
                } else {
                    "it must be from 1 to 64"
                };
                return Err(Error::SettingInvalid {
                    name,
                    value: value.to_string(),
                    wanted,
                });
            }
        }
        money::check(&change)?;
        api::check(&change, &self.fixed)?;
        file::write(places, &change)?;
        self.api.change(&change, &self.fixed);
        self.caps = money::caps(self.caps, &change);
        self.privacy = self.privacy.changed(&change);
        if !self.fixed.contains(&"model") {
            self.model = change.model.unwrap_or_else(|| self.model.clone());
        }
        self.theme = change.theme.unwrap_or(self.theme);
        self.work_at_once = change.work_at_once.unwrap_or(self.work_at_once);
        self.wait_at_once = change.wait_at_once.unwrap_or(self.wait_at_once);
        Ok(())
    }
}

/// The settings as they are now, for everybody who works with them. Cloning is cheap.
#[derive(Debug, Clone)]
pub(crate) struct Live(Arc<RwLock<Settings>>);

impl Live {
    pub(crate) fn new(settings: Settings) -> Self {
        Self(Arc::new(RwLock::new(settings)))
    }

    /// A copy.
    pub(crate) fn get(&self) -> Settings {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// As [`Settings::change`]; answers the settings after it.
    pub(crate) fn change(&self, places: &Places, change: Change) -> Result<Settings, Error> {
        let mut settings = self.0.write().unwrap_or_else(PoisonError::into_inner);
        settings.change(places, change)?;
        Ok(settings.clone())
    }
}

fn endpoint(given: &Given) -> Result<Option<(Url, Source)>, Error> {
    let Some((value, source)) = given.get("FAL_ENDPOINT") else {
        return Ok(None);
    };
    Ok(Some((web_url("FAL_ENDPOINT", value)?, source)))
}

/// `FAL_SERVICE` moves the key's destination, so a `.env` file that came with somebody's folder must not set it.
fn service(given: &Given) -> Result<Option<Url>, Error> {
    match given.get("FAL_SERVICE") {
        Some((value, Source::Environment)) => web_url("FAL_SERVICE", value).map(Some),
        _ => Ok(None),
    }
}

fn web_url(name: &'static str, value: &str) -> Result<Url, Error> {
    let invalid = || Error::SettingInvalid {
        name,
        value: value.to_owned(),
        wanted: "it must be an http or https address",
    };
    let url = Url::parse(value).map_err(|_| invalid())?;
    let fits = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.username().is_empty()
        && url.password().is_none();
    fits.then_some(url).ok_or_else(invalid)
}

fn seconds(given: &Given, name: &'static str) -> Result<Option<Duration>, Error> {
    let Some((value, _)) = given.get(name) else {
        return Ok(None);
    };
    let number = value
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|n| n.is_finite() && (0.0..=86_400.0).contains(n));
    let number = number.ok_or_else(|| Error::SettingInvalid {
        name,
        value: value.to_owned(),
        wanted: "it must be a number of seconds",
    })?;
    Ok(Some(Duration::from_secs_f64(number)))
}

fn list(value: Option<&str>) -> Vec<String> {
    value
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}
