//! Colour spaces and named colours. Light is mixed in linear light, looks are made in Oklab (even steps look even, hue stays put when
//! lightness or chroma changes), bytes are sRGB.

use std::fmt;
use std::sync::LazyLock;

/// Linear-light red, green, blue; 0 is black, 1 is the screen's full drive. May leave 0..=1 between two steps.
pub(super) type Linear = [f32; 3];

/// A named colour, as a person would say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// The plain name, for example `blue`.
    pub name: &'static str,
    /// sRGB of the plain colour.
    pub rgb: [u8; 3],
    /// "light blue", "dark blue" or plain "blue".
    pub shade: Shade,
}

/// A step beside a named colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// As named.
    Plain,
    /// "light", "pale".
    Light,
    /// "dark", "deep".
    Dark,
}

impl Colour {
    pub(super) const fn new(name: &'static str, rgb: [u8; 3]) -> Self {
        Self {
            name,
            rgb,
            shade: Shade::Plain,
        }
    }

    pub(super) fn lab(self) -> Lab {
        let [r, g, b] = self.rgb;
        let lab = Lab::from_linear([decode(r), decode(g), decode(b)]);
        match self.shade {
            Shade::Plain => lab,
            Shade::Light => Lab {
                l: 1.0 - (1.0 - lab.l) * 0.5,
                ..lab.chroma_times(0.6)
            },
            Shade::Dark => Lab {
                l: lab.l * 0.6,
                ..lab.chroma_times(0.8)
            },
        }
    }

    pub(super) fn bytes(self) -> [u8; 3] {
        self.lab().into_gamut().map(|v| (encode(v) + 0.5) as u8)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shade {
            Shade::Plain => f.write_str(self.name),
            Shade::Light => write!(f, "light {}", self.name),
            Shade::Dark => write!(f, "dark {}", self.name),
        }
    }
}

static DECODE: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|byte| linear(byte as f32 / 255.0)));

/// Entries of [`ENCODE`] follow the square root of the light, along which sRGB is nearly straight: 1,025 of them with interpolation are
/// exact to 1/50 of a byte.
static ENCODE: LazyLock<[f32; 1026]> = LazyLock::new(|| {
    std::array::from_fn(|i| {
        let root = i as f32 / 1024.0;
        let x = root * root;
        255.0
            * if x <= 0.003_130_8 {
                x * 12.92
            } else {
                1.055 * x.powf(1.0 / 2.4) - 0.055
            }
    })
});

/// Linear light of an sRGB value 0..=1, exactly.
pub(super) fn linear(v: f32) -> f32 {
    if v <= 0.040_45 {
        v / 12.92
    } else {
        ((v + 0.055) / 1.055).powf(2.4)
    }
}

/// Linear light of an sRGB byte.
pub(super) fn decode(byte: u8) -> f32 {
    DECODE[byte as usize]
}

/// sRGB, 0..=255 but not yet rounded, of linear light; what is outside 0..=1 is cut.
pub(super) fn encode(x: f32) -> f32 {
    let at = x.clamp(0.0, 1.0).sqrt() * 1024.0;
    let i = at as usize;
    let low = ENCODE[i];
    low + (ENCODE[i + 1] - low) * (at - i as f32)
}

/// Luminance of linear light.
pub(super) fn luminance(c: Linear) -> f32 {
    0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]
}

/// Lightness 0..=1 as a quick eye sees it, straight from sRGB bytes; enough for edges and textures.
pub(super) fn luma(px: &[u8]) -> f32 {
    (px[0] as f32 * 0.299 + px[1] as f32 * 0.587 + px[2] as f32 * 0.114) / 255.0
}

pub(super) fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

pub(super) fn mix3(a: Linear, b: Linear, t: f32) -> Linear {
    [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)]
}

/// 0 below `from`, 1 above `to`, smooth between.
pub(super) fn smoothstep(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Oklab (Björn Ottosson, 2020): `l` 0 black to 1 white, `a` green to red, `b` blue to yellow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lab {
    pub(super) l: f32,
    pub(super) a: f32,
    pub(super) b: f32,
}

impl Lab {
    pub(super) fn from_linear(c: Linear) -> Self {
        let l = (0.412_221_46 * c[0] + 0.536_332_55 * c[1] + 0.051_445_995 * c[2]).cbrt();
        let m = (0.211_903_5 * c[0] + 0.680_699_5 * c[1] + 0.107_396_96 * c[2]).cbrt();
        let s = (0.088_302_46 * c[0] + 0.281_718_85 * c[1] + 0.629_978_7 * c[2]).cbrt();
        Self {
            l: 0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
            a: 1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
            b: 0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
        }
    }

    pub(super) fn to_linear(self) -> Linear {
        let l = self.l + 0.396_337_78 * self.a + 0.215_803_76 * self.b;
        let m = self.l - 0.105_561_346 * self.a - 0.063_854_17 * self.b;
        let s = self.l - 0.089_484_18 * self.a - 1.291_485_5 * self.b;
        let (l, m, s) = (l * l * l, m * m * m, s * s * s);
        [
            4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
            -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
            -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
        ]
    }

    pub(super) fn chroma(self) -> f32 {
        (self.a * self.a + self.b * self.b).sqrt()
    }

    pub(super) fn chroma_times(self, k: f32) -> Self {
        Self {
            l: self.l,
            a: self.a * k,
            b: self.b * k,
        }
    }

    pub(super) fn mixed(self, other: Self, t: f32) -> Self {
        Self {
            l: mix(self.l, other.l, t),
            a: mix(self.a, other.a, t),
            b: mix(self.b, other.b, t),
        }
    }

    /// The nearest colour a screen can show with the same hue and lightness: chroma gives way, so nothing turns into a flat patch of a
    /// wrong colour as it does when channels are cut one by one.
    pub(super) fn into_gamut(self) -> Linear {
        let held = Self {
            l: self.l.clamp(0.0, 1.0),
            ..self
        };
        let straight = held.to_linear();
        if shows(straight) {
            return straight.map(|v| v.clamp(0.0, 1.0));
        }
        let (mut inside, mut outside) = (0.0_f32, 1.0_f32);
        for _ in 0..9 {
            let half = (inside + outside) * 0.5;
            if shows(held.chroma_times(half).to_linear()) {
                inside = half;
            } else {
                outside = half;
            }
        }
        held.chroma_times(inside)
            .to_linear()
            .map(|v| v.clamp(0.0, 1.0))
    }
}

fn shows(c: Linear) -> bool {
    const SLACK: f32 = 0.0005;
    let mut all = true;
    for v in c {
        all &= (-SLACK..=1.0 + SLACK).contains(&v);
    }
    all
}

/// An 8×8 ordered dither. Looks are computed finer than a byte; without it a sky would fall into bands. All three channels share the
/// step, so a grey stays exactly grey.
const BAYER: [[u8; 8]; 8] = [
    [0, 32, 8, 40, 2, 34, 10, 42],
    [48, 16, 56, 24, 50, 18, 58, 26],
    [12, 44, 4, 36, 14, 46, 6, 38],
    [60, 28, 52, 20, 62, 30, 54, 22],
    [3, 35, 11, 43, 1, 33, 9, 41],
    [51, 19, 59, 27, 49, 17, 57, 25],
    [15, 47, 7, 39, 13, 45, 5, 37],
    [63, 31, 55, 23, 61, 29, 53, 21],
];

/// What to add before cutting a 0..=255 value at column `x`, row `y` to a byte.
pub(super) fn dither(x: usize, y: usize) -> f32 {
    (BAYER[y & 7][x & 7] as f32 + 0.5) / 64.0
}

/// Repeatable chance: -1..1, most often near 0, from a place and a seed.
pub(super) fn noise(x: u32, y: u32, seed: u32) -> f32 {
    let mut h =
        x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ seed.wrapping_mul(0xc2b2_ae3d);
    h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    h ^= h >> 15;
    ((h & 0xffff) as f32 + (h >> 16) as f32) / 65_535.0 - 1.0
}
