//! Sharpness, softness and surface: what changes a pixel by its neighbours, or by chance.

use image::RgbaImage;

use super::DemoError;
use super::colour::{decode, dither, encode, luma, luminance, mix, mix3, noise, smoothstep};
use super::light::{cloud, each_pixel, linear_of, long_side, put, with_soft};
use super::meter::Meter;
use super::soft::Soft;

/// Unsharp mask on lightness alone (no coloured rims), with halos held small.
pub(super) fn sharpen(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let sigma = 0.9 + long_side(picture) / 2600.0;
    let soft = Soft::<1>::of(picture, sigma, |px| [luma(px)], &mut meter.part(0.0, 0.6))?;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut line = vec![[0.0]; width];
    let mut rest = meter.part(0.6, 1.0);
    let bytes: &mut [u8] = picture;
    for (y, row) in bytes.chunks_exact_mut(width * 4).enumerate() {
        soft.row(y, &mut line);
        for (x, px) in row.chunks_exact_mut(4).enumerate() {
            let detail = luma(px) - line[x][0];
            let push = (detail * 1.5 * s).clamp(-0.16, 0.16) * 255.0 + dither(x, y);
            px[0] = (px[0] as f32 + push) as u8;
            px[1] = (px[1] as f32 + push) as u8;
            px[2] = (px[2] as f32 + push) as u8;
        }
        rest.row(y, height)?;
    }
    Ok(())
}

/// Out of focus, in linear light. What is transparent does not bleed into what is not.
pub(super) fn blur(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let sigma = (long_side(picture) * 0.007 * s).max(1.0);
    let soft = Soft::<4>::of(picture, sigma, covered, &mut meter.part(0.0, 0.6))?;
    let mut rest = meter.part(0.6, 1.0);
    with_soft(picture, &soft, &mut rest, |c, around| {
        if around[3] > 0.001 {
            [
                around[0] / around[3],
                around[1] / around[3],
                around[2] / around[3],
            ]
        } else {
            c
        }
    })
}

/// A miniature: sharp along a band below the middle, ever softer above and beneath.
pub(super) fn tilt_shift(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let sigma = (long_side(picture) * 0.0095 * s).max(1.2);
    // Two steps of softness: going from sharp straight to very soft would show both at once, a ghost over a blur.
    let near = Soft::<3>::of(picture, sigma * 0.35, linear_of, &mut meter.part(0.0, 0.4))?;
    let far = Soft::<3>::of(picture, sigma, linear_of, &mut meter.part(0.4, 0.6))?;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (mut near_line, mut far_line) = (vec![[0.0; 3]; width], vec![[0.0; 3]; width]);
    let mut rest = meter.part(0.6, 1.0);
    let bytes: &mut [u8] = picture;
    for (y, row) in bytes.chunks_exact_mut(width * 4).enumerate() {
        near.row(y, &mut near_line);
        far.row(y, &mut far_line);
        let away = ((y as f32 + 0.5) / height as f32 - 0.56).abs();
        let first = smoothstep(0.10, 0.22, away);
        let second = smoothstep(0.17, 0.42, away);
        for (x, px) in row.chunks_exact_mut(4).enumerate() {
            let c = mix3(linear_of(px), near_line[x], first);
            put(px, mix3(c, far_line[x], second), dither(x, y));
        }
        rest.row(y, height)?;
    }
    Ok(())
}

/// Film grain: two sizes of it, strongest in the middle tones. It scales light, so black stays black and colours keep their hue.
pub(super) fn grain(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let size = (long_side(picture) / 1100.0).max(1.0) * 1.3;
    each_pixel(picture, meter, |x, y, c| {
        let coarse = cloud(x as f32 / size, y as f32 / size, 21);
        let fine = noise(x as u32, y as u32, 22);
        let level = encode(luminance(c)) / 255.0;
        let weight = 0.30 + 0.70 * (4.0 * level * (1.0 - level));
        let k = 1.0 + (coarse * 0.75 + fine * 0.45) * 0.44 * weight * s;
        c.map(|v| v * k.max(0.0))
    })
}

/// Square tiles of their mean light.
pub(super) fn pixelate(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let tile = ((long_side(picture) / 56.0 * s) as usize).max(2);
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut sums = vec![[0.0_f32; 5]; width.div_ceil(tile)];
    let bands = height.div_ceil(tile);
    let bytes: &mut [u8] = picture;
    for (i, band) in bytes.chunks_mut(width * 4 * tile).enumerate() {
        sums.fill([0.0; 5]);
        for row in band.chunks_exact(width * 4) {
            for (sum, block) in sums.iter_mut().zip(row.chunks(tile * 4)) {
                for px in block.chunks_exact(4) {
                    let [r, g, b, a] = covered(px);
                    *sum = [sum[0] + r, sum[1] + g, sum[2] + b, sum[3] + a, sum[4] + 1.0];
                }
            }
        }
        for row in band.chunks_exact_mut(width * 4) {
            for (sum, block) in sums.iter().zip(row.chunks_mut(tile * 4)) {
                if sum[3] <= 0.0 {
                    continue;
                }
                let k = 1.0 / sum[3];
                let mean = [0, 1, 2].map(|c| (encode(sum[c] * k) + 0.5) as u8);
                for px in block.chunks_exact_mut(4) {
                    px[..3].copy_from_slice(&mean);
                }
            }
        }
        meter.row(i, bands)?;
    }
    Ok(())
}

/// Rows torn sideways in bands, red and blue pulled apart.
pub(super) fn glitch(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let unit = width as f32 / 100.0;
    let band = (height / 46).max(1);
    let mut was = vec![0_u8; width * 4];
    let bytes: &mut [u8] = picture;
    for (y, row) in bytes.chunks_exact_mut(width * 4).enumerate() {
        was.copy_from_slice(row);
        let n = (y / band) as u32;
        let torn = noise(n, 0, 31).abs() > 0.52;
        let shift = if torn {
            noise(n, 1, 32) * unit * 9.0 * s
        } else {
            0.0
        };
        let apart = (unit * 0.75 * s).max(1.0) * if torn { 1.8 } else { 1.0 };
        for (x, px) in row.chunks_exact_mut(4).enumerate() {
            let from = |by: f32| {
                let at = (x as i64 + by.round() as i64).rem_euclid(width as i64);
                at as usize * 4
            };
            px[0] = was[from(shift + apart)];
            px[1] = was[from(shift) + 1];
            px[2] = was[from(shift - apart) + 2];
        }
        meter.row(y, height)?;
    }
    Ok(())
}

/// Brush strokes: each pixel takes the colour of the calmest of eight neighbourhoods around it (a Kuwahara filter with soft choice), so
/// surfaces flow together and edges stay.
pub(super) fn painting(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let sigma = (long_side(picture) * 0.0025 * s.sqrt()).max(0.8);
    let mut soft = Soft::<4>::of(
        picture,
        sigma,
        |px| {
            let [r, g, b] = linear_of(px).map(f32::sqrt);
            let level = lightness(r, g, b);
            [r, g, b, level * level]
        },
        &mut meter.part(0.0, 0.3),
    )?;
    // How rough it is around each point: the variance of lightness. Worked out before anything is read between the points, where mean
    // square and squared mean would drift apart.
    soft.map(|[r, g, b, square]| {
        let level = lightness(r, g, b);
        [r, g, b, (square - level * level).max(0.0) + 0.0002]
    });
    let reach = sigma * 2.1;
    let around: [(f32, f32); 8] = std::array::from_fn(|i| {
        let angle = i as f32 * std::f32::consts::FRAC_PI_4 + 0.39;
        (reach * angle.cos(), reach * angle.sin())
    });
    // The strokes are no finer than the blur they come from.
    let cell = soft.step().div_ceil(2);
    let strokes = Soft::<3>::made(
        picture,
        cell,
        |x, y| {
            let mut sum = [0.0_f32; 3];
            let mut weight = 0.0_f32;
            for (dx, dy) in around {
                let [r, g, b, rough] = soft.at(x + dx, y + dy);
                let w = 1.0 / (rough * rough * rough * rough * 1e9);
                sum = [sum[0] + r * w, sum[1] + g * w, sum[2] + b * w];
                weight += w;
            }
            sum.map(|v| (v / weight) * (v / weight))
        },
        &mut meter.part(0.3, 0.8),
    )?;
    with_soft(picture, &strokes, &mut meter.part(0.8, 1.0), |_, stroke| {
        stroke
    })
}

fn lightness(r: f32, g: f32, b: f32) -> f32 {
    r * 0.299 + g * 0.587 + b * 0.114
}

/// Linear light times coverage, and coverage.
fn covered(px: &[u8]) -> [f32; 4] {
    let a = px[3] as f32 / 255.0;
    [decode(px[0]) * a, decode(px[1]) * a, decode(px[2]) * a, a]
}

/// Paper's tooth for drawings, about 1.
pub(super) fn paper(x: usize, y: usize) -> f32 {
    1.0 + mix(
        noise(x as u32, y as u32, 41),
        cloud(x as f32 / 2.3, y as f32 / 2.3, 42),
        0.6,
    ) * 0.05
}
