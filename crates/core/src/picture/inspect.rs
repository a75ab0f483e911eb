//! The facts of a picture from its header, and the limits.

use std::io::Cursor;

use image::codecs::{
    bmp::BmpDecoder, gif::GifDecoder, png::PngDecoder, tiff::TiffDecoder, webp::WebPDecoder,
};
use image::error::{ImageError, ImageResult};
use image::metadata::Orientation;
use image::{ExtendedColorType, ImageDecoder, Limits};

use super::whole::{Gif, whole};
use super::{
    Facts, Format, MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE, PictureError, guarded, jpeg, sniff::sniff,
};

/// What the header says, at the cost of a header: nothing of the picture's size is allocated.
///
/// # Errors
/// Any [`PictureError`] that the first bytes and the sizes give away. A file that passes may still be cut off or damaged: see
/// [`check()`](super::check()).
pub fn inspect(bytes: &[u8]) -> Result<Facts, PictureError> {
    guarded(|| {
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(PictureError::FileTooLarge {
                bytes: bytes.len() as u64,
                limit: MAX_FILE_BYTES,
            });
        }
        match sniff(bytes)? {
            Format::Jpeg => jpeg_facts(bytes),
            format => Opened::open(bytes, format).and_then(Opened::into_facts),
        }
    })
}

fn jpeg_facts(bytes: &[u8]) -> Result<Facts, PictureError> {
    let header = jpeg::Header::read(bytes)?;
    let (width, height) = upright(
        within_limits((header.width, header.height))?,
        header.orientation,
    );
    Ok(Facts {
        format: Format::Jpeg,
        width,
        height,
        orientation: header.orientation.to_exif(),
        animated: false,
        has_alpha: false,
        bit_depth: 8,
        has_profile: header.profile.is_some(),
        cmyk: header.is_cmyk(),
    })
}

/// A decoder of the `image` crate whose sizes are within limits; for every format but JPEG.
pub(super) struct Opened<'a> {
    pub(super) decoder: Box<dyn ImageDecoder + 'a>,
    pub(super) format: Format,
    animated: bool,
}

impl<'a> Opened<'a> {
    pub(super) fn open(bytes: &'a [u8], format: Format) -> Result<Self, PictureError> {
        let opened = || -> ImageResult<Self> {
            let file = Cursor::new(bytes);
            let (decoder, animated): (Box<dyn ImageDecoder + 'a>, bool) = match format {
                Format::Png => {
                    let png = PngDecoder::with_limits(file, header_limits())?;
                    let animated = png.is_apng()?;
                    (Box::new(png), animated)
                }
                Format::WebP => {
                    let webp = WebPDecoder::new(file)?;
                    let animated = webp.has_animation();
                    (Box::new(webp), animated)
                }
                Format::Gif => (
                    Box::new(GifDecoder::new(file)?),
                    Gif::walk(bytes).frames > 1,
                ),
                Format::Tiff => (Box::new(TiffDecoder::new(file)?), false),
                Format::Bmp => (Box::new(BmpDecoder::new(file)?), false),
                Format::Jpeg => (
                    Box::new(image::codecs::jpeg::JpegDecoder::new(file)?),
                    false,
                ),
            };
            Ok(Self {
                decoder,
                format,
                animated,
            })
        };
        // Decoders call a header without its end anything from an I/O error to a wrong value: ask the structure first.
        let mut opened = opened().map_err(|error| {
            whole(bytes, format)
                .err()
                .unwrap_or_else(|| explain(&error, format))
        })?;
        within_limits(opened.decoder.dimensions())?;
        opened
            .decoder
            .set_limits(pixel_limits())
            .map_err(|error| explain(&error, format))?;
        Ok(opened)
    }

    pub(super) fn orientation(&mut self) -> Orientation {
        self.decoder
            .orientation()
            .unwrap_or(Orientation::NoTransforms)
    }

    /// The ICC profile. One that cannot be read is as good as none: every viewer shows such a picture.
    pub(super) fn profile(&mut self) -> Option<Vec<u8>> {
        self.decoder.icc_profile().ok().flatten()
    }

    fn into_facts(mut self) -> Result<Facts, PictureError> {
        let colours = self.decoder.color_type();
        let orientation = self.orientation();
        let (width, height) = upright(self.decoder.dimensions(), orientation);
        Ok(Facts {
            format: self.format,
            width,
            height,
            orientation: orientation.to_exif(),
            animated: self.animated,
            has_alpha: colours.has_alpha(),
            bit_depth: (colours.bits_per_pixel() / u16::from(colours.channel_count())) as u8,
            has_profile: self.profile().is_some(),
            cmyk: matches!(
                self.decoder.original_color_type(),
                ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16
            ),
        })
    }
}

/// Metadata has no business being larger; without a limit, a compressed profile unpacks to gigabytes.
fn header_limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(16 * 1024 * 1024);
    limits
}

/// [`MAX_PIXELS`] of 16-bit RGBA.
fn pixel_limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_PIXELS * 8);
    limits
}

fn within_limits((width, height): (u32, u32)) -> Result<(u32, u32), PictureError> {
    if width == 0 || height == 0 {
        return Err(PictureError::broken("it has no pixels"));
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width.max(height) > MAX_SIDE {
        return Err(PictureError::TooLarge {
            width,
            height,
            limit_megapixels: (MAX_PIXELS / 1_000_000) as u32,
        });
    }
    Ok((width, height))
}

fn upright((width, height): (u32, u32), orientation: Orientation) -> (u32, u32) {
    if orientation.to_exif() >= 5 {
        (height, width)
    } else {
        (width, height)
    }
}

/// What a decoder's error means to a person.
pub(super) fn explain(error: &ImageError, format: Format) -> PictureError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        // The variant as well as the cause: `ImageError::IoError` names the cause of its cause only.
        let io = match error.downcast_ref() {
            Some(ImageError::IoError(io)) => Some(io),
            _ => error.downcast_ref::<std::io::Error>(),
        };
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::UnexpectedEof) {
            return PictureError::Truncated;
        }
        cause = error.source();
    }
    match error {
        ImageError::Unsupported(_) => PictureError::Unsupported {
            name: match format {
                Format::Tiff => "Uncommon TIFF (palette, YCbCr or Zstandard)",
                Format::Bmp => "Uncommon BMP",
                Format::Png | Format::Jpeg | Format::Gif | Format::WebP => "Uncommon picture",
            },
        },
        ImageError::Limits(_) => {
            PictureError::broken("reading it would take more memory than any picture should")
        }
        other => PictureError::broken(other),
    }
}
