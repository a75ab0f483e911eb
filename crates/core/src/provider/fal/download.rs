//! Fetching a result: without a key, capped, and only from where a result may be.

use reqwest::Client;
use url::Url;

use super::Destination;
use super::http::unreachable;
use crate::error::{Charged, Code, Failure};
use crate::picture::MAX_FILE_BYTES as FILE_MAX;

/// A fetched result.
#[derive(Debug)]
pub(crate) struct Fetched {
    /// The bytes, not judged yet.
    pub(crate) bytes: Vec<u8>,
}

pub(super) async fn fetch(
    client: &Client,
    to: &Destination,
    url: &str,
    progress: impl Fn(u64, Option<u64>) + Send,
) -> Result<Fetched, Failure> {
    let paid = |code: Code| Failure::free(code).charged(Charged::Yes);
    let parsed = Url::parse(url).ok().filter(|url| to.may_fetch(url));
    let Some(parsed) = parsed else {
        return Err(paid(Code::ResultUnreadable)
            .saying(format!("It lies at an address that is not fetched: {url}")));
    };
    let broke_off = |error: &reqwest::Error| Failure {
        charged: Charged::Yes,
        code: Code::DownloadFailed,
        said: unreachable(error).said,
    };
    let mut response = client
        .get(parsed)
        .send()
        .await
        .map_err(|error| broke_off(&error))?;
    let status = response.status();
    match status.as_u16() {
        200..=299 => {}
        403 | 404 | 410 => {
            return Err(paid(Code::ResultGone).saying(format!("The file host answered {status}.")));
        }
        _ => {
            return Err(
                paid(Code::DownloadFailed).saying(format!("The file host answered {status}."))
            );
        }
    }
    let total = response.content_length();
    let too_large =
        || paid(Code::ResultUnreadable).saying(format!("It is over {} MB.", FILE_MAX >> 20));
    if total.is_some_and(|total| total > FILE_MAX) {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(
        total
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(0)
            .min(16 << 20),
    );
    while let Some(chunk) = response.chunk().await.map_err(|error| broke_off(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() as u64 > FILE_MAX {
            return Err(too_large());
        }
        progress(bytes.len() as u64, total);
    }
    Ok(Fetched { bytes })
}
