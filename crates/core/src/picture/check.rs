//! Proof that a file decodes whole, in little memory where the format allows it.

use std::io::Cursor;

use super::whole::whole;
use super::{Facts, Format, PictureError, decode, guarded, inspect, inspect::Opened, jpeg};

/// [`inspect()`], and proof that the picture is whole: the file's end is there and every pixel can be read.
///
/// JPEG and PNG are read row by row and keep none (a progressive JPEG keeps its coefficients). The others are decoded
/// into memory, but only once their structure shows that nothing is missing, so that a refusal stays cheap.
///
/// # Errors
/// Any [`PictureError`]; [`PictureError::Truncated`] where the end is missing.
pub fn check(bytes: &[u8]) -> Result<Facts, PictureError> {
    let facts = inspect(bytes)?;
    guarded(|| match facts.format {
        Format::Jpeg => {
            jpeg::ends(bytes)?;
            jpeg::read_through(bytes, &jpeg::Header::read(bytes)?)
        }
        Format::Png => read_png_through(bytes).map_err(explain),
        Format::Gif | Format::WebP | Format::Tiff | Format::Bmp => {
            decode::stored(bytes, Opened::open(bytes, facts.format)?).map(drop)
        }
    })?;
    Ok(facts)
}

/// [`inspect()`], and that the file's end is there; its pixels are not read. For results: they are paid, so all that is asked is whether
/// they came whole, and a 24-megapixel one is not decoded between its arrival and "done".
///
/// # Errors
/// Any [`PictureError`]; [`PictureError::Truncated`] where the end is missing.
pub fn check_end(bytes: &[u8]) -> Result<Facts, PictureError> {
    let facts = inspect(bytes)?;
    guarded(|| match facts.format {
        Format::Jpeg => jpeg::ends(bytes),
        Format::Png => png_ends(bytes),
        other => whole(bytes, other),
    })?;
    Ok(facts)
}

/// The last chunk is `IEND`; some writers leave a little behind it.
fn png_ends(bytes: &[u8]) -> Result<(), PictureError> {
    let tail = bytes
        .get(bytes.len().saturating_sub(1024)..)
        .unwrap_or(bytes);
    match tail.windows(4).any(|word| word == b"IEND") {
        true => Ok(()),
        false => Err(PictureError::Truncated),
    }
}

/// Row by row, and on to the last chunk.
fn read_png_through(bytes: &[u8]) -> Result<(), png::DecodingError> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(png::Transformations::EXPAND); // looks colours up in the palette, and so finds it missing
    let mut reader = decoder.read_info()?;
    while reader.next_interlaced_row()?.is_some() {}
    reader.finish()
}

fn explain(error: png::DecodingError) -> PictureError {
    match error {
        png::DecodingError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            PictureError::Truncated
        }
        other => PictureError::broken(other),
    }
}
