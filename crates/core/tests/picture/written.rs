//! Files made here.

use image::{Rgba, RgbaImage};
use overpaint_core::picture::{Format, PictureError, SaveFormat, check, decode, encode};

use crate::samples::*;

#[test]
fn png_and_webp_come_back_exactly_with_their_transparency() {
    for (save, format) in [
        (SaveFormat::Png, Format::Png),
        (SaveFormat::WebP, Format::WebP),
    ] {
        for image in [quarters(), glass()] {
            let file = encode(&image, save).unwrap();
            let facts = check(&file).unwrap();
            assert_eq!((facts.format, facts.has_alpha), (format, image == glass()));
            assert_eq!(decode(&file).unwrap(), image);
        }
    }
}

#[test]
fn in_a_jpeg_transparency_becomes_white() {
    let image = RgbaImage::from_fn(64, 64, |x, _| {
        Rgba([0, 0, 200, if x < 32 { 0 } else { 128 }])
    });
    let file = encode(&image, SaveFormat::Jpeg).unwrap();
    assert_eq!(check(&file).unwrap().format, Format::Jpeg);
    let seen = decode(&file).unwrap();
    for (x, expected) in [(8, [255, 255, 255, 255]), (56, [127, 127, 227, 255])] {
        let pixel = seen.get_pixel(x, 32).0;
        assert!(
            pixel
                .iter()
                .zip(expected)
                .all(|(seen, expected): (&u8, u8)| seen.abs_diff(expected) < 4),
            "{pixel:?}, not {expected:?}"
        );
    }
}

#[test]
fn a_side_the_format_cannot_hold_is_refused_by_name() {
    let long = RgbaImage::new(65_501, 1);
    assert_eq!(
        encode(&long, SaveFormat::Jpeg),
        Err(PictureError::SideTooLong {
            name: "JPEG",
            limit: 65_500
        })
    );
    assert_eq!(
        encode(&long, SaveFormat::WebP),
        Err(PictureError::SideTooLong {
            name: "WebP",
            limit: 16_384
        })
    );
    assert_eq!(
        decode(&encode(&long, SaveFormat::Png).unwrap()).unwrap(),
        long
    );
}
