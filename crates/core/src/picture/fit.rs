//! A picture made to fit what a model takes.

use image::RgbaImage;

use super::encode::{self, is_opaque};
use super::{Encoded, Format, Limits, PictureError, decode, guarded, inspect, thumbnail};

/// JPEG qualities that are tried before pixels are given up.
const QUALITIES: [f32; 3] = [95.0, 90.0, 84.0];

/// A copy within the limits: upright, in sRGB, of as many pixels as they allow. Without loss where that fits, unless the file was lossy
/// already; else as JPEG, or as a smaller PNG where something is transparent.
///
/// # Errors
/// Any [`PictureError`] of reading it; [`PictureError::SideTooLong`] never, as only sizes that can be written are.
pub(crate) fn fit(bytes: &[u8], limits: &Limits) -> Result<Encoded, PictureError> {
    let lossy = inspect(bytes)?.format == Format::Jpeg;
    let mut image = decode(bytes)?;
    guarded(|| {
        let (width, height) = within(image.width(), image.height(), limits);
        if (width, height) != image.dimensions() {
            let opaque = is_opaque(&image);
            image = thumbnail::resize(&image, width, height, opaque)?;
        }
        loop {
            let made = smallest(&image, lossy, limits)?;
            let size = made.bytes.len() as u64;
            let most = limits.max_bytes.unwrap_or(u64::MAX);
            if size <= most || image.width().max(image.height()) <= 64 {
                return Ok(made);
            }
            // Bytes follow pixels, roughly: a little less than the root, so that it does not take many rounds.
            let scale = (to_f64(most) / to_f64(size)).sqrt().min(0.95) * 0.97;
            let side = |side: u32| ((f64::from(side) * scale) as u32).max(1);
            let (width, height) = (side(image.width()), side(image.height()));
            image = thumbnail::resize(&image, width, height, is_opaque(&image))?;
        }
    })
}

/// An upright copy of a file that is not read right as it lies: without loss, unless it was lossy already and that would make a large file
/// of a small one.
pub(crate) fn upright(bytes: &[u8], limits: &Limits) -> Result<Encoded, PictureError> {
    /// Up to here exactness is worth the wait for the upload.
    const EXACT: usize = 16 << 20;
    let facts = inspect(bytes)?;
    let image = decode(bytes)?;
    guarded(|| {
        let exact = encode::png(&image)?;
        let most = limits.max_bytes.unwrap_or(u64::MAX);
        let large =
            exact.len() as u64 > most || facts.format == Format::Jpeg && exact.len() > EXACT;
        if !large || !is_opaque(&image) {
            return Ok(encoded(&image, exact, Format::Png));
        }
        Ok(encoded(
            &image,
            encode::jpeg(&image, QUALITIES[0])?,
            Format::Jpeg,
        ))
    })
}

/// The file that keeps most of the picture within the limit; the smallest, where none does.
fn smallest(image: &RgbaImage, lossy: bool, limits: &Limits) -> Result<Encoded, PictureError> {
    let fits = |bytes: &[u8]| {
        limits
            .max_bytes
            .is_none_or(|most| bytes.len() as u64 <= most)
    };
    let opaque = is_opaque(image);
    if !lossy || !opaque {
        let bytes = encode::png(image)?;
        if fits(&bytes) || !opaque {
            return Ok(encoded(image, bytes, Format::Png));
        }
    }
    let mut bytes = Vec::new();
    for quality in QUALITIES {
        bytes = encode::jpeg(image, quality)?;
        if fits(&bytes) {
            break;
        }
    }
    Ok(encoded(image, bytes, Format::Jpeg))
}

fn encoded(image: &RgbaImage, bytes: Vec<u8>, format: Format) -> Encoded {
    Encoded {
        bytes,
        format,
        width: image.width(),
        height: image.height(),
    }
}

/// The largest size of the same shape that keeps the limits of sides and pixels.
fn within(width: u32, height: u32, limits: &Limits) -> (u32, u32) {
    let longest = f64::from(width.max(height));
    let pixels = f64::from(width) * f64::from(height);
    let by_side = limits
        .max_side
        .map_or(1.0, |most| f64::from(most) / longest);
    let by_pixels = limits
        .max_pixels
        .map_or(1.0, |most| (to_f64(most) / pixels).sqrt());
    let scale = by_side.min(by_pixels).min(1.0);
    if scale == 1.0 {
        return (width, height);
    }
    let side = |side: u32| ((f64::from(side) * scale).floor() as u32).max(1);
    (side(width), side(height))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sizes of files and pictures, far below 2^53"
)]
fn to_f64(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use crate::picture::{SaveFormat, encode};

    /// Noise, which no format makes small.
    fn noise(width: u32, height: u32, alpha: u8) -> RgbaImage {
        let mut state = 7_u32;
        RgbaImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [a, b, c, _] = state.to_be_bytes();
            image::Rgba([a, b, c, alpha])
        })
    }

    #[test]
    fn a_picture_is_made_smaller_only_as_far_as_the_limits_ask() {
        let small = Limits {
            max_side: Some(100),
            max_pixels: Some(4_000),
            ..Limits::default()
        };
        assert_eq!(within(400, 200, &small), (89, 44));
        assert_eq!(within(50, 50, &small), (50, 50));
        assert_eq!(within(1_000, 1, &small), (100, 1));
    }

    #[test]
    fn a_copy_keeps_the_limit_in_bytes_in_every_format() {
        let limits = Limits {
            max_bytes: Some(20_000),
            ..Limits::default()
        };
        for (alpha, format) in [
            (255, SaveFormat::Png),
            (255, SaveFormat::Jpeg),
            (90, SaveFormat::Png),
        ] {
            let bytes = encode(&noise(300, 200, alpha), format).unwrap();
            assert!(bytes.len() > 20_000);
            let made = fit(&bytes, &limits).unwrap();
            assert!(
                made.bytes.len() <= 20_000,
                "{format:?} {}",
                made.bytes.len()
            );
            assert_eq!(made.format == Format::Png, alpha < 255);
            let facts = inspect(&made.bytes).unwrap();
            assert_eq!((facts.width, facts.height), (made.width, made.height));
        }
    }
}
