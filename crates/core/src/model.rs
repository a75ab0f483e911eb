//! What can be run: a model's endpoint id, who runs it, and what it takes.
//!
//! `built_in` is what a first start knows, `spec` what fal's description of an endpoint says, `field` what one parameter can be, `check` whether
//! the values of an edit fit. All of it is pure; the live list and the descriptions are read by `provider::fal::platform` and kept by `store`.

mod built_in;
mod check;
mod field;
mod picture_name;
mod schema;
mod spec;

pub(crate) use check::versions_in;

pub use built_in::{BuiltIn, BuiltInPrice, Surcharge, built_in};
pub use field::{Field, Kind, Range};
pub(crate) use spec::COUNTS;
pub use spec::{Form, InputRule, Inputs, PromptRule, Spec};

/// An endpoint id such as `fal-ai/bytedance/seedream/v4/edit`, or [`DEMO`].
pub type ModelId = String;

/// The id of the embedded demo engine.
pub const DEMO: &str = "demo";

/// The original backend's default. fal does not serve it (fal-contract 6.1), so on fal's hosts it stands for [`SEEDREAM_4`];
/// elsewhere it is sent as it is.
pub const ORIGINAL_DEFAULT: &str = "fal-ai/seedream-v4";

/// What [`ORIGINAL_DEFAULT`] means on fal's own hosts.
pub const SEEDREAM_4: &str = "fal-ai/bytedance/seedream/v4/edit";

/// Who runs a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// fal.ai, or the endpoint `FAL_ENDPOINT` names.
    Fal,
    /// The embedded demo engine: no key, no network, no AI.
    Demo,
}

impl Provider {
    /// Its name in JSON and SQL.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fal => "fal",
            Self::Demo => "demo",
        }
    }

    /// The provider of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Fal, Self::Demo]
            .into_iter()
            .find(|p| p.name() == name)
    }

    /// Who runs the model of that id.
    #[must_use]
    pub fn of(model: &str) -> Self {
        if model == DEMO { Self::Demo } else { Self::Fal }
    }
}

/// True for text that can be an endpoint id: what may stand in a URL's path, segments of letters, digits, `.`, `_`, `-`, no `..`.
#[must_use]
pub fn is_model_id(id: &str) -> bool {
    let segment = |s: &str| {
        !s.is_empty()
            && s != "."
            && s != ".."
            && s.chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    id.len() <= 200 && id.trim_matches('/').split('/').all(segment)
}

/// The id under which fal's own hosts know a model.
#[must_use]
pub fn on_fal(id: &str) -> &str {
    match id.trim_matches('/') {
        ORIGINAL_DEFAULT => SEEDREAM_4,
        id => id,
    }
}

/// The endpoint id that somebody pasted: as it is, or inside an address of fal's such as `https://fal.ai/models/fal-ai/flux-2/edit/playground`.
#[must_use]
pub fn pasted(text: &str) -> Option<ModelId> {
    const PAGES: [&str; 5] = ["playground", "api", "examples", "requests", "llms.txt"];
    let text = text.trim();
    let (is_address, path) = match text.split_once("://") {
        Some(("https" | "http", rest)) => (true, rest),
        Some(_) => return None,
        None => (false, text),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let (host, below) = path.split_once('/').unwrap_or_default();
    let path = match host.to_ascii_lowercase().as_str() {
        "fal.ai" | "www.fal.ai" => below.trim_start_matches('/').strip_prefix("models/")?,
        "fal.run" | "queue.fal.run" => below,
        _ if is_address => return None,
        _ => path,
    };
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    let pages = segments.iter().skip(2).position(|s| PAGES.contains(s));
    let id = segments[..pages.map_or(segments.len(), |at| at + 2)].join("/");
    (id.contains('/') && is_model_id(&id)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_id_cannot_leave_its_path() {
        for id in [
            SEEDREAM_4,
            "workflows/me/my_flow",
            "demo",
            "/fal-ai/flux-2/",
        ] {
            assert!(is_model_id(id), "{id}");
        }
        for id in [
            "",
            "a/../b",
            "a?b",
            "a#b",
            "http://x/y",
            "a//b",
            "a b",
            "a%2fb",
            "a\\b",
        ] {
            assert!(!is_model_id(id), "{id}");
        }
    }

    #[test]
    fn an_address_of_fals_is_pasted_as_the_model_it_shows() {
        for (text, id) in [
            ("fal-ai/x/edit", "fal-ai/x/edit"),
            (" /fal-ai/x/edit/ ", "fal-ai/x/edit"),
            ("https://fal.ai/models/fal-ai/x/edit", "fal-ai/x/edit"),
            (
                "https://fal.ai/models/fal-ai/x/edit/playground?share=1",
                "fal-ai/x/edit",
            ),
            ("https://www.fal.ai/models/openai/y/api#top", "openai/y"),
            ("fal.ai/models/fal-ai/x/llms.txt", "fal-ai/x"),
            ("https://queue.fal.run/fal-ai/x/requests/7", "fal-ai/x"),
            ("fal-ai/api", "fal-ai/api"),
        ] {
            assert_eq!(pasted(text).as_deref(), Some(id), "{text}");
        }
        for text in [
            "",
            "banana",
            "nano banana",
            "https://example.com/models/fal-ai/x",
            "https://fal.ai/dashboard/keys",
            "ftp://fal.ai/models/fal-ai/x",
            "fal-ai/../x",
        ] {
            assert_eq!(pasted(text), None, "{text}");
        }
    }
}
