//! What works shows the right pixels.

use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgba, RgbaImage};
use moxcms::ColorProfile;
use mozjpeg::ColorSpace;
use overpaint_core::picture::{Facts, Format, check, decode, for_display, inspect};

use crate::samples::*;

/// Rounding of lossy coding and of colour conversion.
const LOSSY: u8 = 6;
const ROUNDED: u8 = 1;
const EXACT: u8 = 0;

#[track_caller]
fn near(seen: [u8; 4], expected: [u8; 4], tolerance: u8) {
    let close = seen
        .iter()
        .zip(expected)
        .all(|(seen, expected)| seen.abs_diff(expected) <= tolerance);
    assert!(close, "{seen:?} is not {expected:?} within {tolerance}");
}

/// The colours in the middle of the quarters: top left, top right, bottom left, bottom right.
fn corners(image: &RgbaImage) -> [[u8; 4]; 4] {
    let (width, height) = image.dimensions();
    let at = |x: u32, y: u32| image.get_pixel(width * x / 4, height * y / 4).0;
    [at(1, 1), at(3, 1), at(1, 3), at(3, 3)]
}

#[track_caller]
fn shows(file: &[u8], expected: [[u8; 4]; 4], tolerance: u8) -> Facts {
    let facts = check(file).unwrap();
    assert_eq!(inspect(file).unwrap(), facts);
    let image = decode(file).unwrap();
    assert_eq!(image.dimensions(), (facts.width, facts.height));
    for (seen, expected) in corners(&image).into_iter().zip(expected) {
        near(seen, expected, tolerance);
    }
    facts
}

#[track_caller]
fn shows_everywhere(file: &[u8], expected: [u8; 4], tolerance: u8) -> Facts {
    shows(file, [expected; 4], tolerance)
}

const QUARTERS: [[u8; 4]; 4] = [RED, GREEN, BLUE, YELLOW];

#[test]
fn lossless_formats_keep_every_pixel() {
    for (format, expected) in [
        (ImageFormat::Png, Format::Png),
        (ImageFormat::WebP, Format::WebP),
        (ImageFormat::Tiff, Format::Tiff),
        (ImageFormat::Bmp, Format::Bmp),
    ] {
        let file = file(opaque(&quarters()), format);
        let facts = shows(&file, QUARTERS, EXACT);
        assert_eq!(
            (facts.format, facts.width, facts.height, facts.bit_depth),
            (expected, 64, 48, 8)
        );
        assert!(!facts.animated && !facts.has_profile && !facts.cmyk && facts.note().is_none());
        assert_eq!(decode(&file).unwrap(), quarters(), "{format:?}");
    }
}

#[test]
fn a_jpeg_is_decoded_as_another_decoder_does_it() {
    for file in [
        jpeg(&quarters(), &Extras::default()),
        progressive_jpeg(&quarters()),
    ] {
        shows(&file, QUARTERS, LOSSY);
        let other = image::load_from_memory_with_format(&file, ImageFormat::Jpeg)
            .unwrap()
            .into_rgba8();
        let ours = decode(&file).unwrap();
        let sum: u64 = ours
            .iter()
            .zip(other.iter())
            .map(|(ours, other)| u64::from(ours.abs_diff(*other)))
            .sum();
        assert!(
            sum < ours.len() as u64,
            "differs by {} a sample",
            sum as f64 / ours.len() as f64
        );
    }
}

#[test]
fn transparency_is_kept() {
    let half = |[red, green, blue, _]: [u8; 4]| [red, green, blue, 128];
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff] {
        let facts = shows(
            &file(glass(), format),
            [RED, GREEN, half(BLUE), half(YELLOW)],
            EXACT,
        );
        assert!(facts.has_alpha);
    }
}

#[test]
fn a_palette_with_a_transparent_colour_becomes_colours() {
    let image = decode(&palette_png()).unwrap();
    let expected = [
        RED,
        GREEN,
        [BLUE[0], BLUE[1], BLUE[2], 0],
        RED,
        GREEN,
        GREEN,
        GREEN,
        GREEN,
    ];
    assert_eq!(
        image.pixels().map(|pixel| pixel.0).collect::<Vec<_>>(),
        expected
    );
    assert!(check(&palette_png()).unwrap().has_alpha);
}

#[test]
fn sixteen_bits_are_rounded_to_eight() {
    let deep =
        ImageBuffer::from_pixel(8, 8, Rgba([257 * 200 + 100, 257 * 100 - 100, 0, 65_535u16]));
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        let facts = shows_everywhere(&file(deep.clone(), format), [200, 100, 0, 255], EXACT);
        assert_eq!(facts.bit_depth, 16);
    }
}

#[test]
fn grey_becomes_equal_red_green_and_blue() {
    let grey = file(
        ImageBuffer::from_pixel(8, 8, Luma([77u8])),
        ImageFormat::Png,
    );
    shows_everywhere(&grey, [77, 77, 77, 255], EXACT);
    let faint = file(
        ImageBuffer::from_pixel(8, 8, LumaA([77u8, 9])),
        ImageFormat::Png,
    );
    shows_everywhere(&faint, [77, 77, 77, 9], EXACT);
    shows_everywhere(&grey_jpeg(77, None), [77, 77, 77, 255], ROUNDED);
}

/// Where the quarters of `QUARTERS` lie once a picture stored with this orientation is turned upright.
const TURNED: [[[u8; 4]; 4]; 8] = [
    [RED, GREEN, BLUE, YELLOW],
    [GREEN, RED, YELLOW, BLUE],
    [YELLOW, BLUE, GREEN, RED],
    [BLUE, YELLOW, RED, GREEN],
    [RED, BLUE, GREEN, YELLOW],
    [BLUE, RED, YELLOW, GREEN],
    [YELLOW, GREEN, BLUE, RED],
    [GREEN, YELLOW, RED, BLUE],
];

#[test]
fn all_eight_orientations_are_turned_upright() {
    for (orientation, expected) in (1..).zip(TURNED) {
        let extras = Extras {
            orientation: Some(orientation),
            ..Extras::default()
        };
        for (file, tolerance) in [
            (jpeg(&quarters(), &extras), LOSSY),
            (png_with(&quarters(), Some(orientation), None), EXACT),
            (webp_with(&quarters(), Some(orientation), None), EXACT),
        ] {
            let facts = shows(&file, expected, tolerance);
            assert_eq!(facts.orientation, orientation);
            assert_eq!(
                (facts.width, facts.height),
                if orientation < 5 { (64, 48) } else { (48, 64) }
            );
        }
    }
}

#[test]
fn an_orientation_that_does_not_exist_is_upright() {
    for orientation in [0, 9, 255] {
        let file = jpeg(
            &quarters(),
            &Extras {
                orientation: Some(orientation),
                ..Extras::default()
            },
        );
        assert_eq!(shows(&file, QUARTERS, LOSSY).orientation, 1);
    }
}

/// Display P3 to sRGB by the published matrix, without a colour management system.
fn p3_to_srgb(colour: [u8; 3]) -> [u8; 4] {
    let [red, green, blue] = colour.map(|sample| {
        let sample = f64::from(sample) / 255.0;
        if sample <= 0.04045 {
            sample / 12.92
        } else {
            ((sample + 0.055) / 1.055).powf(2.4)
        }
    });
    let linear = [
        1.224_940_1 * red - 0.224_940_4 * green,
        -0.042_056_9 * red + 1.042_057_1 * green,
        -0.019_637_6 * red - 0.078_636_1 * green + 1.098_273_5 * blue,
    ];
    let [red, green, blue] = linear.map(|light| {
        let sample = if light <= 0.003_130_8 {
            light * 12.92
        } else {
            1.055 * light.powf(1.0 / 2.4) - 0.055
        };
        (sample * 255.0).round().clamp(0.0, 255.0) as u8
    });
    [red, green, blue, 255]
}

#[test]
fn display_p3_is_converted_to_srgb() {
    let p3 = ColorProfile::new_display_p3().encode().unwrap();
    for colour in [
        [200, 100, 50],
        [60, 160, 90],
        [40, 80, 170],
        [128, 128, 128],
    ] {
        let expected = p3_to_srgb(colour);
        let image = plain(colour);
        let deep = DynamicImage::ImageRgba8(image.clone()).into_rgba16();
        let mut deep_png = Vec::new();
        let mut encoder = image::codecs::png::PngEncoder::new(&mut deep_png);
        image::ImageEncoder::set_icc_profile(&mut encoder, p3.clone()).unwrap();
        deep.write_with_encoder(encoder).unwrap();

        assert!(
            shows_everywhere(&png_with(&image, None, Some(&p3)), expected, ROUNDED).has_profile
        );
        assert!(
            shows_everywhere(&webp_with(&image, None, Some(&p3)), expected, ROUNDED).has_profile
        );
        assert!(shows_everywhere(&deep_png, expected, ROUNDED).has_profile);
        assert!(
            shows_everywhere(
                &jpeg(
                    &image,
                    &Extras {
                        profile: Some(&p3),
                        ..Extras::default()
                    }
                ),
                expected,
                LOSSY
            )
            .has_profile
        );
    }
    let vivid = p3_to_srgb([200, 100, 50]);
    assert!(
        vivid[0].abs_diff(200) > 8,
        "the colours above prove nothing if conversion moves them so little: {vivid:?}"
    );
}

#[test]
fn pixels_tagged_as_srgb_stay_exactly_as_they_are() {
    let srgb = ColorProfile::new_srgb().encode().unwrap();
    let all = RgbaImage::from_fn(256, 64, |x, y| {
        Rgba([x as u8, (y * 4) as u8, (255 - x) as u8, 255])
    });
    assert_eq!(decode(&png_with(&all, None, Some(&srgb))).unwrap(), all);
}

#[test]
fn a_grey_profile_changes_the_tones() {
    let linear = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    shows_everywhere(&grey_jpeg(128, Some(&linear)), [188, 188, 188, 255], 2);
}

#[test]
fn a_jpegs_profile_counted_from_zero_is_read_and_one_with_a_part_missing_is_not() {
    let linear = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let file = grey_jpeg(128, Some(&linear));
    let number = |file: &[u8], part: u8| {
        file.windows(14)
            .position(|window| window == [b"ICC_PROFILE\0".as_slice(), &[part, 2]].concat())
            .unwrap()
            + 12
    };

    let mut from_zero = file.clone();
    from_zero[number(&file, 1)] = 0;
    from_zero[number(&file, 2)] = 1;
    shows_everywhere(&from_zero, [188, 188, 188, 255], 2);

    let partial = without_segment(file, 0xe2);
    assert!(!shows_everywhere(&partial, [128, 128, 128, 255], ROUNDED).has_profile);
}

#[test]
fn a_profile_that_is_rubbish_or_made_for_other_channels_is_ignored() {
    for profile in [
        vec![0; 200],
        odd_press(),
        ColorProfile::new_gray_with_gamma(1.0).encode().unwrap(),
    ] {
        shows(
            &png_with(&quarters(), None, Some(&profile)),
            QUARTERS,
            EXACT,
        );
        shows(
            &jpeg(
                &quarters(),
                &Extras {
                    profile: Some(&profile),
                    ..Extras::default()
                },
            ),
            QUARTERS,
            LOSSY,
        );
    }
}

#[test]
fn inks_become_light_with_and_without_adobes_inversion() {
    // Cyan 20 %, magenta 90 %, yellow 80 %, black 10 %: (1 − ink) × (1 − black).
    let expected = [184, 23, 46, 255];
    let inverted = [204, 26, 51, 230];
    let straight = inverted.map(|ink: u8| 255 - ink);
    for coded in [ColorSpace::JCS_CMYK, ColorSpace::JCS_YCCK] {
        let facts = shows_everywhere(&cmyk_jpeg(inverted, coded, None), expected, LOSSY);
        assert!(facts.cmyk);
    }
    let unmarked = without_segment(cmyk_jpeg(straight, ColorSpace::JCS_CMYK, None), 0xee);
    shows_everywhere(&unmarked, expected, LOSSY);
}

#[test]
fn inks_follow_their_profile() {
    let press = odd_press();
    let magenta = cmyk_jpeg([255, 0, 255, 255], ColorSpace::JCS_CMYK, Some(&press));
    assert!(shows_everywhere(&magenta, [119, 119, 119, 255], LOSSY).has_profile);
    let paper = cmyk_jpeg([255; 4], ColorSpace::JCS_CMYK, Some(&press));
    shows_everywhere(&paper, [255; 4], LOSSY);
}

#[test]
fn of_an_animation_the_first_frame_is_used_and_said() {
    let white = RgbaImage::from_pixel(64, 48, Rgba([255; 4]));
    for (file, tolerance) in [
        (gif(&[quarters(), white.clone()]), LOSSY),
        (animated_webp(&quarters(), &white), ROUNDED),
        (apng(&quarters()), EXACT),
    ] {
        let facts = shows(&file, QUARTERS, tolerance);
        assert!(facts.animated);
        assert_eq!(facts.note(), Some("Animated: the first frame is used."));
        let shown = for_display(&file).unwrap().unwrap();
        shows(&shown.bytes, QUARTERS, tolerance);
    }
    assert!(!check(&gif(&[quarters()])).unwrap().animated);
}

#[test]
fn a_web_view_gets_what_it_shows_right_as_it_is() {
    for file in [
        file(glass(), ImageFormat::Png),
        jpeg(
            &quarters(),
            &Extras {
                orientation: Some(6),
                ..Extras::default()
            },
        ),
        grey_jpeg(50, None),
        gif(&[quarters()]),
        webp_with(&quarters(), None, None),
    ] {
        assert_eq!(for_display(&file).unwrap(), None);
    }
}

#[test]
fn a_web_view_gets_another_file_for_what_it_would_show_wrong() {
    let p3 = ColorProfile::new_display_p3().encode().unwrap();
    for (file, format, tolerance) in [
        (file(glass(), ImageFormat::Tiff), Format::Png, EXACT),
        (
            file(opaque(&quarters()), ImageFormat::Bmp),
            Format::Png,
            EXACT,
        ),
        (png_with(&quarters(), Some(8), None), Format::Png, EXACT),
        (webp_with(&quarters(), Some(3), None), Format::Png, EXACT),
        (webp_with(&quarters(), None, Some(&p3)), Format::Png, EXACT),
        (
            cmyk_jpeg([204, 26, 51, 230], ColorSpace::JCS_YCCK, None),
            Format::Jpeg,
            LOSSY,
        ),
    ] {
        let shown = for_display(&file).unwrap().unwrap();
        let facts = shows(&shown.bytes, corners(&decode(&file).unwrap()), tolerance);
        assert_eq!(
            (facts.format, facts.width, facts.height),
            (format, shown.width, shown.height)
        );
        assert_eq!(for_display(&shown.bytes).unwrap(), None);
    }
}
