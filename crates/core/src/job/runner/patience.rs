//! What must not be done on an async thread, and what must not be given up at once.

use std::time::Duration;

use crate::error::Error;

/// Runs what blocks where it may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(Error::Internal("a blocking task panicked")))
}

/// Writes what cost money until it is written: a full disk may have room again in a moment, and what is not written here is not known to
/// anybody. Gives up after a minute, or at once where trying again is useless.
pub(crate) async fn insist<T, F>(mut write: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    for _ in 0..60 {
        match write().await {
            Err(error @ (Error::Database(_) | Error::Disk { .. })) => {
                tracing::error!(%error, "what happened could not be written; trying again in a second");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            other => return other,
        }
    }
    write().await
}
