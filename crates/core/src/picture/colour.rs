//! From a picture's own colours to sRGB.
//!
//! A profile that cannot be read, or is made for other channels than the picture has, is ignored, as every viewer does: a picture in
//! slightly wrong colours is worth more than none.

use std::sync::Arc;

use image::{ImageBuffer, Rgba, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions};

/// Larger than any press profile; past it, a profile is an attack or an accident.
const MAX_PROFILE_BYTES: usize = 8 * 1024 * 1024;

/// What a file's pixels are made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Channels {
    /// Brightness alone; red, green and blue are equal.
    Grey,
    /// Red, green and blue.
    Colour,
}

/// Converts in place.
pub(super) fn to_srgb(image: &mut RgbaImage, channels: Channels, profile: &[u8]) {
    let Some(profile) = parse(profile) else {
        return;
    };
    match profile.color_space {
        DataColorSpace::Rgb if channels == Channels::Colour => {
            if let Some(transform) =
                transform(&profile, Layout::Rgba).filter(|transform| !changes_nothing(transform))
            {
                each_row(image, &transform);
            }
        }
        DataColorSpace::Gray if channels == Channels::Grey => {
            if let Some(tones) = grey_tones(&profile) {
                for Rgba([red, green, blue, _]) in image.pixels_mut() {
                    *red = tones[usize::from(*red)];
                    (*green, *blue) = (*red, *red);
                }
            }
        }
        _ => {}
    }
}

/// Converts 16 bits, and only then rounds to 8.
pub(super) fn deep_to_srgb(image: &ImageBuffer<Rgba<u16>, Vec<u16>>, profile: &[u8]) -> RgbaImage {
    let transform = parse(profile)
        .filter(|profile| profile.color_space == DataColorSpace::Rgb)
        .and_then(|profile| {
            profile
                .create_transform_16bit(
                    Layout::Rgba,
                    &ColorProfile::new_srgb(),
                    Layout::Rgba,
                    TransformOptions::default(),
                )
                .ok()
        });
    let mut small = RgbaImage::new(image.width(), image.height());
    let width = image.width() as usize * 4;
    let mut converted = vec![0; width];
    for (deep, small) in image
        .as_raw()
        .chunks_exact(width)
        .zip(small.chunks_exact_mut(width))
    {
        let done = transform
            .as_ref()
            .is_some_and(|transform| transform.transform(deep, &mut converted).is_ok());
        let samples = if done { &converted } else { deep };
        for (sample, small) in samples.iter().zip(small) {
            *small = ((u32::from(*sample) + 128) / 257) as u8;
        }
    }
    small
}

/// Turns inks (255 is full ink) into light in place; without a profile of their own, as a screen without colour management does.
pub(super) fn inks_to_srgb(image: &mut RgbaImage, profile: Option<&[u8]>) {
    let transform = profile
        .and_then(parse)
        .filter(|profile| profile.color_space == DataColorSpace::Cmyk)
        .and_then(|profile| transform(&profile, Layout::Rgba));
    if let Some(transform) = transform {
        each_row(image, &transform);
        image.pixels_mut().for_each(|pixel| pixel.0[3] = 255);
        return;
    }
    for pixel in image.pixels_mut() {
        let [cyan, magenta, yellow, black] = pixel.0.map(|ink| 255 - u32::from(ink));
        let light = |colour: u32| ((colour * black + 127) / 255) as u8;
        *pixel = Rgba([light(cyan), light(magenta), light(yellow), 255]);
    }
}

fn parse(profile: &[u8]) -> Option<ColorProfile> {
    if profile.len() > MAX_PROFILE_BYTES {
        return None;
    }
    ColorProfile::new_from_slice(profile).ok()
}

fn transform(profile: &ColorProfile, layout: Layout) -> Option<Arc<Transform8BitExecutor>> {
    profile
        .create_transform_8bit(
            layout,
            &ColorProfile::new_srgb(),
            Layout::Rgba,
            TransformOptions::default(),
        )
        .ok()
}

/// sRGB goes by many profiles. One that moves no probe by more than a rounding is sRGB, and its pixels stay exactly as they are.
fn changes_nothing(transform: &Arc<Transform8BitExecutor>) -> bool {
    let steps = || (0..=255u8).step_by(51);
    let probes: Vec<u8> = steps()
        .flat_map(|red| {
            steps().flat_map(move |green| steps().flat_map(move |blue| [red, green, blue, 255]))
        })
        .collect();
    let mut seen = vec![0; probes.len()];
    transform.transform(&probes, &mut seen).is_ok()
        && probes
            .iter()
            .zip(&seen)
            .all(|(probe, seen)| probe.abs_diff(*seen) <= 1)
}

/// What each of the 256 greys becomes.
fn grey_tones(profile: &ColorProfile) -> Option<[u8; 256]> {
    let greys: Vec<u8> = (0..=255).collect();
    let mut light = [0; 256 * 4];
    transform(profile, Layout::Gray)?
        .transform(&greys, &mut light)
        .ok()?;
    Some(std::array::from_fn(|grey| light[grey * 4]))
}

/// A row at a time through a copy: transforms want two buffers, and a whole second picture is too much.
fn each_row(image: &mut RgbaImage, transform: &Arc<Transform8BitExecutor>) {
    let width = image.width() as usize * 4;
    let mut original = vec![0; width];
    for row in image.chunks_exact_mut(width) {
        original.copy_from_slice(row);
        if transform.transform(&original, row).is_err() {
            row.copy_from_slice(&original);
        }
    }
}
