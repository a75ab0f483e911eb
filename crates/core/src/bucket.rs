//! Results in a bucket (`STORAGE_BACKEND=s3`): an object beside the file that the library keeps anyway, for whoever is to see it by a link.
//!
//! Only what was paid goes there, as in the original. The demo engine's results stay here: they need no network and nobody to reach them.
//!
//! The secret key signs and never travels. Putting the same bytes under the same key again is harmless, so it is tried a few times.

mod removal;

use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{HttpClient, HttpConnector};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig,
};
use secrecy::ExposeSecret;
use tokio::sync::{Notify, OnceCell};
use url::Url;

use crate::error::{Code, Error, Failure};
use crate::job::JobId;
use crate::job::runner::blocking;
use crate::settings::BucketSettings;

pub(crate) use removal::remove_deleted;

/// How often a request is sent again, after pauses of a quarter of a second, three quarters, and so on.
const RETRIES: usize = 3;
/// Bytes a second below which putting is given up, and the seconds it may take beside.
const SLOWEST: (u64, u64) = (16 << 10, 60);

/// The bucket of a library. Nothing is sent before the first result.
#[derive(Debug)]
pub(crate) struct Bucket {
    settings: BucketSettings,
    /// Made when it is first needed: reading the system's certificates takes longer than the rest of a start.
    store: OnceCell<AmazonS3>,
    /// Something that has an object was deleted.
    deleted: Notify,
}

/// The key of a job's result: the original's, with a number from the second on.
pub(crate) fn object_key(job: JobId, ordinal: usize, extension: &str) -> String {
    match ordinal {
        0 => format!("results/{job}_out.{extension}"),
        _ => format!("results/{job}_out_{}.{extension}", ordinal + 1),
    }
}

impl Bucket {
    pub(crate) fn new(settings: BucketSettings) -> Self {
        Self {
            settings,
            store: OnceCell::new(),
            deleted: Notify::new(),
        }
    }

    /// Puts an object, in place of one of the same key.
    ///
    /// # Errors
    /// [`Code::BucketFailed`], with what the bucket said.
    pub(crate) async fn put(
        &self,
        key: &str,
        bytes: Vec<u8>,
        media_type: &str,
    ) -> Result<(), Failure> {
        let store = self.store().await?;
        let size = bytes.len() as u64;
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::ContentType, media_type.to_owned().into());
        let path = Path::from(key);
        let put = store.put_opts(&path, bytes.into(), attributes.into());
        self.patiently(size, put).await.map(|_| ())
    }

    /// Removes an object; one that is not there is removed already.
    ///
    /// # Errors
    /// As [`Bucket::put`].
    pub(crate) async fn remove(&self, key: &str) -> Result<(), Failure> {
        let store = self.store().await?;
        let path = Path::from(key);
        let removed = async {
            match store.delete(&path).await {
                Err(object_store::Error::NotFound { .. }) => Ok(()),
                other => other,
            }
        };
        self.patiently(0, removed).await
    }

    /// Something that has an object may have been deleted.
    pub(crate) fn look_for_deleted(&self) {
        self.deleted.notify_one();
    }

    async fn patiently<T>(
        &self,
        size: u64,
        request: impl Future<Output = Result<T, object_store::Error>>,
    ) -> Result<T, Failure> {
        let limit = Duration::from_secs(SLOWEST.1 + size / SLOWEST.0);
        let said = match tokio::time::timeout(limit, request).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => why(&error),
            Err(_) => "it did not answer in time".to_owned(),
        };
        let name = &self.settings.name;
        Err(Failure::free(Code::BucketFailed).saying(format!("The bucket {name}: {said}")))
    }

    async fn store(&self) -> Result<&AmazonS3, Failure> {
        let settings = self.settings.clone();
        self.store
            .get_or_try_init(|| blocking(move || connect(&settings)))
            .await
            .map_err(|error| Failure::from(&error))
    }
}

fn connect(settings: &BucketSettings) -> Result<AmazonS3, Error> {
    let backoff = BackoffConfig {
        init_backoff: Duration::from_millis(250),
        max_backoff: Duration::from_secs(5),
        base: 3.0,
    };
    AmazonS3Builder::new()
        .with_http_connector(Connector(client(&settings.address)?))
        .with_bucket_name(&settings.name)
        .with_region(&settings.region)
        // The address names the bucket, wherever in it: this makes the library take it as it is.
        .with_virtual_hosted_style_request(true)
        .with_endpoint(settings.address.as_str().trim_end_matches('/'))
        .with_access_key_id(&settings.access_key_id)
        .with_secret_access_key(settings.secret_access_key.expose_secret())
        // One DELETE per object: not everything that speaks S3 knows the other way.
        .with_disable_bulk_delete(true)
        .with_retry(RetryConfig {
            backoff,
            max_retries: RETRIES,
            retry_timeout: Duration::from_secs(120),
        })
        .build()
        .map_err(|_| Error::Internal("the bucket's settings do not fit together"))
}

/// A client of its own, which has never heard of fal's key. It goes where the settings say and nowhere else: no redirects, and for plain
/// http no proxy, which could read along. Over https a proxy is only a pipe.
fn client(address: &Url) -> Result<reqwest::Client, Error> {
    let client = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .user_agent(concat!("overpaint/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none());
    let client = if address.scheme() == "https" {
        client
    } else {
        client.no_proxy()
    };
    client
        .build()
        .map_err(|_| Error::Internal("no TLS could be set up"))
}

#[derive(Debug)]
struct Connector(reqwest::Client);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

/// What went wrong, as the bucket itself says it; its XML has a code and a sentence. The rest of that may quote the request.
fn why(error: &object_store::Error) -> String {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    said(&reason.to_string())
}

fn said(reason: &str) -> String {
    let tag = |name: &str| {
        let (_, rest) = reason.split_once(&format!("<{name}>"))?;
        Some(rest.split_once('<')?.0.trim())
    };
    match (tag("Code"), tag("Message")) {
        (Some(code), Some(message)) => format!("{message} ({code})"),
        (Some(code), None) => code.to_owned(),
        // Before a page of HTML stands the status.
        (None, _) => reason
            .split('<')
            .next()
            .unwrap_or_default()
            .trim_end_matches([':', ' '])
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_bucket_says_is_told_without_the_request_it_quotes() {
        let table = [
            (
                "Server returned non-2xx status code: 403 Forbidden: <Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.</Message><StringToSign>AWS4 x</StringToSign></Error>",
                "It does not match. (SignatureDoesNotMatch)",
            ),
            (
                "Server returned non-2xx status code: 404 Not Found: <Error><Code>NoSuchBucket</Code></Error>",
                "NoSuchBucket",
            ),
            (
                "Server returned non-2xx status code: 502 Bad Gateway: <html><p>oh</p></html>",
                "Server returned non-2xx status code: 502 Bad Gateway",
            ),
            (
                "Connection refused (os error 111)",
                "Connection refused (os error 111)",
            ),
        ];
        for (reason, expected) in table {
            assert_eq!(said(reason), expected);
        }
    }

    #[test]
    fn the_first_result_has_the_originals_key() {
        let job = JobId(uuid::Uuid::nil());
        let key = |ordinal| object_key(job, ordinal, "png");
        assert_eq!(key(0), format!("results/{job}_out.png"));
        assert_eq!(key(1), format!("results/{job}_out_2.png"));
    }
}
