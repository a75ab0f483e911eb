//! The sample picture: an evening lake, drawn by Overpaint itself, so that a first try needs no picture of one's own.
//!
//! Deterministic: the same pixels on every machine, so adding it twice gives one picture.

use image::{Rgb, RgbImage};

/// Name the sample is added under.
pub const NAME: &str = "evening lake.png";

const WIDTH: u32 = 1440;
const HEIGHT: u32 = 960;
/// Where the water meets the land, from the top.
const SHORE: f32 = 0.62;

type Colour = [f32; 3];

const ZENITH: Colour = [0.13, 0.20, 0.42];
const HORIZON: Colour = [0.98, 0.68, 0.42];
const SUN: Colour = [1.0, 0.92, 0.74];
const NEAR_HILL: Colour = [0.07, 0.11, 0.15];
const FAR_HILL: Colour = [0.42, 0.36, 0.46];

/// Draws it.
#[must_use]
pub fn draw() -> RgbImage {
    RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let (u, v) = (fraction(x, WIDTH), fraction(y, HEIGHT));
        let colour = if v < SHORE {
            land_and_sky(u, v)
        } else {
            water(u, v)
        };
        let grain = (noise(x, y) - 0.5) * 0.02;
        Rgb(colour.map(|c| byte(c + grain)))
    })
}

fn land_and_sky(u: f32, v: f32) -> Colour {
    let mut colour = sky(u, v);
    // Far hills first: each nearer one is darker and covers those behind it.
    for layer in 0_u8..4 {
        let near = f32::from(layer) / 3.0;
        if v > ridge(u, near) {
            colour = mix(FAR_HILL, NEAR_HILL, near);
        }
    }
    colour
}

fn sky(u: f32, v: f32) -> Colour {
    let height = (v / SHORE).powf(1.4);
    let glow = (-((u - 0.66).powi(2) * 7.0 + (v - 0.44).powi(2) * 22.0)).exp();
    let clouds = (wave(u * 2.2 + v * 3.0, 3.1) * wave(u * 5.1 - v * 9.0, 1.7)).max(0.0)
        * (1.0 - height)
        * 0.35;
    let sky = mix(mix(ZENITH, HORIZON, height), [0.95, 0.62, 0.55], clouds);
    let disc =
        ((0.052 - ((u - 0.66).powi(2) * 2.25 + (v - 0.44).powi(2)).sqrt()) * 400.0).clamp(0.0, 1.0);
    mix(mix(sky, SUN, glow * 0.75), SUN, disc)
}

/// Height of a hill's line at `u`; `near` from 0 (far) to 1.
fn ridge(u: f32, near: f32) -> f32 {
    let rough = wave(u * 3.0 + near * 5.0, 0.4) * 0.05
        + wave(u * 9.0 + near * 11.0, 2.0) * 0.018
        + wave(u * 31.0, near * 7.0) * 0.004;
    0.44 + near * 0.16 + rough * (1.0 - near * 0.55)
}

fn water(u: f32, v: f32) -> Colour {
    let depth = (v - SHORE) / (1.0 - SHORE);
    // Ripples grow towards the viewer and bend what is mirrored.
    let ripple = wave(u * 14.0 + depth * 40.0, 0.3)
        * wave(u * 5.0 - depth * 90.0, 1.1)
        * 0.012
        * (0.2 + depth);
    let mirrored = land_and_sky(
        (u + ripple).clamp(0.0, 1.0),
        (SHORE - depth * SHORE * 0.92 + ripple * 2.0).clamp(0.0, SHORE - 0.001),
    );
    let spark = ((wave(u * 60.0, depth * 30.0) * wave(depth * 160.0, u * 9.0)) - 0.72).max(0.0)
        * (-(u - 0.66).powi(2) * 60.0).exp()
        * 2.5;
    mix(
        mix(mirrored, [0.05, 0.09, 0.16], 0.28 + depth * 0.3),
        SUN,
        spark.min(0.9),
    )
}

fn wave(x: f32, phase: f32) -> f32 {
    (x * std::f32::consts::TAU * 0.5 + phase).sin()
}

fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    let share = share.clamp(0.0, 1.0);
    std::array::from_fn(|i| from[i] + (to[i] - from[i]) * share)
}

/// A number from 0 to 1 that looks random and is not.
#[expect(clippy::cast_precision_loss, reason = "24 bits fit an f32")]
fn noise(x: u32, y: u32) -> f32 {
    let mut n = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77);
    n = (n ^ (n >> 15)).wrapping_mul(0x2C1B_3C6D);
    n = (n ^ (n >> 12)).wrapping_mul(0x297A_2D39);
    ((n ^ (n >> 15)) >> 8) as f32 / 16_777_216.0
}

#[expect(clippy::cast_precision_loss, reason = "sides of a small picture")]
fn fraction(part: u32, whole: u32) -> f32 {
    part as f32 / whole as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte"
)]
fn byte(light: f32) -> u8 {
    (light.clamp(0.0, 1.0) * 255.0).round() as u8
}
