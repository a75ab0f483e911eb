//! A picture seen out of focus. A wide blur holds no fine detail, so it is made on a smaller copy and read back between its points: a
//! 24-megapixel picture costs no more memory than a fraction of itself, and the time hardly depends on how soft it gets.

use image::RgbaImage;

use super::DemoError;
use super::meter::Meter;

/// `N` values per point, blurred.
pub(super) struct Soft<const N: usize> {
    width: usize,
    height: usize,
    /// Picture pixels per point, along each side.
    step: usize,
    points: Vec<[f32; N]>,
}

impl<const N: usize> Soft<N> {
    /// Blurs what `read` sees in each pixel (four bytes: red, green, blue, alpha) with a Gaussian of `sigma` pixels.
    pub(super) fn of(
        picture: &RgbaImage,
        sigma: f32,
        read: impl Fn(&[u8]) -> [f32; N],
        meter: &mut Meter<'_>,
    ) -> Result<Self, DemoError> {
        let sigma = sigma.max(0.5);
        // At 2 points or more per sigma, straight lines between the points cannot be seen.
        let step = ((sigma / 2.0) as usize).max(1);
        let mut soft = Self::shrunk(picture, step, read, &mut meter.part(0.0, 0.5))?;
        soft.blur(sigma / step as f32, &mut meter.part(0.5, 1.0))?;
        Ok(soft)
    }

    /// A field made by asking `value` for every `step`th pixel along each side, as wide and high as `picture`.
    pub(super) fn made(
        picture: &RgbaImage,
        step: usize,
        value: impl Fn(f32, f32) -> [f32; N],
        meter: &mut Meter<'_>,
    ) -> Result<Self, DemoError> {
        let (width, height) = (
            (picture.width() as usize).div_ceil(step),
            (picture.height() as usize).div_ceil(step),
        );
        let middle = step as f32 / 2.0 - 0.5;
        let mut points = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                points.push(value(
                    (x * step) as f32 + middle,
                    (y * step) as f32 + middle,
                ));
            }
            meter.row(y, height)?;
        }
        Ok(Self {
            width,
            height,
            step,
            points,
        })
    }

    /// Replaces the values at each point.
    pub(super) fn map(&mut self, change: impl Fn([f32; N]) -> [f32; N]) {
        for point in &mut self.points {
            *point = change(*point);
        }
    }

    /// Picture pixels per point, along each side.
    pub(super) fn step(&self) -> usize {
        self.step
    }

    fn shrunk(
        picture: &RgbaImage,
        step: usize,
        read: impl Fn(&[u8]) -> [f32; N],
        meter: &mut Meter<'_>,
    ) -> Result<Self, DemoError> {
        let (full_width, full_height) = (picture.width() as usize, picture.height() as usize);
        let (width, height) = (full_width.div_ceil(step), full_height.div_ceil(step));
        let mut points = vec![[0.0; N]; width * height];
        let bytes: &[u8] = picture;
        for (i, band) in bytes.chunks(full_width * 4 * step).enumerate() {
            let line = &mut points[i * width..(i + 1) * width];
            for row in band.chunks_exact(full_width * 4) {
                for (point, block) in line.iter_mut().zip(row.chunks(4 * step)) {
                    for px in block.chunks_exact(4) {
                        let seen = read(px);
                        for c in 0..N {
                            point[c] += seen[c];
                        }
                    }
                }
            }
            let rows = (full_height - i * step).min(step);
            for (x, point) in line.iter_mut().enumerate() {
                let columns = (full_width - x * step).min(step);
                let share = 1.0 / (rows * columns) as f32;
                for value in point.iter_mut() {
                    *value *= share;
                }
            }
            meter.row(i, height)?;
        }
        Ok(Self {
            width,
            height,
            step,
            points,
        })
    }

    fn blur(&mut self, sigma: f32, meter: &mut Meter<'_>) -> Result<(), DemoError> {
        let gauss = Gauss::new(sigma);
        let (width, height) = (self.width, self.height);
        let work = width + height;
        let mut line = Vec::with_capacity(width.max(height) + gauss.tail);
        for y in 0..height {
            line.clear();
            line.extend_from_slice(&self.points[y * width..(y + 1) * width]);
            gauss.run(&mut line);
            self.points[y * width..(y + 1) * width].copy_from_slice(&line);
            meter.row(y, work)?;
        }
        for x in 0..width {
            line.clear();
            for row in self.points.chunks_exact(width) {
                line.push(row[x]);
            }
            gauss.run(&mut line);
            for (row, value) in self.points.chunks_exact_mut(width).zip(&line) {
                row[x] = *value;
            }
            meter.row(height + x, work)?;
        }
        Ok(())
    }

    /// The blurred values of picture row `y`, one per pixel, into `row`.
    pub(super) fn row(&self, y: usize, row: &mut [[f32; N]]) {
        let (top, bottom, down) = between(y as f32, self.step, self.height);
        let upper = &self.points[top * self.width..(top + 1) * self.width];
        let lower = &self.points[bottom * self.width..(bottom + 1) * self.width];
        for (x, out) in row.iter_mut().enumerate() {
            let (left, right, across) = between(x as f32, self.step, self.width);
            *out = blend(
                upper[left],
                upper[right],
                lower[left],
                lower[right],
                across,
                down,
            );
        }
    }

    /// The blurred values at any place, in picture pixels; beyond the edge it is as at the edge.
    pub(super) fn at(&self, x: f32, y: f32) -> [f32; N] {
        let (top, bottom, down) = between(y, self.step, self.height);
        let (left, right, across) = between(x, self.step, self.width);
        let (upper, lower) = (top * self.width, bottom * self.width);
        let p = &self.points;
        blend(
            p[upper + left],
            p[upper + right],
            p[lower + left],
            p[lower + right],
            across,
            down,
        )
    }
}

/// The two points around a pixel and how far it is to the second.
fn between(pixel: f32, step: usize, points: usize) -> (usize, usize, f32) {
    let at = ((pixel + 0.5) / step as f32 - 0.5).clamp(0.0, (points - 1) as f32);
    let first = at as usize;
    (first, (first + 1).min(points - 1), at - first as f32)
}

fn blend<const N: usize>(
    a: [f32; N],
    b: [f32; N],
    c: [f32; N],
    d: [f32; N],
    across: f32,
    down: f32,
) -> [f32; N] {
    let (wa, wb) = ((1.0 - across) * (1.0 - down), across * (1.0 - down));
    let (wc, wd) = ((1.0 - across) * down, across * down);
    let mut out = [0.0; N];
    for i in 0..N {
        out[i] = a[i] * wa + b[i] * wb + c[i] * wc + d[i] * wd;
    }
    out
}

/// A Gaussian as a short recursion, there and back (Young and van Vliet, 1995).
struct Gauss {
    feed: f32,
    back: [f32; 3],
    /// Points to run on past the end, so that the way back starts as if the last value went on for ever.
    tail: usize,
}

impl Gauss {
    fn new(sigma: f32) -> Self {
        let sigma = sigma.max(0.5);
        let q = if sigma >= 2.5 {
            0.987_11 * sigma - 0.963_3
        } else {
            3.971_56 - 4.145_54 * (1.0 - 0.268_91 * sigma).sqrt()
        };
        let (q2, q3) = (q * q, q * q * q);
        let b0 = 1.578_25 + 2.444_13 * q + 1.428_1 * q2 + 0.422_205 * q3;
        let back = [
            (2.444_13 * q + 2.856_19 * q2 + 1.266_61 * q3) / b0,
            -(1.428_1 * q2 + 1.266_61 * q3) / b0,
            0.422_205 * q3 / b0,
        ];
        Self {
            feed: 1.0 - back[0] - back[1] - back[2],
            back,
            tail: (sigma * 5.0) as usize + 3,
        }
    }

    fn run<const N: usize>(&self, line: &mut Vec<[f32; N]>) {
        let length = line.len();
        let (Some(first), Some(last)) = (line.first().copied(), line.last().copied()) else {
            return;
        };
        line.resize(length + self.tail, last);
        self.one_way(line.iter_mut(), first);
        let settled = line.last().copied().unwrap_or(last);
        self.one_way(line.iter_mut().rev(), settled);
        line.truncate(length);
    }

    fn one_way<'a, const N: usize>(
        &self,
        line: impl Iterator<Item = &'a mut [f32; N]>,
        before: [f32; N],
    ) {
        let (mut one, mut two, mut three) = (before, before, before);
        let [b1, b2, b3] = self.back;
        for point in line {
            let mut next = [0.0; N];
            for c in 0..N {
                next[c] = self.feed * point[c] + b1 * one[c] + b2 * two[c] + b3 * three[c];
            }
            *point = next;
            three = two;
            two = one;
            one = next;
        }
    }
}
