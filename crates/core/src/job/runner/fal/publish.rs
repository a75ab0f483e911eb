//! A job whose results also go to the bucket, where there is one: after they are kept here, before it is done.

use crate::bucket::object_key;
use crate::error::{Charged, Error, Failure};
use crate::job::Output;
use crate::job::runner::run::Run;
use crate::job::runner::{blocking, insist};
use crate::store::NewResult;

impl Run {
    /// Brings the results to the bucket. First it is written down that they are here: whatever the bucket does, going on needs no download,
    /// and what was paid cannot be lost at fal's. `Some`: the bucket did not take them.
    pub(super) async fn publish(
        &self,
        results: &mut [NewResult],
        kept: &[Output],
    ) -> Result<Option<Failure>, Error> {
        let runner = &self.runner;
        let Some(bucket) = &runner.bucket else {
            return Ok(None);
        };
        let keys: Vec<String> = results
            .iter()
            .enumerate()
            .map(|(ordinal, result)| object_key(self.job.id, ordinal, &result.picture.extension))
            .collect();
        insist(|| runner.store.keep_outputs(self.job.id, kept, results, &keys)).await?;
        for (result, key) in results.iter_mut().zip(keys) {
            let (pictures, picture) = (runner.pictures.clone(), result.picture.clone());
            let bytes = blocking(move || pictures.read(&picture)).await?;
            if let Err(failure) = bucket.put(&key, bytes, &result.picture.media_type).await {
                return Ok(Some(failure.charged(Charged::Yes)));
            }
            result.object = Some(key);
        }
        Ok(None)
    }
}
