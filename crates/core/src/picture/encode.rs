//! Pixels back into files.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, RgbImage, Rgba, RgbaImage};
use mozjpeg::{ColorSpace, Compress};

use super::{Encoded, Facts, Format, PictureError, decode, guarded, inspect};

/// What a picture can be saved as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveFormat {
    /// Without loss, alpha kept.
    Png,
    /// Quality 92, full colour resolution; transparency becomes white.
    Jpeg,
    /// Without loss, alpha kept.
    WebP,
}

/// Writes sRGB pixels, as [`decode()`] gives them, as a file. Files without a profile mean sRGB, so none is written.
///
/// # Errors
/// [`PictureError::SideTooLong`] where the format cannot hold the size.
pub fn encode(image: &RgbaImage, format: SaveFormat) -> Result<Vec<u8>, PictureError> {
    guarded(|| match format {
        SaveFormat::Png => png(image),
        SaveFormat::Jpeg => jpeg(image, 92.0),
        SaveFormat::WebP => webp(image),
    })
}

/// A file for a web view to show instead of `bytes`, or `None` where it shows `bytes` as an edit would see them.
///
/// A web view shows neither TIFF nor (without its profile) CMYK, turns only JPEG upright, ignores the profile of a WebP, and plays
/// animations, of which an edit takes the first frame.
///
/// # Errors
/// Any [`PictureError`].
pub fn for_display(bytes: &[u8]) -> Result<Option<Encoded>, PictureError> {
    let facts = inspect(bytes)?;
    if shows_as_it_is(&facts) {
        return Ok(None);
    }
    let image = decode(bytes)?;
    // What came from a lossy file may lose a little again; the rest stays exact.
    let (save, format) = if facts.format == Format::Jpeg {
        (SaveFormat::Jpeg, Format::Jpeg)
    } else {
        (SaveFormat::Png, Format::Png)
    };
    Ok(Some(Encoded {
        bytes: encode(&image, save)?,
        format,
        width: image.width(),
        height: image.height(),
    }))
}

fn shows_as_it_is(facts: &Facts) -> bool {
    match facts.format {
        Format::Jpeg => !facts.cmyk,
        Format::Png => !facts.animated && facts.orientation == 1,
        Format::WebP => !facts.animated && facts.orientation == 1 && !facts.has_profile,
        Format::Gif => !facts.animated,
        Format::Tiff | Format::Bmp => false,
    }
}

/// Whether nothing is transparent.
pub(super) fn is_opaque(image: &RgbaImage) -> bool {
    image.pixels().all(|pixel| pixel.0[3] == 255)
}

/// For thumbnails. Quality 82 with half the colour resolution is a third of the size, and visibly worse: at this scale every pixel is
/// a detail (SSIM 0.97 where this gives 0.99).
pub(super) fn small_jpeg(image: &RgbaImage) -> Result<Vec<u8>, PictureError> {
    jpeg(image, 94.0)
}

/// PNG at the fast setting: for photographs a tenth larger than the best one, and ten times as fast.
pub(super) fn png(image: &RgbaImage) -> Result<Vec<u8>, PictureError> {
    let mut file = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Adaptive);
    write(encoder, image)?;
    Ok(file)
}

fn webp(image: &RgbaImage) -> Result<Vec<u8>, PictureError> {
    const LONGEST: u32 = 16_384;
    if image.width().max(image.height()) > LONGEST {
        return Err(PictureError::SideTooLong {
            name: "WebP",
            limit: LONGEST,
        });
    }
    let mut file = Cursor::new(Vec::new());
    write(WebPEncoder::new_lossless(&mut file), image)?;
    Ok(file.into_inner())
}

/// Without an alpha channel where it would say nothing: a quarter less to store, and readers without alpha open it.
fn write(encoder: impl ImageEncoder, image: &RgbaImage) -> Result<(), PictureError> {
    let (width, height) = image.dimensions();
    if is_opaque(image) {
        let colours: RgbImage = DynamicImage::ImageRgba8(image.clone()).into_rgb8();
        encoder.write_image(&colours, width, height, ExtendedColorType::Rgb8)
    } else {
        encoder.write_image(image, width, height, ExtendedColorType::Rgba8)
    }
    .map_err(PictureError::broken)
}

/// Baseline, colour at full resolution, transparency on white.
pub(super) fn jpeg(image: &RgbaImage, quality: f32) -> Result<Vec<u8>, PictureError> {
    const LONGEST: u32 = 65_500; // libjpeg's own
    let (width, height) = image.dimensions();
    if width.max(height) > LONGEST {
        return Err(PictureError::SideTooLong {
            name: "JPEG",
            limit: LONGEST,
        });
    }
    let mut encoder = Compress::new(ColorSpace::JCS_EXT_RGBA);
    encoder.set_fastest_defaults(); // Trellis quantisation takes ten times as long for a tenth of the size.
    encoder.set_size(width as usize, height as usize);
    encoder.set_quality(quality);
    encoder.set_optimize_coding(true);
    encoder.set_chroma_sampling_pixel_sizes((1, 1), (1, 1));
    let mut started = encoder
        .start_compress(Vec::new())
        .map_err(PictureError::broken)?;
    let mut flat = Vec::with_capacity(width as usize * 4);
    for row in image.rows() {
        flat.clear();
        flat.extend(row.flat_map(|pixel| on_white(*pixel).0));
        started
            .write_scanlines(&flat)
            .map_err(PictureError::broken)?;
    }
    started.finish().map_err(PictureError::broken)
}

fn on_white(Rgba([red, green, blue, alpha]): Rgba<u8>) -> Rgba<u8> {
    let alpha = u32::from(alpha);
    let over = |light: u8| ((u32::from(light) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
    Rgba([over(red), over(green), over(blue), 255])
}
