//! What is deleted leaves the bucket too, behind everything else: deleting never waits for it. What could not be removed is tried at the next
//! delete or the next start.

use std::sync::Arc;

use super::Bucket;
use crate::store::Store;

/// Removes objects of deleted versions, now and whenever there may be more, until it is aborted.
pub(crate) async fn remove_deleted(bucket: Arc<Bucket>, store: Store) {
    loop {
        remove_all(&bucket, &store).await;
        bucket.deleted.notified().await;
    }
}

async fn remove_all(bucket: &Bucket, store: &Store) {
    let objects = match store.objects_in_trash().await {
        Ok(objects) => objects,
        Err(error) => {
            tracing::warn!(%error, "what was deleted could not be looked up for the bucket");
            return;
        }
    };
    for key in objects {
        if let Err(failure) = bucket.remove(&key).await {
            // The others lie in the same bucket.
            tracing::warn!(
                key,
                said = failure.said.as_deref(),
                "a deleted result could not be removed from the bucket yet"
            );
            return;
        }
        if let Err(error) = store.forget_object(&key).await {
            tracing::warn!(key, %error, "that an object was removed could not be written; it will be removed again");
        }
    }
}
