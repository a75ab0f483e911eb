//! Drawn, printed and stamped: looks that replace the photograph's surface by marks.

use image::RgbaImage;

use super::DemoError;
use super::colour::{Lab, dither, linear, luma, mix, smoothstep};
use super::light::{linear_of, long_side, put};
use super::meter::Meter;
use super::soft::Soft;
use super::texture::paper;

/// Pencil on paper: the picture divided by its own softness leaves the lines; a little tone stays as shading.
pub(super) fn sketch(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let sigma = 1.0 + long_side(picture) / 220.0;
    let fine = Soft::<1>::of(
        picture,
        0.6 + long_side(picture) / 3000.0,
        read_luma,
        &mut meter.part(0.0, 0.3),
    )?;
    let wide = Soft::<1>::of(picture, sigma, read_luma, &mut meter.part(0.3, 0.5))?;
    beside(
        picture,
        &fine,
        &wide,
        &mut meter.part(0.5, 1.0),
        |x, y, px, fine, wide| {
            let dodge = ((fine + 0.07) / (wide + 0.07)).min(1.0);
            let line = dodge.powf(2.2 * s.max(0.3));
            let shade = mix(0.62, 1.0, smoothstep(0.0, 0.62, wide));
            let tone = (line * shade * 0.97 * paper(x, y)).clamp(0.06, 1.0);
            let v = tone * 255.0 + dither(x, y);
            px[0] = v as u8;
            px[1] = v as u8;
            px[2] = (v * 0.985) as u8;
        },
    )
}

/// Ink lines over the colours, as in a comic.
pub(super) fn ink_lines(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let width = 0.7 + long_side(picture) / 1300.0;
    let fine = Soft::<1>::of(picture, width, read_luma, &mut meter.part(0.0, 0.3))?;
    let wide = Soft::<1>::of(picture, width * 1.6, read_luma, &mut meter.part(0.3, 0.5))?;
    beside(
        picture,
        &fine,
        &wide,
        &mut meter.part(0.5, 1.0),
        |_, _, px, fine, wide| {
            let dip = (wide - fine) / (wide + 0.08);
            let ink = smoothstep(0.018, 0.055, dip) * (0.92 * s).min(1.0);
            for v in &mut px[..3] {
                *v = (*v as f32 * (1.0 - ink) + 14.0 * ink) as u8;
            }
        },
    )
}

/// Bright outlines on black, in the picture's own colours.
pub(super) fn edges(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let soft = Soft::<1>::of(
        picture,
        0.8 + long_side(picture) / 1800.0,
        read_luma,
        &mut meter.part(0.0, 0.4),
    )?;
    let reach = (long_side(picture) / 1400.0).max(1.0);
    around(
        picture,
        &soft,
        reach,
        &mut meter.part(0.4, 1.0),
        |x, y, px, [left, right, up, down]| {
            let slope = ((right - left) * (right - left) + (down - up) * (down - up)).sqrt();
            let line = smoothstep(0.012, 0.17, slope * s.max(0.3));
            let colour = linear_of(px);
            let top = colour[0].max(colour[1]).max(colour[2]).max(0.02);
            let light = line * line;
            put(
                px,
                colour.map(|v| mix(1.0, v / top, 0.5) * light),
                dither(x, y),
            );
        },
    )
}

/// Pressed into grey stone, lit from the upper left; a hint of colour stays.
pub(super) fn emboss(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let soft = Soft::<1>::of(
        picture,
        0.7 + long_side(picture) / 1600.0,
        read_luma,
        &mut meter.part(0.0, 0.4),
    )?;
    let reach = (long_side(picture) / 900.0).max(1.0);
    around(
        picture,
        &soft,
        reach,
        &mut meter.part(0.4, 1.0),
        |x, y, px, [left, right, up, down]| {
            let relief = ((right - left) + (down - up)) * 1.7 * s;
            let stone = 0.53 + relief / (1.0 + relief.abs() * 1.2);
            let level = luma(px);
            for v in &mut px[..3] {
                let own = (*v as f32 / 255.0 - level) * 0.35;
                *v = ((stone + own) * 255.0 + dither(x, y)) as u8;
            }
        },
    )
}

/// Flat patches: lightness and colour are rounded to coarse steps in Oklab. Rounding red, green and blue one by one would tear greys into
/// pink and green.
pub(super) fn posterise(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let steps = (7.0 / s.max(0.2)).round().clamp(2.0, 16.0) - 1.0;
    let patch = 0.048 * s.clamp(0.5, 1.5);
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let bytes: &mut [u8] = picture;
    for (y, row) in bytes.chunks_exact_mut(width * 4).enumerate() {
        for px in row.chunks_exact_mut(4) {
            let c = Lab::from_linear(linear_of(px));
            let flat = Lab {
                l: (c.l * steps).round() / steps,
                a: (c.a / patch).round() * patch * 1.1,
                b: (c.b / patch).round() * patch * 1.1,
            };
            put(px, flat.into_gamut(), 0.5);
        }
        meter.row(y, height)?;
    }
    Ok(())
}

/// Black or white and nothing between, as a stamp prints; each place is measured against its surroundings, so a dark picture keeps its
/// shapes.
pub(super) fn stencil(picture: &mut RgbaImage, meter: &mut Meter<'_>) -> Result<(), DemoError> {
    let side = long_side(picture);
    let fine = Soft::<1>::of(
        picture,
        0.7 + side / 1200.0,
        read_luma,
        &mut meter.part(0.0, 0.3),
    )?;
    let wide = Soft::<1>::of(
        picture,
        2.0 + side / 9.0,
        read_luma,
        &mut meter.part(0.3, 0.5),
    )?;
    beside(
        picture,
        &fine,
        &wide,
        &mut meter.part(0.5, 1.0),
        |x, y, px, fine, wide| {
            let cut = mix(0.46, wide, 0.55);
            let v = smoothstep(-0.025, 0.025, fine - cut) * 238.0 + 12.0 + dither(x, y);
            px[..3].fill(v as u8);
        },
    )
}

/// Cyan, magenta, yellow and black dots, each on its own turned screen, as in a printed magazine seen close.
pub(super) fn halftone(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let cell = (long_side(picture) / 105.0 * s.sqrt()).max(4.0);
    let soft = Soft::<3>::of(
        picture,
        cell * 0.28,
        |px| {
            [
                px[0] as f32 / 255.0,
                px[1] as f32 / 255.0,
                px[2] as f32 / 255.0,
            ]
        },
        &mut meter.part(0.0, 0.4),
    )?;
    let turn = std::f32::consts::TAU / cell;
    // Degrees as printers set them, so that the four screens make rosettes and no moiré.
    let screens = [15.0_f32, 75.0, 0.0, 45.0].map(|angle| {
        let (sin, cos) = angle.to_radians().sin_cos();
        (cos * turn, sin * turn)
    });
    let sharp = cell * 0.55;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut line = vec![[0.0; 3]; width];
    let mut rest = meter.part(0.4, 1.0);
    let bytes: &mut [u8] = picture;
    for (y, row) in bytes.chunks_exact_mut(width * 4).enumerate() {
        soft.row(y, &mut line);
        for (x, px) in row.chunks_exact_mut(4).enumerate() {
            let [r, g, b] = line[x];
            let black = (1.0 - r.max(g).max(b)).clamp(0.0, 1.0);
            let key = black * black * 0.9;
            let inks = [
                1.0 - r - key * 0.6,
                1.0 - g - key * 0.6,
                1.0 - b - key * 0.6,
                key,
            ];
            let (fx, fy) = (x as f32, y as f32);
            let mut light = [1.0_f32; 3];
            for (i, (cos, sin)) in screens.into_iter().enumerate() {
                let (u, v) = (fx * cos + fy * sin, fy * cos - fx * sin);
                let screen = 0.5 - 0.25 * (u.cos() + v.cos());
                let dot = ((inks[i] - screen) * sharp + 0.5).clamp(0.0, 1.0);
                // What each ink lets through of red, green, blue.
                let through = [
                    [0.08, 0.62, 0.86],
                    [0.86, 0.10, 0.45],
                    [1.0, 0.88, 0.10],
                    [0.11, 0.11, 0.12],
                ][i];
                for (c, value) in light.iter_mut().enumerate() {
                    *value *= 1.0 - dot * (1.0 - through[c]);
                }
            }
            let step = dither(x, y);
            px[0] = (light[0] * 250.0 + step) as u8;
            px[1] = (light[1] * 248.0 + step) as u8;
            px[2] = (light[2] * 241.0 + step) as u8;
        }
        rest.row(y, height)?;
    }
    Ok(())
}

/// The heat camera: dark blue, violet, red, orange, yellow, white.
pub(super) fn thermal(picture: &mut RgbaImage, meter: &mut Meter<'_>) -> Result<(), DemoError> {
    const STOPS: [[f32; 3]; 6] = [
        [0.02, 0.01, 0.16],
        [0.34, 0.03, 0.52],
        [0.80, 0.10, 0.40],
        [0.97, 0.42, 0.10],
        [0.99, 0.82, 0.20],
        [1.0, 0.99, 0.86],
    ];
    let table: Vec<[f32; 3]> = (0..256)
        .map(|v| {
            let at = v as f32 / 255.0 * 5.0;
            let i = (at as usize).min(4);
            [0, 1, 2].map(|c| linear(mix(STOPS[i][c], STOPS[i + 1][c], at - i as f32)))
        })
        .collect();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let bytes: &mut [u8] = picture;
    for (y, row) in bytes.chunks_exact_mut(width * 4).enumerate() {
        for (x, px) in row.chunks_exact_mut(4).enumerate() {
            let heat = table[(luma(px) * 255.0 + 0.5) as usize & 255];
            put(px, heat, dither(x, y));
        }
        meter.row(y, height)?;
    }
    Ok(())
}

fn read_luma(px: &[u8]) -> [f32; 1] {
    [luma(px)]
}

/// Each pixel with its lightness at two softnesses.
fn beside(
    picture: &mut RgbaImage,
    fine: &Soft<1>,
    wide: &Soft<1>,
    meter: &mut Meter<'_>,
    mark: impl Fn(usize, usize, &mut [u8], f32, f32),
) -> Result<(), DemoError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (mut fine_line, mut wide_line) = (vec![[0.0]; width], vec![[0.0]; width]);
    let bytes: &mut [u8] = picture;
    for (y, row) in bytes.chunks_exact_mut(width * 4).enumerate() {
        fine.row(y, &mut fine_line);
        wide.row(y, &mut wide_line);
        for (x, px) in row.chunks_exact_mut(4).enumerate() {
            mark(x, y, px, fine_line[x][0], wide_line[x][0]);
        }
        meter.row(y, height)?;
    }
    Ok(())
}

/// Each pixel with the lightness `reach` pixels to its left, right, above and below.
fn around(
    picture: &mut RgbaImage,
    soft: &Soft<1>,
    reach: f32,
    meter: &mut Meter<'_>,
    mark: impl Fn(usize, usize, &mut [u8], [f32; 4]),
) -> Result<(), DemoError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let bytes: &mut [u8] = picture;
    for (y, row) in bytes.chunks_exact_mut(width * 4).enumerate() {
        for (x, px) in row.chunks_exact_mut(4).enumerate() {
            let (fx, fy) = (x as f32, y as f32);
            let [left] = soft.at(fx - reach, fy);
            let [right] = soft.at(fx + reach, fy);
            let [up] = soft.at(fx, fy - reach);
            let [down] = soft.at(fx, fy + reach);
            mark(x, y, px, [left, right, up, down]);
        }
        meter.row(y, height)?;
    }
    Ok(())
}
