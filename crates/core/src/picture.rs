//! Pictures as bytes: what a file is, whether it is whole, and what it looks like.
//!
//! Every function here is pure, synchronous and may take a while on a large picture: callers put it on a blocking pool. A file is
//! judged by its bytes, never by its name. Pixels leave this module in one form only: 8-bit sRGB with straight alpha, upright.
//!
//! Files come from strangers. Sizes are read and refused from the header before anything of that size is allocated, what the file
//! says of its own length is compared with its length before it is decoded, and a decoder that panics is caught here, at the edge
//! (`mozjpeg` reports *every* error by unwinding, so this needs `panic = "unwind"`).
//!
//! Deliberately absent: writing metadata, animation beyond the first frame, HDR (`gAMA` and `cICP` of a PNG are not read; an ICC
//! profile is), and formats whose decoders are not memory-safe code or not free to ship (HEIC, camera RAW). Those are refused by name.
//!
//! Map: `sniff` names a file, `inspect` reads its facts, `whole` finds a missing end without decoding, `check` proves the rest,
//! `jpeg` and `decode` make pixels, `colour` brings them to sRGB, `thumbnail` and `encode` make files again. For models: `strip` takes
//! metadata out of a file, `limits` knows what is too large, `fit` makes it smaller, `black` sees a result that was blacked out.

use std::panic::{self, AssertUnwindSafe};

mod black;
mod check;
mod colour;
mod decode;
mod encode;
mod fit;
mod inspect;
mod jpeg;
mod limits;
mod sniff;
mod strip;
mod thumbnail;
mod whole;

pub(crate) use black::is_black;
pub use check::{check, check_end};
pub use decode::decode;
pub use encode::{SaveFormat, encode, for_display};
pub(crate) use fit::{fit, upright};
pub use inspect::inspect;
pub(crate) use limits::over_limit;
pub use limits::{Limits, Misfit, limits_of};
pub use sniff::looks_like_one;
pub(crate) use strip::without_metadata;
pub use thumbnail::thumbnail;

/// Largest file taken, in bytes: 200 MiB. An uncompressed 16-bit TIFF of a 24-megapixel camera has 144 MB; files are held in memory whole.
pub const MAX_FILE_BYTES: u64 = 200 * 1024 * 1024;

/// Most pixels taken: 128 million. Medium-format cameras make 102 megapixels; 128 need 512 MB as 8-bit RGBA, which four decoders at
/// once still find on a common machine.
pub const MAX_PIXELS: u64 = 128_000_000;

/// Longest side taken, in pixels: that of JPEG. Without it, a picture one pixel high could ask for a row of half a gigabyte.
pub const MAX_SIDE: u32 = 65_535;

/// A kind of file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// PNG; of an animated one (APNG) the default image.
    Png,
    /// JPEG: grey, colour or CMYK, baseline or progressive, 8 bits.
    Jpeg,
    /// GIF; of an animated one the first frame.
    Gif,
    /// WebP, lossy or lossless; of an animated one the first frame.
    WebP,
    /// TIFF; of several pages the first.
    Tiff,
    /// Windows bitmap.
    Bmp,
}

impl Format {
    /// Media type, for example `image/png`.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Tiff => "image/tiff",
            Self::Bmp => "image/bmp",
        }
    }

    /// The format of that media type.
    #[must_use]
    pub fn of_media_type(name: &str) -> Option<Self> {
        [
            Self::Png,
            Self::Jpeg,
            Self::Gif,
            Self::WebP,
            Self::Tiff,
            Self::Bmp,
        ]
        .into_iter()
        .find(|format| format.media_type() == name)
    }

    /// File name extension without the dot, for example `jpg`.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::WebP => "webp",
            Self::Tiff => "tiff",
            Self::Bmp => "bmp",
        }
    }
}

/// What a picture's header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Kind of file.
    pub format: Format,
    /// Width in pixels, as shown (orientation applied).
    pub width: u32,
    /// Height in pixels, as shown.
    pub height: u32,
    /// EXIF orientation of the stored pixels, 1 to 8; 1 is upright, from 5 on width and height are exchanged.
    pub orientation: u8,
    /// Has more than one frame; only the first is used.
    pub animated: bool,
    /// Can be transparent somewhere. Whether it is, only its pixels tell.
    pub has_alpha: bool,
    /// Bits per channel: 8, 16 or 32.
    pub bit_depth: u8,
    /// Carries an ICC colour profile.
    pub has_profile: bool,
    /// Stored as inks (cyan, magenta, yellow, black), not as light.
    pub cmyk: bool,
}

impl Facts {
    /// What a person should know before editing this picture, one sentence.
    #[must_use]
    pub const fn note(&self) -> Option<&'static str> {
        if self.animated {
            Some("Animated: the first frame is used.")
        } else {
            None
        }
    }
}

/// A picture made here, as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The file.
    pub bytes: Vec<u8>,
    /// What kind of file it is.
    pub format: Format,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Why a file is not taken, or a picture not written. The texts are for people: whole sentences.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// No bytes at all.
    #[error("The file is empty.")]
    Empty,
    /// The file ends before the picture does.
    #[error("The file is cut off before the picture ends.")]
    Truncated,
    /// Nothing known begins with these bytes.
    #[error("This is not a picture.")]
    NotAPicture,
    /// Known by name, and not taken.
    #[error("{name} files cannot be opened. Save the picture as PNG, JPEG, WebP or TIFF first.")]
    Unsupported {
        /// What people call it, for example `HEIC` or `camera RAW`.
        name: &'static str,
    },
    /// More pixels than [`MAX_PIXELS`], or a side over [`MAX_SIDE`].
    #[error(
        "The picture is too large: {width} × {height} pixels. At most {limit_megapixels} megapixels and {MAX_SIDE} pixels a side can be opened."
    )]
    TooLarge {
        /// Width in pixels, as the header says.
        width: u32,
        /// Height in pixels, as the header says.
        height: u32,
        /// The limit, in millions of pixels.
        limit_megapixels: u32,
    },
    /// More bytes than [`MAX_FILE_BYTES`].
    #[error("The file is too large: {} MB. At most {} MB can be opened.", bytes.div_ceil(1024 * 1024), limit / (1024 * 1024))]
    FileTooLarge {
        /// Size of the file in bytes.
        bytes: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The picture cannot be written in this format, which ends at `limit` pixels a side.
    #[error("{name} cannot hold a picture wider or higher than {limit} pixels. Save it as PNG.")]
    SideTooLong {
        /// Name of the format.
        name: &'static str,
        /// Longest side in pixels.
        limit: u32,
    },
    /// The right kind of file, damaged inside.
    #[error("The picture is damaged: {reason}.")]
    Broken {
        /// What the decoder found, in its words.
        reason: String,
    },
}

impl PictureError {
    fn broken(reason: impl ToString) -> Self {
        Self::Broken {
            reason: reason.to_string().trim_end_matches('.').to_owned(),
        }
    }
}

/// Runs `work` and turns a panic of a decoder into [`PictureError::Broken`]: one hostile file must not take the app along.
///
/// Asserting unwind safety is sound here: `work` owns or only reads all it touches, so nothing half-changed survives the panic.
fn guarded<T>(work: impl FnOnce() -> Result<T, PictureError>) -> Result<T, PictureError> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(PictureError::broken("its decoder gave up")))
}
