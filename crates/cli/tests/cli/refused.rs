//! What is refused: with a sentence that names the reason, a code, an exit code that is not 0, and nothing half-stored.

use overpaint_testkit::sample;
use serde_json::Value;

use crate::desk::Desk;

/// The head of a PNG that says it is that large, and is whole as far as it goes.
fn png_of_size(width: u32, height: u32) -> Vec<u8> {
    let mut png = sample::plain_png(8, 8, [1, 2, 3]);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

/// PNG's checksum (its specification, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                0xedb8_8320 ^ (sum >> 1)
            } else {
                sum >> 1
            }
        })
    })
}

/// A file, the code it is refused with, and a word the sentence must have.
fn hostile() -> Vec<(&'static str, Vec<u8>, &'static str, &'static str)> {
    let png = sample::photo_png(64, 64);
    let jpeg = sample::photo_jpeg(64, 64, 90);
    vec![
        ("empty.png", Vec::new(), "picture_empty", "no bytes"),
        (
            "cut.png",
            png[..png.len() / 2].to_vec(),
            "picture_truncated",
            "cut off",
        ),
        (
            "cut.jpg",
            jpeg[..jpeg.len() / 2].to_vec(),
            "picture_truncated",
            "cut off",
        ),
        (
            "text.png",
            b"not a picture at all".to_vec(),
            "picture_unknown",
            "not a picture",
        ),
        (
            "a.heic",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(),
            "picture_unsupported",
            "HEIC",
        ),
        (
            "a.psd",
            b"8BPS\0\x01\0\0\0\0\0\0\0\x03".to_vec(),
            "picture_unsupported",
            "PSD",
        ),
        (
            "a.svg",
            b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            "picture_unsupported",
            "SVG",
        ),
        (
            "a.pdf",
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(),
            "picture_unsupported",
            "PDF",
        ),
        (
            "a.cr2",
            b"II*\0\x10\0\0\0CR\x02\0\0\0\0\0".to_vec(),
            "picture_unsupported",
            "RAW",
        ),
        (
            "bomb.png",
            png_of_size(65_535, 65_535),
            "picture_too_large",
            "65535",
        ),
    ]
}

#[tokio::test]
async fn every_file_that_is_no_usable_picture_is_refused_by_name() {
    for (name, bytes, code, word) in hostile() {
        let desk = Desk::new();
        let input = desk.put(name, &bytes);
        let said = desk
            .run(&["edit", name, "invert", "-o", "out.png", "--demo"])
            .await;
        assert_eq!(
            (said.status.code(), said.stdout.as_str()),
            (Some(1), ""),
            "{name}: {said:?}"
        );
        assert!(
            said.stderr.starts_with("error: ") && said.stderr.contains(word),
            "{name}: {}",
            said.stderr
        );
        assert_eq!(
            said.stderr.lines().count(),
            1,
            "one sentence, no panic: {}",
            said.stderr
        );

        let said = desk
            .run(&["edit", name, "invert", "-o", "out.png", "--demo", "--json"])
            .await;
        let problem: Value = serde_json::from_str(&said.stderr).unwrap();
        assert_eq!(
            (said.status.code(), problem["code"].as_str()),
            (Some(1), Some(code)),
            "{name}: {problem}"
        );

        assert!(!desk.file("out.png").exists());
        assert_eq!(std::fs::read(input).unwrap(), bytes);
        desk.assert_nothing_is_stored().await;
    }
}

#[tokio::test]
async fn a_thumbnail_refuses_the_same_and_makes_no_library() {
    for (name, bytes, code, _) in hostile() {
        let desk = Desk::new();
        desk.put(name, &bytes);
        let said = desk
            .run(&["thumbnail", name, "-o", "out.jpg", "--json"])
            .await;
        let problem: Value = serde_json::from_str(&said.stderr).unwrap();
        assert_eq!(
            (said.status.code(), problem["code"].as_str()),
            (Some(1), Some(code)),
            "{name}: {problem}"
        );
        assert!(!desk.file("out.jpg").exists() && !desk.library().exists());
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_with_its_name() {
    let desk = Desk::new();
    std::fs::create_dir(desk.file("folder")).unwrap();
    for name in ["missing.png", "folder"] {
        let said = desk
            .run(&["edit", name, "invert", "-o", "out.png", "--demo"])
            .await;
        assert_eq!(said.status.code(), Some(1), "{said:?}");
        assert!(said.stderr.contains(name), "{}", said.stderr);
    }
    desk.assert_nothing_is_stored().await;
}

#[tokio::test]
async fn an_empty_prompt_is_refused() {
    let desk = Desk::new();
    desk.put("in.png", &sample::photo_png(32, 32));
    for prompt in ["", "  \t\n"] {
        let said = desk
            .run(&[
                "edit", "in.png", prompt, "-o", "out.png", "--demo", "--json",
            ])
            .await;
        let problem: Value = serde_json::from_str(&said.stderr).unwrap();
        assert_eq!(
            (said.status.code(), problem["code"].as_str()),
            (Some(1), Some("prompt_empty")),
            "{problem}"
        );
    }
    desk.assert_nothing_is_stored().await;
}

#[tokio::test]
async fn a_model_that_could_leave_its_path_is_refused_and_nothing_is_stored() {
    let desk = Desk::new().with("FAL_API_KEY", "id:secret");
    desk.put("in.png", &sample::photo_png(32, 32));
    let said = desk
        .run(&[
            "edit", "in.png", "invert", "-o", "out.png", "--model", "a/../b",
        ])
        .await;
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    desk.assert_nothing_is_stored().await;
}

#[tokio::test]
async fn databases_of_others_are_refused_with_the_reason() {
    let desk = Desk::new();
    let postgres = Desk::new().with("DATABASE_URL", "postgresql://me:hunter2@db/overpaint");
    let said = postgres.run(&["jobs"]).await;
    assert_eq!(said.status.code(), Some(1));
    assert!(
        said.stderr.contains("SQLite only") && !said.stderr.contains("hunter2"),
        "{}",
        said.stderr
    );

    desk.folder
        .put("library/library.db", b"this is no database")
        .unwrap();
    desk.put("in.png", &sample::photo_png(32, 32));
    let said = desk
        .run(&["edit", "in.png", "invert", "-o", "out.png", "--demo"])
        .await;
    assert_eq!(said.status.code(), Some(1));
    assert!(
        said.stderr.contains("not an Overpaint library"),
        "{}",
        said.stderr
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_told_apart_from_what_failed() {
    let desk = Desk::new();
    for args in [
        &["edit"][..],
        &["frobnicate"],
        &["show", "abc"],
        &["serve", "--host", "example.org"],
        &["thumbnail", "a.png", "-o", "b.png", "--size", "0"],
    ] {
        let said = desk.run(args).await;
        assert!(
            !said.status.success() && said.stdout.is_empty() && !said.stderr.is_empty(),
            "{args:?}: {said:?}"
        );
        if args != ["show", "abc"] {
            assert_eq!(said.status.code(), Some(2), "{args:?}: {said:?}");
        }
    }
}
