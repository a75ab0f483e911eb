//! What a file is, from its first bytes. Knows more names than are taken, so that a refusal can say what the file was.

use super::{Format, PictureError, whole::Tiff};

/// Whether the first bytes are those of a kind of picture that is taken.
///
/// # Errors
/// As [`inspect()`](super::inspect()) for what is no picture, or a kind that is not taken.
pub fn looks_like_one(head: &[u8]) -> Result<(), PictureError> {
    sniff(head).map(drop)
}

/// Names the kind of file.
pub(super) fn sniff(bytes: &[u8]) -> Result<Format, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    let format = match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Format::Png,
        [0xff, 0xd8, 0xff, ..] => Format::Jpeg,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Format::Gif,
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Format::WebP,
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => match raw(bytes) {
            Some(name) => return Err(PictureError::Unsupported { name }),
            None => Format::Tiff,
        },
        // Two letters are little proof: the header's own length, a handful of known values, must agree.
        [
            b'B',
            b'M',
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            12 | 40 | 52 | 56 | 64 | 108 | 124,
            0,
            0,
            0,
            ..,
        ] => Format::Bmp,
        _ => {
            return Err(other(bytes).map_or(PictureError::NotAPicture, |name| {
                PictureError::Unsupported { name }
            }));
        }
    };
    Ok(format)
}

/// Camera RAW that dresses as TIFF: most makers put a small preview in the first directory and the sensor's data in a sub-directory.
fn raw(bytes: &[u8]) -> Option<&'static str> {
    const NEW_SUBFILE_TYPE: u16 = 254;
    const PHOTOMETRIC: u16 = 262;
    const SUB_DIRECTORIES: u16 = 330;
    const DNG_VERSION: u16 = 50_706;
    const COLOUR_FILTER_ARRAY: u32 = 32_803;
    const LINEAR_RAW: u32 = 34_892;

    if matches!(bytes.get(8..12), Some([b'C', b'R', 2, _] | b"IIII")) {
        return Some("camera RAW"); // Canon CR2, Phase One
    }
    let directory = Tiff::first_directory(bytes)?;
    let sensor = matches!(
        directory.first(PHOTOMETRIC),
        Some(COLOUR_FILTER_ARRAY | LINEAR_RAW)
    );
    let preview = directory.first(NEW_SUBFILE_TYPE) == Some(1) && directory.has(SUB_DIRECTORIES);
    (sensor || preview || directory.has(DNG_VERSION)).then_some("camera RAW")
}

fn other(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => return Some(iso_media(brand)),
        [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] | [0xff, 0x0a, ..] => return Some("JPEG XL"),
        [0, 0, 1 | 2, 0, count, 0, ..] if *count > 0 => return Some("ICO"),
        [b'P', b'1'..=b'7', b' ' | b'\n' | b'\r' | b'\t', ..] => return Some("PNM"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'A',
            b'V',
            b'I',
            b' ',
            ..,
        ] => return Some("video"),
        _ => {}
    }
    const BEGINNINGS: &[(&[u8], &str)] = &[
        (b"8BPS", "Photoshop (PSD)"),
        (b"%!PS", "PostScript"),
        (b"FUJIFILMCCD-RAW", "camera RAW"),
        (b"IIRO", "camera RAW"),
        (b"IIRS", "camera RAW"),
        (b"MMOR", "camera RAW"),
        (b"IIU\0", "camera RAW"),
        (b"FOVb", "camera RAW"),
        (b"\0MRM", "camera RAW"),
        (b"\0\0\0\x0cjP  ", "JPEG 2000"),
        (b"\xff\x4f\xff\x51", "JPEG 2000"),
        (b"\x76\x2f\x31\x01", "OpenEXR"),
        (b"#?RADIANCE", "Radiance HDR"),
        (b"DDS ", "DDS"),
        (b"qoif", "QOI"),
        (b"gimp xcf", "GIMP (XCF)"),
        (b"\x1a\x45\xdf\xa3", "video"),
        (b"PK\x03\x04", "ZIP"),
        (b"\x1f\x8b", "compressed (gzip)"),
    ];
    let named = BEGINNINGS
        .iter()
        .find(|(beginning, _)| bytes.starts_with(beginning));
    named.map(|(_, name)| *name).or_else(|| text(bytes))
}

/// Brands of the box format that HEIC, AVIF, Canon's CR3 and films share.
fn iso_media(brand: &[u8]) -> &'static str {
    match brand {
        [b'a', b'v', b'i', b'f' | b's', ..] => "AVIF",
        [b'h', b'e', b'i' | b'v', ..]
        | [
            b'm' | b'h',
            b'i' | b's' | b'e',
            b'f' | b'v',
            b'1' | b'c' | b'x',
            ..,
        ] => "HEIC",
        [b'c', b'r', b'x', ..] => "camera RAW",
        _ => "video",
    }
}

/// Formats that begin with readable text, maybe after a byte order mark, blanks or (PDF) anything within the first kilobyte.
fn text(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(4096)];
    let contains = |head: &[u8], word: &[u8]| {
        head.windows(word.len())
            .any(|window| window.eq_ignore_ascii_case(word))
    };
    if contains(&head[..head.len().min(1024)], b"%PDF-") {
        return Some("PDF");
    }
    let start = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    if !start.starts_with(b"<") {
        return None;
    }
    if contains(start, b"<html") || contains(start, b"<!doctype html") {
        return Some("HTML");
    }
    contains(start, b"<svg").then_some("SVG")
}
