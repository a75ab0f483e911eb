//! Reading answers: which protocol a submit's answer speaks, what a look shows, where the pictures are. Pure.

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use reqwest::StatusCode;
use serde_json::Value;
use url::Url;

use super::Given;
use super::http::json;
use crate::job::{Protocol, Ticket};

/// The pictures of an answer, and what it says about them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Outputs {
    /// Where they are, in order.
    pub(crate) given: Vec<Given>,
    /// The rest.
    pub(crate) told: Told,
}

/// What an answer says beside its pictures.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Told {
    /// The seed it was made with, in digits: it can be past 2^53.
    pub(crate) seed: Option<String>,
    /// For each picture, whether the model's safety check named it.
    pub(crate) flagged: Vec<bool>,
    /// In fal's units, what it bills.
    pub(crate) units: Option<f64>,
}

/// What the answer to a submit is.
#[derive(Debug)]
pub(super) enum Reply {
    /// Pictures at once: the direct protocol.
    Pictures(Outputs),
    /// Later, to be asked there.
    Ticket(Ticket),
    /// Neither.
    No,
}

/// What the answer to a look is.
#[derive(Debug)]
pub(super) enum Seen {
    InLine(Option<u32>),
    Running(Option<String>),
    /// Finished: the result lies elsewhere. `failed`: fal says that it is an error.
    Completed {
        failed: bool,
    },
    Pictures(Outputs),
    NoPictures(String),
    Failed(String),
    Cancelled,
    /// Not an answer to the question.
    Nothing,
}

/// Reads a submit's answer by its shape (not by who sent it): images, fal's queue, or the original's 202.
pub(super) fn of_submit(
    status: StatusCode,
    asked: &Url,
    location: Option<&str>,
    body: &[u8],
) -> Reply {
    if !status.is_success() {
        return Reply::No;
    }
    let json = json(body).unwrap_or_default();
    let outputs = outputs_in(&json);
    if !outputs.given.is_empty() {
        return Reply::Pictures(outputs);
    }
    if let (Some(request_id), Some(status_url), Some(response_url)) = (
        text(&json, "request_id"),
        text(&json, "status_url"),
        text(&json, "response_url"),
    ) {
        return Reply::Ticket(Ticket {
            protocol: Protocol::Queue,
            request_id: Some(request_id),
            status_url,
            response_url,
            cancel_url: text(&json, "cancel_url"),
        });
    }
    if status != StatusCode::ACCEPTED {
        return Reply::No;
    }
    // The original's order; a path is taken as one of the endpoint's own.
    let named = ["poll_url", "status_url", "result_url"]
        .into_iter()
        .find_map(|name| text(&json, name));
    let url = location
        .map(str::to_owned)
        .or(named)
        .and_then(|url| asked.join(&url).ok());
    url.filter(|url| matches!(url.scheme(), "http" | "https"))
        .map_or(Reply::No, |url| {
            Reply::Ticket(Ticket {
                protocol: Protocol::Poll,
                request_id: text(&json, "request_id"),
                status_url: url.to_string(),
                response_url: url.to_string(),
                cancel_url: None,
            })
        })
}

/// Reads the answer to a look.
pub(super) fn of_look(protocol: Protocol, status: StatusCode, body: &[u8]) -> Seen {
    if !status.is_success() {
        return Seen::Nothing;
    }
    let Some(json) = json(body) else {
        return Seen::Nothing;
    };
    match protocol {
        Protocol::Queue => of_status(&json),
        Protocol::Poll => of_poll(&json),
    }
}

/// fal has three states and no fourth; a failed or cancelled job is COMPLETED with an error (fal-contract 3.3). Its full text lies in the
/// result, so all that is told from here is that there is one, and a cancel.
fn of_status(json: &Value) -> Seen {
    match json.get("status").and_then(Value::as_str) {
        Some("IN_QUEUE") => Seen::InLine(
            json.get("queue_position")
                .and_then(Value::as_u64)
                .and_then(|n| u32::try_from(n).ok()),
        ),
        Some("IN_PROGRESS") => Seen::Running(last_log(json)),
        Some("COMPLETED") if text(json, "error_type").as_deref() == Some("client_cancelled") => {
            Seen::Cancelled
        }
        Some("COMPLETED") => Seen::Completed {
            failed: json.get("error").is_some_and(|error| {
                !matches!(error, Value::Null | Value::Bool(false)) && error != ""
            }),
        },
        _ => Seen::Nothing,
    }
}

/// The original's rule: pictures end it, whatever the status says; then the status or state decides.
fn of_poll(json: &Value) -> Seen {
    let outputs = outputs_in(json);
    if !outputs.given.is_empty() {
        return Seen::Pictures(outputs);
    }
    let state = text(json, "status")
        .or_else(|| text(json, "state"))
        .unwrap_or_default()
        .to_lowercase();
    match state.as_str() {
        "failed" | "error" => Seen::Failed(text(json, "error").unwrap_or_else(|| json.to_string())),
        "succeeded" | "completed" | "done" | "success" => Seen::NoPictures(json.to_string()),
        _ => Seen::Running(last_log(json)),
    }
}

fn last_log(json: &Value) -> Option<String> {
    let logs = json.get("logs")?.as_array()?;
    logs.iter()
        .rev()
        .find_map(|line| text(line, "message"))
        .map(|line| line.trim().chars().take(200).collect())
}

/// True for the 400 that only means "not yet" (fal-contract 3.5).
pub(super) fn is_still_running(body: &[u8]) -> bool {
    String::from_utf8_lossy(body)
        .to_lowercase()
        .contains("in progress")
}

/// True for the answer of a model that made no picture and says so, in one of the shapes that hold them: nothing more will come of it.
pub(super) fn is_without_pictures(json: &Value) -> bool {
    let is_empty = |named: &Value| named.is_null() || named.as_array().is_some_and(Vec::is_empty);
    let named = ["images", "image"].map(|name| json.get(name));
    let mut named = named.into_iter().flatten().peekable();
    match named.peek() {
        Some(_) => named.all(is_empty),
        None => json.get("has_nsfw_concepts").is_some(),
    }
}

/// Every picture of an answer, in order, and what is said about them. Shapes A to E (fal-contract 6): `images: [{url}]`, `image: {url}`; plain strings, data URIs and `file_data` are taken too. Any field but
/// the address may be null or absent.
pub(super) fn outputs_in(json: &Value) -> Outputs {
    let images = json.get("images").map(|images| match images {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    });
    let one = json.get("image");
    let flags = json.get("has_nsfw_concepts");
    let flag = |index: usize| match flags {
        Some(Value::Array(flags)) => flags.get(index).and_then(Value::as_bool),
        Some(flag) => flag.as_bool(),
        None => None,
    };
    let (given, flagged) = images
        .unwrap_or_default()
        .iter()
        .chain(one)
        .enumerate()
        .filter_map(|(index, image)| Some((given(image)?, flag(index).unwrap_or(false))))
        .unzip();
    let seed = json
        .get("seed")
        .filter(|seed| seed.is_u64() || seed.is_i64());
    Outputs {
        given,
        told: Told {
            seed: seed.map(Value::to_string),
            flagged,
            units: None,
        },
    }
}

fn given(image: &Value) -> Option<Given> {
    let field = |name: &str| image.get(name)?.as_str().filter(|text| !text.is_empty());
    if let Some(url) = image.as_str().or_else(|| field("url")) {
        return match url.strip_prefix("data:") {
            Some(data) => Some(Given::Bytes(of_data_uri(data))),
            None => (url.starts_with("https://") || url.starts_with("http://"))
                .then(|| Given::Url(url.to_owned())),
        };
    }
    let data = field("file_data")?;
    Some(Given::Bytes(match data.strip_prefix("data:") {
        Some(data) => of_data_uri(data),
        None => of_base64(data),
    }))
}

/// Nothing, where it cannot be read: a picture that was lost is still one that was paid.
fn of_data_uri(data: &str) -> Vec<u8> {
    match data.split_once(',') {
        Some((head, body)) if head.ends_with(";base64") => of_base64(body),
        Some((_, body)) => body.as_bytes().to_vec(),
        None => Vec::new(),
    }
}

fn of_base64(text: &str) -> Vec<u8> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    LENIENT.decode(text.trim()).unwrap_or_default()
}

fn text(json: &Value, name: &str) -> Option<String> {
    json.get(name)?
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use serde_json::json;

    fn submit(status: u16, location: Option<&str>, body: &Value) -> Reply {
        let asked = Url::parse("http://fal.example/run/model").unwrap();
        of_submit(
            StatusCode::from_u16(status).unwrap(),
            &asked,
            location,
            body.to_string().as_bytes(),
        )
    }

    fn polled_at(reply: Reply) -> Option<String> {
        match reply {
            Reply::Ticket(Ticket {
                protocol: Protocol::Poll,
                status_url,
                ..
            }) => Some(status_url),
            _ => None,
        }
    }

    #[test]
    fn the_shape_of_the_answer_decides_the_protocol() {
        assert!(
            matches!(submit(200, None, &json!({"images": [{"url": "https://f/1.png"}]})), Reply::Pictures(p) if p.given.len() == 1)
        );
        let queued = json!({"status": "IN_QUEUE", "request_id": "r", "status_url": "https://q/s", "response_url": "https://q/r", "new_key": 1});
        assert!(
            matches!(submit(200, None, &queued), Reply::Ticket(t) if t.protocol == Protocol::Queue && t.cancel_url.is_none())
        );
        assert_eq!(
            polled_at(submit(202, Some("http://other/p"), &json!({}))).as_deref(),
            Some("http://other/p")
        );
        assert_eq!(
            polled_at(submit(202, Some("/p/1"), &json!({}))).as_deref(),
            Some("http://fal.example/p/1")
        );
        let named = json!({"result_url": "http://x/r", "status_url": "http://x/s", "poll_url": "http://x/p"});
        assert_eq!(
            polled_at(submit(202, None, &named)).as_deref(),
            Some("http://x/p")
        );
        assert!(matches!(
            submit(202, None, &json!({"request_id": "r"})),
            Reply::No
        ));
        assert!(matches!(
            submit(200, None, &json!({"images": []})),
            Reply::No
        ));
        assert!(matches!(
            submit(422, None, &json!({"images": [{"url": "https://f/1.png"}]})),
            Reply::No
        ));
        assert!(matches!(
            submit(202, Some("file:///etc/passwd"), &json!({})),
            Reply::No
        ));
    }

    #[test]
    fn every_known_shape_of_a_result_gives_its_pictures() {
        let url = |u: &str| Given::Url(u.to_owned());
        let three = || Given::Bytes(vec![0, 1, 2]);
        let lost = || Given::Bytes(Vec::new());
        let table = [
            (
                json!({"images": [{"url": "https://a"}, {"url": "https://b"}]}),
                vec![url("https://a"), url("https://b")],
            ),
            (
                json!({"image": {"url": "https://a", "width": null}}),
                vec![url("https://a")],
            ),
            (
                json!({"image": "https://a", "images": null}),
                vec![url("https://a")],
            ),
            (
                json!({"images": {"url": "http://a"}}),
                vec![url("http://a")],
            ),
            (json!({"images": null, "image": null}), vec![]),
            (json!({"images": ["https://a"]}), vec![url("https://a")]),
            (
                json!({"images": [{"url": "data:image/png;base64,AAEC"}]}),
                vec![three()],
            ),
            (
                json!({"images": ["data:image/png;base64,AAEC"]}),
                vec![three()],
            ),
            (
                json!({"images": [{"url": null, "file_data": "AAEC"}]}),
                vec![three()],
            ),
            (
                json!({"images": [{"url": "", "file_data": "data:image/png;base64,AAEC"}]}),
                vec![three()],
            ),
            (
                json!({"images": [{"url": "data:image/png;base64,?"}]}),
                vec![lost()],
            ),
            (
                json!({"images": [{"url": "javascript:alert(1)"}, {}, 7]}),
                vec![],
            ),
            (json!([]), vec![]),
        ];
        for (answer, expected) in table {
            assert_eq!(outputs_in(&answer).given, expected, "{answer}");
        }
    }

    #[test]
    fn only_an_answer_that_says_so_has_no_pictures_for_good() {
        for (answer, says_so) in [
            (json!({"images": []}), true),
            (json!({"images": null, "seed": 1}), true),
            (json!({"image": null}), true),
            (json!({"has_nsfw_concepts": [true]}), true),
            (
                json!({"images": [{"href": "https://a"}], "has_nsfw_concepts": [false]}),
                false,
            ),
            (json!({"images": [], "image": {"path": "a"}}), false),
            (json!({"detail": "not now"}), false),
            (json!({}), false),
            (json!("soon"), false),
        ] {
            assert_eq!(is_without_pictures(&answer), says_so, "{answer}");
        }
    }

    #[test]
    fn the_seed_and_the_safety_checks_word_are_kept_as_they_are_said() {
        let told = |answer: Value| outputs_in(&answer).told;
        let images = json!([{"url": "https://a"}, {}, {"url": "https://b"}]);
        let two = told(json!({
            "images": images, "seed": 18_446_744_073_709_551_615_u64, "has_nsfw_concepts": [false, true, true],
        }));
        assert_eq!(two.seed.as_deref(), Some("18446744073709551615"));
        assert_eq!(two.flagged, [false, true]);
        let none = told(json!({"images": images, "seed": null, "has_nsfw_concepts": null}));
        assert_eq!((none.seed, none.flagged), (None, vec![false, false]));
    }

    #[test]
    fn a_status_is_read_as_fal_means_it() {
        let look =
            |json: Value| of_look(Protocol::Queue, StatusCode::OK, json.to_string().as_bytes());
        assert!(matches!(
            look(json!({"status": "IN_QUEUE", "queue_position": 2})),
            Seen::InLine(Some(2))
        ));
        let logs =
            json!({"status": "IN_PROGRESS", "logs": [{"message": "a"}, {"message": " step 2 \n"}]});
        assert!(matches!(look(logs), Seen::Running(Some(log)) if log == "step 2"));
        assert!(matches!(
            look(json!({"status": "IN_PROGRESS", "logs": null})),
            Seen::Running(None)
        ));
        for (error, told) in [
            (json!("x"), true),
            (json!({}), true),
            (json!(null), false),
            (json!(""), false),
        ] {
            assert!(
                matches!(look(json!({"status": "COMPLETED", "error": error})), Seen::Completed { failed } if failed == told),
                "{error}"
            );
        }
        assert!(matches!(
            look(json!({"status": "COMPLETED", "metrics": {}})),
            Seen::Completed { failed: false }
        ));
        assert!(matches!(
            look(json!({"status": "COMPLETED", "error": "x", "error_type": "client_cancelled"})),
            Seen::Cancelled
        ));
        assert!(matches!(look(json!({"status": "FAILED"})), Seen::Nothing));
    }
}
