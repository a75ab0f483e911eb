//! What Overpaint's tests stand on: a simulated fal over real HTTP ([`Fal`]), a bucket that speaks S3 ([`Bucket`]), pictures made in code
//! ([`sample`]), throw-away folders ([`Folder`]), and the original backend's folder as it left it ([`Original`]). It knows none of our
//! crates, so that it cannot share a mistake with the client it tests.
//!
//! # The simulated fal
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! use overpaint_testkit::{Fal, Failure, Place, Stage};
//!
//! let fal = Fal::start().await; // a port of its own; as many at once as you like
//! fal.script(|script| script.line = 2); // two status reads in line
//! fal.script(|script| { script.fail_times(Place::Status, Failure::Nginx(502), 1); });
//! fal.hold(Stage::Accepted); // charged, but the client does not get to know
//! // … point a client at fal.origin(), `fal.reached(Stage::Accepted).await`, kill it, start it again …
//! fal.release(Stage::Accepted);
//! assert_eq!(fal.charges(), 0); // one per accepted submit
//! # }
//! ```
//!
//! All of fal's hosts live on one origin, told apart by a prefix. URLs in answers use the same prefixes, on the origin as the client
//! wrote it.
//!
//! | prefix | stands for |
//! |---|---|
//! | `/queue/{endpoint}` | `https://queue.fal.run/{endpoint}`: submit, `/requests/{id}` with `/status`, `/status/stream`, `/response`, `/cancel` |
//! | `/run/{endpoint}` | `https://fal.run/{endpoint}` |
//! | `/rest/storage/upload/initiate`, `/rest/billing/user_balance` | `https://rest.fal.ai` |
//! | `/api/v1/models`, `…/models/pricing`, `…/models/pricing/estimate`, `…/models/requests/by-endpoint`, `…/models/requests/{id}/payloads`, `…/account/billing` | `https://api.fal.ai/v1`, errors in its own form |
//! | `/site/api/openapi/queue/openapi.json` | `https://fal.ai`: a model's document, no key |
//! | `/files/b/…` | `https://v3b.fal.media`, no key; `/files/upload/…` takes uploads and refuses a key |
//! | `/{endpoint}` | the protocol of the original's `FAL_ENDPOINT`: 200 with images, or 202 and a URL to poll |
//! | `/_control/…` | not fal: the knobs, for tests that drive real programs (below) |
//!
//! Nothing in it depends on a clock: a job moves by being looked at, a [`Stage`] is held and released, a fault strikes a number of
//! times. The wire facts it keeps to: `x-fal-request-id` on every answer but those of a simulated ingress; IN_QUEUE and IN_PROGRESS are
//! 202, COMPLETED is 200 and says `error` when the job failed; `queue_position` only in line; `logs` null unless asked for; the URLs of a
//! request hold owner and alias only.
//!
//! What is sent to a model whose OpenAPI document is known (those Overpaint is built with, and [`Script::models`]) is checked with it. As at
//! fal, the submit is accepted and the job ends: COMPLETED with an error, its result 422 with the field named, no unit billed. Pictures must be
//! uploads of this fal, data URIs or `https:`; fields nobody knows are ignored. The original's protocol checks nothing.
//!
//! Networks break in [`FaultProxy`]; answers that want to harm the client are [`Failure`]s, listed below.
//!
//! Deliberately absent: webhooks, multipart uploads, realtime, concurrency limits.
//!
//! # As a program
//!
//! `cargo run -p overpaint-testkit -- --port 9000 --key ID:SECRET` prints `simulated fal on http://127.0.0.1:9000`, then a line for each
//! charge. Control routes, all JSON:
//!
//! | route | does |
//! |---|---|
//! | `GET /_control/charges` | `{"charges": n}` |
//! | `GET /_control/charged?times=N` | the same, once n has reached N |
//! | `GET /_control/jobs` | accepted jobs with phase and counts of reads |
//! | `GET /_control/requests` | every request: method, path, headers, `authorization`, body, `answered` |
//! | `GET`, `PUT /_control/script` | a [`Script`]; what is left out is as by default |
//! | `POST /_control/hold/{stage}`, `POST /_control/release/{stage}` | freezes, lets go: `upload`, `submit`, `accepted`, `in_queue`, `running`, `result`, `download`, `list` |
//! | `GET /_control/reached/{stage}?times=N` | answers once N (1) requests have arrived there |
//! | `GET /_control/markers` | the table below |
#![doc = include_str!("../MARKERS.md")]

mod account;
mod bucket;
mod catalogue;
mod control;
mod direct;
mod fal;
mod fault;
mod files;
mod folder;
mod hostile;
mod input;
mod job;
mod keys;
mod markers;
mod original;
mod outputs;
mod pixels;
mod platform;
mod prices;
mod proxy;
mod queue;
mod record;
mod reply;
mod requests;
mod route;
pub mod sample;
mod script;
mod server;
mod sim;
mod stage;
mod storage;
mod validation;
mod wire;

pub use bucket::{Bucket, Put};
pub use fal::{Fal, GOOD_KEY, Settings, Uploaded};
pub use fault::{Failure, UnknownFailure};
pub use folder::Folder;
pub use hostile::Hostile;
pub use job::{Job, Phase, Protocol};
pub use markers::table as marker_table;
pub use original::{OldJob, Original};
pub use proxy::{FaultProxy, Way};
pub use record::{Recorded, Role};
pub use script::{
    Cancel, Direct, DirectAnswer, Download, Fault, Format, Images, Model, Output, Picture, Place,
    Price, Script, Shape,
};
pub use stage::{Stage, UnknownStage};
