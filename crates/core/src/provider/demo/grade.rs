//! The colour looks: each is a function from a colour to a colour. `s` is the strength: 1 as usual, 0.5 "a little", 1.5 "much".

use super::colour::{Colour, Lab, encode, linear, luminance, mix, smoothstep};
use super::cube::Grade;

// ---- tone ----

pub(super) fn bright(s: f32) -> Grade {
    let gain = 1.65_f32.powf(s);
    Box::new(move |c| exposed(c, gain))
}

pub(super) fn dark(s: f32) -> Grade {
    let gain = 0.55_f32.powf(s);
    Box::new(move |c| exposed(c, gain))
}

pub(super) fn contrast(s: f32) -> Grade {
    Box::new(move |c| Lab {
        l: s_curve(c.l, s, 0.55),
        ..c.chroma_times(1.0 + 0.10 * s)
    })
}

pub(super) fn flat(s: f32) -> Grade {
    let k = 0.62_f32.powf(s);
    Box::new(move |c| Lab {
        l: 0.6 + (c.l - 0.6) * k,
        ..c.chroma_times(mix(1.0, k, 0.4))
    })
}

/// Matte: black becomes dark grey, white a little less than white.
pub(super) fn fade(s: f32) -> Grade {
    let lift = 0.19 * s.min(1.8);
    Box::new(move |c| {
        let l = s_curve(c.l, 0.25, 0.55);
        Lab {
            l: lift + l * (0.975 - lift),
            ..c.chroma_times(0.82_f32.powf(s))
        }
    })
}

pub(super) fn night(s: f32) -> Grade {
    let keep = 0.54_f32.powf(s);
    Box::new(move |c| {
        // The eye at night: dark, little colour, blue; what is brightest stays a light.
        let lamp = smoothstep(0.80, 1.0, c.l) * 0.45;
        let l = s_curve(c.l, 0.3, 0.5) * mix(keep, 1.0, lamp);
        let moon = s.min(1.2) * (1.0 - lamp);
        Lab {
            l,
            a: c.a * (1.0 - 0.75 * moon) - 0.010 * moon * bell(l),
            b: c.b * (1.0 - 0.75 * moon)
                - 0.062 * moon * (0.35 + 0.65 * bell(l)) * l.min(0.3) / 0.3,
        }
    })
}

// ---- colour ----

pub(super) fn vivid(s: f32) -> Grade {
    Box::new(move |c| {
        // Pale colours gain most, strong ones little: nothing turns to neon. Skin hues gain less.
        let room = (1.0 - c.chroma() / 0.34).clamp(0.15, 1.0);
        let skin = 1.0 - 0.35 * near_hue(c, 0.95, 0.45) * smoothstep(0.02, 0.06, c.chroma());
        Lab {
            l: s_curve(c.l, 0.35 * s, 0.55),
            ..c.chroma_times(1.0 + 0.65 * s * room * skin)
        }
    })
}

pub(super) fn muted(s: f32) -> Grade {
    let k = 0.48_f32.powf(s);
    Box::new(move |c| c.chroma_times(k))
}

pub(super) fn warm(s: f32) -> Grade {
    white_balance([1.0 + 0.17 * s, 1.0, 1.0 / (1.0 + 0.42 * s)])
}

pub(super) fn cool(s: f32) -> Grade {
    white_balance([1.0 / (1.0 + 0.26 * s), 1.0, 1.0 + 0.34 * s])
}

pub(super) fn tint(colour: Colour, s: f32) -> Grade {
    let ink = colour.lab();
    let t = (0.62 * s).min(1.0);
    // A tint is seen by its hue: a dull name still colours, black and white only take colour away.
    let gain = if ink.chroma() > 0.02 {
        (0.13 / ink.chroma()).clamp(1.0, 3.0)
    } else {
        1.0
    };
    Box::new(move |c| {
        let weight = 0.35 + 0.65 * bell(c.l);
        let toned = Lab {
            l: mix(c.l, c.l * (0.55 + 0.6 * ink.l), 0.35),
            a: ink.a * gain * weight + c.a * 0.35,
            b: ink.b * gain * weight + c.b * 0.35,
        };
        c.mixed(toned, t)
    })
}

/// Takes one colour out: what points its way loses chroma, and the whole picture leans a little the other way.
pub(super) fn less_of(colour: Colour, s: f32) -> Grade {
    let ink = colour.lab();
    let length = ink.chroma().max(0.001);
    let (ua, ub) = (ink.a / length, ink.b / length);
    Box::new(move |c| {
        let along = c.a * ua + c.b * ub;
        let take = along.max(0.0) * (0.75 * s).min(1.0) + 0.012 * s * bell(c.l);
        Lab {
            a: c.a - ua * take,
            b: c.b - ub * take,
            ..c
        }
    })
}

pub(super) fn invert() -> Grade {
    Box::new(|c| {
        let [r, g, b] = c.into_gamut().map(|v| linear(1.0 - encode(v) / 255.0));
        Lab::from_linear([r, g, b])
    })
}

pub(super) fn solarise(s: f32) -> Grade {
    Box::new(move |c| {
        let turned = c.into_gamut().map(|v| {
            let v = encode(v) / 255.0;
            linear(1.0 - (2.0 * v - 1.0).abs())
        });
        c.mixed(Lab::from_linear(turned), s.min(1.0))
    })
}

// ---- one or two inks ----

pub(super) fn black_and_white(s: f32) -> Grade {
    Box::new(move |c| {
        let l = s_curve(grey(c), 0.5 * s.max(0.5), 0.53);
        c.mixed(Lab { l, a: 0.0, b: 0.0 }, s.min(1.0))
    })
}

pub(super) fn noir(s: f32) -> Grade {
    Box::new(move |c| {
        let l = s_curve(grey(c) * 0.93, 1.5 * s, 0.58);
        Lab { l, a: 0.0, b: 0.0 }
    })
}

pub(super) fn sepia(s: f32) -> Grade {
    Box::new(move |c| {
        let l = s_curve(grey(c), 0.2, 0.55);
        let weight = 0.25 + 0.75 * bell(l);
        let toned = Lab {
            l: l * 0.97,
            a: 0.033 * weight,
            b: 0.066 * weight,
        };
        c.mixed(toned, s.min(1.0))
    })
}

pub(super) fn cyanotype(s: f32) -> Grade {
    let (deep, paper) = (
        Lab::from_linear([0.0015, 0.019, 0.085]),
        Lab::from_linear([0.88, 0.91, 0.86]),
    );
    let middle = Lab {
        l: 0.56,
        a: -0.045,
        b: -0.105,
    };
    Box::new(move |c| {
        let t = s_curve(grey(c), 0.7, 0.5);
        let toned = if t < 0.5 {
            deep.mixed(middle, t * 2.0)
        } else {
            middle.mixed(paper, t * 2.0 - 1.0)
        };
        c.mixed(toned, s.min(1.0))
    })
}

/// The darker colour takes the shadows whichever was said first.
pub(super) fn duotone(one: Colour, other: Colour, s: f32) -> Grade {
    let (one, other) = (one.lab(), other.lab());
    let (low, high) = if one.l <= other.l {
        (one, other)
    } else {
        (other, one)
    };
    let low = Lab {
        l: low.l.min(0.38),
        ..low
    };
    let high = Lab {
        l: high.l.max(0.80),
        ..high
    };
    Box::new(move |c| c.mixed(low.mixed(high, s_curve(grey(c), 0.9, 0.52)), s.min(1.0)))
}

// ---- looks ----

/// Teal shadows, orange lights, a firm curve; skin and other oranges keep their colour, the rest steps back.
pub(super) fn cinematic(s: f32) -> Grade {
    Box::new(move |c| {
        let l = s_curve(c.l, 0.75 * s, 0.56);
        let low = (1.0 - smoothstep(0.15, 0.68, l)) * smoothstep(0.0, 0.16, l);
        let high = smoothstep(0.45, 0.88, l) * (1.0 - 0.55 * smoothstep(0.9, 1.0, l));
        let orange = near_hue(c, 0.95, 0.7);
        // What is orange already would only turn yellow.
        let high = high * (1.0 - 0.7 * orange * smoothstep(0.03, 0.12, c.chroma()));
        let calm = mix(0.80, 1.12, orange);
        let keep = mix(1.0, calm, s.min(1.3));
        Lab {
            l: 0.018 * s + l * (1.0 - 0.022 * s),
            a: c.a * keep + s * (-0.042 * low + 0.024 * high),
            b: c.b * keep + s * (-0.034 * low + 0.042 * high),
        }
    })
}

pub(super) fn vintage(s: f32) -> Grade {
    Box::new(move |c| {
        let l = 0.15 * s + s_curve(c.l, 0.3, 0.55) * (1.0 - 0.19 * s.min(1.5));
        let (low, high) = (1.0 - smoothstep(0.1, 0.6, l), smoothstep(0.4, 0.95, l));
        let faded = c.chroma_times(0.68_f32.powf(s));
        Lab {
            l,
            a: faded.a + s * (0.006 * low + 0.012 * high),
            b: faded.b + s * (-0.012 * low + 0.040 * high + 0.010),
        }
    })
}

pub(super) fn film(s: f32) -> Grade {
    Box::new(move |c| {
        let l = 0.055 * s + s_curve(c.l, 0.55 * s, 0.54) * (1.0 - 0.075 * s.min(1.5));
        let (low, high) = (1.0 - smoothstep(0.1, 0.55, l), smoothstep(0.5, 0.95, l));
        let calm = c.chroma_times(0.90_f32.powf(s));
        Lab {
            l,
            a: calm.a + s * (-0.014 * low + 0.006 * high),
            b: calm.b + s * (-0.006 * low + 0.026 * high),
        }
    })
}

pub(super) fn pastel(s: f32) -> Grade {
    Box::new(move |c| {
        let l = 0.42 + 0.57 * c.l.max(0.0).powf(0.85);
        // Even out chroma: greys get none, strong colours come down to candy.
        let chroma = c.chroma();
        let target = 0.095 * (chroma / (chroma + 0.045)) * 1.25;
        let soft = Lab {
            l,
            ..c.chroma_times(target / chroma.max(0.0001))
        };
        c.mixed(soft, (0.85 * s).min(1.0))
    })
}

pub(super) fn dramatic(s: f32) -> Grade {
    Box::new(move |c| {
        let l = s_curve(c.l * (1.0 - 0.05 * s.min(1.5)), 0.95 * s, 0.55);
        c.mixed(
            Lab {
                l,
                ..c.chroma_times(0.86)
            },
            s.min(1.0),
        )
    })
}

pub(super) fn neon(s: f32) -> Grade {
    Box::new(move |c| {
        let l = s_curve(c.l * 0.94, 0.9 * s, 0.55);
        let (low, high) = (1.0 - smoothstep(0.1, 0.65, l), smoothstep(0.38, 0.85, l));
        let edge = 1.0 - 0.6 * smoothstep(0.93, 1.0, l);
        let seen = smoothstep(0.0, 0.22, l);
        Lab {
            l,
            a: c.a * 0.75 + s * (0.020 * low * seen + 0.085 * high * edge),
            b: c.b * 0.75 + s * (-0.125 * low * seen - 0.035 * high * edge),
        }
    })
}

/// Greens turn to amber and rust; the rest gets warm light.
pub(super) fn autumn(s: f32) -> Grade {
    Box::new(move |c| {
        let leaf = near_hue(c, 2.2, 0.95) * smoothstep(0.015, 0.06, c.chroma()) * s.min(1.0);
        let chroma = c.chroma() * (1.0 + 0.35 * leaf);
        let turned = Lab {
            l: c.l,
            a: chroma * 0.95_f32.cos(),
            b: chroma * 0.95_f32.sin(),
        };
        let c = c.mixed(turned, leaf);
        let light = bell(c.l) * s;
        Lab {
            a: c.a + 0.014 * light,
            b: c.b + 0.030 * light,
            ..c
        }
    })
}

pub(super) fn golden_light(s: f32) -> Grade {
    Box::new(move |c| {
        let c = exposed(c, 1.0 + 0.12 * s);
        let high = smoothstep(0.3, 0.85, c.l) * (1.0 - 0.35 * smoothstep(0.92, 1.0, c.l));
        Lab {
            l: s_curve(c.l, 0.3 * s, 0.5),
            a: c.a * 0.98 + s * (0.010 + 0.022 * high) * bell(c.l).max(0.25),
            b: c.b * 0.92 + s * (0.022 + 0.044 * high) * (0.3 + 0.7 * smoothstep(0.0, 0.3, c.l)),
        }
    })
}

// ---- parts ----

/// Brightens (`gain` > 1) or darkens along a curve that holds black and white where they are, so nothing clips.
fn exposed(c: Lab, gain: f32) -> Lab {
    let l = c.l.clamp(0.0, 1.0);
    let to = l * gain / (1.0 + l * (gain - 1.0));
    let k = if l > 0.001 { (to / l).powf(0.6) } else { 1.0 };
    Lab {
        l: to,
        ..c.chroma_times(k.min(1.4))
    }
}

/// A logistic curve through black, white and about `pivot`: more contrast for larger `s`, never a clipped end.
fn s_curve(l: f32, s: f32, pivot: f32) -> f32 {
    let l = l.clamp(0.0, 1.0);
    let steep = 0.6 + 4.0 * s;
    let at = |x: f32| 1.0 / (1.0 + (-steep * (x - pivot)).exp());
    let (low, high) = (at(0.0), at(1.0));
    (at(l) - low) / (high - low)
}

/// 1 in the middle tones, 0 at black and white.
fn bell(l: f32) -> f32 {
    let l = l.clamp(0.0, 1.0);
    4.0 * l * (1.0 - l)
}

/// 1 at `hue` (radians), 0 further than `reach` from it.
fn near_hue(c: Lab, hue: f32, reach: f32) -> f32 {
    let mut away = (c.b.atan2(c.a) - hue).abs();
    if away > std::f32::consts::PI {
        away = std::f32::consts::TAU - away;
    }
    1.0 - smoothstep(0.0, reach, away)
}

/// Lightness of the grey a slightly warm filter gives: skin light, sky dark, as black-and-white photographers like it.
fn grey(c: Lab) -> f32 {
    let [r, g, b] = c.to_linear();
    (0.34 * r + 0.58 * g + 0.08 * b).max(0.0).cbrt()
}

/// Multiplies the channels as a lamp would, and holds the luminance.
fn white_balance(gain: [f32; 3]) -> Grade {
    Box::new(move |c| {
        let before = c.to_linear();
        let after = [
            before[0] * gain[0],
            before[1] * gain[1],
            before[2] * gain[2],
        ];
        let (was, is) = (luminance(before), luminance(after));
        let hold = if is > 1e-6 { was / is } else { 1.0 };
        Lab::from_linear(after.map(|v| v * hold))
    })
}
