//! What the demo engine can do, and how a person would name it.

use std::fmt;

use super::colour::Colour;

/// One thing a prompt asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// What to do.
    pub effect: Effect,
    /// How strongly, in percent of the usual: 100 as it comes, 50 "a little", 160 "much". From 10 to 300.
    pub percent: u16,
}

/// What can be done to a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// More light.
    Bright,
    /// Less light.
    Dark,
    /// Lights and shadows further apart.
    Contrast,
    /// Lights and shadows closer together.
    Flat,
    /// Stronger colours.
    Vivid,
    /// Weaker colours.
    Muted,
    /// Towards candlelight.
    Warm,
    /// Towards shade and snow.
    Cool,
    /// Everything towards one colour.
    Tint(Colour),
    /// One colour taken back.
    LessOf(Colour),
    /// A negative.
    Invert,
    /// Lights turned to shadows, half way.
    Solarise,
    /// Greys only.
    BlackAndWhite,
    /// Hard greys, dark rim.
    Noir,
    /// Brown, as an old print.
    Sepia,
    /// Prussian blue, as a blueprint.
    Cyanotype,
    /// Two inks; the darker one takes the shadows.
    Duotone(Colour, Colour),
    /// Teal shadows, orange lights.
    Cinematic,
    /// Faded and yellowed.
    Vintage,
    /// Soft curve and grain of negative film.
    Film,
    /// Matte blacks.
    Fade,
    /// Light, gentle colours.
    Pastel,
    /// Contrast near and far, dark rim.
    Dramatic,
    /// Day turned to moonlight.
    Night,
    /// Magenta and blue lights with a glow.
    Neon,
    /// Greens turned to amber.
    Autumn,
    /// Low sun from the upper right.
    GoldenHour,
    /// A bit of everything that usually helps.
    Enhance,
    /// An evening sky over the upper half.
    Sunset,
    /// Something happens towards the rim.
    Vignette(Rim),
    /// Mist.
    Fog,
    /// Light that spills over.
    Glow,
    /// Strong local contrast and colour.
    Hdr,
    /// Local contrast.
    Clarity,
    /// Crisper edges.
    Sharp,
    /// Out of focus.
    Blur,
    /// Like a model railway.
    TiltShift,
    /// Film grain.
    Grain,
    /// Square tiles.
    Pixelate,
    /// A broken signal.
    Glitch,
    /// Brush strokes.
    Painting,
    /// Pencil on paper.
    Sketch,
    /// Outlines on black.
    Edges,
    /// Pressed into stone.
    Emboss,
    /// Few flat steps of colour.
    Posterise,
    /// Black or white, nothing between.
    Stencil,
    /// Printed dots.
    Halftone,
    /// Flat colours, ink lines.
    Comic,
    /// As a heat camera sees.
    Thermal,
    /// A quarter or half turn.
    Rotate(Turn),
    /// Left and right change places.
    FlipHorizontal,
    /// Above and below change places.
    FlipVertical,
    /// The middle, with these sides: across, down.
    Crop(u32, u32),
    /// Closer to the middle.
    Zoom,
    /// Both sides scaled to this many percent.
    Smaller(u16),
    /// A mat around the picture, perhaps with a second one inside.
    Frame(Colour, Option<Colour>),
    /// Cinema bars.
    Letterbox,
}

/// What a vignette does to the rim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rim {
    /// Darker towards black.
    Dark,
    /// Lighter towards white.
    White,
    /// The colour drains away, then it darkens: a black-and-white rim around a coloured middle.
    BlackAndWhite,
    /// Towards a colour.
    Coloured(Colour),
}

/// Which way to turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// 90° clockwise.
    Right,
    /// 90° counter-clockwise.
    Left,
    /// 180°.
    Half,
}

impl Wish {
    /// A factor: 1 is the usual strength.
    pub(super) fn strength(&self) -> f32 {
        f32::from(self.percent.clamp(10, 300)) / 100.0
    }
}

impl Effect {
    /// The effect that undoes the mood of this one, where there is one: "less warm" is cool.
    pub(super) fn opposite(self) -> Option<Self> {
        const PAIRS: [(Effect, Effect); 5] = [
            (Effect::Bright, Effect::Dark),
            (Effect::Contrast, Effect::Flat),
            (Effect::Vivid, Effect::Muted),
            (Effect::Warm, Effect::Cool),
            (Effect::Sharp, Effect::Blur),
        ];
        PAIRS.iter().find_map(|&(one, other)| match self {
            it if it == one => Some(other),
            it if it == other => Some(one),
            _ => None,
        })
    }

    /// Whether both are the same kind of thing, whatever their colours and sides.
    pub(super) fn same_kind(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }

    /// Whether "much" or "a little" means anything here.
    pub(super) fn has_strength(self) -> bool {
        !matches!(
            self,
            Self::Invert
                | Self::Stencil
                | Self::Thermal
                | Self::Rotate(_)
                | Self::FlipHorizontal
                | Self::FlipVertical
                | Self::Crop(..)
                | Self::Smaller(_)
                | Self::Letterbox
        )
    }

    /// Whether it can be put into a picture as a thing ("no grain or frame"), rather than being how the picture is ("no, warmer").
    pub(super) fn is_thing(self) -> bool {
        matches!(
            self,
            Self::Vignette(_)
                | Self::Frame(..)
                | Self::Grain
                | Self::Blur
                | Self::Glow
                | Self::Fog
                | Self::Letterbox
                | Self::Tint(_)
                | Self::Halftone
                | Self::Edges
                | Self::Contrast
        )
    }

    /// What "by 30 %" is measured against: the usual strength of what has a scale of its own is this many percent, everything else is
    /// simply all of it.
    pub(super) fn usual(self) -> u16 {
        if self.opposite().is_some() { 35 } else { 100 }
    }
}

/// As it stands in a summary: `vignette (a little)`.
impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.effect.fmt(f)?;
        match self.percent {
            _ if !self.effect.has_strength() => Ok(()),
            ..=85 => f.write_str(" (a little)"),
            86..=124 => Ok(()),
            125.. => f.write_str(" (strong)"),
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match *self {
            Self::Bright => "brighter",
            Self::Dark => "darker",
            Self::Contrast => "more contrast",
            Self::Flat => "less contrast",
            Self::Vivid => "vivid",
            Self::Muted => "muted",
            Self::Warm => "warm",
            Self::Cool => "cool",
            Self::Tint(colour) => return write!(f, "{colour} tint"),
            Self::LessOf(colour) => return write!(f, "less {colour}"),
            Self::Invert => "inverted",
            Self::Solarise => "solarised",
            Self::BlackAndWhite => "black and white",
            Self::Noir => "noir",
            Self::Sepia => "sepia",
            Self::Cyanotype => "cyanotype",
            Self::Duotone(one, other) => return write!(f, "{one} and {other} duotone"),
            Self::Cinematic => "cinematic",
            Self::Vintage => "vintage",
            Self::Film => "film look",
            Self::Fade => "faded",
            Self::Pastel => "pastel",
            Self::Dramatic => "dramatic",
            Self::Night => "night",
            Self::Neon => "neon",
            Self::Autumn => "autumn",
            Self::GoldenHour => "golden hour",
            Self::Enhance => "enhanced",
            Self::Sunset => "sunset sky",
            Self::Vignette(Rim::Dark) => "vignette",
            Self::Vignette(Rim::White) => "white vignette",
            Self::Vignette(Rim::BlackAndWhite) => "black-and-white vignette",
            Self::Vignette(Rim::Coloured(colour)) => return write!(f, "{colour} vignette"),
            Self::Fog => "mist",
            Self::Glow => "glow",
            Self::Hdr => "HDR",
            Self::Clarity => "clarity",
            Self::Sharp => "sharper",
            Self::Blur => "blurred",
            Self::TiltShift => "tilt-shift",
            Self::Grain => "grain",
            Self::Pixelate => "pixelated",
            Self::Glitch => "glitch",
            Self::Painting => "painting",
            Self::Sketch => "pencil sketch",
            Self::Edges => "outlines",
            Self::Emboss => "embossed",
            Self::Posterise => "posterised",
            Self::Stencil => "stencil",
            Self::Halftone => "halftone",
            Self::Comic => "comic",
            Self::Thermal => "heat camera",
            Self::Rotate(Turn::Right) => "rotated right",
            Self::Rotate(Turn::Left) => "rotated left",
            Self::Rotate(Turn::Half) => "rotated by 180°",
            Self::FlipHorizontal => "flipped horizontally",
            Self::FlipVertical => "flipped vertically",
            Self::Crop(1, 1) => "square crop",
            Self::Crop(across, down) => return write!(f, "cropped to {across}:{down}"),
            Self::Zoom => "zoomed in",
            Self::Smaller(percent) => return write!(f, "resized to {percent} %"),
            Self::Frame(outer, None) => return write!(f, "{outer} frame"),
            Self::Frame(outer, Some(inner)) => return write!(f, "{outer} and {inner} frame"),
            Self::Letterbox => "cinema bars",
        };
        f.write_str(name)
    }
}
