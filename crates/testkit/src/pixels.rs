//! The pretended models' work: a result that visibly comes from its input, made cheaply.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};

use crate::sample;
use crate::script::Format;

/// What a result picture shall be.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) content: Content,
    pub(crate) format: Format,
    /// Width and height, where the request asked for some.
    pub(crate) size: Option<(u32, u32)>,
    pub(crate) one_pixel_off: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Edited { variation: u32 },
    SameAsInput,
    Black,
}

/// Models answer at sizes of their own; larger inputs come back smaller.
const LONGEST_SIDE: u32 = 2048;
/// The size where no input can be read.
const WITHOUT_INPUT: (u32, u32) = (768, 512);

/// Width and height of what [`render`] makes, from the input's header alone.
pub(crate) fn planned_size(input: Option<&Bytes>, wish: &Wish) -> (u32, u32) {
    let measured = input.and_then(measure);
    if let (Content::SameAsInput, Some(size)) = (wish.content, measured) {
        return size;
    }
    let (width, height) = wish.size.or(measured.map(fitted)).unwrap_or(WITHOUT_INPUT);
    match (wish.one_pixel_off, width) {
        (false, _) => (width, height),
        (true, 1) => (2, height),
        (true, _) => (width - 1, height),
    }
}

/// The picture, encoded.
pub(crate) fn render(input: Option<&Bytes>, wish: &Wish) -> Bytes {
    let (width, height) = planned_size(input, wish);
    if wish.content == Content::Black {
        return encoded(&RgbImage::new(width, height).into(), wish.format);
    }
    let picture = match input.and_then(decode) {
        None => sample::photo(width, height).into(),
        Some(picture) if (picture.width(), picture.height()) == (width, height) => picture,
        Some(picture) => picture.thumbnail_exact(width, height),
    };
    let edited = match wish.content {
        Content::Edited { variation } => graded(picture, variation),
        Content::SameAsInput | Content::Black => picture,
    };
    encoded(&edited, wish.format)
}

fn fitted((width, height): (u32, u32)) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= LONGEST_SIDE {
        return (width, height);
    }
    let scale = |side: u32| {
        let scaled = u64::from(side) * u64::from(LONGEST_SIDE) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(LONGEST_SIDE).max(1)
    };
    (scale(width), scale(height))
}

fn decoder(input: &Bytes) -> Option<(impl ImageDecoder, Orientation)> {
    let mut decoder = ImageReader::new(Cursor::new(input))
        .with_guessed_format()
        .ok()?
        .into_decoder()
        .ok()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Some((decoder, orientation))
}

/// Width and height, upright, from the header alone.
pub(crate) fn measure(input: &Bytes) -> Option<(u32, u32)> {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    let (decoder, orientation) = decoder(input)?;
    let (width, height) = decoder.dimensions();
    Some(match orientation {
        Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH => (height, width),
        _ => (width, height),
    })
}

fn decode(input: &Bytes) -> Option<DynamicImage> {
    let (decoder, orientation) = decoder(input)?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    Some(picture)
}

/// One look-up per sample: nobody mistakes before for after, and a test can tell variations apart.
fn graded(picture: DynamicImage, variation: u32) -> DynamicImage {
    let look = LOOKS[variation as usize % LOOKS.len()];
    let tables = look.map(|(gain, lift)| {
        std::array::from_fn::<u8, 256, _>(|value| {
            let value = value as i32 * gain / 100 + lift;
            u8::try_from(value.clamp(0, 255)).unwrap_or(u8::MAX)
        })
    });
    // Transparency survives, and an opaque picture stays without it.
    if picture.color().has_alpha() {
        let mut picture = picture.into_rgba8();
        for pixel in picture.as_chunks_mut::<4>().0 {
            for (sample, table) in pixel.iter_mut().zip(&tables) {
                *sample = table[usize::from(*sample)];
            }
        }
        return picture.into();
    }
    let mut picture = picture.into_rgb8();
    for pixel in picture.as_chunks_mut::<3>().0 {
        for (sample, table) in pixel.iter_mut().zip(&tables) {
            *sample = table[usize::from(*sample)];
        }
    }
    picture.into()
}

/// Gain in percent and lift, for red, green and blue: warm, cool, inverted, faded.
const LOOKS: [[(i32, i32); 3]; 4] = [
    [(110, 24), (88, 6), (58, 0)],
    [(60, 0), (90, 10), (110, 28)],
    [(-100, 255), (-100, 255), (-100, 255)],
    [(55, 80), (55, 74), (50, 70)],
];

fn encoded(picture: &DynamicImage, format: Format) -> Bytes {
    let mut file = Cursor::new(Vec::new());
    // Writing to memory cannot fail; every format here takes RGB and RGBA but JPEG, which gets RGB.
    let written = match format {
        Format::Png => picture.write_to(&mut file, ImageFormat::Png),
        Format::Webp => picture.write_to(&mut file, ImageFormat::WebP),
        Format::Jpeg => picture
            .to_rgb8()
            .write_with_encoder(JpegEncoder::new_with_quality(&mut file, 90)),
    };
    written.map_or_else(|_| Bytes::new(), |()| file.into_inner().into())
}
