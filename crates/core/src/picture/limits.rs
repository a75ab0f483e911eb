//! What models take: how large a picture may be before they refuse it, and after which it may have been paid for nothing.
//!
//! fal publishes no limits in a form a program can read; these come from its toolkit and from texts of single models (fal-contract 5, 6).
//! Sizes in MB are taken as millions of bytes, the smaller of the two meanings.

/// How large a picture may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Longest side, in pixels.
    pub max_side: Option<u32>,
    /// Most pixels.
    pub max_pixels: Option<u64>,
    /// Shortest side, in pixels.
    pub min_side: Option<u32>,
    /// Largest file, in bytes.
    pub max_bytes: Option<u64>,
}

/// Why a picture does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// A side is longer than that many pixels.
    Side(u32),
    /// It has more pixels than that.
    Pixels(u64),
    /// The file has more bytes than that.
    Bytes(u64),
    /// A side is shorter than that many pixels: making it smaller does not help.
    Small(u32),
}

impl Limits {
    /// What fal's own toolkit opens.
    const GENERAL: Self = Self {
        max_side: Some(14_142),
        max_pixels: None,
        min_side: None,
        max_bytes: Some(50_000_000),
    };

    /// The first limit that such a picture breaks; none if it fits.
    #[must_use]
    pub fn misfit(&self, width: u32, height: u32, bytes: u64) -> Option<Misfit> {
        let side = |limit: &u32| width.max(height) > *limit;
        let pixels = |limit: &u64| u64::from(width) * u64::from(height) > *limit;
        let small = |limit: &u32| width.min(height) < *limit;
        let small = self.min_side.filter(small).map(Misfit::Small);
        small
            .or_else(|| self.max_side.filter(side).map(Misfit::Side))
            .or_else(|| self.max_pixels.filter(pixels).map(Misfit::Pixels))
            .or_else(|| {
                self.max_bytes
                    .filter(|limit| bytes > *limit)
                    .map(Misfit::Bytes)
            })
    }
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Side(limit) => write!(f, "at most {limit} pixels a side"),
            Self::Pixels(limit) => write!(f, "at most {} megapixels", limit / 1_000_000),
            Self::Bytes(limit) => write!(f, "at most {} MB", limit / 1_000_000),
            Self::Small(limit) => write!(f, "at least {limit} pixels a side"),
        }
    }
}

/// What the model of that id takes.
#[must_use]
pub fn limits_of(model: &str) -> Limits {
    let general = Limits::GENERAL;
    match model.strip_prefix("fal-ai/").unwrap_or(model) {
        id if id.starts_with("nano-banana-2") => Limits {
            max_bytes: Some(15_000_000),
            ..general
        },
        id if id.starts_with("qwen-image-2/") => Limits {
            max_side: Some(5_000),
            min_side: Some(384),
            max_bytes: Some(10_000_000),
            ..general
        },
        id if id.starts_with("recraft/") => Limits {
            max_side: Some(4_095),
            max_pixels: Some(15_999_999),
            max_bytes: Some(4_999_999),
            ..general
        },
        _ => general,
    }
}

/// What a person is told of a picture that the model would refuse, as a sentence; none if it fits.
#[must_use]
pub(crate) fn over_limit(model: &str, width: u32, height: u32, bytes: u64) -> Option<String> {
    let misfit = limits_of(model).misfit(width, height, bytes)?;
    Some(misfit.of(width, height, bytes))
}

impl Misfit {
    /// The limit beside the picture that breaks it, as a sentence.
    pub(crate) fn of(self, width: u32, height: u32, bytes: u64) -> String {
        #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
        let megabytes = bytes as f64 / 1_000_000.0;
        match self {
            Self::Bytes(_) => format!("The model takes {self}; this picture has {megabytes:.1}."),
            Self::Side(_) | Self::Pixels(_) | Self::Small(_) => {
                format!("The model takes {self}; this picture has {width} × {height}.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[test]
    fn a_picture_is_measured_against_its_model() {
        let table = [
            ("fal-ai/flux-2-pro/edit", 14_142, 100, 50_000_000, None),
            (
                "fal-ai/flux-2-pro/edit",
                14_143,
                100,
                1,
                Some("14142 pixels a side"),
            ),
            (
                "openai/gpt-image-2/edit",
                100,
                100,
                50_000_001,
                Some("at most 50 MB"),
            ),
            (
                "fal-ai/nano-banana-2/edit",
                100,
                100,
                15_000_001,
                Some("at most 15 MB"),
            ),
            ("fal-ai/nano-banana/edit", 100, 100, 15_000_001, None),
            (
                "fal-ai/qwen-image-2/edit",
                383,
                900,
                1,
                Some("at least 384 pixels a side"),
            ),
            ("fal-ai/qwen-image-2/edit", 384, 5_000, 1, None),
            ("fal-ai/qwen-image-edit", 100, 100, 1, None),
            (
                "fal-ai/recraft/upscale/crisp",
                4_000,
                4_000,
                1,
                Some("at most 15 megapixels"),
            ),
        ];
        for (model, width, height, bytes, expected) in table {
            let said = over_limit(model, width, height, bytes);
            assert_eq!(said.is_some(), expected.is_some(), "{model}: {said:?}");
            assert!(
                said.unwrap_or_default()
                    .contains(expected.unwrap_or_default())
            );
        }
        let said = |model, width, bytes| over_limit(model, width, 10, bytes).unwrap();
        assert!(said("m", 20_000, 12_340_000).ends_with("; this picture has 20000 × 10."));
        assert_eq!(
            said("fal-ai/nano-banana-2/edit", 900, 16_340_000),
            "The model takes at most 15 MB; this picture has 16.3."
        );
    }
}
