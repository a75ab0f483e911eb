//! Pictures made in code: the same bytes on every machine, no file needed.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, Rgb, RgbImage};

/// What looks enough like a photograph for decoders, encoders and eyes: a sky with a sun, three rows of hills, sensor noise.
///
/// Pure, and drawn at any size: the same scene, finer. Sides are in pixels; 0 gives an empty picture.
#[must_use]
pub fn photo(width: u32, height: u32) -> RgbImage {
    let mut picture = RgbImage::new(width, height);
    let stride = width as usize * 3;
    if stride == 0 {
        return picture;
    }
    let ridges: Vec<[i64; 3]> = (0..width).map(|x| ridges(x, width, height)).collect();
    let sun = Sun::of(width, height);
    let mut noise = Noise(0x9e37_79b9);
    for (y, row) in picture.chunks_exact_mut(stride).enumerate() {
        let y = y as i64;
        let sky = sky(y, i64::from(height));
        let reach = sun.reach(y);
        for (x, (pixel, ridges)) in row
            .as_chunks_mut::<3>()
            .0
            .iter_mut()
            .zip(&ridges)
            .enumerate()
        {
            let base = match ridges.iter().rposition(|ridge| y >= *ridge) {
                Some(hill) => HILLS[hill],
                None if (sun.x - reach..sun.x + reach).contains(&(x as i64)) => SUN,
                None => sky,
            };
            let grain = noise.next();
            *pixel = base.map(|sample| sample.saturating_add(grain));
        }
    }
    picture
}

/// [`photo`] as a PNG file.
#[must_use]
pub fn photo_png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    // Memory takes every byte; an empty picture is no PNG and gives an empty file.
    match photo(width, height).write_to(&mut file, ImageFormat::Png) {
        Ok(()) => file.into_inner(),
        Err(_) => Vec::new(),
    }
}

/// [`photo`] as a JPEG file; `quality` is 1 to 100.
#[must_use]
pub fn photo_jpeg(width: u32, height: u32, quality: u8) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut file, quality);
    match photo(width, height).write_with_encoder(encoder) {
        Ok(()) => file.into_inner(),
        Err(_) => Vec::new(),
    }
}

/// A camera's JPEG: 6000 × 4000 pixels, quality 90. Takes a second or more where this crate is built without optimisation.
#[must_use]
pub fn jpeg_24_megapixels() -> Vec<u8> {
    photo_jpeg(6000, 4000, 90)
}

/// A PNG of one colour, the smallest picture there is for a size.
#[must_use]
pub fn plain_png(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let picture = RgbImage::from_pixel(width, height, Rgb(colour));
    match picture.write_to(&mut file, ImageFormat::Png) {
        Ok(()) => file.into_inner(),
        Err(_) => Vec::new(),
    }
}

/// From the farthest to the nearest.
const HILLS: [[u8; 3]; 3] = [[104, 124, 146], [74, 106, 96], [44, 72, 46]];
const SUN: [u8; 3] = [246, 232, 186];

fn sky(y: i64, height: i64) -> [u8; 3] {
    const TOP: [i64; 3] = [70, 118, 190];
    const HORIZON: [i64; 3] = [226, 190, 150];
    std::array::from_fn(|i| {
        let sample = TOP[i] + (HORIZON[i] - TOP[i]) * y / height.max(1);
        u8::try_from(sample).unwrap_or(u8::MAX)
    })
}

/// The height above which each hill leaves the sky free, in one column.
fn ridges(x: u32, width: u32, height: u32) -> [i64; 3] {
    let along = f64::from(x) / f64::from(width.max(1)) * std::f64::consts::TAU;
    // Base height and size of the waves, as parts of the picture's height; the last number only keeps the rows out of step.
    [(0.58, 0.05, 0.4), (0.70, 0.06, 2.1), (0.84, 0.04, 4.4)].map(|(base, swell, shift)| {
        let waves = (along * 1.3 + shift).sin() + 0.4 * (along * 4.1 + shift * 2.0).sin();
        ((base + swell * waves) * f64::from(height)) as i64
    })
}

struct Sun {
    x: i64,
    y: i64,
    radius: i64,
}

impl Sun {
    fn of(width: u32, height: u32) -> Self {
        Self {
            x: i64::from(width) * 7 / 10,
            y: i64::from(height) * 3 / 10,
            radius: i64::from(width.min(height)) / 10,
        }
    }

    /// Half the disc's width in row `y`.
    fn reach(&self, y: i64) -> i64 {
        let square = self.radius * self.radius - (y - self.y) * (y - self.y);
        square.max(0).isqrt()
    }
}

/// Xorshift: noise that is the same everywhere, which a library's generator does not promise across its versions.
struct Noise(u32);

impl Noise {
    /// 0 to 15.
    fn next(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 9 & 15) as u8
    }
}
