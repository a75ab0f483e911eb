//! What a finished job answers: the JSON of its model's shape, and the files it names.

use std::sync::Arc;

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::job::Job;
use crate::pixels::{self, Content, Wish};
use crate::prices;
use crate::reply::{self, X_FAL_BILLABLE_UNITS};
use crate::script::{Format, Images, Output, Picture, Script, Shape};
use crate::server::{Call, fail};
use crate::sim::{File, Sim};

/// What the model answers at the end: its refusal of the input, the failure of the script, or the result.
pub(crate) async fn ended(sim: &Sim, call: &Call, job: &Job, script: &Script) -> Response {
    if let Some(refused) = &job.refused {
        return refused.answer();
    }
    if let Some(failure) = script.end {
        return fail(sim, call, failure, &job.endpoint).await;
    }
    let mut response = reply::json(200, &told(sim, call, job, script).await);
    let units = units(sim, job, script).await.to_string();
    reply::set(&mut response, X_FAL_BILLABLE_UNITS, units);
    response
}

/// Notes the units an answer says are billed.
pub(crate) fn bill(sim: &Sim, request_id: &str, response: &Response) {
    let told = response.headers().get(X_FAL_BILLABLE_UNITS);
    let units = told.and_then(|units| units.to_str().ok()?.parse().ok());
    if let Some(units) = units {
        sim.with_job(request_id, |job, _| job.billed_units = Some(units));
    }
}

async fn units(sim: &Sim, job: &Job, script: &Script) -> u64 {
    let format = asked_format(&job.input);
    let first = input(sim, job).await;
    let made: Vec<(u32, u32)> = (0..count(job, &script.output))
        .map(|index| {
            pixels::planned_size(first.as_ref(), &wish(job, &script.output, index, format))
        })
        .collect();
    let sent: Vec<(u32, u32)> = crate::input::pictures(sim, &job.input)
        .iter()
        .filter_map(pixels::measure)
        .collect();
    let price = prices::price_of(script, &job.endpoint);
    prices::units(price.as_ref(), &made, &sent)
}

/// The result's JSON.
pub(crate) async fn told(sim: &Sim, call: &Call, job: &Job, script: &Script) -> Value {
    let output = &script.output;
    let shape = output.shape.unwrap_or_else(|| shape_of(&job.endpoint));
    let mut images = Vec::new();
    for index in 0..count(job, output) {
        images.push(image(sim, call, job, script, shape, index).await);
    }
    let mut body = json!({});
    match (shape, output.images) {
        (_, Images::Absent) => {}
        (Shape::E, _) => body["image"] = images.swap_remove(0),
        (_, Images::Objects) => body["images"] = json!(images),
        (_, Images::Strings) => {
            body["images"] = images.iter().map(|image| image["url"].clone()).collect();
        }
        (_, Images::Empty) => body["images"] = json!([]),
        (_, Images::Null) => body["images"] = Value::Null,
    }
    if output.bare {
        return body;
    }
    match shape {
        Shape::A => body["seed"] = seed(job, output),
        Shape::B | Shape::E => {}
        Shape::C => body["description"] = json!(""),
        Shape::D => {
            body["timings"] = json!({"inference": 2.13});
            body["seed"] = seed(job, output);
            body["has_nsfw_concepts"] = json!(vec![output.nsfw; images.len()]);
            body["prompt"] = json!(job.prompt);
        }
    }
    body["simulated"] = json!(true);
    body
}

/// An output file's bytes and type; made at the first call, in the blocking pool.
pub(crate) async fn file(
    sim: &Sim,
    job: &Job,
    script: &Script,
    name: &str,
) -> Option<(Bytes, &'static str)> {
    let File::Output {
        index,
        format,
        bytes,
        ..
    } = sim.file(name)?
    else {
        return None;
    };
    let made = bytes
        .get_or_init(|| async {
            let input = input(sim, job).await;
            let wish = wish(job, &script.output, index, format);
            if let (Content::SameAsInput, Some(input)) = (wish.content, &input) {
                return input.clone();
            }
            tokio::task::spawn_blocking(move || pixels::render(input.as_ref(), &wish))
                .await
                .unwrap_or_default()
        })
        .await
        .clone();
    let content_type = image::guess_format(&made)
        .map_or("application/octet-stream", |format| format.to_mime_type());
    Some((made, content_type))
}

async fn image(
    sim: &Sim,
    call: &Call,
    job: &Job,
    script: &Script,
    shape: Shape,
    index: u32,
) -> Value {
    let output = &script.output;
    let format = output.format.unwrap_or_else(|| asked_format(&job.input));
    let suffix = suffix(sim, job, output, format).await;
    let file_name = format!("out_{index}.{suffix}");
    // From the random end of the id: stable, so that a result read twice names the same file.
    let id = &job.request_id;
    let name = format!("{}/{file_name}", &id[id.len().saturating_sub(8)..]);
    sim.keep_file(
        &name,
        File::Output {
            request_id: id.clone(),
            index,
            format,
            bytes: Arc::new(OnceCell::new()),
        },
    );
    let inline = output.data_uri || job.input["sync_mode"] == json!(true);
    let url = match inline {
        false => format!("{}/files/b/{name}", call.origin),
        true => match file(sim, job, script, &name).await {
            Some((bytes, kind)) => format!("data:{kind};base64,{}", STANDARD.encode(&bytes)),
            None => String::new(),
        },
    };
    if output.bare {
        return json!({ "url": url });
    }
    let content_type = format.content_type();
    if shape == Shape::C {
        return json!({
            "url": url, "content_type": content_type, "file_name": file_name,
            "file_size": null, "width": null, "height": null,
        });
    }
    let input = input(sim, job).await;
    let (width, height) = pixels::planned_size(input.as_ref(), &wish(job, output, index, format));
    json!({"url": url, "width": width, "height": height, "content_type": content_type, "file_name": file_name})
}

/// Of the very bytes of the input only the input knows the type.
async fn suffix(sim: &Sim, job: &Job, output: &Output, format: Format) -> &'static str {
    if output.picture == Picture::SameAsInput
        && let Some(input) = input(sim, job).await
        && let Ok(format) = image::guess_format(&input)
    {
        return format.extensions_str().first().copied().unwrap_or("bin");
    }
    format.suffix()
}

fn wish(job: &Job, output: &Output, index: u32, format: Format) -> Wish {
    let content = match output.picture {
        _ if output.nsfw => Content::Black,
        Picture::Black => Content::Black,
        Picture::SameAsInput => Content::SameAsInput,
        Picture::Edited | Picture::OnePixelOff => Content::Edited { variation: index },
    };
    Wish {
        content,
        format,
        size: asked_size(&job.input["image_size"]),
        one_pixel_off: output.picture == Picture::OnePixelOff,
    }
}

/// The first input picture's bytes: a data URI, or a file of this file host.
async fn input(sim: &Sim, job: &Job) -> Option<Bytes> {
    job.picture
        .get_or_init(|| async {
            let fields = &job.input;
            let url = fields["image_urls"][0]
                .as_str()
                .or_else(|| fields["image_url"].as_str())?;
            if let Some((_, encoded)) = url.split_once(";base64,") {
                return STANDARD.decode(encoded).ok().map(Bytes::from);
            }
            match sim.file(url.split_once("/files/b/")?.1)? {
                File::Upload { bytes, .. } => bytes,
                File::Output { bytes, .. } => bytes.get().cloned(),
            }
        })
        .await
        .clone()
}

fn count(job: &Job, output: &Output) -> u32 {
    let asked = job.input["num_images"].as_u64().unwrap_or(1);
    output
        .count
        .unwrap_or_else(|| u32::try_from(asked).unwrap_or(1))
        .clamp(1, 100)
}

fn seed(job: &Job, output: &Output) -> Value {
    if output.huge_seed {
        // Past 2^53 and past a signed 64-bit integer.
        return json!(18_446_744_073_709_551_557_u64);
    }
    if job.input["seed"].is_u64() {
        return job.input["seed"].clone();
    }
    let id = &job.request_id;
    json!(u32::from_str_radix(&id[id.len().saturating_sub(8)..], 16).unwrap_or(7))
}

fn asked_format(input: &Value) -> Format {
    match input["output_format"].as_str() {
        Some("jpeg" | "jpg") => Format::Jpeg,
        Some("webp") => Format::Webp,
        _ => Format::Png,
    }
}

/// `image_size`: an object or one of fal's presets; anything else (`auto`) leaves the size to the model.
fn asked_size(wish: &Value) -> Option<(u32, u32)> {
    let side = |name: &str| {
        let side = u32::try_from(wish[name].as_u64()?).ok()?;
        (1..=4096).contains(&side).then_some(side)
    };
    match wish.as_str() {
        Some("square_hd") => Some((1024, 1024)),
        Some("square") => Some((512, 512)),
        Some("portrait_4_3") => Some((768, 1024)),
        Some("portrait_16_9") => Some((576, 1024)),
        Some("landscape_4_3") => Some((1024, 768)),
        Some("landscape_16_9") => Some((1024, 576)),
        Some(_) => None,
        None => Some((side("width")?, side("height")?)),
    }
}

/// The shape a model is known to answer in.
fn shape_of(endpoint: &str) -> Shape {
    const KNOWN: [(&str, Shape); 13] = [
        ("fal-ai/bytedance/seedream/v4/", Shape::A),
        ("fal-ai/bytedance/seedream/v4.5/", Shape::B),
        ("bytedance/seedream/v5/lite/", Shape::A),
        ("bytedance/seedream/v5/pro/", Shape::B),
        ("fal-ai/nano-banana", Shape::C),
        ("fal-ai/flux-2-", Shape::A),
        ("fal-ai/gpt-image-", Shape::B),
        ("openai/gpt-image-", Shape::B),
        ("xai/grok-imagine-image/", Shape::B),
        ("fal-ai/bria/genfill", Shape::A),
        ("fal-ai/bria/eraser", Shape::E),
        ("fal-ai/bria/background/remove", Shape::E),
        ("fal-ai/esrgan", Shape::E),
    ];
    KNOWN
        .iter()
        .find(|(start, _)| endpoint.starts_with(start))
        .map_or(Shape::D, |(_, shape)| *shape)
}
