//! `[[markers]]` in a prompt: how somebody at the window provokes what a test scripts.
//!
//! The table for readers, `MARKERS.md`, is written from the one here and checked against it.

use crate::fault::Failure;
use crate::script::{
    Cancel, DirectAnswer, Download, Fault, Format, Images, Picture, Place, Script, Shape,
};

struct Marker {
    /// As written between the brackets. `NNN` stands for three digits, a part after `:` for an argument.
    form: &'static str,
    meaning: &'static str,
    /// `None` where the argument makes no sense; the marker is then ignored, like an unknown one.
    apply: fn(&mut Script, &str) -> Option<()>,
}

impl Script {
    /// This script with the markers of a prompt on top. Unknown markers mean nothing, because a prompt is free text.
    #[must_use]
    pub fn with_markers(&self, prompt: &str) -> Self {
        let mut script = self.clone();
        for written in between_brackets(prompt) {
            apply(&mut script, written);
        }
        script
    }
}

fn apply(script: &mut Script, written: &str) -> Option<()> {
    MARKERS
        .iter()
        .find_map(|marker| Some((marker, argument(marker.form, written)?)))
        .and_then(|(marker, argument)| (marker.apply)(script, argument))
}

fn between_brackets(prompt: &str) -> impl Iterator<Item = &str> {
    prompt
        .split("[[")
        .skip(1)
        .filter_map(|rest| rest.split_once("]]").map(|(written, _)| written.trim()))
}

/// What `written` gives to the marker of that form; `None` where it is another marker.
fn argument<'a>(form: &str, written: &'a str) -> Option<&'a str> {
    if let Some(stem) = form.strip_suffix("NNN") {
        let digits = written.strip_prefix(stem)?;
        return (digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits);
    }
    let (name, given) = written.split_once(':').unwrap_or((written, ""));
    let expected = form.split(':').next()?;
    (name == expected).then_some(given)
}

/// The table of all markers, in Markdown.
#[must_use]
pub fn table() -> String {
    let mut text = String::from("| marker | meaning |\n|---|---|\n");
    for Marker { form, meaning, .. } in MARKERS {
        text.push_str(&format!("| `[[{form}]]` | {meaning} |\n"));
    }
    text
}

fn at(script: &mut Script, place: Place, argument: &str) -> Option<()> {
    let (name, times) = match argument.split_once('*') {
        Some((name, times)) => (name, Some(times.parse().ok()?)),
        None => (argument, None),
    };
    let failure = name.parse().ok()?;
    script.faults.insert(place, Fault { failure, times });
    Some(())
}

/// What only a poll can tell makes a direct call answer 202.
fn polled(script: &mut Script) {
    if script.direct.answer == DirectAnswer::Images {
        script.direct.answer = DirectAnswer::Location;
    }
}

fn number_or(argument: &str, default: u32) -> Option<u32> {
    if argument.is_empty() {
        return Some(default);
    }
    argument.parse().ok()
}

macro_rules! marker {
    ($form:literal, $meaning:literal, |$script:ident| $change:expr) => {
        Marker {
            form: $form,
            meaning: $meaning,
            apply: |$script, _| {
                $change;
                Some(())
            },
        }
    };
    ($form:literal, $meaning:literal, |$script:ident, $argument:ident| $change:expr) => {
        Marker {
            form: $form,
            meaning: $meaning,
            apply: |$script, $argument| $change,
        }
    };
}

#[rustfmt::skip] // A table reads as a table.
const MARKERS: &[Marker] = &[
    marker!("NNN", "The submit is refused with that status; nothing is charged", |s, a| at(s, Place::Submit, a)),
    marker!("submit:FAILURE*N", "The submit is refused with a failure of the list below, the first N times (always without `*N`)", |s, a| at(s, Place::Submit, a)),
    marker!("fail-first:N", "The first N submits of this very prompt get 500 (1)", |s, a| { s.fail_times(Place::Submit, Failure::Status(500), number_or(a, 1)?); Some(()) }),
    marker!("locked", "The account is locked: 403, nothing is charged", |s| s.fail(Place::Submit, Failure::Locked)),
    marker!("disconnect", "The connection is reset; nothing is charged", |s| s.fail(Place::Submit, Failure::Reset)),
    marker!("longerror", "500 with 1000 characters of plain text; nothing is charged", |s| s.fail(Place::Submit, Failure::LongError)),
    marker!("lost-reply", "Accepted and charged, then the connection is reset", |s| s.reply = Some(Failure::Reset)),
    marker!("hang", "Accepted and charged, never answered", |s| s.reply = Some(Failure::Hang)),
    marker!("badjson", "Accepted and charged, answered 200 with what is not JSON", |s| s.reply = Some(Failure::NotJson)),
    marker!("reply:FAILURE", "Accepted and charged, answered with a failure", |s, a| { s.reply = Some(a.parse().ok()?); Some(()) }),
    marker!("queue:N", "N status reads in line, counting down (3)", |s, a| { s.line = number_or(a, 3)?; Some(()) }),
    marker!("running:N", "N status reads running, one log line each (3)", |s, a| { s.running = number_or(a, 3)?; Some(()) }),
    marker!("stuck", "Never leaves the line", |s| s.stuck = true),
    marker!("status:FAILURE*N", "Status reads and polls fail", |s, a| at(s, Place::Status, a)),
    marker!("poll-NNN", "Status reads and polls get that status; a direct call is polled", |s, a| { polled(s); at(s, Place::Status, a) }),
    marker!("poll-badjson", "Status reads and polls get 200 that is not JSON; a direct call is polled", |s| { polled(s); s.fail(Place::Status, Failure::NotJson) }),
    marker!("end:FAILURE", "The job is COMPLETED with that failure", |s, a| { s.end = Some(a.parse().ok()?); Some(()) }),
    marker!("validation", "The model refuses a parameter (422)", |s| s.end = Some(Failure::Validation)),
    marker!("policy", "The content checker refuses (422)", |s| s.end = Some(Failure::Policy)),
    marker!("no-media", "The model made nothing, after the GPU had worked (422)", |s| s.end = Some(Failure::NoMedia)),
    marker!("failed", "The runner is lost; a direct call is polled and says FAILED", |s| { polled(s); s.end = Some(Failure::RunnerLost) }),
    marker!("result:FAILURE*N", "Result reads fail", |s, a| at(s, Place::Result, a)),
    marker!("expired", "The result is gone (404)", |s| s.fail(Place::Result, Failure::NotFound)),
    marker!("early-result", "The first result read says 400, still in progress", |s| s.fail_times(Place::Result, Failure::StillInProgress, 1)),
    marker!("cancel-race", "A cancel is taken, and the job finishes all the same", |s| s.cancel = Cancel::Race),
    marker!("cancel-removed", "A cancel answers 200 OK", |s| s.cancel = Cancel::Removed),
    marker!("cancel:FAILURE*N", "Cancels fail", |s, a| at(s, Place::Cancel, a)),
    marker!("listed-after:N", "The list of past requests shows the job after N looks at it (1)", |s, a| { s.listed_after = number_or(a, 1)?; Some(()) }),
    marker!("unlisted", "The list of past requests never shows the job", |s| s.listed_after = u32::MAX),
    marker!("images:N", "N result pictures", |s, a| { s.output.count = Some(a.parse().ok()?); Some(()) }),
    marker!("two-images", "Two result pictures", |s| s.output.count = Some(2)),
    marker!("noimages", "`images` is empty", |s| s.output.images = Images::Empty),
    marker!("images-null", "`images` is null", |s| s.output.images = Images::Null),
    marker!("images-strings", "`images` is a list of plain URLs", |s| s.output.images = Images::Strings),
    marker!("shape:A", "Output shape A, B, C, D or E", |s, a| {
        s.output.shape = Some(match a { "A" => Shape::A, "B" => Shape::B, "C" => Shape::C, "D" => Shape::D, "E" => Shape::E, _ => return None });
        Some(())
    }),
    marker!("single-image", "One `image`, no `images` (shape E)", |s| s.output.shape = Some(Shape::E)),
    marker!("b64", "Result pictures are data URIs", |s| s.output.data_uri = true),
    marker!("bare", "The result says nothing but URLs", |s| s.output.bare = true),
    marker!("huge-seed", "A seed past 2^53", |s| s.output.huge_seed = true),
    marker!("jpeg-result", "The result is a JPEG", |s| s.output.format = Some(Format::Jpeg)),
    marker!("webp-result", "The result is a WebP", |s| s.output.format = Some(Format::Webp)),
    marker!("same-as-input", "The result is the very bytes that were sent", |s| s.output.picture = Picture::SameAsInput),
    marker!("one-pixel-off", "The result is one pixel narrower", |s| s.output.picture = Picture::OnePixelOff),
    marker!("black", "The result is black, and nothing says why", |s| s.output.picture = Picture::Black),
    marker!("nsfw", "The result is black, and `has_nsfw_concepts` says why", |s| s.output.nsfw = true),
    marker!("download:FAILURE*N", "Downloads of the result fail", |s, a| at(s, Place::Download, a)),
    marker!("download-NNN", "Downloads of the result get that status", |s, a| at(s, Place::Download, a)),
    marker!("download-redirect", "The download is a 302 to the file", |s| s.download = Download::Redirect),
    marker!("not-an-image", "The download is a web page, status 200", |s| s.download = Download::Html),
    marker!("truncated-download", "The download breaks off half way", |s| s.download = Download::Truncated),
    marker!("empty-download", "The download is 200 with no bytes", |s| s.download = Download::Empty),
    marker!("html-as-image", "The download says it is a PNG and is a web page", |s| s.download = Download::HtmlAsImage),
    marker!("wrong-type", "The download is the picture, and says it is plain text", |s| s.download = Download::WrongType),
    marker!("cut-picture", "The download is half the picture, with the length of that half", |s| s.download = Download::CutPicture),
    marker!("hugeimage:MIB", "The download is that much larger (20)", |s, a| { s.download = Download::Large(number_or(a, 20)?); Some(()) }),
    marker!("endless-download", "The download never ends", |s| s.download = Download::Endless),
    marker!("202-location", "Direct: 202, absolute `Location`", |s| s.direct.answer = DirectAnswer::Location),
    marker!("relative-location", "Direct: 202, `Location` is a path", |s| s.direct.answer = DirectAnswer::RelativeLocation),
    marker!("202-poll_url", "Direct: 202, JSON names `poll_url`", |s| s.direct.answer = DirectAnswer::PollUrl),
    marker!("202-status_url", "Direct: 202, JSON names `status_url`", |s| s.direct.answer = DirectAnswer::StatusUrl),
    marker!("202-result_url", "Direct: 202, JSON names `result_url`", |s| s.direct.answer = DirectAnswer::ResultUrl),
    marker!("202-nourl", "Direct: 202 without any URL", |s| s.direct.answer = DirectAnswer::NoUrl),
    marker!("202-badjson", "Direct: 202 that is not JSON", |s| s.direct.answer = DirectAnswer::NotJson),
    marker!("pending:N", "Direct: N polls say \"in progress\" first (1)", |s, a| { polled(s); s.direct.pending = number_or(a, 1)?; Some(()) }),
    marker!("timeout", "Direct: polls say \"in progress\" for ever", |s| { polled(s); s.direct.never_done = true }),
    marker!("state", "Direct: polls say `state` instead of `status`", |s| s.direct.state_word = true),
    marker!("error-state", "Direct: polls end with `\"state\":\"error\"`", |s| { polled(s); s.direct.error_state = true; s.end = Some(Failure::RunnerLost) }),
    marker!("completed-noimage", "Direct: COMPLETED without an image", |s| { polled(s); s.direct.without_image = true }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_in_the_documentation_is_the_table_in_the_code() {
        let documented = include_str!("../MARKERS.md");
        assert!(
            documented.contains(&table()),
            "MARKERS.md must contain:\n{}",
            table()
        );
    }

    #[test]
    fn every_marker_does_something() {
        for Marker { form, .. } in MARKERS {
            let written = form
                .replace("NNN", "418")
                .replace("FAILURE*N", "policy*2")
                .replace("FAILURE", "policy")
                .replace(":N", ":7")
                .replace("MIB", "7");
            let changed = Script::default().with_markers(&format!("make it dusk [[{written}]]"));
            assert_ne!(changed, Script::default(), "[[{written}]] changes nothing");
        }
    }

    #[test]
    fn what_is_no_marker_is_ignored() {
        let script = Script::default();
        for prompt in [
            "plain words",
            "[[unknown]]",
            "[[queue:many]]",
            "[[submit:oops]]",
            "[[99]]",
            "[[unclosed",
            "[single]",
        ] {
            assert_eq!(script.with_markers(prompt), script, "{prompt}");
        }
    }

    #[test]
    fn markers_combine_and_count() {
        let script = Script::default().with_markers("dusk [[queue:2]] and [[status:nginx-502*3]]");
        assert_eq!(script.line, 2);
        assert_eq!(
            script.faults[&Place::Status],
            Fault {
                failure: Failure::Nginx(502),
                times: Some(3)
            }
        );
    }
}
