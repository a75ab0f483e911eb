//! Bytes on a socket that no well-meaning client sends. Whatever they are: no answer is a server error, the next client is served, and
//! nothing is written but the library.

use std::fmt;
use std::io::ErrorKind;
use std::time::Duration;

use overpaint_testkit::sample;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::house::House;

/// Longer than any answer takes on a slow machine, and than the server waits for a client that says nothing more.
const PATIENCE: Duration = Duration::from_secs(60);

/// A name to look for where it must not be.
const ESCAPED: &str = "overpaint-escaped";

/// What is sent, and whether the server can know that it is all.
#[derive(Clone)]
struct Raw {
    bytes: Vec<u8>,
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It is a whole request: the client waits for its answer.
    Whole,
    /// It may end in the middle: the client says that no more comes.
    Closed,
}

impl fmt::Debug for Raw {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.bytes[..self.bytes.len().min(3000)];
        write!(out, "{:?} \"{}\"", self.end, shown.escape_ascii())
    }
}

/// The same cases on every machine; `PROPTEST_CASES` asks for more of them.
fn config(cases: u32) -> Config {
    Config {
        rng_seed: RngSeed::Fixed(24),
        failure_persistence: None,
        ..Config::with_cases(cases)
    }
}

/// Sends them one after the other to one server, then looks at what is left behind.
fn endures(cases: u32, requests: impl Strategy<Value = Raw>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let house = runtime.block_on(House::new());
    let mut runner = TestRunner::new(config(cases));
    let ran = runner.run(&requests, |request| {
        let answer = runtime.block_on(send(&house, &request))?;
        let text = String::from_utf8_lossy(&answer);
        prop_assert!(!text.contains("HTTP/1.1 5"), "a server error: {text}");
        prop_assert!(!text.contains("SQLite format"), "the database: {text}");
        let health = runtime.block_on(house.get("/health").send());
        prop_assert_eq!(health.unwrap().status(), 200);
        Ok(())
    });
    if let Err(failed) = ran {
        panic!("{failed}");
    }
    let ours = ["library.db", "pictures", "cache", "tmp", "lock", "control"];
    for file in house.folder.files().unwrap() {
        let name = file.to_string_lossy();
        assert!(ours.iter().any(|ours| name.starts_with(ours)), "{name}");
        assert!(!name.contains(ESCAPED), "{name}");
    }
    let around = house.folder.path().ancestors().skip(1);
    for folder in around.chain([std::path::Path::new(".")]) {
        for entry in folder.read_dir().unwrap().flatten() {
            let name = entry.file_name();
            assert!(!name.to_string_lossy().contains(ESCAPED), "{name:?}");
        }
    }
}

/// What came back: at least the head of an answer, or what there was when the server hung up.
async fn send(house: &House, request: &Raw) -> Result<Vec<u8>, TestCaseError> {
    let address = house.url.strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).await.unwrap();
    let bytes = addressed(&request.bytes, address);
    let (mut from, mut to) = socket.split();
    let writing = async {
        // A server that has seen enough may hang up: that is an answer too.
        let sent = to.write_all(&bytes).await;
        if sent.is_ok() && request.end == End::Closed {
            let _ = to.shutdown().await;
        }
    };
    let (mut answer, mut silent) = (Vec::new(), false);
    let reading = async {
        let mut piece = [0; 4096];
        loop {
            match from.read(&mut piece).await {
                Ok(0) => {
                    silent = answer.is_empty();
                    break;
                }
                Ok(count) => answer.extend_from_slice(&piece[..count]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
                Err(error) => panic!("{error}"),
            }
            let has_head = answer.windows(4).any(|four| four == b"\r\n\r\n");
            if has_head && request.end == End::Whole {
                break;
            }
        }
    };
    let both = async {
        tokio::join!(writing, reading);
    };
    let ended = timeout(PATIENCE, both).await;
    ended.map_err(|_| TestCaseError::fail("neither an answer nor an end"))?;
    prop_assert!(!(silent && request.end == End::Whole), "no answer at all");
    Ok(answer)
}

/// Requests are made before the server has its port: this puts it in.
fn addressed(mut bytes: &[u8], address: &str) -> Vec<u8> {
    let name = b"HOST:PORT";
    let mut whole = Vec::new();
    while let Some(at) = bytes.windows(name.len()).position(|part| part == name) {
        whole.extend_from_slice(&bytes[..at]);
        whole.extend_from_slice(address.as_bytes());
        bytes = &bytes[at + name.len()..];
    }
    whole.extend_from_slice(bytes);
    whole
}

fn whole(bytes: impl Into<Vec<u8>>) -> Raw {
    Raw {
        bytes: bytes.into(),
        end: End::Whole,
    }
}

fn closed(bytes: impl Into<Vec<u8>>) -> Raw {
    Raw {
        bytes: bytes.into(),
        end: End::Closed,
    }
}

/// A word of a request line: anything but what would end it.
fn word() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(
        any::<u8>().prop_filter("no space, no end of line", |byte| {
            !matches!(byte, b' ' | b'\r' | b'\n' | b'\t')
        }),
        1..40,
    )
}

fn method() -> impl Strategy<Value = Vec<u8>> {
    let known = select(vec![
        "GET", "GET", "GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH", "TRACE",
        "CONNECT", "get", "BREW",
    ]);
    prop_oneof![9 => known.prop_map(|method| method.as_bytes().to_vec()), 1 => word()]
}

/// Addresses with an id or a name at their end that is none.
fn path() -> impl Strategy<Value = Vec<u8>> {
    let before = select(vec![
        "/",
        "/api/jobs",
        "/api/jobs/",
        "/api/jobs/page?page=",
        "/api/jobs/page?status=",
        "/static/",
        "/static/%2e/",
        "/api/v1/",
        "/api/v1/jobs/",
        "/api/v1/jobs?limit=",
        "/api/v1/pictures/",
        "/openapi.json/",
        "/docs/",
        "http://HOST:PORT/api/jobs/",
    ]);
    let id = "0199c0de-0000-7000-8000-000000000000";
    let strange = select(vec![
        "../library.db".to_owned(),
        "../../../../../../etc/hostname".to_owned(),
        "..%2flibrary.db".to_owned(),
        "%2e%2e%2flibrary.db".to_owned(),
        "%252e%252e%252flibrary.db".to_owned(),
        "..\\library.db".to_owned(),
        "..%5clibrary.db".to_owned(),
        "%5c%5chost%5cshare".to_owned(),
        "..%c0%aflibrary.db".to_owned(),
        "....//library.db".to_owned(),
        "library.db%00.png".to_owned(),
        format!("{id}_out.png/../../library.db"),
        format!("{id}_out.%2e%2e%2flibrary.db"),
        id.to_owned(),
        id.to_uppercase(),
        format!("{{{id}}}"),
        format!("urn:uuid:{id}"),
        format!("{id}/download"),
        format!("{id}/retry"),
        format!("{id}%0d%0aX-Made-Up: 1"),
        "'%20OR%201=1--".to_owned(),
        "99999999999999999999999999".to_owned(),
        "-1".to_owned(),
        "%".to_owned(),
        "%zz%f".to_owned(),
        "%ff%fe".to_owned(),
        "%00".to_owned(),
        "a".repeat(9000),
        "/".repeat(300),
        "a%2f".repeat(500),
    ]);
    let after = prop_oneof![
        6 => strange.prop_map(String::into_bytes),
        2 => word(),
        1 => Just(Vec::new()),
    ];
    (before, after).prop_map(|(before, after)| [before.as_bytes(), &after].concat())
}

fn head(method: &[u8], path: &[u8], headers: &[u8]) -> Vec<u8> {
    [
        method,
        b" ",
        path,
        b" HTTP/1.1\r\nHost: HOST:PORT\r\n",
        headers,
        b"\r\n",
    ]
    .concat()
}

/// A name and a value, well or badly made.
fn header() -> impl Strategy<Value = Vec<u8>> {
    let known = select(vec![
        "Host: HOST:PORT",
        "Host: evil.example",
        "Host:",
        "Origin: null",
        "Origin: http://evil.example",
        "Referer: :::",
        "Range: bytes=-",
        "Range: bytes=18446744073709551615-",
        "Range: bytes=0-0,1-1,2-2",
        "If-None-Match: \"",
        "If-Modified-Since: yesterday",
        "Authorization: Bearer",
        "Authorization: Basic %%%",
        "Cookie: a=b; a=c",
        "Expect: 200-ok",
        "Expect: 100-continue",
        "Content-Type: multipart/form-data; boundary=",
        "Content-Type: multipart/form-data",
        "Accept-Encoding: gzip;q=9",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings",
        "Connection: close, keep-alive",
        "Last-Event-ID: \u{202e}x",
        "X-Forwarded-Host: evil.example",
        " folded: yes",
        "no colon",
        ": no name",
        "Space : before",
    ]);
    let odd = (word(), word()).prop_map(|(name, value)| [&name[..], b": ", &value].concat());
    let large = (1000usize..40_000).prop_map(|size| [b"X-Large: ", &vec![b'a'; size][..]].concat());
    let line = prop_oneof![
        8 => known.prop_map(|header| header.as_bytes().to_vec()),
        3 => odd,
        1 => large,
    ];
    line.prop_map(|line| [&line[..], b"\r\n"].concat())
}

fn headers() -> impl Strategy<Value = Vec<u8>> {
    let some = prop::collection::vec(header(), 0..8).prop_map(|lines| lines.concat());
    let many = (90usize..400).prop_map(|count| b"X-Again: 1\r\n".repeat(count));
    prop_oneof![9 => some, 1 => many]
}

/// One part of a form between its boundaries, or something like one.
fn form_part() -> impl Strategy<Value = Vec<u8>> {
    let text = |head: &str, body: &[u8]| {
        let head = format!("--B\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        [head.as_bytes(), body, b"\r\n"].concat()
    };
    let picture = sample::photo_png(16, 16);
    let file = |name: &str| text(&format!("name=\"image\"; filename=\"{name}\""), &picture);
    let known = select(vec![
        text("name=\"prompt\"", b"sepia"),
        text("name=\"prompt\"", b"\xff\xfe\0"),
        text("name=\"prompt\"; filename=\"x\"", b"sepia"),
        text("name=\"image\"", b"not a file"),
        text("name=\"\"", b""),
        text("filename=\"a.png\"", b""),
        text("name=\"other\"", &[0; 2000]),
        file("a.png"),
        file(""),
        file(&format!("../../{ESCAPED}.png")),
        file(&format!("..\\..\\{ESCAPED}.png")),
        file(&format!("/tmp/{ESCAPED}.png")),
        file(&format!("%2e%2e%2f{ESCAPED}.png")),
        file(&format!("{ESCAPED}\0.png")),
        file(&"n".repeat(5000)),
        file("\u{202e}gnp.exe"),
        text("name=\"image\"; filename=\"a.png\"", &picture[..40]),
        text("name=\"image\"; filename=\"a.svg\"", b"<svg/>"),
        b"--B\r\n\r\n\r\n".to_vec(),
        b"--B\r\nContent-Disposition: form-data; name=\"prompt".to_vec(),
        b"--B\r\nContent-Disposition: \xff\r\n\r\nx\r\n".to_vec(),
        b"--B--\r\n".to_vec(),
        b"--B".to_vec(),
        b"\r\n\r\n".to_vec(),
    ]);
    let noise = prop::collection::vec(any::<u8>(), 0..300);
    prop_oneof![12 => known, 1 => noise]
}

fn form() -> impl Strategy<Value = Vec<u8>> {
    let parts = prop::collection::vec(form_part(), 0..6).prop_map(|parts| parts.concat());
    (parts, select(vec!["--B--\r\n", "--B--", "--B", ""]))
        .prop_map(|(parts, end)| [&parts, end.as_bytes()].concat())
}

/// The head of an upload whose body is framed as said.
fn upload(framing: &str) -> Vec<u8> {
    let headers = format!("Content-Type: multipart/form-data; boundary=B\r\n{framing}\r\n");
    head(b"POST", b"/api/jobs", headers.as_bytes())
}

fn counted(form: &[u8]) -> Raw {
    let head = upload(&format!("Content-Length: {}", form.len()));
    whole([&head, form].concat())
}

#[test]
fn noise_is_no_request() {
    let noise = prop::collection::vec(any::<u8>(), 0..3000).prop_map(closed);
    let cut = (method(), path(), headers(), any::<prop::sample::Index>()).prop_map(
        |(method, path, headers, at)| {
            let mut bytes = head(&method, &path, &headers);
            bytes.truncate(at.index(bytes.len()));
            closed(bytes)
        },
    );
    endures(64, prop_oneof![noise, cut]);
}

#[test]
fn no_address_and_no_header_is_a_server_error_or_a_way_out_of_the_library() {
    let requests = (method(), path(), headers());
    endures(
        256,
        requests.prop_map(|(method, path, headers)| whole(head(&method, &path, &headers))),
    );
}

#[test]
fn every_address_is_answered() {
    endures(
        128,
        path().prop_map(|path| whole(head(b"GET", &path, b"Connection: close\r\n"))),
    );
}

#[test]
fn any_form_is_answered() {
    endures(128, form().prop_map(|form| counted(&form)));
}

#[test]
fn a_form_of_ten_thousand_parts_is_answered() {
    let part = b"--B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nx\r\n";
    let form = [&part.repeat(10_000)[..], b"--B--\r\n"].concat();
    endures(1, Just(counted(&form)));
}

#[test]
fn a_body_that_is_not_as_long_as_it_says_hurts_nobody_else() {
    let framing = prop_oneof![
        select(vec![
            "Content-Length: 0",
            "Content-Length: -1",
            "Content-Length: 18446744073709551616",
            "Content-Length: 1e3",
            "Content-Length: 10\r\nContent-Length: 20",
            "Content-Length: 10\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: gzip",
        ])
        .prop_map(str::to_owned),
        (0u64..2_000_000_000).prop_map(|length| format!("Content-Length: {length}")),
    ];
    let lies = (framing, form())
        .prop_map(|(framing, form)| closed([&upload(&framing)[..], &form].concat()));
    endures(96, lies);
}

#[test]
fn chunks_that_are_none_hurt_nobody_else() {
    let size = prop_oneof![
        select(vec![
            "0",
            "5",
            "ffffffffffffffff",
            "10000000000000000",
            "-1",
            "x",
            "",
            "5;a=b",
            "5 ",
            "00000",
        ])
        .prop_map(str::to_owned),
        (0usize..4000).prop_map(|size| format!("{size:x}")),
    ];
    let chunk =
        (size, form()).prop_map(|(size, data)| [size.as_bytes(), b"\r\n", &data, b"\r\n"].concat());
    let chunks = prop::collection::vec(chunk, 0..5).prop_map(|chunks| {
        let body = chunks.concat();
        closed([&upload("Transfer-Encoding: chunked")[..], &body].concat())
    });
    endures(96, chunks);
}
