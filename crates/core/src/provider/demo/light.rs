//! Light that depends on the place: vignettes, skies, mist, and light that spills over.

use image::RgbaImage;

use super::colour::{Lab, Linear, decode, dither, encode, luminance, mix, mix3, noise, smoothstep};
use super::meter::Meter;
use super::soft::Soft;
use super::{DemoError, Rim};

/// The length against which brush sizes, blurs and frames are measured: a look is the same on a thumbnail and on 24 megapixels.
pub(super) fn long_side(picture: &RgbaImage) -> f32 {
    picture.width().max(picture.height()) as f32
}

/// Changes every pixel's linear light by `light`, which gets column, row and colour.
pub(super) fn each_pixel(
    picture: &mut RgbaImage,
    meter: &mut Meter<'_>,
    light: impl Fn(usize, usize, Linear) -> Linear,
) -> Result<(), DemoError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let bytes: &mut [u8] = picture;
    for (y, row) in bytes.chunks_exact_mut(width * 4).enumerate() {
        for (x, px) in row.chunks_exact_mut(4).enumerate() {
            let lit = light(x, y, [decode(px[0]), decode(px[1]), decode(px[2])]);
            put(px, lit, dither(x, y));
        }
        meter.row(y, height)?;
    }
    Ok(())
}

/// Writes linear light into a pixel; alpha stays.
pub(super) fn put(px: &mut [u8], colour: Linear, step: f32) {
    px[0] = (encode(colour[0]) + step) as u8;
    px[1] = (encode(colour[1]) + step) as u8;
    px[2] = (encode(colour[2]) + step) as u8;
}

/// Where a pixel is: -1..1 across and down from the middle.
fn place(picture: &RgbaImage) -> impl Fn(usize, usize) -> (f32, f32) + use<> {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    move |x, y| {
        (
            (x as f32 + 0.5) / width * 2.0 - 1.0,
            (y as f32 + 0.5) / height * 2.0 - 1.0,
        )
    }
}

/// Darkens, whitens, colours or drains the picture towards its rim.
pub(super) fn vignette(
    picture: &mut RgbaImage,
    rim: Rim,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let place = place(picture);
    let colour = match rim {
        Rim::Coloured(colour) => colour.lab().into_gamut(),
        Rim::White => [1.0; 3],
        Rim::Dark | Rim::BlackAndWhite => [0.0; 3],
    };
    each_pixel(picture, meter, |x, y, c| {
        let (u, v) = place(x, y);
        // Between ellipse and frame, so that a wide picture loses its corners and not its sides. 0 in the middle, 1 in the corners.
        let (u2, v2) = (u * u, v * v);
        let d = ((u2 + v2) * 0.5 + u2 * v2 * 0.12).sqrt() / 1.058_3;
        match rim {
            Rim::Dark => {
                let left = (1.0 - smoothstep(0.30, 1.08, d) * 0.90).powf(s);
                c.map(|value| value * left)
            }
            Rim::BlackAndWhite => {
                let drained = (smoothstep(0.42, 0.80, d) * (0.5 + 0.5 * s)).min(1.0);
                let left = (1.0 - smoothstep(0.40, 1.02, d) * 0.90).powf(s);
                let grey = luminance(c);
                mix3(c, [grey; 3], drained).map(|value| value * left)
            }
            Rim::White | Rim::Coloured(_) => {
                let veil = 1.0 - (1.0 - smoothstep(0.42, 1.04, d)).powf(s);
                mix3(c, colour, veil * veil)
            }
        }
    })
}

/// An evening sky from above: violet, rose, orange down to a horizon at six tenths, and warm light below.
pub(super) fn sunset(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let height = picture.height() as f32;
    let stops: [(f32, Lab); 4] = [
        (
            0.0,
            Lab {
                l: 0.50,
                a: 0.065,
                b: -0.105,
            },
        ),
        (
            0.32,
            Lab {
                l: 0.66,
                a: 0.150,
                b: 0.010,
            },
        ),
        (
            0.58,
            Lab {
                l: 0.80,
                a: 0.070,
                b: 0.135,
            },
        ),
        (
            1.0,
            Lab {
                l: 0.62,
                a: 0.055,
                b: 0.060,
            },
        ),
    ];
    let sky: Vec<Linear> = (0..picture.height())
        .map(|y| {
            let at = (y as f32 + 0.5) / height;
            let next = stops
                .iter()
                .position(|stop| stop.0 >= at)
                .unwrap_or(stops.len() - 1)
                .max(1);
            let (from, to) = (stops[next - 1], stops[next]);
            from.1
                .mixed(to.1, smoothstep(from.0, to.0, at))
                .to_linear()
                .map(|v| v.max(0.0))
        })
        .collect();
    let strength = (0.88 * s).min(1.0);
    each_pixel(picture, meter, |_, y, c| {
        let light = sky[y];
        let grey = luminance(c);
        let hue = luminance(light).max(0.01);
        // The sky colours what is light; shadows fall to a dim violet.
        let body = mix3(c, [grey; 3], 0.42);
        let power = smoothstep(0.0, 0.35, grey);
        let lit = [0, 1, 2].map(|i| {
            let coloured = body[i] * light[i] / hue * 0.86;
            coloured + light[i] * grey * (1.0 - grey) * 0.25 * power
        });
        mix3(c, rolled_off(lit), strength)
    })
}

/// Low sun from the upper right.
pub(super) fn sun(picture: &mut RgbaImage, s: f32, meter: &mut Meter<'_>) -> Result<(), DemoError> {
    let place = place(picture);
    each_pixel(picture, meter, |x, y, c| {
        let (u, v) = place(x, y);
        let away = ((u - 0.95) * (u - 0.95) * 0.8 + (v + 0.95) * (v + 0.95)).sqrt();
        let t = 1.0 - smoothstep(0.0, 2.1, away);
        let t = t * t * s;
        let flare = [0.60 * t, 0.27 * t, 0.06 * t];
        // Screen: light added to light never cuts off.
        [0, 1, 2].map(|i| 1.0 - (1.0 - c[i]) * (1.0 - flare[i].min(1.0)))
    })
}

/// Mist, thicker towards the top where a picture is usually far away, in slow uneven banks.
pub(super) fn fog(picture: &mut RgbaImage, s: f32, meter: &mut Meter<'_>) -> Result<(), DemoError> {
    let place = place(picture);
    let bank = long_side(picture) / 3.0;
    let air: Linear = [0.70, 0.735, 0.765];
    each_pixel(picture, meter, |x, y, c| {
        let (_, v) = place(x, y);
        let (fx, fy) = (x as f32 / bank, y as f32 / bank * 2.0);
        let cloud = cloud(fx, fy, 11) * 0.6 + cloud(fx * 2.1, fy * 2.1, 12) * 0.4;
        let thick = mix(0.66, 0.30, smoothstep(-1.0, 1.0, v)) + cloud * 0.22;
        let grey = luminance(c);
        mix3(
            mix3(c, [grey; 3], 0.3),
            air,
            (thick * (0.45 + 0.55 * s)).clamp(0.0, 0.93),
        )
    })
}

/// Light spills from what is bright over its surroundings, as with a soft-focus lens.
pub(super) fn glow(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let sigma = long_side(picture) * 0.018;
    let soft = Soft::<3>::of(picture, sigma, linear_of, &mut meter.part(0.0, 0.5))?;
    let mut rest = meter.part(0.5, 1.0);
    with_soft(picture, &soft, &mut rest, |c, halo| {
        let t = (0.72 * s).min(1.0);
        [0, 1, 2].map(|i| {
            let screen = 1.0 - (1.0 - c[i]) * (1.0 - halo[i] * 0.75);
            // The Orton way: screen brightens, a touch of multiply holds the shadows.
            mix(c[i], screen * (0.80 + 0.20 * screen), t)
        })
    })
}

/// Brings out or, with a negative strength, calms the detail of a few hundredths of the picture's size; lightness only.
pub(super) fn clarity(
    picture: &mut RgbaImage,
    s: f32,
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let sigma = long_side(picture) * 0.022;
    let soft = Soft::<1>::of(
        picture,
        sigma,
        |px| [super::colour::luma(px)],
        &mut meter.part(0.0, 0.5),
    )?;
    let mut rest = meter.part(0.5, 1.0);
    with_soft(picture, &soft, &mut rest, |c, around| {
        let here = encode(luminance(c)) / 255.0;
        let detail = (here - around[0]).clamp(-0.35, 0.35);
        // Lift the dark places a little, hold the light ones, and push what stands out; less of it near black and white.
        let room = (4.0 * here * (1.0 - here)).clamp(0.0, 1.0);
        let to = here + s * room * (0.62 * detail + 0.16 * (0.5 - around[0]));
        let k = (to.max(0.0) + 0.004) / (here + 0.004);
        rolled_off(c.map(|v| v * k.powf(2.2)))
    })
}

/// Runs over the picture with its blurred twin beside it.
pub(super) fn with_soft<const N: usize>(
    picture: &mut RgbaImage,
    soft: &Soft<N>,
    meter: &mut Meter<'_>,
    light: impl Fn(Linear, [f32; N]) -> Linear,
) -> Result<(), DemoError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut line = vec![[0.0; N]; width];
    let bytes: &mut [u8] = picture;
    for (y, row) in bytes.chunks_exact_mut(width * 4).enumerate() {
        soft.row(y, &mut line);
        for (x, px) in row.chunks_exact_mut(4).enumerate() {
            let lit = light([decode(px[0]), decode(px[1]), decode(px[2])], line[x]);
            put(px, lit, dither(x, y));
        }
        meter.row(y, height)?;
    }
    Ok(())
}

pub(super) fn linear_of(px: &[u8]) -> Linear {
    [decode(px[0]), decode(px[1]), decode(px[2])]
}

/// Lets light above 0.8 approach 1 instead of stopping there.
fn rolled_off(c: Linear) -> Linear {
    const KNEE: f32 = 0.8;
    let top = c[0].max(c[1]).max(c[2]);
    if top <= KNEE {
        return c;
    }
    let over = top - KNEE;
    let held = KNEE + (1.0 - KNEE) * over / (over + 1.0 - KNEE);
    c.map(|v| v * held / top)
}

/// Smooth chance, -1..1, that changes about once per unit.
pub(super) fn cloud(x: f32, y: f32, seed: u32) -> f32 {
    let (ix, iy) = (x.max(0.0) as u32, y.max(0.0) as u32);
    let (fx, fy) = (
        smoothstep(0.0, 1.0, x - ix as f32),
        smoothstep(0.0, 1.0, y - iy as f32),
    );
    let upper = mix(noise(ix, iy, seed), noise(ix + 1, iy, seed), fx);
    let lower = mix(noise(ix, iy + 1, seed), noise(ix + 1, iy + 1, seed), fx);
    mix(upper, lower, fy)
}
