//! Colour looks, as a colourist keeps them: any chain of looks is worked out once for 33×33×33 colours, and a pixel then takes the
//! blend of the four nearest. That makes careful colour work (Oklab, keeping in gamut) as cheap as a table, and a chain of ten looks as
//! cheap as one, with a single rounding at the end.

use image::RgbaImage;

use super::DemoError;
use super::colour::{Lab, decode, dither, encode, linear};
use super::meter::Meter;

/// One look: what becomes of a colour, wherever in the picture it is.
pub(super) type Grade = Box<dyn Fn(Lab) -> Lab>;

const SIDE: usize = 33;
const NODES: usize = SIDE * SIDE * SIDE;
/// Steps in the table to the next red, green, blue.
const STRIDE: [usize; 3] = [SIDE * SIDE, SIDE, 1];

/// Lays `looks`, in order, over the picture. Alpha stays.
pub(super) fn lay_over(
    picture: &mut RgbaImage,
    looks: &[Grade],
    meter: &mut Meter<'_>,
) -> Result<(), DemoError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    // A picture with fewer pixels than the table has entries is cheaper without it.
    let cube = if width * height > NODES {
        Some(Cube::of(looks, &mut meter.part(0.0, 0.2))?)
    } else {
        None
    };
    let mut meter = meter.part(if cube.is_some() { 0.2 } else { 0.0 }, 1.0);
    let bytes: &mut [u8] = picture;
    for (y, row) in bytes.chunks_exact_mut(width * 4).enumerate() {
        for (x, px) in row.chunks_exact_mut(4).enumerate() {
            let colour = match &cube {
                Some(cube) => cube.look_up(px[0], px[1], px[2]),
                None => graded(looks, [decode(px[0]), decode(px[1]), decode(px[2])]),
            };
            let step = dither(x, y);
            px[0] = (colour[0] + step) as u8;
            px[1] = (colour[1] + step) as u8;
            px[2] = (colour[2] + step) as u8;
        }
        meter.row(y, height)?;
    }
    Ok(())
}

fn graded(looks: &[Grade], colour: [f32; 3]) -> [f32; 3] {
    let mut lab = Lab::from_linear(colour);
    for look in looks {
        lab = look(lab);
    }
    let [r, g, b] = lab.into_gamut().map(encode);
    // What is grey but for the last digits of the arithmetic shall be grey in bytes too.
    if r.max(g).max(b) - r.min(g).min(b) < 0.08 {
        return [(r + g + b) / 3.0; 3];
    }
    [r, g, b]
}

struct Cube {
    /// sRGB 0..=255, not rounded; blue runs fastest.
    nodes: Vec<[f32; 3]>,
    /// For a byte: the node below it and how far it is to the next.
    place: [(usize, f32); 256],
}

impl Cube {
    fn of(looks: &[Grade], meter: &mut Meter<'_>) -> Result<Self, DemoError> {
        let last = (SIDE - 1) as f32;
        let level: [f32; SIDE] = std::array::from_fn(|i| linear(i as f32 / last));
        let mut nodes = Vec::with_capacity(NODES);
        for (i, r) in level.into_iter().enumerate() {
            for g in level {
                for b in level {
                    nodes.push(graded(looks, [r, g, b]));
                }
            }
            meter.row(i, SIDE)?;
        }
        let place = std::array::from_fn(|byte| {
            let at = byte as f32 * last / 255.0;
            let node = (at as usize).min(SIDE - 2);
            (node, at - node as f32)
        });
        Ok(Self { nodes, place })
    }

    /// Tetrahedral interpolation: from the node below, along the axis with the longest way first. Greys lie on an edge all four share.
    fn look_up(&self, r: u8, g: u8, b: u8) -> [f32; 3] {
        let nodes: &[[f32; 3]] = &self.nodes;
        let (ri, rf) = self.place[r as usize];
        let (gi, gf) = self.place[g as usize];
        let (bi, bf) = self.place[b as usize];
        let (mut one, mut two, mut three) = ((rf, STRIDE[0]), (gf, STRIDE[1]), (bf, STRIDE[2]));
        if two.0 > one.0 {
            (one, two) = (two, one);
        }
        if three.0 > two.0 {
            (two, three) = (three, two);
        }
        if two.0 > one.0 {
            (one, two) = (two, one);
        }
        let i0 = ri * STRIDE[0] + gi * STRIDE[1] + bi * STRIDE[2];
        let i1 = i0 + one.1;
        let i2 = i1 + two.1;
        let i3 = i2 + three.1;
        let (w0, w1, w2, w3) = (1.0 - one.0, one.0 - two.0, two.0 - three.0, three.0);
        let (c0, c1, c2, c3) = (nodes[i0], nodes[i1], nodes[i2], nodes[i3]);
        [
            c0[0] * w0 + c1[0] * w1 + c2[0] * w2 + c3[0] * w3,
            c0[1] * w0 + c1[1] * w1 + c2[1] * w2 + c3[1] * w3,
            c0[2] * w0 + c1[2] * w1 + c2[2] * w2 + c3[2] * w3,
        ]
    }
}
