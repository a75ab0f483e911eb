//! Fetching a result: without a key, capped, and only from where a result may be.

use reqwest::Client;
use url::Url;

use super::Destination;
use super::http::unreachable;
use crate::drill;
use crate::error::{Charged, Code, Failure, Got, Step};
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
        ..unreachable(Step::Download, error).about(url)
    };
    let mut response = client
        .get(parsed)
        .send()
        .await
        .map_err(|error| broke_off(&error))?;
    let status = response.status();
    let refused = |code| {
        paid(code)
            .saying(format!("The file host answered {status}."))
            .answered(Step::Download, Got::Status(status.as_u16()), b"")
            .about(url)
    };
    match status.as_u16() {
        200..=299 => {}
        403 | 404 | 410 => {
            return Err(refused(Code::ResultGone));
        }
        _ => {
            return Err(refused(Code::DownloadFailed));
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
        drill::point("download_begun").await;
    }
    Ok(Fetched { bytes })
}
