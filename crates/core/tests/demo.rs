//! The demo engine: what it reads in a prompt, and that the pixels really change as promised.
#![expect(clippy::unwrap_used, reason = "a test may stop where it fails")]

use std::collections::HashSet;
use std::ops::ControlFlow;

use image::{Rgba, RgbaImage};
use overpaint_core::provider::demo::{
    DemoError, EXAMPLES, Effect, Rim, Turn, Wish, apply, understand,
};
use proptest::prelude::*;

// ---- reading ----

/// Prompt, summary, unknown (joined by " | ").
const READINGS: &[(&str, &str, &str)] = &[
    // The acceptance demo: a vignette that is black and white, on a warm cinematic picture.
    (
        "warm cinematic, black and white vignette",
        "warm, cinematic, black-and-white vignette",
        "",
    ),
    (
        "Warm, cinematic, B&W vignette!",
        "warm, cinematic, black-and-white vignette",
        "",
    ),
    (
        "black-and-white subtle vignette",
        "black-and-white vignette (a little)",
        "",
    ),
    ("black and white, vignette", "black and white, vignette", ""),
    (
        "black and white with a vignette",
        "black and white, vignette",
        "",
    ),
    ("white vignette", "white vignette", ""),
    ("strong black vignette", "vignette (strong)", ""),
    ("dark vignette", "vignette", ""),
    ("darken the corners", "vignette", ""),
    ("a soft blue vignette", "blue vignette (a little)", ""),
    // Plain wishes, in several forms and spellings.
    ("make it vivid", "vivid", ""),
    ("Make the colours more vivid, please.", "vivid", ""),
    ("more vibrant colors", "vivid", ""),
    ("desaturated", "muted", ""),
    ("MONOCHROME", "black and white", ""),
    ("grayscale", "black and white", ""),
    ("greyscale", "black and white", ""),
    ("remove the colour", "black and white", ""),
    ("sepia-toned", "sepia", ""),
    ("teal and orange", "cinematic", ""),
    ("brighten", "brighter", ""),
    ("a little darker", "darker (a little)", ""),
    ("sharpened slightly", "sharper (a little)", ""),
    ("Sharpen the image a lot", "sharper (strong)", ""),
    ("soft", "blurred (a little)", ""),
    ("very blurry", "blurred (strong)", ""),
    ("posterize", "posterised", ""),
    ("posterised", "posterised", ""),
    ("solarize it", "solarised", ""),
    ("pencil sketch", "pencil sketch", ""),
    ("watercolour painting", "painting", ""),
    ("halftone dots", "halftone", ""),
    ("tilt-shift", "tilt-shift", ""),
    ("film noir", "noir", ""),
    ("pop art", "posterised", ""),
    ("HDR", "HDR", ""),
    ("golden hour, dreamy glow", "golden hour, glow", ""),
    ("sunset sky", "sunset sky", ""),
    (
        "vintage film with a bit of grain",
        "vintage, film look, grain (a little)",
        "",
    ),
    ("enhance", "enhanced", ""),
    ("enhance the contrast", "more contrast", ""),
    // More, less, up, down, by how much.
    ("more contrast", "more contrast", ""),
    ("less contrast", "less contrast", ""),
    ("contrast down", "less contrast", ""),
    ("turn down the brightness", "darker", ""),
    ("turn up the contrast", "more contrast", ""),
    (
        "increase saturation, reduce sharpness",
        "vivid, blurred",
        "",
    ),
    ("a little less warm", "cool (a little)", ""),
    (
        "much warmer and slightly darker",
        "warm (strong), darker (a little)",
        "",
    ),
    ("50% sepia", "sepia (a little)", ""),
    ("sepia at 50 %", "sepia (a little)", ""),
    ("brightness +20%", "brighter (a little)", ""),
    ("contrast -70 %", "less contrast (strong)", ""),
    ("warm 30 percent grain", "warm, grain (a little)", ""),
    ("very slightly warmer", "warm (a little)", ""),
    ("vivid, but only a little", "vivid (a little)", ""),
    ("too dark", "brighter", ""),
    ("it is too cold", "warm", ""),
    ("sharpen it too", "sharper", ""),
    ("not too much grain", "grain (a little)", ""),
    ("darker, but not too dark", "darker (a little)", ""),
    ("vivid, not too strong", "vivid (a little)", ""),
    // No.
    ("no vignette", "", ""),
    ("warm without grain", "warm", ""),
    ("vintage, no grain or vignette", "vintage", ""),
    ("vignette and grain, but no vignette", "grain", ""),
    ("not too dark", "", ""),
    ("don't make it black and white", "", ""),
    ("without grain, brighter", "brighter", ""),
    // Colours.
    ("tint blue", "blue tint", ""),
    ("cobalt blue", "cobalt blue tint", ""),
    ("a dark green tint", "dark green tint", ""),
    ("tint it light blue", "light blue tint", ""),
    ("more red", "red tint", ""),
    ("less blue", "less blue", ""),
    ("duotone", "navy and peach duotone", ""),
    ("purple and yellow duotone", "purple and yellow duotone", ""),
    ("duotone in navy and coral", "navy and coral duotone", ""),
    ("white frame", "white frame", ""),
    ("black and white frame", "black and white frame", ""),
    ("a border in gold", "gold frame", ""),
    // Shapes.
    ("rotate left", "rotated left", ""),
    ("rotate it 90 degrees clockwise", "rotated right", ""),
    ("rotate by 90° counter-clockwise", "rotated left", ""),
    ("rotate 180", "rotated by 180°", ""),
    ("turn it upside down", "rotated by 180°", ""),
    ("flip horizontally", "flipped horizontally", ""),
    ("vertical mirror", "flipped vertically", ""),
    ("mirror", "flipped horizontally", ""),
    ("crop square", "square crop", ""),
    ("crop it to a square", "square crop", ""),
    ("crop to 16:9", "cropped to 16:9", ""),
    ("4x5 crop", "cropped to 4:5", ""),
    ("crop 16 by 9", "cropped to 16:9", ""),
    ("half size", "resized to 50 %", ""),
    ("resize to 25%", "resized to 25 %", ""),
    ("30% smaller", "resized to 70 %", ""),
    // German, French, Spanish.
    ("Bitte mach das Bild wärmer", "warm", ""),
    (
        "etwas heller, mehr Kontrast, ohne Vignette",
        "brighter (a little), more contrast",
        "",
    ),
    ("Schwarz-Weiß", "black and white", ""),
    ("noir et blanc", "black and white", ""),
    ("rends l'image plus chaude", "warm", ""),
    ("un peu plus clair", "brighter (a little)", ""),
    ("blanco y negro", "black and white", ""),
    ("más cálido, menos contraste", "warm, less contrast", ""),
    // What it does not know, in the person's words.
    ("add Snow and a dragon", "", "Snow | dragon"),
    ("Add a flying dragon, warm", "warm", "flying dragon"),
    ("a red dress", "", "red dress"),
    ("make the car red", "", "car red"),
    (
        "replace the background, sepia",
        "sepia",
        "replace | background",
    ),
    ("remove the person", "", "remove the person"),
    ("remove the vignette", "", "remove the vignette"),
    ("fewer people", "", "fewer people"),
    ("less grain", "", "less grain"),
    ("rotate 45 degrees", "", "rotate 45 degrees"),
    ("crop", "", "crop"),
    ("tint", "", "tint"),
    ("snow, SNOW, Snow", "", "snow"),
    ("🐉 vivid", "vivid", "🐉"),
    ("写实风格", "", "写实风格"),
    ("cool down", "cool", ""),
    ("warm it up", "warm", ""),
    (
        "brightness: +10, contrast: -5",
        "brighter (a little), less contrast (a little)",
        "",
    ),
    ("greenish tint, 20%", "green tint (a little)", ""),
    ("don't crop, just make it pop", "vivid", ""),
    (
        "reduce brightness and contrast",
        "darker, less contrast",
        "",
    ),
    ("reduce contrast, saturation", "less contrast, muted", ""),
    ("less contrast and warmer", "less contrast, warm", ""),
    ("low saturation", "muted", ""),
    ("half the saturation", "muted", ""),
    ("noise reduction", "", "noise reduction"),
    ("vignette removed", "", "vignette removed"),
    ("de-noise", "", "de-noise"),
    (
        "high contrast black and white",
        "more contrast, black and white",
        "",
    ),
    ("tone down the reds", "less red", ""),
    ("remove red", "less red", ""),
    ("no red", "", ""),
    ("low-key", "darker", ""),
    ("unsharp mask", "sharper", ""),
    ("blue and orange", "blue and orange duotone", ""),
    ("slightly blue", "blue tint (a little)", ""),
    ("Make it brighter (not too much)", "brighter (a little)", ""),
    (
        "mache es etwas wärmer und weniger bunt, ohne Rahmen",
        "warm (a little), muted",
        "",
    ),
    (
        "en noir et blanc avec un cadre blanc",
        "black and white, white frame",
        "",
    ),
    ("add text “SALE” in red", "", "text | SALE | red"),
    ("blur the background", "blurred", "background"),
    ("without changing the colours, sharper", "sharper", ""),
    ("", "", ""),
    ("please make it", "", ""),
];

#[test]
fn prompts_are_read_as_a_person_means_them() {
    let mut wrong = Vec::new();
    for (prompt, summary, unknown) in READINGS {
        let read = understand(prompt);
        let found = (read.summary(), read.unknown.join(" | "));
        if found != ((*summary).to_owned(), (*unknown).to_owned()) {
            wrong.push(format!(
                "{prompt:?}: {found:?} instead of {:?}",
                (summary, unknown)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        READINGS.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_example_is_understood_in_full() {
    assert_eq!(EXAMPLES.len(), 6);
    for example in EXAMPLES {
        let read = understand(example);
        assert!(!read.wishes.is_empty(), "{example}");
        assert_eq!(read.note(), None, "{example}");
    }
}

#[test]
fn the_note_quotes_the_person_and_is_absent_when_all_was_understood() {
    let note = understand("warm, add Snow and a dragon").note().unwrap();
    assert_eq!(
        note,
        "The demo engine did not understand: “Snow”, “dragon”. It knows simple colour and shape edits."
    );
    assert_eq!(understand("warm").note(), None);
    let long = understand("aa, bb, cc, dd, ee, ff, gg, hh").note().unwrap();
    assert!(long.contains("“ff” and 2 more."), "{long}");
}

#[test]
fn a_number_sets_how_strong_a_wish_is() {
    let percent = |prompt: &str| understand(prompt).wishes.first().map(|wish| wish.percent);
    assert_eq!(percent("sepia 50 %"), Some(50));
    assert_eq!(
        percent("brighter by 35 %"),
        Some(100),
        "brightness has a scale of its own"
    );
    assert_eq!(percent("70 % brighter"), Some(200));
    assert_eq!(percent("grain 900 %"), Some(300));
    assert_eq!(percent("sepia 0 %"), None);
    assert_eq!(percent("a little sepia"), Some(50));
}

#[test]
fn wishes_keep_the_order_of_the_prompt() {
    let effects: Vec<Effect> = understand("rotate left, sepia, crop square, white vignette")
        .wishes
        .iter()
        .map(|wish| wish.effect)
        .collect();
    assert_eq!(
        effects,
        [
            Effect::Rotate(Turn::Left),
            Effect::Sepia,
            Effect::Crop(1, 1),
            Effect::Vignette(Rim::White)
        ]
    );
}

// ---- changing pixels ----

/// A small scene with sky, ground, a bright disc and a dark post: all hues, soft and hard edges, black to white.
fn scene() -> RgbaImage {
    RgbaImage::from_fn(240, 160, |x, y| {
        let (fx, fy) = (x as f32 / 240.0, y as f32 / 160.0);
        let disc = ((fx - 0.3).powi(2) * 2.2 + (fy - 0.4).powi(2)).sqrt() < 0.14;
        let post = (0.62..0.68).contains(&fx) && fy > 0.2;
        let [r, g, b] = if disc {
            [236.0, 190.0, 120.0]
        } else if post {
            [34.0, 30.0, 38.0]
        } else if fy < 0.55 {
            [90.0 + 90.0 * fy, 130.0 + 60.0 * fx, 215.0 - 60.0 * fy]
        } else {
            [70.0 + 110.0 * fx, 125.0 - 40.0 * fy + 30.0 * fx, 60.0]
        };
        let leaf = ((x * 7 + y * 13) % 11) as f32 - 5.0;
        Rgba([(r + leaf) as u8, (g + leaf) as u8, (b + leaf) as u8, 255])
    })
}

fn edit(picture: &RgbaImage, prompt: &str) -> RgbaImage {
    let read = understand(prompt);
    assert!(
        read.unknown.is_empty() && !read.wishes.is_empty(),
        "{prompt}: {read:?}"
    );
    apply(picture.clone(), &read.wishes, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap()
}

fn mean(picture: &RgbaImage, of: impl Fn([f32; 3]) -> f32) -> f32 {
    let sum: f64 = picture
        .pixels()
        .map(|px| f64::from(of([px[0].into(), px[1].into(), px[2].into()])))
        .sum();
    (sum / (f64::from(picture.width()) * f64::from(picture.height()))) as f32
}

fn brightness(picture: &RgbaImage) -> f32 {
    mean(picture, |[r, g, b]| 0.299 * r + 0.587 * g + 0.114 * b)
}

fn warmth(picture: &RgbaImage) -> f32 {
    mean(picture, |[r, _, b]| r - b)
}

fn saturation(picture: &RgbaImage) -> f32 {
    mean(picture, |[r, g, b]| r.max(g).max(b) - r.min(g).min(b))
}

/// Standard deviation of the lightness.
fn contrast(picture: &RgbaImage) -> f32 {
    let middle = brightness(picture);
    mean(picture, |[r, g, b]| {
        (0.299 * r + 0.587 * g + 0.114 * b - middle).powi(2)
    })
    .sqrt()
}

/// Mean step from a pixel to its right neighbour.
fn roughness(picture: &RgbaImage) -> f32 {
    let mut sum = 0.0_f32;
    for y in 0..picture.height() {
        for x in 1..picture.width() {
            sum += (f32::from(picture.get_pixel(x, y)[1])
                - f32::from(picture.get_pixel(x - 1, y)[1]))
            .abs();
        }
    }
    sum / (picture.width() * picture.height()) as f32
}

fn part(picture: &RgbaImage, x: f32, y: f32) -> RgbaImage {
    let (w, h) = (picture.width() / 8, picture.height() / 8);
    let left = ((picture.width() - w) as f32 * x) as u32;
    let top = ((picture.height() - h) as f32 * y) as u32;
    image::imageops::crop_imm(picture, left, top, w, h).to_image()
}

fn colours(picture: &RgbaImage) -> usize {
    picture
        .pixels()
        .map(|px| px.0)
        .collect::<HashSet<_>>()
        .len()
}

fn is_grey(picture: &RgbaImage) -> bool {
    picture.pixels().all(|px| px[0] == px[1] && px[1] == px[2])
}

#[test]
fn brightness_and_contrast_go_where_they_are_sent() {
    let before = scene();
    assert!(brightness(&edit(&before, "brighter")) > brightness(&before) + 15.0);
    assert!(brightness(&edit(&before, "darker")) < brightness(&before) - 15.0);
    assert!(contrast(&edit(&before, "more contrast")) > contrast(&before) * 1.15);
    assert!(contrast(&edit(&before, "less contrast")) < contrast(&before) * 0.8);
    let faded = edit(&before, "faded");
    let darkest = |picture: &RgbaImage| picture.pixels().map(|px| px[1]).min();
    assert!(
        darkest(&faded) > darkest(&before).map(|v| v + 15),
        "matte blacks"
    );
    assert!(contrast(&edit(&before, "dramatic")) > contrast(&before) * 1.15);
    assert!(contrast(&edit(&before, "fog")) < contrast(&before) * 0.7);
}

#[test]
fn colour_goes_where_it_is_sent() {
    let before = scene();
    assert!(saturation(&edit(&before, "vivid")) > saturation(&before) * 1.15);
    assert!(saturation(&edit(&before, "muted")) < saturation(&before) * 0.7);
    assert!(saturation(&edit(&before, "pastel")) < saturation(&before));
    assert!(brightness(&edit(&before, "pastel")) > brightness(&before) + 20.0);
    assert!(warmth(&edit(&before, "warm")) > warmth(&before) + 12.0);
    assert!(warmth(&edit(&before, "cool")) < warmth(&before) - 12.0);
    assert!(warmth(&edit(&before, "golden hour")) > warmth(&before) + 25.0);
    assert!(warmth(&edit(&before, "vintage")) > warmth(&before) + 5.0);
    let blue = |picture: &RgbaImage| mean(picture, |[r, g, b]| b - (r + g) / 2.0);
    assert!(blue(&edit(&before, "tint blue")) > blue(&before) + 25.0);
    assert!(blue(&edit(&before, "less blue")) < blue(&before) - 10.0);
    let night = edit(&before, "night");
    assert!(brightness(&night) < brightness(&before) * 0.65 && blue(&night) > blue(&before));
    let green = |picture: &RgbaImage| mean(picture, |[r, g, _]| g - r);
    assert!(green(&edit(&before, "autumn")) < green(&before) - 8.0);
    let magenta = |picture: &RgbaImage| mean(picture, |[r, g, b]| (r + b) / 2.0 - g);
    assert!(magenta(&edit(&before, "neon")) > magenta(&before) + 15.0);
}

#[test]
fn cinematic_is_teal_in_the_shadows_and_orange_in_the_lights() {
    let ramp = RgbaImage::from_fn(256, 200, |x, _| Rgba([x as u8, x as u8, x as u8, 255]));
    let graded = edit(&ramp, "cinematic");
    let low = graded.get_pixel(70, 100);
    let high = graded.get_pixel(205, 100);
    assert!(low[2] > low[0] + 15 && low[1] > low[0], "teal: {low:?}");
    assert!(
        high[0] > high[2] + 15 && high[1] > high[2],
        "orange: {high:?}"
    );
}

#[test]
fn one_and_two_inks_are_what_they_say() {
    let before = scene();
    assert!(is_grey(&edit(&before, "black and white")));
    assert!(contrast(&edit(&before, "noir")) > contrast(&edit(&before, "black and white")) * 1.1);
    let sepia = edit(&before, "sepia");
    assert!(
        sepia
            .pixels()
            .filter(|px| px[0] > 40 && px[0] < 230)
            .all(|px| px[0] > px[1] && px[1] > px[2])
    );
    let half = edit(&before, "sepia 50 %");
    assert!(saturation(&half) != saturation(&sepia) && !is_grey(&half));
    let blueprint = edit(&before, "cyanotype");
    assert!(warmth(&blueprint) < -40.0);
    let duotone = edit(&before, "purple and yellow duotone");
    let dark = duotone.pixels().min_by_key(|px| u32::from(px[1])).unwrap();
    let light = duotone.pixels().max_by_key(|px| u32::from(px[1])).unwrap();
    assert!(dark[2] > dark[1], "purple shadows: {dark:?}");
    assert!(light[0] > light[2] + 60, "yellow lights: {light:?}");
}

#[test]
fn a_negative_of_a_negative_is_the_picture() {
    let before = scene();
    let negative = edit(&before, "invert");
    assert!((brightness(&negative) - (255.0 - brightness(&before))).abs() < 3.0);
    let again = edit(&negative, "invert");
    let worst = before
        .iter()
        .zip(again.iter())
        .map(|(a, b)| a.abs_diff(*b))
        .max();
    assert!(worst <= Some(3), "{worst:?}");
    let solarised = edit(
        &RgbaImage::from_pixel(9, 9, Rgba([255, 255, 255, 255])),
        "solarise",
    );
    assert_eq!(solarised.get_pixel(4, 4), &Rgba([0, 0, 0, 255]));
}

#[test]
fn vignettes_change_the_rim_and_leave_the_middle() {
    let before = RgbaImage::from_pixel(240, 160, Rgba([190, 120, 70, 255]));
    let (middle, corner) = ((0.5, 0.5), (0.0, 0.0));
    let at = |picture: &RgbaImage, (x, y): (f32, f32)| part(picture, x, y);
    for prompt in [
        "vignette",
        "white vignette",
        "blue vignette",
        "black and white vignette",
    ] {
        let after = edit(&before, prompt);
        assert!(
            (brightness(&at(&after, middle)) - brightness(&before)).abs() < 3.0,
            "{prompt}"
        );
    }
    let dark = edit(&before, "vignette");
    assert!(brightness(&at(&dark, corner)) < brightness(&before) * 0.6);
    let little = edit(&before, "a little vignette");
    assert!(brightness(&at(&little, corner)) > brightness(&at(&dark, corner)) + 10.0);
    assert!(brightness(&at(&edit(&before, "white vignette"), corner)) > brightness(&before) + 50.0);
    assert!(warmth(&at(&edit(&before, "blue vignette"), corner)) < 0.0);
    let drained = edit(&before, "black and white vignette");
    assert!(saturation(&at(&drained, corner)) < 3.0 && saturation(&at(&drained, middle)) > 100.0);
    assert!(brightness(&at(&drained, corner)) < brightness(&before) * 0.6);
}

#[test]
fn the_acceptance_prompt_keeps_a_warm_middle_in_a_dark_grey_rim() {
    let before = scene();
    let after = edit(&before, "warm cinematic, black and white vignette");
    assert!(saturation(&part(&after, 0.0, 0.0)) < 8.0);
    assert!(saturation(&part(&after, 0.5, 0.5)) > 25.0);
    assert!(brightness(&part(&after, 1.0, 1.0)) < brightness(&part(&before, 1.0, 1.0)) * 0.6);
    let disc = |picture: &RgbaImage| warmth(&part(picture, 0.29, 0.38));
    assert!(
        disc(&after) > disc(&before) + 10.0,
        "{} {}",
        disc(&after),
        disc(&before)
    );
}

#[test]
fn a_sunset_colours_the_upper_half_violet_to_orange() {
    let grey = RgbaImage::from_pixel(120, 240, Rgba([150, 150, 150, 255]));
    let after = edit(&grey, "sunset sky");
    let (top, horizon) = (after.get_pixel(60, 4), after.get_pixel(60, 138));
    assert!(top[2] > top[1] + 30, "violet: {top:?}");
    assert!(horizon[0] > horizon[2] + 50, "orange: {horizon:?}");
}

#[test]
fn texture_gets_rougher_or_smoother_as_asked() {
    let before = scene();
    assert!(roughness(&edit(&before, "sharpen")) > roughness(&before) * 1.15);
    assert!(roughness(&edit(&before, "blur")) < roughness(&before) * 0.6);
    assert!(
        roughness(&edit(&before, "very blurry")) < roughness(&edit(&before, "slightly blurry"))
    );
    assert!(roughness(&edit(&before, "oil painting")) < roughness(&before));
    let flat = RgbaImage::from_pixel(200, 150, Rgba([128, 128, 128, 255]));
    assert!(roughness(&edit(&flat, "grain")) > 6.0);
    assert!(roughness(&edit(&flat, "film")) > 2.0);
    assert!(
        (brightness(&edit(&flat, "grain")) - 128.0).abs() < 6.0,
        "grain does not darken"
    );
    let mini = edit(&before, "tilt-shift");
    assert!(roughness(&part(&mini, 0.1, 0.02)) < roughness(&part(&before, 0.1, 0.02)) * 0.6);
    assert!(roughness(&part(&mini, 0.1, 0.57)) > roughness(&part(&before, 0.1, 0.57)) * 0.8);
    assert!(contrast(&edit(&before, "hdr")) != contrast(&before));
    assert!(roughness(&edit(&before, "clarity")) > roughness(&before));
    assert!(contrast(&edit(&before, "enhance")) > contrast(&before));
}

#[test]
fn glow_spills_light_around_what_is_bright() {
    let lamp = RgbaImage::from_fn(200, 200, |x, y| {
        let lit = x.abs_diff(100) < 20 && y.abs_diff(100) < 20;
        Rgba(if lit {
            [255, 250, 240, 255]
        } else {
            [20, 20, 24, 255]
        })
    });
    let after = edit(&lamp, "dreamy glow");
    assert!(after.get_pixel(124, 100)[0] > 50 && after.get_pixel(5, 5)[0] < 40);
}

#[test]
fn drawn_and_printed_looks_are_what_they_say() {
    let before = scene();
    let sketch = edit(&before, "pencil sketch");
    assert!(saturation(&sketch) < 8.0 && brightness(&sketch) > 150.0);
    assert!(brightness(&edit(&before, "outlines")) < 60.0);
    assert!(saturation(&edit(&before, "emboss")) < saturation(&before) * 0.6);
    assert!(colours(&edit(&before, "posterise")) * 8 < colours(&before));
    assert!(colours(&edit(&before, "comic")) < colours(&before));
    let stencil = edit(&before, "stencil");
    let extreme = stencil
        .pixels()
        .filter(|px| px[0] < 20 || px[0] > 240)
        .count();
    assert!(is_grey(&stencil) && extreme * 10 > 240 * 160 * 8);
    assert!(roughness(&edit(&before, "halftone")) > roughness(&before) * 2.0);
    let thermal = edit(&before, "thermal");
    let cold = thermal.get_pixel(156, 100);
    let hot = thermal.get_pixel(72, 64);
    assert!(cold[2] > cold[0] && hot[0] > hot[2], "{cold:?} {hot:?}");
    let tiles = edit(&before, "pixelate");
    assert_eq!(
        tiles.get_pixel(0, 0),
        tiles.get_pixel(3, 3),
        "one tile, one colour"
    );
    assert!(colours(&tiles) * 4 < colours(&before));
    assert!(edit(&before, "glitch") != before);
}

#[test]
fn turns_and_flips_put_every_pixel_in_its_place() {
    let mut before = scene();
    before.put_pixel(0, 0, Rgba([1, 2, 3, 4]));
    let mark = Rgba([1, 2, 3, 4]);
    let (right, bottom) = (239, 159);
    let right_turn = edit(&before, "rotate right");
    assert_eq!(
        (right_turn.dimensions(), right_turn.get_pixel(bottom, 0)),
        ((160, 240), &mark)
    );
    let left_turn = edit(&before, "rotate left");
    assert_eq!(
        (left_turn.dimensions(), left_turn.get_pixel(0, right)),
        ((160, 240), &mark)
    );
    assert_eq!(edit(&before, "rotate 180").get_pixel(right, bottom), &mark);
    assert_eq!(edit(&before, "flip").get_pixel(right, 0), &mark);
    assert_eq!(edit(&before, "flip vertically").get_pixel(0, bottom), &mark);
    assert_eq!(edit(&before, "rotate left, rotate right"), before);
}

#[test]
fn crops_and_sizes_have_the_promised_sides() {
    let before = scene();
    assert_eq!(edit(&before, "crop square").dimensions(), (160, 160));
    assert_eq!(edit(&before, "crop 16:9").dimensions(), (240, 135));
    assert_eq!(edit(&before, "crop 9:16").dimensions(), (90, 160));
    assert_eq!(edit(&before, "half size").dimensions(), (120, 80));
    assert_eq!(edit(&before, "resize to 25 %").dimensions(), (60, 40));
    let zoomed = edit(&before, "zoom in");
    assert!(zoomed.width() < 180 && zoomed.width() > 140);
    let cropped = edit(&before, "crop square");
    assert_eq!(
        cropped.get_pixel(80, 80),
        before.get_pixel(120, 80),
        "the middle stays"
    );
    let small = edit(&before, "half size");
    assert!((brightness(&small) - brightness(&before)).abs() < 3.0);
    let bars = edit(&before, "letterbox");
    assert_eq!(bars.dimensions(), before.dimensions());
    assert_eq!(bars.get_pixel(120, 2), &Rgba([0, 0, 0, 255]));
    assert_eq!(bars.get_pixel(120, 80), before.get_pixel(120, 80));
}

#[test]
fn a_frame_goes_around_the_picture_and_covers_nothing() {
    let before = scene();
    let framed = edit(&before, "black and white frame");
    let margin = (framed.width() - before.width()) / 2;
    assert!(margin > 5);
    let inside = image::imageops::crop_imm(&framed, margin, margin, 240, 160).to_image();
    assert_eq!(inside, before);
    assert!(framed.get_pixel(0, 0)[0] < 30 && framed.get_pixel(margin - 1, margin - 1)[0] > 230);
}

#[test]
fn strength_is_felt() {
    let before = scene();
    let by = |prompt: &str| warmth(&edit(&before, prompt)) - warmth(&before);
    let (little, usual, much) = (by("a little warmer"), by("warmer"), by("much warmer"));
    assert!(
        little > 3.0 && usual > little + 3.0 && much > usual + 3.0,
        "{little} {usual} {much}"
    );
}

#[test]
fn alpha_stays_and_hidden_colours_do_not_bleed() {
    let mut before = scene();
    for (x, y, px) in before.enumerate_pixels_mut() {
        px[3] = ((x * 3 + y) % 256) as u8;
    }
    let keeps = [
        "warm, blur, grain, vignette",
        "vivid, pixelate",
        "sketch",
        "oil painting",
        "halftone",
        "comic",
        "glitch",
        "hdr",
        "tilt-shift",
        "stencil",
        "thermal",
        "outlines",
        "emboss",
        "sunset",
        "fog",
        "glow",
    ];
    for prompt in keeps {
        let after = edit(&before, prompt);
        assert!(
            before
                .pixels()
                .zip(after.pixels())
                .all(|(a, b)| a[3] == b[3]),
            "{prompt}"
        );
    }
    let cutout = RgbaImage::from_fn(120, 80, |x, _| {
        if x < 60 {
            Rgba([255, 0, 0, 255])
        } else {
            Rgba([0, 255, 0, 0])
        }
    });
    for prompt in ["very blurry", "pixelate", "half size"] {
        let after = edit(&cutout, prompt);
        assert!(
            after
                .pixels()
                .filter(|px| px[3] == 255)
                .all(|px| px[1] < 12),
            "{prompt}"
        );
    }
}

#[test]
fn a_soft_gradient_does_not_fall_into_bands() {
    // A slope of few levels, each 64 pixels wide. Undithered, each would become a stripe of one colour as wide.
    let slope = RgbaImage::from_fn(512, 128, |x, _| {
        let v = (90 + x / 64) as u8;
        Rgba([v, v, v, 255])
    });
    for prompt in ["brighter", "cinematic", "vignette, warm"] {
        let after = edit(&slope, prompt);
        let runs: usize = (0..128)
            .map(|y| {
                let row: Vec<u8> = (0..512).map(|x| after.get_pixel(x, y)[0]).collect();
                row.chunk_by(|a, b| a == b).count()
            })
            .sum();
        assert!(runs > 128 * 8 * 5, "{prompt}: {runs} runs");
    }
}

// ---- progress, stopping, repeatability ----

/// One prompt for each wish.
const EVERY_WISH: &[&str] = &[
    "brighter",
    "darker",
    "more contrast",
    "less contrast",
    "vivid",
    "muted",
    "warm",
    "cool",
    "tint blue",
    "less red",
    "invert",
    "solarise",
    "black and white",
    "noir",
    "sepia",
    "cyanotype",
    "duotone",
    "cinematic",
    "vintage",
    "film",
    "fade",
    "pastel",
    "dramatic",
    "night",
    "neon",
    "autumn",
    "golden hour",
    "enhance",
    "sunset",
    "vignette",
    "white vignette",
    "black and white vignette",
    "blue vignette",
    "fog",
    "glow",
    "hdr",
    "clarity",
    "sharpen",
    "blur",
    "tilt-shift",
    "grain",
    "pixelate",
    "glitch",
    "oil painting",
    "sketch",
    "outlines",
    "emboss",
    "posterise",
    "stencil",
    "halftone",
    "comic",
    "thermal",
    "rotate left",
    "rotate right",
    "rotate 180",
    "flip",
    "flip vertically",
    "crop square",
    "crop 16:9",
    "zoom in",
    "half size",
    "white frame",
    "black and white frame",
    "letterbox",
];

#[test]
fn every_wish_changes_the_picture_and_says_so() {
    let before = scene();
    let mut said = HashSet::new();
    for prompt in EVERY_WISH {
        assert!(edit(&before, prompt) != before, "{prompt}");
        assert!(
            said.insert(understand(prompt).summary()),
            "{prompt}: the same words as another wish"
        );
    }
}

#[test]
fn the_same_prompt_gives_the_same_bytes() {
    let before = scene();
    for prompt in EVERY_WISH {
        assert!(edit(&before, prompt) == edit(&before, prompt), "{prompt}");
    }
}

#[test]
fn progress_grows_in_small_steps_and_ends_at_one() {
    let prompts = EVERY_WISH.iter().chain(EXAMPLES);
    for prompt in prompts {
        let mut steps = Vec::new();
        let wishes = understand(prompt).wishes;
        let whole_at_once = matches!(
            wishes[0].effect,
            Effect::Rotate(_)
                | Effect::FlipHorizontal
                | Effect::FlipVertical
                | Effect::Crop(..)
                | Effect::Zoom
                | Effect::Frame(..)
                | Effect::Letterbox
        );
        let picture = scene();
        apply(picture, &wishes, &mut |fraction| {
            steps.push(fraction);
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(
            (steps.first(), steps.last()),
            (Some(&0.0), Some(&1.0)),
            "{prompt}"
        );
        assert!(
            steps.windows(2).all(|pair| pair[0] < pair[1]),
            "{prompt}: {steps:?}"
        );
        let largest = steps
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .fold(0.0_f32, f32::max);
        // Frames and turns are copies of whole rows by the image library: one step.
        let has_whole = whole_at_once || prompt.contains("frame") || prompt.contains("crop");
        assert!(
            has_whole || largest <= 0.05,
            "{prompt}: a step of {largest}"
        );
    }
}

#[test]
fn stopping_stops_at_once() {
    for prompt in EVERY_WISH {
        let wishes = understand(prompt).wishes;
        for stop_at in [0.0_f32, 0.3, 1.0] {
            let mut calls_after = 0;
            let result = apply(scene(), &wishes, &mut |fraction| {
                if fraction >= stop_at {
                    calls_after += 1;
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            assert_eq!(result, Err(DemoError::Stopped), "{prompt}");
            assert_eq!(calls_after, 1, "{prompt}");
        }
    }
}

#[test]
fn nothing_understood_is_an_error_not_a_copy() {
    let result = apply(scene(), &understand("a dragon").wishes, &mut |_| {
        ControlFlow::Continue(())
    });
    assert_eq!(result, Err(DemoError::NothingUnderstood));
}

#[test]
fn odd_sizes_survive_every_wish() {
    for (width, height) in [
        (1, 1),
        (1, 7),
        (7, 1),
        (2, 3),
        (1, 300),
        (300, 1),
        (0, 0),
        (0, 5),
    ] {
        for prompt in EVERY_WISH {
            for strength in [10, 100, 300, u16::MAX] {
                let wishes: Vec<Wish> = understand(prompt)
                    .wishes
                    .into_iter()
                    .map(|wish| Wish {
                        percent: strength,
                        ..wish
                    })
                    .collect();
                let picture = RgbaImage::from_pixel(width, height, Rgba([200, 90, 30, 128]));
                let after = apply(picture, &wishes, &mut |_| ControlFlow::Continue(())).unwrap();
                assert_eq!(after.width() == 0, width == 0, "{prompt}");
            }
        }
    }
}

fn wordy() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        prop::sample::select(EVERY_WISH).prop_map(str::to_owned),
        prop::sample::select(
            &[
                "no",
                "not",
                "too",
                "too much",
                "less",
                "more",
                "very",
                "a little",
                "soft",
                "light",
                "dark",
                "and",
                "or",
                "but",
                ",",
                ".",
                "50 %",
                "-20%",
                "+5",
                "90°",
                "16:9",
                "0:0",
                "rotate",
                "turn",
                "flip",
                "crop",
                "resize",
                "tint",
                "frame",
                "duotone",
                "blue",
                "white",
                "black and white",
                "remove",
                "enhance",
                "colours",
                "down",
                "up",
                "left",
                "dragon",
                "ß",
                "🐉",
                "'",
                "-",
                "b&w",
                "4294967296:1",
                "99999999999999999999%",
                "to",
                "by",
                "the",
            ][..]
        )
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ];
    prop::collection::vec(word, 0..9).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_prompt_and_no_tiny_picture_makes_it_panic(prompt in wordy(), width in 1_u32..9, height in 1_u32..9, seed: u8) {
        let read = understand(&prompt);
        for word in &read.unknown {
            prop_assert!(!word.trim().is_empty());
        }
        prop_assert_eq!(read.note().is_none(), read.unknown.is_empty());
        let picture = RgbaImage::from_fn(width, height, |x, y| {
            Rgba([seed.wrapping_mul(x as u8 + 3), seed.wrapping_add(y as u8 * 31), seed ^ 0x5a, seed.wrapping_mul(7)])
        });
        let result = apply(picture, &read.wishes, &mut |_| ControlFlow::Continue(()));
        prop_assert_eq!(result.is_err(), read.wishes.is_empty());
    }

    #[test]
    fn any_text_at_all_is_read_without_panic(prompt in ".{0,200}") {
        let read = understand(&prompt);
        prop_assert!(read.wishes.iter().all(|wish| (10..=300).contains(&wish.percent)));
    }
}
