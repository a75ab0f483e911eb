//! Turning, cutting, framing: what changes where the pixels are, or how many.

use image::{Rgba, RgbaImage, imageops};

use super::colour::{Colour, decode, encode};
use super::light::long_side;
use super::meter::Meter;
use super::{DemoError, Turn};

pub(super) fn turned(picture: RgbaImage, turn: Turn) -> RgbaImage {
    match turn {
        Turn::Right => imageops::rotate90(&picture),
        Turn::Left => imageops::rotate270(&picture),
        Turn::Half => {
            let mut picture = picture;
            imageops::rotate180_in_place(&mut picture);
            picture
        }
    }
}

/// The largest middle part with sides `across : down`.
pub(super) fn cropped(picture: RgbaImage, across: u32, down: u32) -> RgbaImage {
    let (width, height) = (u64::from(picture.width()), u64::from(picture.height()));
    let (across, down) = (u64::from(across.max(1)), u64::from(down.max(1)));
    let (w, h) = if width * down > height * across {
        ((height * across + down / 2) / down, height)
    } else {
        (width, (width * down + across / 2) / across)
    };
    middle(picture, w as u32, h as u32)
}

/// Two thirds of the picture around its middle.
pub(super) fn zoomed(picture: RgbaImage, s: f32) -> RgbaImage {
    let keep = (0.66_f32).powf(s.min(2.0));
    let (w, h) = (
        picture.width() as f32 * keep,
        picture.height() as f32 * keep,
    );
    middle(picture, w.round() as u32, h.round() as u32)
}

fn middle(picture: RgbaImage, w: u32, h: u32) -> RgbaImage {
    let (w, h) = (w.clamp(1, picture.width()), h.clamp(1, picture.height()));
    if (w, h) == picture.dimensions() {
        return picture;
    }
    let (x, y) = ((picture.width() - w) / 2, (picture.height() - h) / 2);
    imageops::crop_imm(&picture, x, y, w, h).to_image()
}

/// Scales both sides to `percent` by the mean light under each new pixel.
pub(super) fn smaller(
    picture: &RgbaImage,
    percent: u16,
    meter: &mut Meter<'_>,
) -> Result<RgbaImage, DemoError> {
    let scale = f64::from(percent.clamp(1, 100)) / 100.0;
    let (width, height) = picture.dimensions();
    let to = |side: u32| ((f64::from(side) * scale).round() as u32).clamp(1, side);
    let (w, h) = (to(width), to(height));
    let columns = shares(width, w);
    let rows = shares(height, h);
    let mut small = RgbaImage::new(w, h);
    let line = width as usize * 4;
    let bytes: &[u8] = picture;
    let mut sums = vec![[0.0_f32; 4]; w as usize];
    for (y, out) in small.chunks_exact_mut(w as usize * 4).enumerate() {
        sums.fill([0.0; 4]);
        for (from, weight) in &rows[y] {
            let row = &bytes[from * line..(from + 1) * line];
            for (sum, column) in sums.iter_mut().zip(&columns) {
                for (x, share) in column {
                    let px = &row[x * 4..x * 4 + 4];
                    let alpha = px[3] as f32 / 255.0 * share * weight;
                    sum[0] += decode(px[0]) * alpha;
                    sum[1] += decode(px[1]) * alpha;
                    sum[2] += decode(px[2]) * alpha;
                    sum[3] += alpha;
                }
            }
        }
        for (px, sum) in out.chunks_exact_mut(4).zip(&sums) {
            if sum[3] > 0.0 {
                for c in 0..3 {
                    px[c] = (encode(sum[c] / sum[3]) + 0.5) as u8;
                }
            }
            px[3] = (sum[3] * 255.0 + 0.5) as u8;
        }
        meter.row(y, h as usize)?;
    }
    Ok(small)
}

/// For each of `to` new pixels: which of `from` old ones it covers and with what share (they sum to 1).
fn shares(from: u32, to: u32) -> Vec<Vec<(usize, f32)>> {
    let ratio = f64::from(from) / f64::from(to);
    (0..to)
        .map(|i| {
            let (start, end) = (f64::from(i) * ratio, (f64::from(i) + 1.0) * ratio);
            let last = (end.ceil() as usize).min(from as usize);
            (start as usize..last)
                .map(|x| {
                    let covered = end.min(x as f64 + 1.0) - start.max(x as f64);
                    (x, (covered / ratio) as f32)
                })
                .filter(|(_, share)| *share > 0.0)
                .collect()
        })
        .collect()
}

/// A mat of `outer` around the picture, and with `inner` a second one between them. Nothing of the picture is covered.
pub(super) fn framed(
    picture: &RgbaImage,
    outer: Colour,
    inner: Option<Colour>,
    s: f32,
) -> RgbaImage {
    let wide = ((long_side(picture) * 0.038 * s) as u32).max(1);
    let thin = if inner.is_some() {
        (wide / 2).max(1)
    } else {
        0
    };
    let [r, g, b] = outer.bytes();
    let (width, height) = picture.dimensions();
    let mut framed = RgbaImage::from_pixel(
        width.saturating_add(2 * (wide + thin)),
        height.saturating_add(2 * (wide + thin)),
        Rgba([r, g, b, 255]),
    );
    if let Some(inner) = inner {
        let [r, g, b] = inner.bytes();
        for y in wide..wide + height + 2 * thin {
            for x in wide..wide + width + 2 * thin {
                framed.put_pixel(x, y, Rgba([r, g, b, 255]));
            }
        }
    }
    imageops::replace(
        &mut framed,
        picture,
        i64::from(wide + thin),
        i64::from(wide + thin),
    );
    framed
}

/// Black bars above and below for a 2.39 : 1 cinema picture; the size stays.
pub(super) fn letterboxed(picture: &mut RgbaImage) {
    let (width, height) = picture.dimensions();
    let open = (f64::from(width) / 2.39).round() as u32;
    // A picture that is wide already still gets a thin bar: it was asked for.
    let bar = (height.saturating_sub(open) / 2)
        .max(height / 16)
        .min(height / 4);
    let line = width as usize * 4;
    let bytes: &mut [u8] = picture;
    let rows = bytes.len() / line.max(1);
    for (y, row) in bytes.chunks_exact_mut(line).enumerate() {
        if y < bar as usize || y + (bar as usize) >= rows {
            for px in row.chunks_exact_mut(4) {
                px[..3].fill(0);
            }
        }
    }
}
