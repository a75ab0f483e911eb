//! v3b.fal.media: files for anybody who has the URL.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL,
    CONTENT_RANGE, LOCATION, RANGE,
};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;

use crate::fault::detail;
use crate::outputs;
use crate::reply;
use crate::script::{Download, Place, Script};
use crate::server::{Answer, Call, cut, fail};
use crate::sim::{File, Sim};
use crate::stage::Stage;

pub(crate) async fn get(sim: &Sim, call: &Call, name: &str, moved: bool) -> Answer {
    let mut answer = if call.method == "OPTIONS" {
        reply::bare(204).into()
    } else {
        found(sim, call, name, moved).await
    };
    reply::set(&mut answer.response, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    reply::set(
        &mut answer.response,
        ACCESS_CONTROL_ALLOW_METHODS,
        "GET, HEAD, OPTIONS",
    );
    answer
}

async fn found(sim: &Sim, call: &Call, name: &str, moved: bool) -> Answer {
    match sim.file(name) {
        Some(File::Upload {
            content_type,
            bytes: Some(bytes),
            ..
        }) => whole(call, &content_type, bytes).into(),
        Some(File::Output { request_id, .. }) => output(sim, call, name, &request_id, moved).await,
        Some(File::Upload { bytes: None, .. }) | None => detail(404, "Not Found").into(),
    }
}

async fn output(sim: &Sim, call: &Call, name: &str, id: &str, moved: bool) -> Answer {
    let Some((job, script)) = sim.with_job(id, |job, script| {
        job.downloads += 1;
        (job.clone(), script.clone())
    }) else {
        return detail(404, "Not Found").into();
    };
    if sim.pass(Stage::Download, &call.wire).await.is_err() {
        return Answer::about(id, cut(call));
    }
    if let Some(failure) = sim.strike(&script, Place::Download, id) {
        return Answer::about(id, fail(sim, call, failure, &job.endpoint).await);
    }
    let redirect = match &script.download {
        Download::Redirect if !moved => Some(format!("{}/files/moved/{name}", call.origin)),
        Download::RedirectTo(url) => Some(url.clone()),
        _ => None,
    };
    if let Some(place) = redirect {
        let mut response = reply::bare(302);
        reply::set(&mut response, LOCATION, place);
        return Answer::about(id, response);
    }
    let Some((bytes, content_type)) = outputs::file(sim, &job, &script, name).await else {
        return Answer::about(id, detail(404, "Not Found"));
    };
    Answer::about(id, delivered(sim, call, &script, content_type, bytes))
}

fn delivered(
    sim: &Sim,
    call: &Call,
    script: &Script,
    content_type: &str,
    bytes: Bytes,
) -> Response {
    match script.download {
        Download::Html => reply::with_type(
            200,
            "text/html; charset=utf-8",
            "<html><body>no image here</body></html>",
        ),
        Download::HtmlAsImage => {
            reply::with_type(200, "image/png", "<html><body>no image here</body></html>")
        }
        Download::WrongType => reply::with_type(200, "text/plain", bytes),
        Download::CutPicture => {
            let half = bytes.slice(..bytes.len() / 2);
            reply::with_type(200, content_type, half)
        }
        Download::Empty => {
            let mut response = reply::with_type(200, content_type, Body::empty());
            reply::set_length(&mut response, 0);
            response
        }
        Download::Truncated => {
            let half = bytes.slice(..bytes.len() / 2);
            // The pause makes the half leave before the connection ends; else the client would not even see a status.
            let pieces = stream::unfold(Some(half), |half| async {
                match half {
                    Some(half) => Some((half, None)),
                    None => {
                        tokio::task::yield_now().await;
                        None
                    }
                }
            });
            let mut response = streamed(content_type, pieces);
            reply::set_length(&mut response, bytes.len());
            response
        }
        Download::Large(mebibytes) => {
            let padding = mebibytes as usize;
            let length = bytes.len() + padding * MEBIBYTE.len();
            let pieces = std::iter::once(bytes)
                .chain(std::iter::repeat_n(Bytes::from_static(&MEBIBYTE), padding));
            let mut response = streamed(content_type, stream::iter(pieces));
            reply::set_length(&mut response, length);
            response
        }
        Download::Endless => {
            let stopping = sim.stopping.subscribe();
            let pieces = std::iter::once(bytes)
                .chain(std::iter::repeat(Bytes::from_static(&MEBIBYTE)))
                .take_while(move |_| !*stopping.borrow());
            streamed(content_type, stream::iter(pieces))
        }
        Download::Whole | Download::Redirect | Download::RedirectTo(_) => {
            whole(call, content_type, bytes)
        }
    }
}

/// Padding after a picture's end, which decoders do not read.
static MEBIBYTE: [u8; 1 << 20] = [0xa5; 1 << 20];

fn streamed(
    content_type: &str,
    pieces: impl futures_util::Stream<Item = Bytes> + Send + 'static,
) -> Response {
    use futures_util::StreamExt;
    reply::with_type(
        200,
        content_type,
        Body::from_stream(pieces.map(Ok::<_, Infallible>)),
    )
}

/// The file, or the one range of it that was asked for.
fn whole(call: &Call, content_type: &str, bytes: Bytes) -> Response {
    let length = bytes.len();
    let mut response = match call
        .header(RANGE.as_str())
        .map(|range| wanted(range, length))
    {
        None | Some(Wanted::All) => {
            let mut response = reply::with_type(200, content_type, bytes);
            reply::set_length(&mut response, length);
            response
        }
        Some(Wanted::Part(first, last)) => {
            let mut response = reply::with_type(206, content_type, bytes.slice(first..=last));
            reply::set_length(&mut response, last - first + 1);
            reply::set(
                &mut response,
                CONTENT_RANGE,
                format!("bytes {first}-{last}/{length}"),
            );
            response
        }
        Some(Wanted::Outside) => {
            let mut response = reply::bare(416);
            reply::set(&mut response, CONTENT_RANGE, format!("bytes */{length}"));
            response
        }
    };
    reply::set(&mut response, ACCEPT_RANGES, "bytes");
    reply::set(
        &mut response,
        CACHE_CONTROL,
        "public, max-age=5184000, immutable",
    );
    response
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    All,
    Part(usize, usize),
    Outside,
}

/// Reads a `Range` header. What is malformed, or asks for several ranges, is ignored, as HTTP lets a server do.
fn wanted(range: &str, length: usize) -> Wanted {
    let Some((first, last)) = range
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return Wanted::All;
    };
    let end = length.saturating_sub(1);
    let (first, last) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.min(end)),
        (Ok(first), Err(_)) if last.is_empty() => (first, end),
        (Err(_), Ok(0)) if first.is_empty() => return Wanted::Outside,
        (Err(_), Ok(suffix)) if first.is_empty() => (length.saturating_sub(suffix), end),
        _ => return Wanted::All,
    };
    if first >= length {
        return Wanted::Outside;
    }
    Wanted::Part(first, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_a_slice_a_rest_or_a_tail() {
        let table = [
            ("bytes=0-0", Wanted::Part(0, 0)),
            ("bytes=2-5", Wanted::Part(2, 5)),
            ("bytes=8-100", Wanted::Part(8, 9)),
            ("bytes=4-", Wanted::Part(4, 9)),
            ("bytes=-3", Wanted::Part(7, 9)),
            ("bytes=-30", Wanted::Part(0, 9)),
            ("bytes=10-", Wanted::Outside),
            ("bytes=-0", Wanted::Outside),
            ("bytes=5-2", Wanted::All),
            ("bytes=0-1,3-4", Wanted::All),
            ("lines=1-2", Wanted::All),
        ];
        for (range, expected) in table {
            assert_eq!(wanted(range, 10), expected, "{range}");
        }
    }
}
