//! What the simulated fal does: one plain value, changed by a test at any time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::Failure;

/// How everything goes. The default is a fal on its best day: accepts, is done at the first look, and answers one edited picture.
///
/// The script in force for a request is the one set *now*, with the markers of the job's prompt on top, so a change reaches jobs that
/// are already under way. As JSON every field may be left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// Failures by place. Only faults of [`Place::Submit`], [`Place::Status`], [`Place::Result`], [`Place::Cancel`] and
    /// [`Place::Download`] know a prompt, so markers cannot reach the others.
    pub faults: BTreeMap<Place, Fault>,
    /// A submit is accepted and charged, and this is what its client gets to see instead of the answer.
    pub reply: Option<Failure>,
    /// How many status reads say IN_QUEUE, the position counting down to 0.
    pub line: u32,
    /// How many status reads say IN_PROGRESS after that, each with one log line more.
    pub running: u32,
    /// Never leaves the queue, position 0.
    pub stuck: bool,
    /// How the job ends, if not well: COMPLETED with `error`, and this failure as its result.
    pub end: Option<Failure>,
    /// What a cancel of an unfinished job does.
    pub cancel: Cancel,
    /// How many looks at the list of past requests do not show the job yet. A page with a cursor belongs to the look it continues.
    pub listed_after: u32,
    /// The account keeps no payloads: the list shows requests without what was asked and answered.
    pub no_payloads: bool,
    /// The pictures, and how they are told of.
    pub output: Output,
    /// How an output file comes.
    pub download: Download,
    /// The original's protocol.
    pub direct: Direct,
    /// Endpoints that answer 404 on the queue and on `/run`. By default the one the original had by mistake.
    pub unknown_apps: Vec<String>,
    /// The account's balance in US dollars.
    pub balance: f64,
    /// Models that are changed, made up, or (as `null`) gone, by endpoint id: what the catalogue says of each.
    pub models: BTreeMap<String, Option<Model>>,
    /// Prices that are changed, made up, or (as `null`) not told, by endpoint id.
    pub prices: BTreeMap<String, Option<Price>>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            faults: BTreeMap::new(),
            reply: None,
            line: 0,
            running: 0,
            stuck: false,
            end: None,
            cancel: Cancel::default(),
            listed_after: 0,
            no_payloads: false,
            output: Output::default(),
            download: Download::default(),
            direct: Direct::default(),
            unknown_apps: vec!["fal-ai/seedream-v4".to_owned()],
            balance: 12.5,
            models: BTreeMap::new(),
            prices: BTreeMap::new(),
        }
    }
}

impl Script {
    /// Fails at a place, every time.
    pub fn fail(&mut self, place: Place, failure: Failure) -> &mut Self {
        self.faults.insert(
            place,
            Fault {
                failure,
                times: None,
            },
        );
        self
    }

    /// Fails at a place the first `times` times: of each prompt for a submit, of each job for its status, result, cancel and download,
    /// of all requests for the other places.
    pub fn fail_times(&mut self, place: Place, failure: Failure, times: u32) -> &mut Self {
        self.faults.insert(
            place,
            Fault {
                failure,
                times: Some(times),
            },
        );
        self
    }

    /// An account lock: refuses submits and uploads, while status and result go on being answered.
    pub fn lock(&mut self, reason: Failure) -> &mut Self {
        self.fail(Place::Submit, reason)
            .fail(Place::Initiate, reason)
    }
}

/// A model of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What the list says of it: `display_name`, `category`, `description`, …
    #[serde(default)]
    pub metadata: Value,
    /// Its OpenAPI document. Without one it is known by name only: nothing sent to it is validated.
    #[serde(default)]
    pub openapi: Option<Value>,
}

/// What a model costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// US dollars per unit.
    pub unit_price: f64,
    /// The unit's name: `images`, `megapixels`, `processed megapixels`, `compute seconds`, …
    pub unit: String,
    /// What one call costs on average.
    pub average_call: f64,
}

/// Where a fault can sit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The POST that would start a job, in every protocol: nothing is accepted.
    Submit,
    /// A status read, or a poll of the original's protocol.
    Status,
    /// A result read.
    Result,
    /// A cancel.
    Cancel,
    /// The first step of an upload.
    Initiate,
    /// The second step of an upload.
    Upload,
    /// A read of an output file.
    Download,
    /// The balance.
    Balance,
    /// The prices.
    Pricing,
    /// What a batch of calls would cost.
    Estimate,
    /// The list of past requests.
    Requests,
    /// The deletion of what was kept of a request.
    Payloads,
    /// The catalogue of models.
    Models,
    /// A model's OpenAPI document.
    Schema,
}

/// A failure, for ever or a number of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What happens.
    pub failure: Failure,
    /// How often before all is well; `None` = always.
    #[serde(default)]
    pub times: Option<u32>,
}

/// What a cancel of an unfinished job does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cancel {
    /// 202, and the job ends as cancelled.
    #[default]
    Requested,
    /// 200 `"OK"`: taken out of the queue.
    Removed,
    /// 202, and the job finishes all the same.
    Race,
}

/// The result pictures, and the JSON that tells of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Output {
    /// What is in the picture.
    pub picture: Picture,
    /// File format; by default what `output_format` of the request says, else PNG.
    pub format: Option<Format>,
    /// How many; by default `num_images` of the request, else 1.
    pub count: Option<u32>,
    /// Output shape of the JSON; by default the one the endpoint is known to have, else D.
    pub shape: Option<Shape>,
    /// How `images` is written.
    pub images: Images,
    /// Data URIs instead of URLs (as `sync_mode` of the request does).
    pub data_uri: bool,
    /// Only what a model must say: the URL. No type, name, size or seed.
    pub bare: bool,
    /// A seed past 2^53.
    pub huge_seed: bool,
    /// Black, and `has_nsfw_concepts` says so where the shape has that field.
    pub nsfw: bool,
}

/// What is in a result picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Picture {
    /// The input, visibly changed; longest side at most 2048 pixels unless `image_size` of the request says otherwise. A generated
    /// picture where the input cannot be read.
    #[default]
    Edited,
    /// The same, one pixel narrower.
    OnePixelOff,
    /// The bytes of the input, undecoded: costs nothing, for timings.
    SameAsInput,
    /// All black.
    Black,
}

/// A file format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG, quality 90.
    Jpeg,
    /// WebP, lossless.
    Webp,
}

impl Format {
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }
}

/// The five shapes of a model's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shape {
    /// `images`, `seed`.
    A,
    /// `images`.
    B,
    /// `images`, `description`; images without width and height.
    C,
    /// `images`, `timings`, `seed`, `has_nsfw_concepts`, `prompt`.
    D,
    /// One `image`.
    E,
}

/// How `images` is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Images {
    /// Objects with a `url`.
    #[default]
    Objects,
    /// Plain URLs.
    Strings,
    /// An empty list.
    Empty,
    /// `null`.
    Null,
    /// Not at all.
    Absent,
}

/// How an output file comes. Refusals (404 and others) are faults of [`Place::Download`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Download {
    /// As it is.
    #[default]
    Whole,
    /// A web page, status 200.
    Html,
    /// A web page that says it is a PNG.
    HtmlAsImage,
    /// The picture, called plain text.
    WrongType,
    /// Half of the bytes and their `Content-Length`: nothing on the wire tells that it is not the whole.
    CutPicture,
    /// `Content-Length` of the whole, half of the bytes.
    Truncated,
    /// 200 without a byte.
    Empty,
    /// The picture, followed by that many mebibytes of padding, with the right `Content-Length`.
    Large(u32),
    /// Bytes without end and without `Content-Length`.
    Endless,
    /// 302 to the file.
    Redirect,
    /// 302 to a URL of the test's choice.
    RedirectTo(String),
}

/// The original's protocol: a POST to a model at the bare root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Direct {
    /// How the POST is answered.
    pub answer: DirectAnswer,
    /// How many polls say "in progress" first.
    pub pending: u32,
    /// Polls say "in progress" for ever.
    pub never_done: bool,
    /// The end says `state` instead of `status`.
    pub state_word: bool,
    /// A failed job says `"state":"error"` instead of `"status":"FAILED"`.
    pub error_state: bool,
    /// COMPLETED, and no image.
    pub without_image: bool,
}

impl Default for Direct {
    fn default() -> Self {
        Self {
            answer: DirectAnswer::default(),
            pending: 1,
            never_done: false,
            state_word: false,
            error_state: false,
            without_image: false,
        }
    }
}

/// How a POST of the original's protocol is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectAnswer {
    /// 200 with images.
    #[default]
    Images,
    /// 202, an absolute `Location`, no body.
    Location,
    /// 202, `Location` is a path.
    RelativeLocation,
    /// 202, JSON with `poll_url`.
    PollUrl,
    /// 202, JSON with `status_url`.
    StatusUrl,
    /// 202, JSON with `result_url`.
    ResultUrl,
    /// 202, JSON without any URL.
    NoUrl,
    /// 202, no JSON, no `Location`.
    NotJson,
}
