//! Sample files, made here so that the truth about their pixels is known.

use std::io::Cursor;

use image::codecs::gif::{GifEncoder, Repeat};
use image::codecs::{png::PngEncoder, webp::WebPEncoder};
use image::{DynamicImage, ExtendedColorType, Frame, ImageEncoder, ImageFormat, Rgba, RgbaImage};
use mozjpeg::{ColorSpace, Compress, Marker};

pub(crate) const RED: [u8; 4] = [220, 30, 40, 255];
pub(crate) const GREEN: [u8; 4] = [20, 180, 60, 255];
pub(crate) const BLUE: [u8; 4] = [30, 50, 200, 255];
pub(crate) const YELLOW: [u8; 4] = [240, 220, 30, 255];

/// Red and green above blue and yellow, no two sides alike: any turn or flip shows.
pub(crate) fn quarters() -> RgbaImage {
    RgbaImage::from_fn(64, 48, |x, y| {
        Rgba(match (x < 32, y < 24) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => YELLOW,
        })
    })
}

/// [`quarters`] with the lower half see-through by half.
pub(crate) fn glass() -> RgbaImage {
    let mut image = quarters();
    image
        .enumerate_pixels_mut()
        .filter(|(_, y, _)| *y >= 24)
        .for_each(|(_, _, pixel)| pixel.0[3] = 128);
    image
}

/// One colour everywhere.
pub(crate) fn plain(colour: [u8; 3]) -> RgbaImage {
    RgbaImage::from_pixel(40, 40, Rgba([colour[0], colour[1], colour[2], 255]))
}

pub(crate) fn file(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.into().write_to(&mut file, format).unwrap();
    file.into_inner()
}

pub(crate) fn opaque(image: &RgbaImage) -> DynamicImage {
    DynamicImage::ImageRgba8(image.clone()).into_rgb8().into()
}

/// Nothing, or what a camera would add.
#[derive(Default)]
pub(crate) struct Extras<'a> {
    pub(crate) orientation: Option<u8>,
    pub(crate) profile: Option<&'a [u8]>,
}

pub(crate) fn jpeg(image: &RgbaImage, extras: &Extras) -> Vec<u8> {
    compress(
        ColorSpace::JCS_EXT_RGBA,
        ColorSpace::JCS_YCbCr,
        image.dimensions(),
        image,
        extras,
    )
}

pub(crate) fn progressive_jpeg(image: &RgbaImage) -> Vec<u8> {
    let mut encoder = Compress::new(ColorSpace::JCS_EXT_RGBA); // mozjpeg's own defaults are progressive
    encoder.set_size(image.width() as usize, image.height() as usize);
    encoder.set_quality(95.0);
    let mut started = encoder.start_compress(Vec::new()).unwrap();
    started.write_scanlines(image).unwrap();
    started.finish().unwrap()
}

/// Inks as a file stores them: `stored` for every pixel, with Adobe's marker, coded as `coded`.
pub(crate) fn cmyk_jpeg(stored: [u8; 4], coded: ColorSpace, profile: Option<&[u8]>) -> Vec<u8> {
    let inks = stored.repeat(40 * 40);
    compress(
        ColorSpace::JCS_CMYK,
        coded,
        (40, 40),
        &inks,
        &Extras {
            profile,
            ..Extras::default()
        },
    )
}

pub(crate) fn grey_jpeg(grey: u8, profile: Option<&[u8]>) -> Vec<u8> {
    compress(
        ColorSpace::JCS_GRAYSCALE,
        ColorSpace::JCS_GRAYSCALE,
        (40, 40),
        &[grey; 1600],
        &Extras {
            profile,
            ..Extras::default()
        },
    )
}

fn compress(
    given: ColorSpace,
    coded: ColorSpace,
    (width, height): (u32, u32),
    samples: &[u8],
    extras: &Extras,
) -> Vec<u8> {
    let mut encoder = Compress::new(given);
    encoder.set_fastest_defaults();
    encoder.set_color_space(coded);
    encoder.set_size(width as usize, height as usize);
    encoder.set_quality(95.0);
    if coded == ColorSpace::JCS_YCbCr {
        encoder.set_chroma_sampling_pixel_sizes((1, 1), (1, 1));
    }
    let mut started = encoder.start_compress(Vec::new()).unwrap();
    if let Some(orientation) = extras.orientation {
        started.write_marker(
            Marker::APP(1),
            &[b"Exif\0\0".as_slice(), &exif(orientation)].concat(),
        );
    }
    if let Some(profile) = extras.profile {
        let halves = profile.chunks(profile.len().div_ceil(2));
        for (number, half) in (1u8..).zip(halves) {
            started.write_marker(
                Marker::APP(2),
                &[b"ICC_PROFILE\0".as_slice(), &[number, 2], half].concat(),
            );
        }
    }
    started.write_scanlines(samples).unwrap();
    started.finish().unwrap()
}

/// Cuts a marker segment out of a JPEG.
pub(crate) fn without_segment(mut jpeg: Vec<u8>, marker: u8) -> Vec<u8> {
    let start = jpeg
        .windows(2)
        .position(|two| two == [0xff, marker])
        .unwrap();
    let length = usize::from(u16::from_be_bytes([jpeg[start + 2], jpeg[start + 3]]));
    jpeg.drain(start..start + 2 + length);
    jpeg
}

/// EXIF with the orientation and nothing else, as a chunk of PNG or WebP holds it.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    exif
}

pub(crate) fn png_with(
    image: &RgbaImage,
    orientation: Option<u8>,
    profile: Option<&[u8]>,
) -> Vec<u8> {
    let mut file = Vec::new();
    with(PngEncoder::new(&mut file), image, orientation, profile);
    file
}

pub(crate) fn webp_with(
    image: &RgbaImage,
    orientation: Option<u8>,
    profile: Option<&[u8]>,
) -> Vec<u8> {
    let mut file = Vec::new();
    with(
        WebPEncoder::new_lossless(&mut file),
        image,
        orientation,
        profile,
    );
    file
}

fn with(
    mut encoder: impl ImageEncoder,
    image: &RgbaImage,
    orientation: Option<u8>,
    profile: Option<&[u8]>,
) {
    if let Some(orientation) = orientation {
        encoder.set_exif_metadata(exif(orientation)).unwrap();
    }
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile.to_vec()).unwrap();
    }
    encoder
        .write_image(
            image,
            image.width(),
            image.height(),
            ExtendedColorType::Rgba8,
        )
        .unwrap();
}

/// Two colours and one transparent, two bits a pixel.
pub(crate) fn palette_png() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 4, 2);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Two);
    encoder.set_palette([&RED[..3], &GREEN[..3], &BLUE[..3]].concat());
    encoder.set_trns(vec![255, 255, 0]);
    let mut writer = encoder.write_header().unwrap();
    writer
        .write_image_data(&[0b00_01_10_00, 0b01_01_01_01])
        .unwrap();
    writer.finish().unwrap();
    file
}

/// Two frames: `first`, then white.
pub(crate) fn apng(first: &RgbaImage) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, first.width(), first.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(first).unwrap();
    writer.write_image_data(&vec![255; first.len()]).unwrap();
    writer.finish().unwrap();
    file
}

/// The frames, one after the other.
pub(crate) fn gif(frames: &[RgbaImage]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = GifEncoder::new(&mut file);
    encoder.set_repeat(Repeat::Infinite).unwrap();
    encoder
        .encode_frames(frames.iter().cloned().map(Frame::new))
        .unwrap();
    drop(encoder);
    file
}

/// Two frames of a still WebP each, wrapped by hand: no encoder here writes animations.
pub(crate) fn animated_webp(first: &RgbaImage, second: &RgbaImage) -> Vec<u8> {
    let chunk = |name: &[u8], data: &[u8]| {
        let mut chunk = [name, &(data.len() as u32).to_le_bytes(), data].concat();
        chunk.resize(chunk.len().next_multiple_of(2), 0);
        chunk
    };
    let three = |number: u32| number.to_le_bytes()[..3].to_vec();
    let (width, height) = first.dimensions();
    let sides = [three(width - 1), three(height - 1)].concat();
    let frame = |image: &RgbaImage| {
        let still = file(image.clone(), ImageFormat::WebP);
        chunk(
            b"ANMF",
            &[&[0; 6], sides.as_slice(), &three(100), &[0], &still[12..]].concat(),
        )
    };
    let body = [
        b"WEBP".to_vec(),
        chunk(b"VP8X", &[&[0x12, 0, 0, 0], sides.as_slice()].concat()),
        chunk(b"ANIM", &[0; 6]),
        frame(first),
        frame(second),
    ]
    .concat();
    [
        b"RIFF".as_slice(),
        &(body.len() as u32).to_le_bytes(),
        &body,
    ]
    .concat()
}

/// A press on which magenta prints as middle grey (Lab 50, 0, 0), black as black and nothing as paper white.
pub(crate) fn odd_press() -> Vec<u8> {
    let mut table = b"mft1\0\0\0\0\x04\x03\x02\0".to_vec();
    for number in [1u32, 0, 0, 0, 1, 0, 0, 0, 1] {
        table.extend((number << 16).to_be_bytes());
    }
    let ramp: Vec<u8> = (0..=255).collect();
    table.extend(ramp.repeat(4));
    for inks in 0..16u8 {
        let (magenta, black) = (inks & 0b0100 != 0, inks & 0b0001 != 0);
        table.extend(match (magenta, black) {
            (_, true) => [0, 128, 128],
            (true, false) => [128, 128, 128],
            (false, false) => [255, 128, 128],
        });
    }
    table.extend(ramp.repeat(3));

    let start = 128 + 4 + 12;
    let mut profile = ((start + table.len()) as u32).to_be_bytes().to_vec();
    profile.extend(b"\0\0\0\0\x02\x40\0\0prtrCMYKLab \x07\xe8\0\x01\0\x01\0\0\0\0\0\0acsp");
    profile.resize(68, 0);
    profile.extend([0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d]);
    profile.resize(128, 0);
    profile.extend(1u32.to_be_bytes());
    profile.extend(b"A2B0");
    profile.extend((start as u32).to_be_bytes());
    profile.extend((table.len() as u32).to_be_bytes());
    profile.extend(table);
    profile
}

/// One of every kind that is taken.
pub(crate) fn one_of_each() -> Vec<(&'static str, Vec<u8>)> {
    let image = quarters();
    let p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    vec![
        ("PNG", file(glass(), ImageFormat::Png)),
        ("PNG with profile", png_with(&image, Some(6), Some(&p3))),
        ("palette PNG", palette_png()),
        (
            "16-bit PNG",
            file(
                DynamicImage::ImageRgba8(image.clone()).into_rgba16(),
                ImageFormat::Png,
            ),
        ),
        ("APNG", apng(&image)),
        (
            "JPEG",
            jpeg(
                &image,
                &Extras {
                    orientation: Some(6),
                    profile: Some(&p3),
                },
            ),
        ),
        ("progressive JPEG", progressive_jpeg(&image)),
        (
            "CMYK JPEG",
            cmyk_jpeg([255, 0, 255, 255], ColorSpace::JCS_YCCK, Some(&odd_press())),
        ),
        ("grey JPEG", grey_jpeg(90, None)),
        ("GIF", gif(&[image.clone(), plain([255; 3])])),
        ("WebP", webp_with(&glass(), Some(6), Some(&p3))),
        ("animated WebP", animated_webp(&image, &quarters())),
        ("TIFF", file(image.clone(), ImageFormat::Tiff)),
        ("BMP", file(opaque(&image), ImageFormat::Bmp)),
    ]
}
