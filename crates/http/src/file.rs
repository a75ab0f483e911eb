//! A stored picture over HTTP: validators and one byte range, as browsers and download tools ask for them. It is read from the disk while it
//! is sent, so that a large one costs no memory.
//!
//! The bytes under an id never change, so their hash is the validator. Several ranges at once are answered with the whole file, as
//! RFC 9110 (14.2) allows.

use std::io::{ErrorKind, SeekFrom};

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SubsecRound};
use overpaint_core::Library;
use overpaint_core::clock::Moment;
use overpaint_core::error::Error;
use overpaint_core::version::Version;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// Bytes read from the disk at a time.
const PIECE: usize = 64 << 10;

/// Whether a browser should save it.
#[derive(Debug)]
pub(crate) enum Attachment {
    /// It shows it.
    No,
    /// It saves it under this name, which is plain ASCII.
    As(String),
}

/// What a request wants of a file.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    /// The client has it already.
    Nothing,
    /// These bytes, both ends included.
    Part {
        first: u64,
        last: u64,
    },
    /// Bytes there are none of.
    Beyond,
}

/// Answers with the picture of a version.
pub(crate) async fn answer(
    library: &Library,
    version: &Version,
    attachment: Attachment,
    asked: &HeaderMap,
) -> Result<Response, Error> {
    let picture = &version.picture;
    let tag = format!("\"{}\"", picture.hash);
    let (status, first, length) = match wanted(asked, &tag, version.created_at, picture.bytes) {
        Wanted::Nothing => return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response()),
        Wanted::Beyond => {
            let all = format!("bytes */{}", picture.bytes);
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(CONTENT_RANGE, all)]).into_response());
        }
        Wanted::Whole => (StatusCode::OK, 0, picture.bytes),
        Wanted::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
    };
    let body = body(library, version, first, length).await?;
    let mut response = (status, [(CONTENT_LENGTH, length)], body).into_response();
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(place) = HeaderValue::try_from(format!(
            "bytes {first}-{}/{}",
            first + length - 1,
            picture.bytes
        ))
    {
        response.headers_mut().insert(CONTENT_RANGE, place);
    }
    describe(&mut response, version, tag, attachment);
    Ok(response)
}

fn describe(response: &mut Response, version: &Version, tag: String, attachment: Attachment) {
    let (kind, disposition) = match attachment {
        Attachment::No => (version.picture.media_type.clone(), None),
        Attachment::As(name) => (
            "application/octet-stream".to_owned(),
            Some(format!("attachment; filename=\"{name}\"")),
        ),
    };
    let modified = version
        .created_at
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    let mut set = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(CONTENT_TYPE, kind);
    set(ETAG, tag);
    set(LAST_MODIFIED, modified);
    set(ACCEPT_RANGES, "bytes".to_owned());
    if let Some(disposition) = disposition {
        set(CONTENT_DISPOSITION, disposition);
    }
}

/// `length` bytes of the stored file from `first` on.
async fn body(
    library: &Library,
    version: &Version,
    first: u64,
    length: u64,
) -> Result<Body, Error> {
    let path = library.path(version);
    let lost = |source| Error::FileUnreadable {
        path: path.clone(),
        source,
    };
    let mut file = tokio::fs::File::open(&path).await.map_err(lost)?;
    if file.metadata().await.map_err(lost)?.len() != version.picture.bytes {
        return Err(lost(ErrorKind::UnexpectedEof.into()));
    }
    file.seek(SeekFrom::Start(first)).await.map_err(lost)?;
    Ok(Body::from_stream(ReaderStream::with_capacity(
        file.take(length),
        PIECE,
    )))
}

fn wanted(asked: &HeaderMap, tag: &str, modified: Moment, length: u64) -> Wanted {
    let text = |name: HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    let unchanged_since = |since: &str| {
        DateTime::parse_from_rfc2822(since).is_ok_and(|since| modified.trunc_subsecs(0) <= since)
    };
    let has_it = match text(IF_NONE_MATCH) {
        // With it, If-Modified-Since is passed over (RFC 9110, 13.1.3).
        Some(tags) => tags.split(',').any(|known| {
            matches!(known.trim(), "*") || known.trim().trim_start_matches("W/") == tag
        }),
        None => text(IF_MODIFIED_SINCE).is_some_and(unchanged_since),
    };
    if has_it {
        return Wanted::Nothing;
    }
    let same = text(IF_RANGE).is_none_or(|known| known == tag || unchanged_since(known));
    match text(RANGE)
        .filter(|_| same)
        .and_then(|range| range.strip_prefix("bytes="))
    {
        Some(range) if !range.contains(',') => part(range.trim(), length).unwrap_or(Wanted::Whole),
        _ => Wanted::Whole,
    }
}

/// `None` for what is no range: then it counts as absent.
fn part(range: &str, length: u64) -> Option<Wanted> {
    let (first, last) = range.split_once('-')?;
    let (first, last) = match (first, last) {
        ("", suffix) => (
            length.saturating_sub(suffix.parse().ok()?),
            length.checked_sub(1)?,
        ),
        (first, "") => (first.parse().ok()?, u64::MAX),
        (first, last) => (first.parse().ok()?, last.parse().ok()?),
    };
    if first > last {
        // A suffix of no bytes, or a range written the wrong way round.
        return (first == length).then_some(Wanted::Beyond);
    }
    Some(if first < length {
        Wanted::Part {
            first,
            last: last.min(length - 1),
        }
    } else {
        Wanted::Beyond
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    const TAG: &str = "\"abc\"";

    fn ask(headers: &[(HeaderName, &str)]) -> Wanted {
        let modified = DateTime::parse_from_rfc3339("2026-11-23T10:11:12.654321Z")
            .unwrap()
            .to_utc();
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()))
            .collect();
        wanted(&headers, TAG, modified, 100)
    }

    #[test]
    fn a_range_is_cut_to_the_file() {
        let part = |first, last| Wanted::Part { first, last };
        let table = [
            ("bytes=0-9", part(0, 9)),
            ("bytes=90-", part(90, 99)),
            ("bytes=-7", part(93, 99)),
            ("bytes=-700", part(0, 99)),
            ("bytes=95-200", part(95, 99)),
            ("bytes=100-", Wanted::Beyond),
            ("bytes=-0", Wanted::Beyond),
            ("bytes=9-0", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=0-1,4-5", Wanted::Whole),
            ("bytes=99999999999999999999-", Wanted::Whole),
            ("lines=0-1", Wanted::Whole),
        ];
        for (range, expected) in table {
            assert_eq!(ask(&[(RANGE, range)]), expected, "{range}");
        }
    }

    #[test]
    fn who_has_the_file_is_not_sent_it_again() {
        assert_eq!(ask(&[(IF_NONE_MATCH, TAG)]), Wanted::Nothing);
        assert_eq!(
            ask(&[(IF_NONE_MATCH, "W/\"x\", W/\"abc\"")]),
            Wanted::Nothing
        );
        assert_eq!(
            ask(&[(IF_MODIFIED_SINCE, "Mon, 23 Nov 2026 10:11:12 GMT")]),
            Wanted::Nothing
        );
        assert_eq!(
            ask(&[(IF_MODIFIED_SINCE, "Mon, 23 Nov 2026 10:11:11 GMT")]),
            Wanted::Whole
        );
        assert_eq!(
            ask(&[
                (IF_NONE_MATCH, "\"x\""),
                (IF_MODIFIED_SINCE, "Mon, 23 Nov 2026 10:11:12 GMT")
            ]),
            Wanted::Whole
        );
    }

    #[test]
    fn a_part_of_another_file_is_of_no_use() {
        assert_eq!(
            ask(&[(RANGE, "bytes=0-9"), (IF_RANGE, "\"stale\"")]),
            Wanted::Whole
        );
        assert_eq!(
            ask(&[(RANGE, "bytes=0-9"), (IF_RANGE, TAG)]),
            Wanted::Part { first: 0, last: 9 }
        );
    }
}
