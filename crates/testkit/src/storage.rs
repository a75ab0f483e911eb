//! rest.fal.ai's uploads: announce, then put the bytes at a signed place, once.

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fault::{Failure, detail};
use crate::keys;
use crate::reply;
use crate::script::Place;
use crate::server::{Answer, Call, cut, fail};
use crate::sim::{File, Sim};
use crate::stage::Stage;

pub(crate) async fn initiate(sim: &Sim, call: &Call) -> Answer {
    if let Some(refusal) = keys::refuse_at_rest(sim, call) {
        return refusal.into();
    }
    if let Some(failure) = sim.strike(&sim.script(), Place::Initiate, "") {
        return fail(sim, call, failure, "").await.into();
    }
    let wish = call.json();
    let (Some(content_type), Some(name)) =
        (wish["content_type"].as_str(), wish["file_name"].as_str())
    else {
        return detail(422, "content_type and file_name are required").into();
    };
    let file = format!("{}/{}", token(), in_a_url(name));
    let signature = Uuid::new_v4().simple().to_string();
    let origin = &call.origin;
    let body = json!({
        "upload_url": format!("{origin}/files/upload/{file}?signature={signature}"),
        "file_url": format!("{origin}/files/b/{file}"),
        "simulated": true,
    });
    sim.keep_file(
        &file,
        File::Upload {
            content_type: content_type.to_owned(),
            signature,
            lifetime: lifetime(call),
            bytes: None,
        },
    );
    reply::json(200, &body).into()
}

/// Takes the bytes. A key sent here is a leak, so it is refused loudly.
pub(crate) async fn put(sim: &Sim, call: &Call, file: &str) -> Answer {
    if call.headers.contains_key(AUTHORIZATION) {
        return detail(
            400,
            "Only one auth mechanism allowed: the URL is signed already",
        )
        .into();
    }
    let Some(File::Upload {
        signature, bytes, ..
    }) = sim.file(file)
    else {
        return detail(404, "Not Found").into();
    };
    if bytes.is_some() {
        return Failure::UrlExpired.answer("").into();
    }
    let signed = call
        .query()
        .iter()
        .any(|(name, value)| name == "signature" && *value == signature);
    if !signed {
        return detail(403, "SignatureDoesNotMatch").into();
    }
    if sim.pass(Stage::Upload, &call.wire).await.is_err() {
        return cut(call).into();
    }
    if let Some(failure) = sim.strike(&sim.script(), Place::Upload, "") {
        return fail(sim, call, failure, "").await.into();
    }
    let content_type = call.header(CONTENT_TYPE.as_str()).map(str::to_owned);
    sim.fill_upload(file, content_type, call.body.clone());
    reply::bare(200).into()
}

/// The lifecycle header, in the documentation's name or the JavaScript client's; what is no JSON is kept as text, for a test to find.
fn lifetime(call: &Call) -> Option<Value> {
    let told = call
        .header("x-fal-object-lifecycle-preference")
        .or_else(|| call.header("x-fal-object-lifecycle"))?;
    Some(serde_json::from_str(told).unwrap_or_else(|_| json!(told)))
}

/// Eight hexadecimal digits, as in fal's file URLs. From a random id: the time-ordered ones begin alike.
fn token() -> String {
    let mut digits = Uuid::new_v4().simple().to_string();
    digits.truncate(8);
    digits
}

/// A file name that needs no escaping in a URL.
fn in_a_url(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '_'
            }
        })
        .collect();
    if kept.is_empty() {
        "file".to_owned()
    } else {
        kept
    }
}
