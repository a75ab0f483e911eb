//! Opening a library: lock, database, files, runner, in that order.

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use tokio::sync::{Semaphore, broadcast};

use super::lock::Lock;
use super::{Inner, Library, TRASH_DAYS, models};
use crate::bucket::{Bucket, remove_deleted};
use crate::clock::Clock;
use crate::drill;
use crate::error::Error;
use crate::job::runner::{AtOnce, Parts, Runner, blocking};
use crate::keys::{Keychain, Keys};
use crate::pictures::Pictures;
use crate::settings::{Given, Live, Settings};
use crate::store::{Access, Store, quick_check, refuse_foreign};

/// Events that a slow listener may lag behind before it has to read again.
const EVENTS_KEPT: usize = 1024;

/// What a library is opened with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Flags, environment, folders.
    pub given: Given,
    /// Where a typed key is kept.
    pub keychain: Keychain,
    /// The time.
    pub clock: Clock,
}

impl Options {
    /// The computer's clock and keychain.
    #[must_use]
    pub fn new(given: Given) -> Self {
        Self {
            given,
            keychain: Keychain::System,
            clock: Clock::system(),
        }
    }
}

impl Library {
    /// Opens the library as its owner, makes it if it is new, and goes on with its unfinished jobs.
    ///
    /// # Errors
    /// [`Error::LibraryInUse`] while another program owns it; otherwise what is wrong with the settings, the folder or the database.
    pub async fn open(options: Options) -> Result<Self, Error> {
        let Options {
            given,
            keychain,
            clock,
        } = options;
        let settings = Settings::read(&given)?;
        let dir = settings.library.clone();
        // First: somebody else's folder is left as it was. A folder with our lock is ours.
        if !dir.join("lock").exists() {
            refuse_foreign(&settings.database).await?;
        }
        let (locks, pictures) = {
            let (dir, database) = (dir.clone(), settings.database.clone());
            blocking(move || prepare_folder(dir, database)).await?
        };
        let store = Store::open(&settings.database, Access::Owner).await?;
        let unclean = locks.iter().any(|lock| lock.unclean);
        if unclean {
            quick_check(&store).await?;
        }
        let events = broadcast::Sender::new(EVENTS_KEPT);
        let keys = Arc::new(Keys::new(
            settings.given_key.clone(),
            keychain,
            &given.places,
        ));
        let live = Live::new(settings.clone());
        let bucket = settings.bucket.clone().map(|it| Arc::new(Bucket::new(it)));
        let going_on = store.recover(clock.now()).await?;
        drill::point("recovered").await;
        let runner = Runner::start(
            Parts {
                store: store.clone(),
                pictures: pictures.clone(),
                clock: clock.clone(),
                events: events.clone(),
                keys: Arc::clone(&keys),
                fal: settings.fal.clone(),
                settings: live.clone(),
                bucket: bucket.clone(),
            },
            AtOnce {
                work: settings.work_at_once,
                wait: settings.wait_at_once,
            },
            going_on,
        );
        let removing = bucket
            .clone()
            .map(|bucket| tokio::spawn(remove_deleted(bucket, store.clone())));
        let library = Self(Arc::new(Inner {
            decodes: Semaphore::new(settings.work_at_once as usize),
            dir,
            store,
            pictures,
            settings: live,
            places: given.places,
            keys,
            clock,
            events,
            runner,
            catalogue: models::Catalogue::default(),
            removing: Mutex::new(removing),
            balance: tokio::sync::Mutex::default(),
            keys_before: AtomicU64::default(),
            prices_asked: Mutex::default(),
            locks: Mutex::new(locks),
        }));
        tokio::spawn(library.clone().look_after(!unclean));
        let weak = Arc::downgrade(&library.0);
        tokio::spawn(models::follow_refusals(weak, library.subscribe()));
        Ok(library)
    }

    /// What can wait until the library is in use: emptying old trash, and the database check after a clean stop.
    async fn look_after(self, check: bool) {
        if let Err(error) = self.empty_trash().await {
            tracing::warn!(%error, "the trash could not be emptied");
        }
        if check && let Err(error @ Error::LibraryDamaged { .. }) = quick_check(&self.0.store).await
        {
            tracing::error!(%error, "the database did not pass its check");
        }
    }

    /// Deletes for good what has been in the trash for [`TRASH_DAYS`]. Happens by itself at every start.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn empty_trash(&self) -> Result<(), Error> {
        // Nobody keeps a picture meanwhile, so none that is being added goes with the trash. Who waits here has waited for the files too.
        let _alone = self.0.runner.files.write().await;
        let before = self.0.clock.now() - TimeDelta::days(TRASH_DAYS);
        if self.0.runner.bucket.is_none() {
            self.0.store.forget_old_objects(before).await?;
        }
        let lost = self.0.store.purge(before).await?;
        let pictures = self.0.pictures.clone();
        blocking(move || {
            lost.iter()
                .for_each(|(hash, ending)| pictures.remove(hash, ending));
            Ok(())
        })
        .await
    }
}

fn prepare_folder(dir: PathBuf, database: PathBuf) -> Result<(Vec<Lock>, Pictures), Error> {
    std::fs::create_dir_all(&dir).map_err(Error::disk(&dir))?;
    let mut locks = vec![Lock::take(&dir.join("lock"), &dir)?];
    // `DATABASE_URL` can name a database elsewhere: two libraries must not share one.
    if database.parent() != Some(&dir) {
        if let Some(folder) = database.parent() {
            std::fs::create_dir_all(folder).map_err(Error::disk(folder))?;
        }
        let mut name = database.clone().into_os_string();
        name.push(".lock");
        locks.push(Lock::take(&PathBuf::from(name), &database)?);
    }
    let pictures = Pictures::open(&dir)?;
    Ok((locks, pictures))
}
