//! Answers that want to fill a client's memory or disk, lead it elsewhere, or never come to an end.

use std::io::Write;
use std::sync::LazyLock;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, LOCATION};
use axum::response::Response;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{Stream, StreamExt, stream};

use crate::fault::detail;
use crate::reply;
use crate::server::Call;
use crate::sim::Sim;

/// Which hostile answer. Where a picture is asked for it says that it is a PNG, elsewhere that it is JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hostile {
    /// `endless`: 200, bytes without end and without a length.
    Endless,
    /// `five-gigabytes`: 200, a `Content-Length` of 5 368 709 120 and as many bytes.
    FiveGigabytes,
    /// `gzip-bomb`: 200, `Content-Encoding: gzip`, about 1 MB that unpacks to 1 GiB of spaces.
    GzipBomb,
    /// `octets`: 200 `application/octet-stream`, 4096 bytes that mean nothing.
    Octets,
    /// `chunked-cut`: 200, chunked, reset after the first chunk.
    ChunkedCut,
    /// `redirect-loop`: 307 to the URL that was asked.
    RedirectLoop,
    /// `redirect-metadata`: 307 to a cloud's metadata service, `http://169.254.169.254/latest/meta-data/`.
    RedirectMetadata,
    /// `redirect-loopback`: 307 to another port of this computer, `http://127.0.0.1:9/`.
    RedirectLoopback,
    /// `redirect-ipv6`: 307 to the same in other words, `http://[::1]:9/`.
    RedirectIpv6,
    /// `echo`: 401 with a `detail` that repeats the `Authorization` header, as careless gateways do.
    Echo,
}

/// The answer. None of them says anything of a job.
pub(crate) fn answer(sim: &Sim, call: &Call, hostile: Hostile) -> Response {
    match hostile {
        Hostile::Endless => streamed(call, endless(sim)),
        Hostile::FiveGigabytes => {
            let mut response = streamed(call, endless(sim).take(FIVE_GIGABYTES / SPACES.len()));
            reply::set(&mut response, CONTENT_LENGTH, FIVE_GIGABYTES.to_string());
            response
        }
        Hostile::GzipBomb => {
            let mut response = reply::with_type(200, content_type(call), BOMB.clone());
            reply::set(&mut response, CONTENT_ENCODING, "gzip");
            response
        }
        Hostile::Octets => {
            let octets: Vec<u8> = (0..4096_u32).map(|at| (at * 167 % 251) as u8).collect();
            reply::with_type(200, "application/octet-stream", octets)
        }
        Hostile::ChunkedCut => {
            let wire = call.wire.clone();
            // The second piece is never sent: it cuts the wire, so that the first has left and the chunk that would end it has not.
            let pieces = stream::iter([false, true]).then(move |last| {
                let wire = wire.clone();
                async move {
                    if !last {
                        return Ok(Bytes::from_static(b"{\"images\":[{\"url\":\"http"));
                    }
                    tokio::task::yield_now().await;
                    wire.cut();
                    Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
                }
            });
            reply::with_type(200, content_type(call), Body::from_stream(pieces))
        }
        Hostile::RedirectLoop => redirect(&format!("{}{}", call.origin, call.uri)),
        Hostile::RedirectMetadata => redirect("http://169.254.169.254/latest/meta-data/"),
        Hostile::RedirectLoopback => redirect("http://127.0.0.1:9/"),
        Hostile::RedirectIpv6 => redirect("http://[::1]:9/"),
        Hostile::Echo => {
            let sent = call.header("authorization").unwrap_or_default();
            detail(401, &format!("No user found for {sent}"))
        }
    }
}

/// 200, then one byte every so many milliseconds, without end.
pub(crate) fn drip(sim: &Sim, call: &Call, milliseconds: u32) -> Response {
    let pause = Duration::from_millis(milliseconds.into());
    let pieces = endless(sim).then(move |_| async move {
        tokio::time::sleep(pause).await;
        SPACES.slice(..1)
    });
    streamed(call, pieces)
}

/// 307 keeps method and body: a client that follows it submits twice.
fn redirect(place: &str) -> Response {
    let mut response = reply::bare(307);
    reply::set(&mut response, LOCATION, place);
    response
}

fn content_type(call: &Call) -> &'static str {
    if call.uri.path().starts_with("/files/") {
        "image/png"
    } else {
        "application/json"
    }
}

fn streamed(call: &Call, pieces: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    let body = Body::from_stream(pieces.map(Ok::<_, std::convert::Infallible>));
    reply::with_type(200, content_type(call), body)
}

/// White space keeps a JSON parser waiting for the value. Ends when the simulator stops.
fn endless(sim: &Sim) -> impl Stream<Item = Bytes> + Send + use<> {
    let stopping = sim.stopping.subscribe();
    let pieces = std::iter::repeat(SPACES.clone()).take_while(move |_| !*stopping.borrow());
    stream::iter(pieces)
}

const FIVE_GIGABYTES: usize = 5 << 30;
static SPACES: Bytes = Bytes::from_static(&[b' '; 64 << 10]);

/// A gzip file may have several members; one of 16 MiB is packed once and said 64 times.
static BOMB: LazyLock<Bytes> = LazyLock::new(|| {
    let mut member = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..256 {
        // Writing to memory cannot fail.
        member.write_all(&SPACES).ok();
    }
    member.finish().unwrap_or_default().repeat(64).into()
});
