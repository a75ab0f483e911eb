//! What Run would cost and do, said before the click. It is asked at every key that is typed, so it reads what is known and asks nobody;
//! a price that is old is asked for behind it, and announced.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use chrono::TimeDelta;

use super::Library;
use crate::clock::Moment;
use crate::error::{Error, Failure};
use crate::event::Event;
use crate::job::Edit;
use crate::model::on_fal;
use crate::model::{ModelId, Provider};
use crate::money::Estimate;
use crate::picture::{Misfit, limits_of};
use crate::store::{Asked, Terms};
use crate::version::{Picture, VersionId};

/// A price older than that is asked for again.
const PRICE_HOURS: i64 = 24;

/// After fal did not say a price, it is left alone for so long.
const PRICE_PAUSE_MINUTES: i64 = 5;

/// What an edit would cost, and whether it would go.
#[derive(Debug)]
pub struct Quote {
    /// What it would cost.
    pub estimate: Estimate,
    /// The same in words, for example "2 images at $0.03 each".
    pub said: String,
    /// What would refuse it before anything is paid.
    pub problem: Option<Error>,
    /// The problem is a picture over the model's limit, and making it smaller would do.
    pub shrinks: bool,
    /// The result it would be given for nothing.
    pub cached: Option<VersionId>,
    /// A result of the same wish without a seed: a run would make another one.
    pub similar: Option<VersionId>,
}

impl Library {
    /// What an edit would cost, and whether it would go. Nothing is kept, nobody is asked.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a picture, [`Error::Database`]. What would refuse the edit is in the quote.
    pub async fn quote(&self, edit: Edit) -> Result<Quote, Error> {
        self.ask_price(&edit.model);
        let now = self.0.clock.now();
        let reckoned = self
            .with_terms(now, async |terms| self.0.store.reckon(&edit, terms).await)
            .await?;
        let given = reckoned.stored.filter(|_| reckoned.seeded && !edit.fresh);
        let (estimate, said) = match given {
            Some(_) => (Estimate::FREE, "from cache".to_owned()),
            None => (reckoned.estimate, reckoned.said),
        };
        let over_limit = match self.0.runner.asked() {
            Asked::Fal => over_limit(&edit, &reckoned.pictures),
            // Nobody knows what it takes.
            Asked::Other(_) => None,
        };
        // A stored result passes no cap and sends no picture.
        let over_limit = over_limit.filter(|_| given.is_none());
        let over_cap = reckoned.over_cap.filter(|_| given.is_none());
        let (problem, shrinks) = match (self.check(&edit).await, over_limit) {
            (Err(error), _) => (Some(error), false),
            (Ok(_), Some((error, helps))) => (Some(error), helps),
            (Ok(_), None) => (over_cap.map(Error::CapReached), false),
        };
        Ok(Quote {
            shrinks,
            estimate,
            said,
            problem,
            cached: given,
            similar: reckoned.stored.filter(|_| !reckoned.seeded),
        })
    }

    /// Does `work` under what holds for edits at that moment.
    pub(super) async fn with_terms<T>(
        &self,
        now: Moment,
        work: impl AsyncFnOnce(&Terms<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let runner = &self.0.runner;
        let is_kept = |picture: &Picture| self.0.pictures.path(picture).is_file();
        let new_id = || self.new_id();
        let terms = Terms {
            asked: runner.asked(),
            budget: runner.budget(now),
            is_kept: &is_kept,
            new_id: &new_id,
        };
        work(&terms).await
    }

    /// Sees to it that a model's price is known and fresh, behind whoever called. [`Event::Models`] tells when there is another one.
    pub(super) fn ask_price(&self, model: &str) {
        if Provider::of(model) == Provider::Demo || self.0.runner.asked() != Asked::Fal {
            return;
        }
        let (library, model) = (self.clone(), on_fal(model).to_owned());
        tokio::spawn(async move {
            let now = library.0.clock.now();
            if !library.begins_asking(&model, now) {
                return;
            }
            match library.refresh_price(&model, now).await {
                Ok(()) => library.may_ask_again(&model),
                // It stays among those that were asked, so that fal is left alone for a while.
                Err(failure) => {
                    let code = failure.code.name();
                    tracing::debug!(model, code, "fal did not say a price");
                }
            }
        });
    }

    async fn refresh_price(&self, model: &str, now: Moment) -> Result<(), Failure> {
        let old = now - TimeDelta::hours(PRICE_HOURS);
        let broke = |error: Error| Failure::from(&error);
        let asked_at = self.0.store.price_asked_at(model).await.map_err(broke)?;
        if asked_at.is_some_and(|at| at > old) {
            return Ok(());
        }
        let price = self.fal().await.map_err(broke)?.price(model).await?;
        let store = &self.0.store;
        if store.set_price(model, &price, now).await.map_err(broke)? {
            let _ = self.0.events.send(Event::Models);
        }
        Ok(())
    }

    /// One at a time for each model, and none for a while after one that failed.
    fn begins_asking(&self, model: &str, now: Moment) -> bool {
        let pause = TimeDelta::minutes(PRICE_PAUSE_MINUTES);
        let mut asked = self.asked_prices();
        if asked.get(model).is_some_and(|at| now - *at < pause) {
            return false;
        }
        asked.insert(model.to_owned(), now);
        true
    }

    fn may_ask_again(&self, model: &str) {
        self.asked_prices().remove(model);
    }

    /// Another key may be told what this one was not.
    pub(super) fn forget_answers(&self) {
        self.asked_prices().clear();
        self.0.keys_before.fetch_add(1, Ordering::SeqCst);
    }

    fn asked_prices(&self) -> MutexGuard<'_, HashMap<ModelId, Moment>> {
        let asked = self.0.prices_asked.lock();
        asked.unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first picture that the model would refuse, and whether making it smaller would do. One that may be made smaller is none.
fn over_limit(edit: &Edit, pictures: &[Picture]) -> Option<(Error, bool)> {
    pictures.iter().find_map(|picture| {
        let (width, height, bytes) = (picture.width, picture.height, picture.bytes_sent());
        let misfit = limits_of(&edit.model).misfit(width, height, bytes)?;
        let helps = !matches!(misfit, Misfit::Small(_));
        let said = misfit.of(width, height, bytes);
        (!helps || !edit.shrink).then_some((Error::PictureOverLimit { said }, helps))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_over_the_limit_as_it_is_sent_and_shrinking_is_offered_where_it_helps() {
        let picture = |side, bytes, media_type: &str| Picture {
            hash: String::new(),
            media_type: media_type.to_owned(),
            extension: String::new(),
            width: side,
            height: side,
            bytes,
        };
        let told = |picture: Picture, shrink| {
            let edit = Edit {
                shrink,
                ..Edit::new(VersionId(uuid::Uuid::nil()), "", "some/model")
            };
            over_limit(&edit, &[picture]).map(|(_, helps)| helps)
        };
        assert_eq!(told(picture(100, 1_000, "image/png"), false), None);
        assert_eq!(told(picture(15_000, 1_000, "image/png"), false), Some(true));
        assert_eq!(told(picture(15_000, 1_000, "image/png"), true), None);
        let heavy = 90_000_000;
        assert_eq!(told(picture(100, heavy, "image/jpeg"), false), Some(true));
        // Smaller does not help one that is too small.
        let small = Edit {
            shrink: true,
            ..Edit::new(VersionId(uuid::Uuid::nil()), "", "fal-ai/qwen-image-2/edit")
        };
        let refused = over_limit(&small, &[picture(100, 1_000, "image/png")]);
        assert_eq!(refused.map(|(_, helps)| helps), Some(false));
        // It is sent as another file.
        assert_eq!(told(picture(100, heavy, "image/tiff"), false), None);
    }
}
