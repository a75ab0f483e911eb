//! Pictures to measure with, made here so that everybody measures with the same, and how alike two pictures are.
//!
//! The plain PPM format is the common language: ImageMagick writes and reads it, and it needs no decoder of ours.

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use super::Bed;

/// A landscape as a JPEG of so many kilobytes, give or take a tenth. Made once.
pub(super) fn jpeg(bed: &Bed, width: usize, height: usize, kilobytes: u32) -> Result<Vec<u8>> {
    let sh = &bed.sh;
    let path = bed.folder.join(format!("{kilobytes}kb.jpg"));
    if !path.exists() {
        let ppm = bed.folder.join(format!("{kilobytes}kb.ppm"));
        sh.write_file(&ppm, Picture::landscape(width, height).to_ppm())?;
        let extent = format!("jpeg:extent={kilobytes}kb");
        cmd!(sh, "convert {ppm} -define {extent} {path}").run()?;
        sh.remove_path(&ppm)?;
    }
    Ok(std::fs::read(&path)?)
}

/// 8-bit RGB, rows from the top.
pub(super) struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Picture {
    /// A landscape-like picture: light that changes slowly, detail of every size, hard edges, and the noise of a sensor.
    /// Compressed, it is about as heavy as a photograph; a gradient would be decoded far too cheaply.
    pub(super) fn landscape(width: usize, height: usize) -> Self {
        let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
        let lattice: Vec<i32> = (0..256 * 256)
            .map(|_| (chance.next() % 256) as i32 - 128)
            .collect();
        // Fixed point: one octave of value noise, smooth between the points of the lattice.
        let octave = |x: usize, y: usize, shift: u32| {
            let (cell_x, cell_y) = (x >> shift, y >> shift);
            let (part_x, part_y) = (
                (x & ((1 << shift) - 1)) as i32,
                (y & ((1 << shift) - 1)) as i32,
            );
            let at =
                |dx: usize, dy: usize| lattice[((cell_y + dy) & 255) << 8 | ((cell_x + dx) & 255)];
            let mix = |a: i32, b: i32, part: i32| a + (((b - a) * part) >> shift);
            mix(
                mix(at(0, 0), at(1, 0), part_x),
                mix(at(0, 1), at(1, 1), part_x),
                part_y,
            )
        };
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            let sky = (y * 160 / height) as i32;
            for x in 0..width {
                let hills = octave(x, 7, 10) * 3 + octave(x, 11, 8) / 2 + (height as i32) / 2;
                let ground = (y as i32) > hills;
                let soft = octave(x, y, 9) / 3 + octave(x, y, 6) / 6;
                let fine = octave(x, y, 4) / 5 + octave(x, y, 2) / 8;
                let grain = (chance.next() & 7) as i32 - 4;
                let (red, green, blue) = if ground {
                    (92, 104, 58)
                } else {
                    (sky + 60, sky + 70, 230 - sky / 2)
                };
                let detail = if ground {
                    soft * 2 + fine
                } else {
                    soft + fine / 4
                };
                for (channel, tint) in [(red, 4), (green, 3), (blue, 2)] {
                    rgb.push((channel + detail * tint / 3 + grain).clamp(0, 255) as u8);
                }
            }
        }
        Self { width, height, rgb }
    }

    pub(super) fn to_ppm(&self) -> Vec<u8> {
        let mut ppm = format!("P6\n{} {}\n255\n", self.width, self.height).into_bytes();
        ppm.extend_from_slice(&self.rgb);
        ppm
    }

    /// Reads what ImageMagick writes: `P6`, width, height, 255, each followed by one white space.
    pub(super) fn from_ppm(ppm: &[u8]) -> Result<Self> {
        let mut rest = ppm;
        let mut word = || -> Result<&str> {
            let end = rest
                .iter()
                .position(u8::is_ascii_whitespace)
                .context("a PPM that breaks off")?;
            let (word, tail) = rest.split_at(end);
            rest = &tail[1..];
            Ok(std::str::from_utf8(word)?)
        };
        ensure!(word()? == "P6", "not a PPM");
        let (width, height): (usize, usize) = (word()?.parse()?, word()?.parse()?);
        ensure!(word()? == "255", "not 8 bits");
        ensure!(
            rest.len() == width * height * 3,
            "a PPM of the wrong length"
        );
        Ok(Self {
            width,
            height,
            rgb: rest.to_vec(),
        })
    }

    /// Mean structural similarity of the luma (Wang et al. 2004: windows of 8 × 8, every fourth pixel), 1 = the same.
    pub(super) fn ssim(&self, other: &Self) -> Result<f64> {
        ensure!(
            (self.width, self.height) == (other.width, other.height),
            "{} × {} is not {} × {}",
            self.width,
            self.height,
            other.width,
            other.height
        );
        ensure!(self.width >= 8 && self.height >= 8, "too small to compare");
        let (one, two) = (self.luma(), other.luma());
        let mut sum = 0.0;
        let mut windows = 0.0;
        for top in (0..=self.height - 8).step_by(4) {
            for left in (0..=self.width - 8).step_by(4) {
                sum += similarity(&one, &two, self.width, left, top);
                windows += 1.0;
            }
        }
        Ok(sum / windows)
    }

    fn luma(&self) -> Vec<f64> {
        let luma = |pixel: &[u8]| {
            0.299 * f64::from(pixel[0]) + 0.587 * f64::from(pixel[1]) + 0.114 * f64::from(pixel[2])
        };
        self.rgb.chunks_exact(3).map(luma).collect()
    }
}

fn similarity(one: &[f64], two: &[f64], width: usize, left: usize, top: usize) -> f64 {
    const PIXELS: f64 = 64.0;
    // The paper's constants for 8 bits: (0.01 × 255)² and (0.03 × 255)².
    const C1: f64 = 6.5025;
    const C2: f64 = 58.5225;
    let (mut a, mut b, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for row in top..top + 8 {
        let line = row * width + left;
        for (x, y) in one[line..line + 8].iter().zip(&two[line..line + 8]) {
            a += x;
            b += y;
            aa += x * x;
            bb += y * y;
            ab += x * y;
        }
    }
    let (mean_a, mean_b) = (a / PIXELS, b / PIXELS);
    let (var_a, var_b) = (aa / PIXELS - mean_a * mean_a, bb / PIXELS - mean_b * mean_b);
    let covariance = ab / PIXELS - mean_a * mean_b;
    ((2.0 * mean_a * mean_b + C1) * (2.0 * covariance + C2))
        / ((mean_a * mean_a + mean_b * mean_b + C1) * (var_a + var_b + C2))
}

/// xorshift64*: the same numbers on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_like_itself_and_unlike_its_negative() -> Result<()> {
        let picture = Picture::landscape(64, 48);
        assert!((picture.ssim(&picture)? - 1.0).abs() < 1e-9);
        let negative = Picture {
            rgb: picture.rgb.iter().map(|value| 255 - value).collect(),
            ..picture
        };
        assert!(Picture::landscape(64, 48).ssim(&negative)? < 0.5);
        assert!(negative.ssim(&Picture::landscape(48, 48)).is_err());
        Ok(())
    }

    #[test]
    fn noise_lowers_the_likeness_a_little_and_much_noise_much() -> Result<()> {
        let picture = Picture::landscape(64, 64);
        let noisy = |by: u8| {
            let rgb = picture.rgb.iter().enumerate().map(|(at, value)| {
                if at / 3 % 2 == 0 {
                    value.saturating_add(by)
                } else {
                    *value
                }
            });
            Picture {
                width: 64,
                height: 64,
                rgb: rgb.collect(),
            }
        };
        let (little, much) = (picture.ssim(&noisy(3))?, picture.ssim(&noisy(60))?);
        assert!(
            1.0 > little && little > 0.8 && little > much + 0.2,
            "{little} {much}"
        );
        Ok(())
    }

    #[test]
    fn ppm_survives_the_round_trip_and_a_short_one_is_refused() -> Result<()> {
        let picture = Picture::landscape(16, 9);
        let ppm = picture.to_ppm();
        assert_eq!(Picture::from_ppm(&ppm)?.rgb, picture.rgb);
        assert!(Picture::from_ppm(&ppm[..ppm.len() - 1]).is_err());
        assert!(Picture::from_ppm(b"P6\n3").is_err());
        Ok(())
    }
}
