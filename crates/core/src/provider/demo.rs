//! The demo engine: an image editor that needs no key and no network. It reads a prompt, finds the wishes it knows ("warm", "a little
//! grain", "crop to 16:9"), and really changes the pixels. It is the first thing a newcomer sees, so its looks are made with care; and
//! it never pretends: what it did not understand it says, in the words of the person who wrote it.
//!
//! ```text
//! prompt ──understand──▶ wishes, unknown words        words.rs (vocabulary), token.rs, understand.rs
//! picture + wishes ──apply──▶ picture                 cube.rs + grade.rs (colour), light.rs, texture.rs, ink.rs, shape.rs
//! ```
//!
//! Everything is a function of its arguments: the same pixels and the same prompt give the same bytes, on every machine of one kind.
//! Deliberately absent: models, faces, objects, regions. Whoever wants a dragon in the sky needs a model.

mod colour;
mod cube;
mod effect;
mod grade;
mod ink;
mod light;
mod meter;
mod shape;
mod soft;
mod texture;
mod token;
mod understand;
mod words;

use std::ops::ControlFlow;

use image::RgbaImage;

pub use colour::{Colour, Shade};
pub use effect::{Effect, Rim, Turn, Wish};
pub use understand::{Understood, understand};

use cube::Grade;
use meter::Meter;

/// Good first prompts.
pub const EXAMPLES: &[&str] = &[
    "warm cinematic, black and white vignette",
    "sunset sky, a little glow",
    "oil painting, vivid",
    "vintage film, a little grain, white frame",
    "navy and peach duotone",
    "pencil sketch, crop square",
];

/// Why the demo engine made no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DemoError {
    /// No wish to carry out.
    #[error("the demo engine found nothing in the prompt that it can do")]
    NothingUnderstood,
    /// The person asked to stop.
    #[error("stopped")]
    Stopped,
}

/// Carries out `wishes` in their order and gives the new picture; the size changes when they ask for it. Alpha stays as it is.
///
/// `progress` gets the fraction done, from 0 to 1 and never backwards, at least every 5 % (as far as the picture has that many rows;
/// a turn, a crop or a frame is one quick step);
/// when it answers [`ControlFlow::Break`], the work stops there with [`DemoError::Stopped`]. Takes at most about two pictures' memory
/// beside the one given.
pub fn apply(
    picture: RgbaImage,
    wishes: &[Wish],
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<RgbaImage, DemoError> {
    if wishes.is_empty() {
        return Err(DemoError::NothingUnderstood);
    }
    let mut said = -1.0_f32;
    // Half a percent is finer than a bar shows; more calls would only cost.
    let mut every_half_percent = |fraction: f32| {
        if fraction < said + 0.005 {
            return ControlFlow::Continue(());
        }
        said = fraction;
        progress(fraction.min(1.0))
    };
    let mut meter = Meter::new(&mut every_half_percent);
    meter.reach(0.0)?;
    let picture = if picture.width() == 0 || picture.height() == 0 {
        picture
    } else {
        carry_out(picture, wishes, &mut meter.part(0.0, 0.994))?
    };
    meter.reach(1.0)?;
    Ok(picture)
}

/// One way over the picture.
enum Pass {
    /// A colour look; neighbours of this kind are laid over together.
    Look(Grade),
    /// Anything else.
    Whole(Work),
}

type Work = Box<dyn Fn(RgbaImage, &mut Meter<'_>) -> Result<RgbaImage, DemoError>>;

fn carry_out(
    mut picture: RgbaImage,
    wishes: &[Wish],
    meter: &mut Meter<'_>,
) -> Result<RgbaImage, DemoError> {
    let mut stages: Vec<Stage> = Vec::new();
    for pass in wishes.iter().flat_map(passes) {
        match (pass, stages.last_mut()) {
            (Pass::Look(look), Some(Stage::Looks(looks))) => looks.push(look),
            (Pass::Look(look), _) => stages.push(Stage::Looks(vec![look])),
            (Pass::Whole(work), _) => stages.push(Stage::Work(work)),
        }
    }
    let count = stages.len().max(1) as f32;
    for (i, stage) in stages.iter().enumerate() {
        let mut meter = meter.part(i as f32 / count, (i + 1) as f32 / count);
        match stage {
            Stage::Looks(looks) => cube::lay_over(&mut picture, looks, &mut meter)?,
            Stage::Work(work) => picture = work(picture, &mut meter)?,
        }
        meter.reach(1.0)?;
    }
    Ok(picture)
}

enum Stage {
    Looks(Vec<Grade>),
    Work(Work),
}

/// What a wish means for the pixels. A few looks are recipes of several passes.
fn passes(wish: &Wish) -> Vec<Pass> {
    use Pass::Look;
    let s = wish.strength();
    match wish.effect {
        Effect::Bright => vec![Look(grade::bright(s))],
        Effect::Dark => vec![Look(grade::dark(s))],
        Effect::Contrast => vec![Look(grade::contrast(s))],
        Effect::Flat => vec![Look(grade::flat(s))],
        Effect::Vivid => vec![Look(grade::vivid(s))],
        Effect::Muted => vec![Look(grade::muted(s))],
        Effect::Warm => vec![Look(grade::warm(s))],
        Effect::Cool => vec![Look(grade::cool(s))],
        Effect::Tint(colour) => vec![Look(grade::tint(colour, s))],
        Effect::LessOf(colour) => vec![Look(grade::less_of(colour, s))],
        Effect::Invert => vec![Look(grade::invert())],
        Effect::Solarise => vec![Look(grade::solarise(s))],
        Effect::BlackAndWhite => vec![Look(grade::black_and_white(s))],
        Effect::Noir => vec![
            Look(grade::noir(s)),
            on(move |p, m| light::vignette(p, Rim::Dark, 0.55, m)),
        ],
        Effect::Sepia => vec![Look(grade::sepia(s))],
        Effect::Cyanotype => vec![Look(grade::cyanotype(s))],
        Effect::Duotone(one, other) => vec![Look(grade::duotone(one, other, s))],
        Effect::Cinematic => vec![Look(grade::cinematic(s))],
        Effect::Vintage => vec![Look(grade::vintage(s))],
        Effect::Film => vec![
            Look(grade::film(s)),
            on(move |p, m| texture::grain(p, 0.55 * s, m)),
        ],
        Effect::Fade => vec![Look(grade::fade(s))],
        Effect::Pastel => vec![Look(grade::pastel(s))],
        Effect::Dramatic => vec![
            on(move |p, m| light::clarity(p, 1.1 * s, m)),
            Look(grade::dramatic(s)),
            on(move |p, m| light::vignette(p, Rim::Dark, 0.45 * s, m)),
        ],
        Effect::Night => vec![Look(grade::night(s))],
        Effect::Neon => vec![
            Look(grade::neon(s)),
            on(move |p, m| light::glow(p, 0.6 * s, m)),
        ],
        Effect::Autumn => vec![Look(grade::autumn(s))],
        Effect::GoldenHour => vec![
            Look(grade::golden_light(s)),
            on(move |p, m| light::sun(p, 0.8 * s, m)),
        ],
        Effect::Enhance => vec![
            on(move |p, m| light::clarity(p, 0.6 * s, m)),
            Look(grade::vivid(0.45 * s)),
            Look(grade::contrast(0.35 * s)),
        ],
        Effect::Sunset => vec![on(move |p, m| light::sunset(p, s, m))],
        Effect::Vignette(rim) => vec![on(move |p, m| light::vignette(p, rim, s, m))],
        Effect::Fog => vec![on(move |p, m| light::fog(p, s, m))],
        Effect::Glow => vec![on(move |p, m| light::glow(p, s, m))],
        Effect::Hdr => vec![
            on(move |p, m| light::clarity(p, 1.5 * s, m)),
            Look(grade::vivid(0.4 * s)),
        ],
        Effect::Clarity => vec![on(move |p, m| light::clarity(p, s, m))],
        Effect::Sharp => vec![on(move |p, m| texture::sharpen(p, s, m))],
        Effect::Blur => vec![on(move |p, m| texture::blur(p, s, m))],
        Effect::TiltShift => vec![
            on(move |p, m| texture::tilt_shift(p, s, m)),
            Look(grade::vivid(0.5)),
        ],
        Effect::Grain => vec![on(move |p, m| texture::grain(p, s, m))],
        Effect::Pixelate => vec![on(move |p, m| texture::pixelate(p, s, m))],
        Effect::Glitch => vec![on(move |p, m| texture::glitch(p, s, m))],
        Effect::Painting => {
            vec![
                on(move |p, m| texture::painting(p, s, m)),
                Look(grade::vivid(0.35)),
                on(|p, m| texture::sharpen(p, 0.8, m)),
            ]
        }
        Effect::Sketch => vec![on(move |p, m| ink::sketch(p, s, m))],
        Effect::Edges => vec![on(move |p, m| ink::edges(p, s, m))],
        Effect::Emboss => vec![on(move |p, m| ink::emboss(p, s, m))],
        Effect::Posterise => vec![
            on(|p, m| texture::painting(p, 0.5, m)),
            on(move |p, m| ink::posterise(p, s, m)),
        ],
        Effect::Stencil => vec![on(ink::stencil)],
        Effect::Halftone => vec![on(move |p, m| ink::halftone(p, s, m))],
        Effect::Comic => vec![
            on(|p, m| texture::painting(p, 0.8, m)),
            Look(grade::vivid(0.9 * s)),
            on(|p, m| ink::posterise(p, 0.9, m)),
            on(move |p, m| ink::ink_lines(p, s, m)),
        ],
        Effect::Thermal => vec![on(ink::thermal)],
        Effect::Rotate(turn) => vec![whole(move |p, _| Ok(shape::turned(p, turn)))],
        Effect::FlipHorizontal => vec![on(|p, _| {
            image::imageops::flip_horizontal_in_place(p);
            Ok(())
        })],
        Effect::FlipVertical => vec![on(|p, _| {
            image::imageops::flip_vertical_in_place(p);
            Ok(())
        })],
        Effect::Crop(across, down) => vec![whole(move |p, _| Ok(shape::cropped(p, across, down)))],
        Effect::Zoom => vec![whole(move |p, _| Ok(shape::zoomed(p, s)))],
        Effect::Smaller(percent) => vec![whole(move |p, m| shape::smaller(&p, percent, m))],
        Effect::Frame(outer, inner) => {
            vec![whole(move |p, _| Ok(shape::framed(&p, outer, inner, s)))]
        }
        Effect::Letterbox => vec![on(|p, _| {
            shape::letterboxed(p);
            Ok(())
        })],
    }
}

/// A pass that changes the picture where it is.
fn on(change: impl Fn(&mut RgbaImage, &mut Meter<'_>) -> Result<(), DemoError> + 'static) -> Pass {
    whole(move |mut picture, meter| {
        change(&mut picture, meter)?;
        Ok(picture)
    })
}

/// A pass that makes another picture.
fn whole(
    work: impl Fn(RgbaImage, &mut Meter<'_>) -> Result<RgbaImage, DemoError> + 'static,
) -> Pass {
    Pass::Whole(Box::new(work))
}
