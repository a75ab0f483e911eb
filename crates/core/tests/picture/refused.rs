//! What is refused, and that the reason is named.

use image::{ImageFormat, RgbaImage};
use overpaint_core::picture::{
    Facts, MAX_FILE_BYTES, MAX_PIXELS, PictureError, check, decode, inspect, thumbnail,
};

use crate::samples::*;

#[track_caller]
fn refused(bytes: &[u8]) -> PictureError {
    let reason = check(bytes).unwrap_err();
    for other in [
        decode(bytes).unwrap_err(),
        thumbnail(bytes, 64).unwrap_err(),
    ] {
        // Two decoders put the same damage in different words.
        let both_broken = matches!(
            (&reason, &other),
            (PictureError::Broken { .. }, PictureError::Broken { .. })
        );
        assert!(both_broken || other == reason, "{reason}, but {other}");
    }
    reason
}

#[test]
fn a_file_without_bytes_is_refused_as_empty() {
    assert_eq!(refused(b""), PictureError::Empty);
    assert_eq!(PictureError::Empty.to_string(), "The file is empty.");
}

#[test]
fn what_is_no_picture_is_refused_as_such() {
    for bytes in [
        b"hello".as_slice(),
        b"BM is how this letter begins",
        b"\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\x7fELF\x02\x01\x01",
        b"<note>no picture</note>",
    ] {
        assert_eq!(refused(bytes), PictureError::NotAPicture, "{bytes:?}");
    }
}

#[test]
fn a_truncated_picture_of_any_kind_is_refused_by_name_wherever_it_was_cut() {
    for (name, file) in one_of_each() {
        check(&file).unwrap();
        for length in 1..file.len() {
            let reason = check(&file[..length]).unwrap_err();
            // Of the shortest stumps not even the kind is known.
            assert!(
                reason == PictureError::Truncated || length < 32,
                "{name} of {} bytes cut to {length}: {reason}",
                file.len()
            );
        }
    }
}

#[test]
fn a_truncated_picture_gives_no_half_pixels_either() {
    for (name, file) in one_of_each() {
        let pixels = decode(&file).unwrap();
        for length in (32..file.len()).step_by(7) {
            // Of a PNG, what follows the pixels may be missing: the last chunk, or the second frame.
            match decode(&file[..length]) {
                Ok(seen) => assert!(
                    seen == pixels && name.contains("PNG"),
                    "{name} cut to {length}"
                ),
                Err(reason) => {
                    assert_eq!(reason, PictureError::Truncated, "{name} cut to {length}");
                    assert_eq!(
                        thumbnail(&file[..length], 16).unwrap_err(),
                        reason,
                        "{name} cut to {length}"
                    );
                }
            }
        }
    }
}

#[test]
fn known_formats_are_refused_by_their_name() {
    let boxed = |brand: &str| format!("\0\0\0\x18ftyp{brand}\0\0\0\0mif1heic").into_bytes();
    let nikon = tiff(&[(254, 4, 1), (330, 4, 200)]);
    let dng = tiff(&[(50_706, 1, 0x0401)]);
    for (name, bytes) in [
        ("HEIC", boxed("heic")),
        ("HEIC", boxed("mif1")),
        ("HEIC", boxed("hevc")),
        ("AVIF", boxed("avif")),
        ("camera RAW", boxed("crx ")),
        ("video", boxed("isom")),
        ("camera RAW", b"II*\0\x10\0\0\0CR\x02\0\0\0\0\0".to_vec()),
        ("camera RAW", nikon),
        ("camera RAW", dng),
        ("camera RAW", b"FUJIFILMCCD-RAW 0201".to_vec()),
        ("camera RAW", b"IIU\0\x18\0\0\0".to_vec()),
        ("Photoshop (PSD)", b"8BPS\0\x01\0\0\0\0\0\0".to_vec()),
        (
            "SVG",
            br#"<svg xmlns="http://www.w3.org/2000/svg"/>"#.to_vec(),
        ),
        (
            "SVG",
            b"\xef\xbb\xbf\n<?xml version=\"1.0\"?>\n<!-- drawn --><svg/>".to_vec(),
        ),
        ("PDF", b"%PDF-1.7\n".to_vec()),
        ("PDF", b"\njunk before it\n%PDF-1.4".to_vec()),
        (
            "HTML",
            b"<!DOCTYPE html><title>Sign in</title><svg/>".to_vec(),
        ),
        ("JPEG XL", b"\xff\x0a\xfa\x7f".to_vec()),
        ("JPEG XL", b"\0\0\0\x0cJXL \r\n\x87\n".to_vec()),
        ("JPEG 2000", b"\0\0\0\x0cjP  \r\n\x87\n".to_vec()),
        ("ICO", b"\0\0\x01\0\x02\0\x20\x20".to_vec()),
        ("ZIP", b"PK\x03\x04\x14\0".to_vec()),
    ] {
        assert_eq!(refused(&bytes), PictureError::Unsupported { name });
        assert!(
            PictureError::Unsupported { name }
                .to_string()
                .starts_with(name)
        );
    }
}

/// A little-endian TIFF directory of (tag, type, value), without pixels.
fn tiff(tags: &[(u16, u16, u32)]) -> Vec<u8> {
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend((tags.len() as u16).to_le_bytes());
    for (tag, kind, value) in tags {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(1u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    file
}

#[test]
fn jpegs_of_kinds_nobody_shows_are_refused_by_name() {
    let frame_at = |file: &[u8]| file.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    let original = jpeg(&quarters(), &Extras::default());
    let at = frame_at(&original);
    for (offset, value, name) in [
        (4, 12, "12-bit JPEG"),
        (1, 0xc9, "arithmetic-coded JPEG"),
        (1, 0xc3, "lossless or hierarchical JPEG"),
    ] {
        let mut file = original.clone();
        file[at + offset] = value;
        assert_eq!(refused(&file), PictureError::Unsupported { name });
    }
}

/// A small PNG that says another size, with its checksum right.
fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    let mut png = file(quarters(), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 * (sum & 1))
        })
    })
}

#[test]
fn enormous_sizes_are_refused_from_the_header() {
    let reason = PictureError::TooLarge {
        width: 65_535,
        height: 65_535,
        limit_megapixels: 128,
    };
    let png = png_that_claims(65_535, 65_535);
    assert!(png.len() < 4096);
    assert_eq!(inspect(&png).unwrap_err(), reason);
    assert_eq!(refused(&png), reason);
    assert!(reason.to_string().contains("65535 × 65535"), "{reason}");

    let mut gif = gif(&[quarters()]);
    gif[6..10].fill(0xff);
    assert_eq!(refused(&gif), reason);

    let mut jpeg = jpeg(&quarters(), &Extras::default());
    let frame = jpeg.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].fill(0xff);
    assert_eq!(refused(&jpeg), reason);

    let mut bmp = file(opaque(&quarters()), ImageFormat::Bmp);
    bmp[18..20].fill(0xff);
    bmp[22..24].fill(0xff);
    assert_eq!(refused(&bmp), reason);
}

#[test]
fn one_side_alone_can_be_too_long() {
    assert!(matches!(
        inspect(&png_that_claims(1, 70_000)),
        Err(PictureError::TooLarge { .. })
    ));
    assert!(matches!(
        inspect(&png_that_claims(70_000, 1)),
        Err(PictureError::TooLarge { .. })
    ));
}

#[test]
fn the_largest_cameras_are_within_the_limits() {
    for (width, height) in [(6000, 4000), (11_648, 8736), (16_000, 8000)] {
        let Facts { width: seen, .. } = inspect(&png_that_claims(width, height)).unwrap();
        assert_eq!(seen, width);
        assert!(u64::from(width) * u64::from(height) <= MAX_PIXELS);
    }
}

#[test]
fn a_file_of_too_many_bytes_is_refused_unread() {
    let bytes = vec![0; MAX_FILE_BYTES as usize + 1];
    let reason = inspect(&bytes).unwrap_err();
    assert_eq!(
        reason,
        PictureError::FileTooLarge {
            bytes: MAX_FILE_BYTES + 1,
            limit: MAX_FILE_BYTES
        }
    );
    assert_eq!(
        reason.to_string(),
        "The file is too large: 201 MB. At most 200 MB can be opened."
    );
}

#[test]
fn a_picture_damaged_inside_is_refused() {
    let mut png = file(
        RgbaImage::from_fn(64, 64, |x, y| {
            image::Rgba([x as u8, y as u8, (x * y) as u8, 255])
        }),
        ImageFormat::Png,
    );
    let middle = png.len() / 2;
    png[middle] ^= 0x55;
    assert!(matches!(refused(&png), PictureError::Broken { .. }));

    let mut no_palette = palette_png();
    let palette = no_palette
        .windows(4)
        .position(|name| name == b"PLTE")
        .unwrap();
    no_palette[palette] |= 0x20; // in small letters, a chunk that may be skipped
    let sum = crc(&no_palette[palette..palette + 13]);
    no_palette[palette + 13..palette + 17].copy_from_slice(&sum.to_be_bytes());
    assert!(matches!(refused(&no_palette), PictureError::Broken { .. }));

    let mut jpeg = jpeg(&quarters(), &Extras::default());
    let table = jpeg.windows(2).position(|two| two == [0xff, 0xc4]).unwrap();
    jpeg[table + 5..table + 21].fill(0xff);
    assert!(matches!(refused(&jpeg), PictureError::Broken { .. }));
}

#[test]
fn a_jpeg_of_a_thousand_scans_is_refused_without_decoding_them() {
    let file = progressive_jpeg(&quarters());
    let scan = file
        .windows(2)
        .rposition(|two| two == [0xff, 0xda])
        .unwrap();
    let end = file.len() - 2;
    let bomb = [&file[..end], &file[scan..end].repeat(1000), &file[end..]].concat();
    assert!(refused(&bomb).to_string().contains("too many scans"));
}
