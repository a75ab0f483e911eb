//! The library: a folder with pictures, their history, and the jobs that make more of it. The facade that every host calls.
//!
//! One program owns a library at a time (`lock`); others look beside it with [`Reader`]. Everything a method acknowledged is on disk.

mod add;
mod edits;
mod import;
mod key;
mod lock;
mod models;
mod open;
mod quote;
mod read;
mod show;
mod spending;
mod upload;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError};

use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::clock::{Clock, Moment};
use crate::error::Error;
use crate::event::Event;
use crate::job::runner::Runner;
use crate::keys::Keys;
use crate::model::{DEMO, ModelId, SEEDREAM_4};
use crate::pictures::Pictures;
use crate::settings::{Change, Live, Places, Settings};
use crate::store::Store;

pub use add::{Added, Refused};
pub use import::{Imported, try_import};
pub use key::{KeyState, KeyTest};
pub use models::{FoundModels, ModelForm, OfferedModel};
pub use open::Options;
pub use quote::Quote;
pub use read::Reader;
pub use show::SaveAs;
pub use spending::Balance;
pub use upload::{MAX_UPLOAD, Upload};

/// Days an item stays in the trash.
pub const TRASH_DAYS: i64 = 30;

/// An edit that was not sent yet, as it stands in the composer. Ids are as the window gave them; the version may be gone by now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The unsent prompt.
    pub prompt: String,
    /// The version that was shown.
    pub version: Option<String>,
    /// The other pictures for the model, in order.
    pub references: Vec<String>,
}

/// An open library; this program owns it. Cloning is cheap; [`Library::close`] ends it for all clones.
#[derive(Clone)]
pub struct Library(Arc<Inner>);

struct Inner {
    dir: PathBuf,
    store: Store,
    pictures: Pictures,
    settings: Live,
    places: Places,
    keys: Arc<Keys>,
    clock: Clock,
    events: broadcast::Sender<Event>,
    runner: Arc<Runner>,
    catalogue: models::Catalogue,
    /// Removes from the bucket what is deleted. Emptied by the close.
    removing: std::sync::Mutex<Option<JoinHandle<()>>>,
    /// At most so many pictures are decoded for the screen or checked on the way in at a time.
    decodes: tokio::sync::Semaphore,
    /// The balance as it was told last, when, and to which key. Held while fal is asked, so that it is asked once.
    balance: tokio::sync::Mutex<Option<(Moment, u64, Balance)>>,
    /// How often the key was changed: whoever changes it does not wait for fal's answer to the one before.
    keys_before: AtomicU64,
    /// Models whose price is being asked for, or was not told, and when that began. Held for a look-up, never across an await.
    prices_asked: std::sync::Mutex<HashMap<ModelId, Moment>>,
    /// Emptied by the close.
    locks: std::sync::Mutex<Vec<lock::Lock>>,
}

impl Library {
    /// The library's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.0.dir
    }

    /// What is announced from now on. Subscribe first, then read: then nothing is missed.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.0.settings.get()
    }

    /// Changes settings for good. How many jobs run at once takes effect at the next start.
    ///
    /// # Errors
    /// [`Error::SettingInvalid`] or [`Error::Disk`]; then nothing is changed.
    pub fn change_settings(&self, change: Change) -> Result<Settings, Error> {
        let settings = self.0.settings.change(&self.0.places, change)?;
        let _ = self.0.events.send(Event::Settings);
        Ok(settings)
    }

    /// The model that runs for those who want a model of fal's: the settings' one, and where that is the demo engine, what a first start knows.
    #[must_use]
    pub fn paid_model(&self) -> ModelId {
        match self.settings().model {
            demo if demo == DEMO => SEEDREAM_4.to_owned(),
            model => model,
        }
    }

    /// What stood in the composer: the prompt, and the version that was shown.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn draft(&self) -> Result<Draft, Error> {
        self.0.store.draft().await
    }

    /// Keeps what stands in the composer, so that it survives a crash.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn set_draft(&self, draft: &Draft) -> Result<(), Error> {
        self.0.store.set_draft(draft).await
    }

    /// Ends the work and gives the library free. Submits under way finish first; jobs go on at the next start.
    pub async fn close(&self) {
        self.0.runner.stop().await;
        let removing = self
            .0
            .removing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(removing) = removing {
            removing.abort();
            let _ = removing.await;
        }
        self.0.store.close().await;
        let locks =
            std::mem::take(&mut *self.0.locks.lock().unwrap_or_else(PoisonError::into_inner));
        locks.into_iter().for_each(lock::Lock::release_clean);
    }

    fn new_id(&self) -> Uuid {
        new_id(&self.0.clock)
    }

    fn announce_library(&self) {
        let _ = self.0.events.send(Event::Library);
    }
}

/// A fresh id, sorted by time.
pub(crate) fn new_id(clock: &Clock) -> Uuid {
    let now = clock.now();
    let random: [u8; 10] = rand::random();
    uuid::Builder::from_unix_timestamp_millis(now.timestamp_millis().unsigned_abs(), &random)
        .into_uuid()
}
