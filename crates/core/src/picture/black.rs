//! Whether a picture is black all over, which is how many models say that their safety check did not like it (fal-contract 4.4).

use std::io::{BufRead, Read, Seek};

use super::{Format, PictureError, decode, guarded, jpeg};

/// Light that nobody sees, and that a JPEG may make of none.
const DARK: u8 = 2;

/// True where no visible pixel has any light. Reads a PNG only up to the first light, and another file only where it is small enough to be
/// black; one that cannot be read is not called black.
pub(crate) fn is_black(mut file: impl BufRead + Seek, format: Format, pixels: u64) -> bool {
    guarded(|| {
        if format == Format::Png {
            return png(file);
        }
        // Nothing costs next to nothing: a third of a bit a pixel, and room for a profile and a maker's certificate.
        let most = pixels / 8 + (256 << 10);
        let mut bytes = Vec::new();
        let read = file.by_ref().take(most + 1).read_to_end(&mut bytes);
        if read.map_err(PictureError::broken)? as u64 > most {
            return Ok(false);
        }
        if format == Format::Jpeg {
            let header = jpeg::Header::read(&bytes)?;
            return jpeg::decode(&bytes, &header, 1).map(|image| all_dark(&image));
        }
        decode(&bytes).map(|image| all_dark(&image))
    })
    .unwrap_or(false)
}

fn png(file: impl BufRead + Seek) -> Result<bool, PictureError> {
    let mut decoder = png::Decoder::new(file);
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(PictureError::broken)?;
    let samples = reader.output_color_type().0.samples();
    // Interlaced rows come in passes: each is whole pixels all the same.
    let mut visible = false;
    while let Some(row) = reader.next_row().map_err(PictureError::broken)? {
        let has_alpha = samples == 2 || samples == 4;
        for pixel in row.data().chunks_exact(samples) {
            let (colours, alpha) = if has_alpha {
                pixel.split_at(samples - 1)
            } else {
                (pixel, [255].as_slice())
            };
            if alpha != [0] {
                visible = true;
                if colours.iter().any(|colour| *colour > DARK) {
                    return Ok(false);
                }
            }
        }
    }
    Ok(visible)
}

fn all_dark(image: &image::RgbaImage) -> bool {
    let mut visible = image.pixels().filter(|pixel| pixel.0[3] > 0).peekable();
    visible.peek().is_some()
        && visible.all(|pixel| pixel.0[..3].iter().all(|colour| *colour <= DARK))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use crate::picture::{SaveFormat, encode};
    use image::{Rgba, RgbaImage};
    use std::io::Cursor;

    #[test]
    fn black_is_told_from_dark_and_from_nothing_in_every_format() {
        let filled = |pixel| RgbaImage::from_pixel(64, 48, Rgba(pixel));
        let mut one_light = filled([0, 0, 0, 255]);
        one_light.put_pixel(40, 40, Rgba([255, 255, 255, 255]));
        let black = |image: &RgbaImage, save| {
            let bytes = encode(image, save).unwrap();
            let format = crate::picture::inspect(&bytes).unwrap().format;
            is_black(Cursor::new(bytes), format, 64 * 48)
        };
        for format in [SaveFormat::Png, SaveFormat::Jpeg, SaveFormat::WebP] {
            let black = |image: &RgbaImage| black(image, format);
            assert!(black(&filled([0, 0, 0, 255])), "{format:?}");
            assert!(black(&filled([2, 1, 0, 255])), "{format:?}");
            assert!(!black(&filled([9, 9, 9, 255])), "{format:?}");
            assert!(!black(&one_light), "{format:?}");
        }
        assert!(!black(&filled([0, 0, 0, 0]), SaveFormat::Png));
        for format in [Format::Png, Format::Jpeg, Format::Gif] {
            assert!(!is_black(Cursor::new(b"no picture"), format, 1));
        }
    }
}
