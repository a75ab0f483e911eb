//! What can be run: a model's endpoint id, its name, and what it calls its input.
//!
//! Deliberately not here yet: parameters, limits and prices. They come with the live catalogue; this list is what a first start knows.
//! Source of every row: fal-contract section 6.1.

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

/// How a model takes its input picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputField {
    /// `image_url`: one URL.
    One,
    /// `image_urls`: a list.
    List,
}

/// A model Overpaint knows by name.
#[derive(Debug, Clone, Copy)]
pub struct KnownModel {
    /// Endpoint id.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// What it is good for, in one line.
    pub hint: &'static str,
    /// How it takes its picture.
    pub input: InputField,
}

/// The models a first start knows, the default first.
pub const KNOWN: &[KnownModel] = &[
    known(
        SEEDREAM_4,
        "Seedream 4",
        "All-round edits, keeps faces and text",
        InputField::List,
    ),
    known(
        "fal-ai/bytedance/seedream/v4.5/edit",
        "Seedream 4.5",
        "Larger and finer than Seedream 4",
        InputField::List,
    ),
    known(
        "fal-ai/nano-banana-2/edit",
        "Nano Banana 2",
        "Follows long instructions closely",
        InputField::List,
    ),
    known(
        "fal-ai/flux-2-pro/edit",
        "Flux 2 Pro",
        "Photographic light and texture",
        InputField::List,
    ),
    known(
        "fal-ai/flux-pro/kontext",
        "Flux Kontext Pro",
        "Small, precise changes to one picture",
        InputField::One,
    ),
    known(
        "fal-ai/qwen-image-edit-2511",
        "Qwen Image Edit",
        "Strong with lettering, many languages",
        InputField::List,
    ),
    known(
        "openai/gpt-image-2/edit",
        "GPT Image 2",
        "Understands complex scenes, slower",
        InputField::List,
    ),
];

const fn known(
    id: &'static str,
    name: &'static str,
    hint: &'static str,
    input: InputField,
) -> KnownModel {
    KnownModel {
        id,
        name,
        hint,
        input,
    }
}

/// How the model of that id takes its picture; models we do not know take a list, as the original's default did.
#[must_use]
pub fn input_field(id: &str) -> InputField {
    KNOWN
        .iter()
        .find(|m| m.id == id)
        .map_or(InputField::List, |m| m.input)
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
}
