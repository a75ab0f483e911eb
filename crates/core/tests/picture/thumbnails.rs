//! Small pictures: size, place, colours, and how near they come to the best that can be made.

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage, imageops::FilterType};
use mozjpeg::ColorSpace;
use overpaint_core::picture::{Encoded, Format, decode, thumbnail};

use crate::samples::*;

#[test]
fn a_thumbnail_fits_its_square_and_is_never_enlarged() {
    for (width, height, edge, expected) in [
        (300, 200, 100, (100, 67)),
        (200, 300, 100, (67, 100)),
        (64, 48, 512, (64, 48)),
        (900, 1, 90, (90, 1)),
        (300, 200, 0, (1, 1)),
    ] {
        let image = RgbaImage::from_pixel(width, height, Rgba(RED));
        for file in [
            file(image.clone(), ImageFormat::Png),
            jpeg(&image, &Extras::default()),
        ] {
            let small = thumbnail(&file, edge).unwrap();
            assert_eq!((small.width, small.height), expected);
            assert_eq!(decode(&small.bytes).unwrap().dimensions(), expected);
        }
    }
}

#[test]
fn a_thumbnail_shows_what_the_picture_shows() {
    for (name, file) in one_of_each() {
        let full = decode(&file).unwrap();
        let small = thumbnail(&file, 32).unwrap();
        let shown = decode(&small.bytes).unwrap();
        assert_eq!(
            small.width > small.height,
            full.width() > full.height(),
            "{name}"
        );
        for (x, y) in [(1, 1), (3, 1), (1, 3), (3, 3)] {
            let at = |image: &RgbaImage| {
                image
                    .get_pixel(image.width() * x / 4, image.height() * y / 4)
                    .0
            };
            let [seen, expected] = [at(&shown), at(&full)];
            if full.width() > 16 {
                assert!(
                    seen.iter()
                        .zip(expected)
                        .all(|(seen, expected)| seen.abs_diff(expected) < 12),
                    "{name}: {seen:?}, not {expected:?}"
                );
            }
        }
    }
}

#[test]
fn transparency_makes_a_png_and_anything_else_a_jpeg() {
    let format = |file: &[u8]| thumbnail(file, 32).unwrap().format;
    assert_eq!(format(&file(glass(), ImageFormat::Png)), Format::Png);
    assert_eq!(format(&file(quarters(), ImageFormat::Png)), Format::Jpeg);
    assert_eq!(
        format(&cmyk_jpeg([9; 4], ColorSpace::JCS_CMYK, None)),
        Format::Jpeg
    );
}

#[test]
fn colours_hidden_under_full_transparency_do_not_bleed() {
    let image = RgbaImage::from_fn(200, 200, |x, _| {
        if x < 100 {
            Rgba([0, 0, 255, 255])
        } else {
            Rgba([255, 0, 0, 0])
        }
    });
    let small = decode(&thumbnail(&file(image, ImageFormat::Png), 25).unwrap().bytes).unwrap();
    for pixel in small.pixels().filter(|pixel| pixel.0[3] > 16) {
        assert!(pixel.0[0] < 16, "{pixel:?} has red from behind");
    }
}

/// Many scales of shapes, edges and grain: nothing a decoder could guess.
fn photo(width: u32, height: u32) -> RgbaImage {
    let speck = |x: u32, y: u32, seed: u32| {
        let mut mixed = x.wrapping_mul(0x9e37_79b1)
            ^ y.wrapping_mul(0x85eb_ca77)
            ^ seed.wrapping_mul(0xc2b2_ae3d);
        mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x2c1b_3c6d);
        f64::from((mixed ^ (mixed >> 13)) & 0xff) / 255.0 - 0.5
    };
    RgbaImage::from_fn(width, height, |x, y| {
        let shapes: f64 = (1..6)
            .map(|scale| speck(x >> scale, y >> scale, scale) * f64::from(1 << scale) / 90.0)
            .sum();
        let waves = (f64::from(x) / 37.0).sin() * (f64::from(y) / 23.0).cos() * 0.25;
        let light = 0.5 + shapes + waves + speck(x, y, 0) * 0.04;
        let tint = (f64::from(x + y) / 90.0).sin() * 0.12;
        let [red, green, blue] = [light + tint, light, light - tint]
            .map(|light| (light * 255.0).clamp(0.0, 255.0) as u8);
        Rgba([red, green, blue, 255])
    })
}

#[test]
fn a_thumbnail_from_a_scaled_decode_is_as_good_as_one_from_all_pixels() {
    // 960 to 85 is the step of a 24-megapixel photograph to 512, 960 to 64 the one that needs the next finer decode least.
    for (original, edge) in [
        (photo(960, 640), 85),
        (photo(960, 640), 64),
        (photo(960, 640), 200),
    ] {
        let file = jpeg(&original, &Extras::default());
        let Encoded {
            bytes,
            width,
            height,
            ..
        } = thumbnail(&file, edge).unwrap();
        let full = image::load_from_memory_with_format(&file, ImageFormat::Jpeg).unwrap();
        let best = full.resize_exact(width, height, FilterType::Lanczos3);
        let likeness = ssim(&DynamicImage::ImageRgba8(decode(&bytes).unwrap()), &best);
        assert!(likeness >= 0.98, "SSIM is {likeness:.4} at {edge}");
    }
}

/// Structural similarity of brightness over every 8 × 8 window, 1 for the same picture.
fn ssim(one: &DynamicImage, other: &DynamicImage) -> f64 {
    let (one, other) = (one.to_luma8(), other.to_luma8());
    let (width, height) = one.dimensions();
    let mut total = 0.0;
    for (left, top) in (0..height - 7).flat_map(|top| (0..width - 7).map(move |left| (left, top))) {
        let window = || (0..8).flat_map(|y| (0..8).map(move |x| (left + x, top + y)));
        let (mut a, mut b, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (x, y) in window() {
            let (p, q) = (
                f64::from(one.get_pixel(x, y).0[0]),
                f64::from(other.get_pixel(x, y).0[0]),
            );
            (a, b, aa, bb, ab) = (
                a + p / 64.0,
                b + q / 64.0,
                aa + p * p / 64.0,
                bb + q * q / 64.0,
                ab + p * q / 64.0,
            );
        }
        let (c1, c2) = (6.5025, 58.5225);
        let (spread_a, spread_b, shared) = (aa - a * a, bb - b * b, ab - a * b);
        total += (2.0 * a * b + c1) * (2.0 * shared + c2)
            / ((a * a + b * b + c1) * (spread_a + spread_b + c2));
    }
    total / f64::from((width - 7) * (height - 7))
}
