//! Full pixels, in the one form the rest of the app knows.

use image::metadata::Orientation;
use image::{DynamicImage, RgbaImage};

use super::colour::{self, Channels};
use super::inspect::{Opened, explain};
use super::{Format, PictureError, guarded, inspect, jpeg, whole::whole};

/// The picture: 8-bit sRGB with straight alpha, upright; of an animation the first frame.
///
/// Needs four bytes for each pixel, twice that while a picture is turned upright or comes from 16 bits.
///
/// # Errors
/// Any [`PictureError`].
pub fn decode(bytes: &[u8]) -> Result<RgbaImage, PictureError> {
    let facts = inspect(bytes)?;
    guarded(|| {
        let (image, orientation) = pixels(bytes, facts.format)?;
        Ok(turn_upright(image, orientation))
    })
}

/// sRGB pixels as stored, and how to turn them upright.
pub(super) fn pixels(
    bytes: &[u8],
    format: Format,
) -> Result<(RgbaImage, Orientation), PictureError> {
    if format == Format::Jpeg {
        let header = jpeg::Header::read(bytes)?;
        return Ok((
            jpeg::decode(bytes, &header, jpeg::FULL)?,
            header.orientation,
        ));
    }
    let mut opened = Opened::open(bytes, format)?;
    let orientation = opened.orientation();
    let profile = opened.profile();
    let image = stored(bytes, opened)?;
    Ok((srgb(image, profile.as_deref()), orientation))
}

/// Pixels in the file's own colours and depth.
pub(super) fn stored(bytes: &[u8], opened: Opened<'_>) -> Result<DynamicImage, PictureError> {
    let format = opened.format;
    whole(bytes, format)?;
    DynamicImage::from_decoder(opened.decoder).map_err(|error| explain(&error, format))
}

fn srgb(image: DynamicImage, profile: Option<&[u8]>) -> RgbaImage {
    let Some(profile) = profile else {
        return image.into_rgba8();
    };
    let channels = if image.color().has_color() {
        Channels::Colour
    } else {
        Channels::Grey
    };
    match image {
        // More than 8 bits are kept until after the conversion: a wide gamut squeezed into 8 bits shows bands in the shadows.
        deep @ (DynamicImage::ImageRgb16(_) | DynamicImage::ImageRgba16(_)) => {
            colour::deep_to_srgb(&deep.into_rgba16(), profile)
        }
        other => {
            let mut image = other.into_rgba8();
            colour::to_srgb(&mut image, channels, profile);
            image
        }
    }
}

/// Applies the orientation. Turning by a quarter makes a second copy for a moment.
pub(super) fn turn_upright(image: RgbaImage, orientation: Orientation) -> RgbaImage {
    let mut image = DynamicImage::ImageRgba8(image);
    image.apply_orientation(orientation);
    image.into_rgba8()
}
