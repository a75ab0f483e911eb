//! Pictures made in code, and throw-away folders.

use image::GenericImageView;
use overpaint_testkit::{Folder, sample};

#[test]
fn a_photo_has_a_sky_a_sun_and_a_ground_at_any_size() {
    for (width, height) in [(300, 200), (1200, 800)] {
        let photo = sample::photo(width, height);
        let at = |x: u32, y: u32| photo.get_pixel(width * x / 100, height * y / 100).0;
        let ([_, _, sky_blue], [_, ground_green, ground_blue]) = (at(10, 5), at(10, 97));
        assert!(sky_blue > 150, "the sky is blue");
        assert!(ground_green > ground_blue, "the ground is green");
        assert!(at(70, 30)[0] > 240, "the sun shines");
    }
}

#[test]
fn a_photo_is_the_same_every_time_and_has_noise() {
    let photo = sample::photo(64, 48);
    assert_eq!(photo, sample::photo(64, 48));
    let colours: std::collections::HashSet<[u8; 3]> = photo.pixels().map(|pixel| pixel.0).collect();
    assert!(colours.len() > 100, "{} colours", colours.len());
}

#[test]
fn sample_files_decode_to_what_they_say() {
    for (file, format) in [
        (sample::photo_png(120, 80), image::ImageFormat::Png),
        (sample::photo_jpeg(120, 80, 85), image::ImageFormat::Jpeg),
        (
            sample::plain_png(120, 80, [1, 2, 3]),
            image::ImageFormat::Png,
        ),
    ] {
        assert_eq!(image::guess_format(&file).unwrap(), format);
        assert_eq!(
            image::load_from_memory(&file).unwrap().dimensions(),
            (120, 80)
        );
    }
}

#[test]
fn the_cameras_jpeg_has_24_megapixels() {
    let file = sample::jpeg_24_megapixels();
    let size = image::ImageReader::new(std::io::Cursor::new(&file))
        .with_guessed_format()
        .unwrap()
        .into_dimensions()
        .unwrap();
    assert_eq!(size, (6000, 4000));
    assert!(
        (3 << 20..20 << 20).contains(&file.len()),
        "{} bytes",
        file.len()
    );
}

#[test]
fn a_picture_without_pixels_is_an_empty_photo() {
    assert_eq!(sample::photo(0, 10).dimensions(), (0, 10));
}

#[test]
fn a_folder_lists_its_files_and_is_gone_afterwards() {
    let folder = Folder::new().unwrap();
    folder.put("b/deep/one.txt", b"1").unwrap();
    let two = folder.put("a.txt", b"2").unwrap();
    assert_eq!(std::fs::read(&two).unwrap(), b"2");
    let names: Vec<String> = folder
        .files()
        .unwrap()
        .iter()
        .map(|file| file.to_string_lossy().replace('\\', "/"))
        .collect();
    assert_eq!(names, ["a.txt", "b/deep/one.txt"]);
    drop(folder);
    assert!(!two.exists());
}
