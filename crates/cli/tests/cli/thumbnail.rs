//! `overpaint thumbnail`, and what `--help` tells.

use overpaint_testkit::sample;

use crate::desk::Desk;

#[tokio::test]
async fn a_thumbnail_fits_the_size_and_touches_no_library() {
    let desk = Desk::new();
    let picture = sample::photo_jpeg(1200, 800, 90);
    let input = desk.put("in.jpg", &picture);
    for (name, format) in [
        ("a.jpg", image::ImageFormat::Jpeg),
        ("b.png", image::ImageFormat::Png),
        ("c.webp", image::ImageFormat::WebP),
    ] {
        let said = desk
            .run(&["thumbnail", "in.jpg", "-o", name, "--size", "300"])
            .await;
        assert!(said.status.success(), "{said:?}");
        let bytes = std::fs::read(desk.file(name)).unwrap();
        assert_eq!(image::guess_format(&bytes).unwrap(), format);
        let small = image::load_from_memory(&bytes).unwrap();
        assert_eq!((small.width(), small.height()), (300, 200));
    }
    assert_eq!(std::fs::read(input).unwrap(), picture);
    assert!(!desk.library().exists());
}

#[tokio::test]
async fn a_small_picture_is_not_enlarged() {
    let desk = Desk::new();
    desk.put("in.png", &sample::photo_png(40, 30));
    let made = desk.json(&["thumbnail", "in.png", "-o", "out.png"]).await;
    assert_eq!((&made["width"], &made["height"]), (&40.into(), &30.into()));
}

#[tokio::test]
async fn a_thumbnail_never_replaces_its_picture() {
    let desk = Desk::new();
    let picture = sample::photo_jpeg(600, 400, 90);
    let input = desk.put("in.jpg", &picture);
    let said = desk.run(&["thumbnail", "in.jpg", "-o", "in.jpg"]).await;
    assert_eq!(said.status.code(), Some(2));
    assert_eq!(std::fs::read(input).unwrap(), picture);
}

#[tokio::test]
async fn help_names_the_log_file_and_the_exit_codes() {
    let desk = Desk::new();
    let help = desk.run(&["--help"]).await.stdout;
    assert!(
        help.contains("overpaint.log") && help.contains("Exit codes") && help.contains("130"),
        "{help}"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_log_file_is_where_help_says_and_holds_neither_key_nor_prompt() {
    let desk = Desk::new()
        .with("FAL_API_KEY", "id-one:secret-two")
        .with("FAL_ENDPOINT", "http://127.0.0.1:9")
        .with("POLL_MAX_WAIT", "0.1")
        .with("OVERPAINT_LOG", "trace");
    desk.put("in.png", &sample::photo_png(16, 16));
    let said = desk
        .run(&["edit", "in.png", "a wish of mine", "-o", "out.png"])
        .await;
    assert_eq!(
        said.status.code(),
        Some(1),
        "nothing listens there: {said:?}"
    );
    let help = desk.run(&["--help"]).await.stdout;
    let file = help
        .lines()
        .find_map(|line| line.strip_prefix("Log file"))
        .unwrap()
        .trim();
    let log = std::fs::read_to_string(file.split(" (").next().unwrap()).unwrap();
    assert!(log.contains("overpaint"), "{log}");
    assert!(
        !log.contains("secret-two") && !log.contains("a wish of mine"),
        "{log}"
    );
}
