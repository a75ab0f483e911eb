//! A file without what it tells of its maker: where and when it was taken, with what, by whom, with which words.
//!
//! Containers are rewritten, pixels are not touched: coded data and the ICC profile stay byte for byte. What is kept is listed, not what is
//! dropped, so that the next maker's note is dropped as well. A picture that lies turned in its file needs its EXIF, so it is not for here:
//! the caller turns its pixels instead.

use super::{Format, jpeg::next_segment};

/// The file without metadata; `None` for a format, or a file, that this cannot take apart.
pub(crate) fn without_metadata(bytes: &[u8], format: Format) -> Option<Vec<u8>> {
    match format {
        Format::Jpeg => jpeg(bytes),
        Format::Png => png(bytes),
        Format::WebP => webp(bytes),
        Format::Gif | Format::Tiff | Format::Bmp => None,
    }
}

/// Marker by marker up to the end of the picture; what cameras put behind it (a second picture, a film, more notes) is left out.
fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    const SOI: u8 = 0xd8;
    const EOI: u8 = 0xd9;
    const SOS: u8 = 0xda;
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        let (marker, payload, after) = next_segment(rest).ok()?;
        match (marker, payload) {
            (SOI, _) => kept.extend([0xff, SOI]),
            (EOI, _) => {
                kept.extend([0xff, EOI]);
                return Some(kept);
            }
            // Its version and density; a thumbnail after them is a picture of its own.
            (0xe0, [b'J', b'F', b'I', b'F', 0, head @ ..]) => {
                let density = head.get(..7)?;
                kept.extend([0xff, 0xe0, 0, 16]);
                kept.extend(b"JFIF\0");
                kept.extend(density);
                kept.extend([0, 0]);
            }
            _ if is_needed(marker, payload) => {
                kept.extend([0xff, marker]);
                kept.extend(u16::try_from(payload.len() + 2).ok()?.to_be_bytes());
                kept.extend(payload);
            }
            _ => {}
        }
        rest = after;
        if marker == SOS {
            let coded = coded_length(rest);
            kept.extend(rest.get(..coded)?);
            rest = rest.get(coded..)?;
        }
    }
}

/// Frames, tables, scans, the ICC profile, and Adobe's note of how colours are stored.
fn is_needed(marker: u8, payload: &[u8]) -> bool {
    match marker {
        0xc0..=0xcf | 0xda..=0xdf => true,
        0xe2 => payload.starts_with(b"ICC_PROFILE\0"),
        0xee => payload.starts_with(b"Adobe"),
        _ => false,
    }
}

/// Bytes of a scan up to the next marker: `FF 00`, restarts and filling are part of it.
fn coded_length(scan: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = scan
        .get(at..)
        .and_then(|rest| rest.iter().position(|byte| *byte == 0xff))
    {
        match scan.get(at + found + 1) {
            Some(0 | 0xd0..=0xd7) => at += found + 2,
            Some(0xff) => at += found + 1,
            _ => return at + found,
        }
    }
    scan.len()
}

fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    const NEEDED: &[&[u8; 4]] = &[
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
        b"mDCV", b"cLLI", b"sBIT", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT",
    ];
    let (head, mut rest) = bytes.split_at_checked(8)?;
    let mut kept = Vec::with_capacity(bytes.len());
    kept.extend(head);
    loop {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?);
        let kind = rest.get(4..8)?;
        let (chunk, after) =
            rest.split_at_checked(usize::try_from(length).ok()?.checked_add(12)?)?;
        if NEEDED.iter().any(|needed| needed.as_slice() == kind) {
            kept.extend(chunk);
        }
        if kind == b"IEND" {
            return Some(kept);
        }
        rest = after;
    }
}

fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    const NEEDED: &[&[u8; 4]] = &[
        b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF",
    ];
    /// Bits of the extended header that promise EXIF and XMP.
    const PROMISES: u8 = 0x08 | 0x04;
    let size = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    let mut rest = bytes.get(12..usize::try_from(size).ok()?.checked_add(8)?.min(bytes.len()))?;
    let mut kept = Vec::with_capacity(bytes.len());
    kept.extend(b"RIFF\0\0\0\0WEBP");
    while let Some(kind) = rest.get(..4) {
        let length = usize::try_from(u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?)).ok()?;
        // Padded to even lengths; the last one's padding is forgotten by some writers.
        let end = length.checked_add(8)?;
        let chunk = rest.get(..end)?;
        if NEEDED.iter().any(|needed| needed.as_slice() == kind) {
            let at = kept.len();
            kept.extend(chunk);
            if kind == b"VP8X" {
                *kept.get_mut(at + 8)? &= !PROMISES;
            }
            if length % 2 == 1 {
                kept.push(0);
            }
        }
        rest = rest.get(end + length % 2..).unwrap_or_default();
    }
    let size = u32::try_from(kept.len() - 8).ok()?.to_le_bytes();
    kept.get_mut(4..8)?.copy_from_slice(&size);
    Some(kept)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use crate::picture::{SaveFormat, decode, encode};
    use image::RgbaImage;

    const CANARY: &[u8] = b"48.8584 N 2.2945 E";

    fn picture() -> RgbaImage {
        RgbaImage::from_fn(40, 30, |x, y| {
            image::Rgba([(x * 6) as u8, (y * 8) as u8, ((x * y) % 256) as u8, 255])
        })
    }

    fn holds(bytes: &[u8], word: &[u8]) -> bool {
        bytes.windows(word.len()).any(|window| window == word)
    }

    /// What a JPEG's markers hold, beginning with the first table, which is what makes its pixels.
    fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
        let mut segment = vec![0xff, marker];
        segment.extend(u16::try_from(payload.len() + 2).unwrap().to_be_bytes());
        segment.extend(payload);
        segment
    }

    #[test]
    fn a_jpeg_loses_its_notes_and_keeps_its_codes_and_its_profile() {
        let plain = encode(&picture(), SaveFormat::Jpeg).unwrap();
        let profile = segment(0xe2, b"ICC_PROFILE\0\x01\x01not really one");
        let mut noted = plain[..2].to_vec();
        noted.extend(segment(0xe1, &[b"Exif\0\0MM\0*", CANARY].concat()));
        noted.extend(segment(
            0xe1,
            &[b"http://ns.adobe.com/xap/1.0/\0", CANARY].concat(),
        ));
        noted.extend(&profile);
        noted.extend(segment(0xe2, &[b"MPF\0", CANARY].concat()));
        noted.extend(segment(0xed, &[b"Photoshop 3.0\0", CANARY].concat()));
        noted.extend(segment(0xfe, CANARY));
        noted.extend(&plain[2..]);
        noted.extend([&plain[..], CANARY].concat());
        let sent = without_metadata(&noted, Format::Jpeg).unwrap();
        assert!(!holds(&sent, CANARY) && holds(&sent, &profile));
        let (sent, plain) = (&sent[2..], &plain[2..]);
        let scan = plain.windows(2).position(|w| w == [0xff, 0xda]).unwrap();
        assert!(sent.ends_with(&plain[scan..]));
        assert_eq!(decode(&noted).unwrap(), picture_of(sent));
    }

    fn picture_of(jpeg_without_start: &[u8]) -> RgbaImage {
        decode(&[&[0xff, 0xd8], jpeg_without_start].concat()).unwrap()
    }

    #[test]
    fn a_png_loses_its_texts_and_keeps_every_other_byte() {
        let plain = encode(&picture(), SaveFormat::Png).unwrap();
        let chunk = |kind: &[u8]| {
            let mut chunk = u32::try_from(CANARY.len()).unwrap().to_be_bytes().to_vec();
            chunk.extend(kind);
            chunk.extend(CANARY);
            chunk.extend([0; 4]);
            chunk
        };
        let mut noted = plain[..33].to_vec();
        for kind in [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"caBX"] {
            noted.extend(chunk(kind));
        }
        noted.extend(&plain[33..]);
        noted.extend(CANARY);
        assert_eq!(without_metadata(&noted, Format::Png).unwrap(), plain);
    }

    #[test]
    fn a_webp_loses_its_exif_and_promises_none() {
        let plain = encode(&picture(), SaveFormat::WebP).unwrap();
        let mut noted = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x0c\0\0\0\x27\0\0\x1d\0\0".to_vec();
        noted.extend(&plain[12..]);
        for kind in [b"EXIF", b"XMP "] {
            noted.extend(kind);
            noted.extend(u32::try_from(CANARY.len()).unwrap().to_le_bytes());
            noted.extend(CANARY);
        }
        let size = u32::try_from(noted.len() - 8).unwrap().to_le_bytes();
        noted[4..8].copy_from_slice(&size);
        let sent = without_metadata(&noted, Format::WebP).unwrap();
        assert!(!holds(&sent, CANARY));
        assert_eq!(sent[20], 0);
        assert_eq!(sent.len(), plain.len() + 18);
        assert_eq!(decode(&sent).unwrap(), picture());
    }

    #[test]
    fn what_is_cut_off_is_not_taken_apart() {
        for format in [SaveFormat::Jpeg, SaveFormat::Png, SaveFormat::WebP] {
            let bytes = encode(&picture(), format).unwrap();
            let format = match format {
                SaveFormat::Jpeg => Format::Jpeg,
                SaveFormat::Png => Format::Png,
                SaveFormat::WebP => Format::WebP,
            };
            for end in 0..bytes.len() {
                // None, or no worse than what was given: never a panic.
                let _ = without_metadata(&bytes[..end], format);
            }
            assert!(
                without_metadata(&bytes[..20], format).is_none(),
                "{format:?}"
            );
        }
    }
}
