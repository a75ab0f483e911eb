//! An endpoint that leads away: whatever it names, the host it names there is asked without the key.

use std::sync::{Arc, Mutex};

use overpaint_core::error::Charged;
use overpaint_core::job::State;
use overpaint_core::settings::Given;
use overpaint_testkit::{Folder, GOOD_KEY, sample};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Stage, open, run};

/// A server of a few lines that answers by path and keeps every byte it is sent.
struct Recorder {
    origin: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    /// `answer` gets the request line's path and gives status, headers and body.
    async fn start(
        answer: impl Fn(&str) -> (u16, String, Vec<u8>) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&seen), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                tokio::spawn(async move {
                    let request = read(&mut stream).await;
                    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                    kept.lock().unwrap().push(request);
                    let (status, headers, body) = answer(&path);
                    let head = format!(
                        "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
                        body.len()
                    );
                    let _ = stream.write_all(head.as_bytes()).await;
                    let _ = stream.write_all(&body).await;
                });
            }
        });
        Self { origin, seen }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// One request, head and body, as text.
async fn read(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse()
                    .ok()
            });
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return text,
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
        }
    }
}

/// The host that is led to: it has a picture at every address, and for who polls an answer that names it.
async fn elsewhere() -> Recorder {
    let picture = sample::photo_png(16, 16);
    Recorder::start(move |path| match path {
        "/moved" => (302, "location: /picture.png\r\n".to_owned(), Vec::new()),
        path if path.starts_with("/picture") => (200, String::new(), picture.clone()),
        "/result" => (
            200,
            String::new(),
            br#"{"images":[{"url":"http://127.0.0.1:1/x.png"}]}"#.to_vec(),
        ),
        _ => (200, String::new(), br#"{"status":"COMPLETED"}"#.to_vec()),
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_location_a_poll_url_a_redirect_and_a_result_elsewhere_are_asked_without_the_key() {
    let there = elsewhere().await;
    let away = there.origin.clone();
    let queue = format!(
        r#"{{"request_id":"r","status_url":"{away}/status","response_url":"{away}/result","cancel_url":"{away}/cancel"}}"#
    );
    // What the endpoint says to the submit, and the path it leads to.
    let answers: [(u16, String, String, &str); 7] = [
        (
            202,
            format!("location: {away}/located\r\n"),
            String::new(),
            "/located",
        ),
        (
            202,
            String::new(),
            format!(r#"{{"poll_url":"{away}/polled"}}"#),
            "/polled",
        ),
        (
            202,
            String::new(),
            format!(r#"{{"result_url":"{away}/resulted"}}"#),
            "/resulted",
        ),
        (200, String::new(), queue, "/result"),
        (
            200,
            String::new(),
            format!(r#"{{"images":[{{"url":"{away}/picture.png"}}]}}"#),
            "/picture.png",
        ),
        (
            200,
            String::new(),
            format!(r#"{{"images":[{{"url":"{away}/moved"}}]}}"#),
            "/moved",
        ),
        (
            307,
            format!("location: {away}/redirected\r\n"),
            String::new(),
            "",
        ),
    ];
    for (status, headers, body, leads_to) in answers {
        let endpoint =
            Recorder::start(move |_| (status, headers.clone(), body.clone().into_bytes())).await;
        let folder = Folder::new().unwrap();
        let given = Given::nothing(folder.path())
            .flag("FAL_API_KEY", GOOD_KEY)
            .flag("FAL_ENDPOINT", &endpoint.origin)
            .flag("POLL_INTERVAL", "0.005")
            .flag("POLL_MAX_WAIT", "0.05");
        let library = open(given).await;
        let before = there.seen().len();
        let job = run(&library, "dusk").await;
        assert!(!job.state.is_active());
        let submits = endpoint.seen();
        assert!(
            submits.len() == 1 && submits[0].contains(&format!("Key {GOOD_KEY}")),
            "the endpoint itself gets it, once"
        );
        let asked = there.seen().split_off(before);
        assert_eq!(
            asked
                .iter()
                .any(|request| request.contains(&format!(" {leads_to} "))),
            !leads_to.is_empty(),
            "{leads_to}: {asked:?}"
        );
        assert!(leads_to != "/picture.png" || job.state == State::Done);
    }
    check_no_key(&there);
}

/// 0.0.0.0 leads to this computer without being one of its loopback addresses, so what is there counts as an endpoint anywhere.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_elsewhere_cannot_make_us_ask_inside_a_private_network() {
    let there = elsewhere().await;
    for away in [
        there.origin.clone(),
        there.origin.replace("127.0.0.1", "localhost"),
    ] {
        let queue = format!(
            r#"{{"request_id":"r","status_url":"{away}/status","response_url":"{away}/result","cancel_url":"{away}/cancel"}}"#
        );
        let answers = [
            (202, format!("location: {away}/located\r\n"), String::new()),
            (
                202,
                String::new(),
                format!(r#"{{"poll_url":"{away}/polled"}}"#),
            ),
            (200, String::new(), queue),
        ];
        for (status, headers, body) in answers {
            let said = format!("{headers}{body}");
            let endpoint =
                Recorder::start(move |_| (status, headers.clone(), body.clone().into_bytes()))
                    .await;
            let folder = Folder::new().unwrap();
            let given = Given::nothing(folder.path())
                .flag("FAL_API_KEY", GOOD_KEY)
                .flag(
                    "FAL_ENDPOINT",
                    endpoint.origin.replace("127.0.0.1", "0.0.0.0"),
                )
                .flag("POLL_INTERVAL", "0.005")
                .flag("POLL_MAX_WAIT", "0.05");
            let job = run(&open(given).await, "dusk").await;
            let charged = job.failure.map(|failure| failure.charged);
            assert_eq!(
                (job.state, charged, endpoint.seen().len()),
                (State::Unconfirmed, Some(Charged::Maybe), 1),
                "{said}"
            );
        }
    }
    assert_eq!(there.seen(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn on_fals_own_hosts_a_ticket_that_leads_away_is_followed_without_the_key() {
    let (stage, there) = (Stage::new().await, elsewhere().await);
    let away = there.origin.clone();
    // Stands for all of fal's hosts: takes the upload, and answers the submit with a ticket elsewhere.
    let fal = Recorder::start(move |path| {
        let json = if path.contains("/storage/upload/initiate") {
            format!(r#"{{"upload_url":"{away}/upload","file_url":"{away}/file.png"}}"#)
        } else {
            format!(r#"{{"request_id":"r","status_url":"{away}/status","response_url":"{away}/result","cancel_url":"{away}/cancel"}}"#)
        };
        (200, String::new(), json.into_bytes())
    })
    .await;
    let given = Given::nothing(stage.folder.path())
        .flag("FAL_API_KEY", GOOD_KEY)
        .flag("FAL_SERVICE", &fal.origin)
        .flag("POLL_INTERVAL", "0.005");
    let job = run(&open(given).await, "dusk").await;
    assert!(!job.state.is_active(), "{job:?}");
    assert!(
        fal.seen()
            .iter()
            .all(|request| request.contains(&format!("Key {GOOD_KEY}")))
    );
    check_no_key(&there);
}

/// The other host has seen requests, and the key in none of them, in whatever spelling.
fn check_no_key(there: &Recorder) {
    let secret = GOOD_KEY.split(':').next_back().unwrap();
    for request in there.seen() {
        let text = request.to_ascii_lowercase();
        assert!(!text.contains("authorization"), "{request}");
        assert!(
            !request.contains(GOOD_KEY) && !request.contains(secret),
            "{request}"
        );
    }
}
