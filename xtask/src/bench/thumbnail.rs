//! A thumbnail of a 24-megapixel photograph, as a process: processor time beside `vipsthumbnail`'s, and likeness to a
//! full decode scaled by Lanczos (ImageMagick's).

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use super::picture::Picture;
use super::{Bed, Row, median, text};

const WIDTH: usize = 6000;
const HEIGHT: usize = 4000;
const SIZE: &str = "512";

pub(super) fn measure(bed: &Bed) -> Result<Vec<Row>> {
    let sh = &bed.sh;
    let photograph = bed.folder.join("24mp.jpg");
    if !photograph.exists() {
        let ppm = bed.folder.join("24mp.ppm");
        sh.write_file(&ppm, Picture::landscape(WIDTH, HEIGHT).to_ppm())?;
        cmd!(sh, "convert {ppm} -quality 90 {photograph}").run()?;
        sh.remove_path(&ppm)?;
    }
    let (ours, theirs) = (bed.folder.join("ours.jpg"), bed.folder.join("vips.jpg"));
    let overpaint = &bed.overpaint;
    let our_way = [
        text(overpaint)?,
        "thumbnail",
        text(&photograph)?,
        "-o",
        text(&ours)?,
        "--size",
        SIZE,
    ];
    let their_way = [
        "vipsthumbnail",
        text(&photograph)?,
        "--size",
        SIZE,
        "-o",
        text(&theirs)?,
    ];
    // Once unmeasured each: the file into the page cache, the programs off the disk.
    processor_time(&our_way)?;
    processor_time(&their_way)?;
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..bed.rounds {
        our_times.push(processor_time(&our_way)?);
        their_times.push(processor_time(&their_way)?);
    }
    let (our_time, their_time) = (median(our_times)?, median(their_times)?);

    let reference = bed.folder.join("reference.ppm");
    // Without a size hint for the JPEG decoder, so every pixel is decoded.
    cmd!(
        sh,
        "convert {photograph} -filter Lanczos -resize {SIZE}x{SIZE} -depth 8 {reference}"
    )
    .run()?;
    let reference = Picture::from_ppm(&std::fs::read(&reference)?)?;
    let our_likeness = likeness(bed, &ours, &reference)?;
    let their_likeness = likeness(bed, &theirs, &reference)?;
    let ratio = our_time / their_time;
    Ok(vec![
        Row {
            what: "thumbnail of a 24-MP JPEG, processor time",
            measured: format!(
                "{our_time:.0} ms; vipsthumbnail {their_time:.0} ms; ratio {ratio:.2}"
            ),
            promise: "ratio ≤ 0.75",
            kept: ratio <= 0.75,
        },
        Row {
            what: "its likeness (SSIM) to a full decode by Lanczos",
            measured: format!("{our_likeness:.4}; vipsthumbnail {their_likeness:.4}"),
            promise: "≥ 0.98",
            kept: our_likeness >= 0.98,
        },
    ])
}

fn likeness(bed: &Bed, thumbnail: &Path, reference: &Picture) -> Result<f64> {
    let sh = &bed.sh;
    let ppm = bed.folder.join("thumbnail.ppm");
    cmd!(sh, "convert {thumbnail} -depth 8 {ppm}")
        .quiet()
        .run()?;
    Picture::from_ppm(&std::fs::read(&ppm)?)?.ssim(reference)
}

/// User and system time of a process and its threads, in milliseconds. bash reads them from the kernel (getrusage);
/// the standard library of Rust cannot.
fn processor_time(command: &[&str]) -> Result<f64> {
    let output = Command::new("bash")
        .args(["-c", "TIMEFORMAT='%3U %3S'; time \"$@\" >/dev/null", "bash"])
        .args(command)
        .env("LC_ALL", "C")
        .output()
        .context("bash")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{} failed: {said}",
        command.join(" ")
    );
    let times = said.lines().last().context("bash told no time")?;
    let seconds = times
        .split(' ')
        .map(str::parse::<f64>)
        .sum::<Result<f64, _>>()
        .with_context(|| format!("no times: {times}"))?;
    Ok(seconds * 1000.0)
}
