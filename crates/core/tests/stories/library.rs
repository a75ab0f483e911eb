//! Pictures in, lists, trash, names, one owner.

use overpaint_core::Library;
use overpaint_core::clock::Clock;
use overpaint_core::error::{Code, Error};
use overpaint_core::job::{Edit, State};
use overpaint_core::keys::Keychain;
use overpaint_core::library::{Options, Reader};
use overpaint_core::model::DEMO;
use overpaint_core::pictures::Size;
use overpaint_core::settings::Given;
use overpaint_core::version::Cursor;
use overpaint_testkit::{Folder, sample};

use super::{edit, ended, open, picture};

async fn fresh() -> (Folder, Library) {
    let folder = Folder::new().unwrap();
    let library = open(Given::nothing(folder.path())).await;
    (folder, library)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_edit_becomes_a_version_and_leaves_the_original_alone() {
    let (_folder, library) = fresh().await;
    let input = picture(&library).await;
    let before = library
        .bytes(&library.version(input).await.unwrap())
        .await
        .unwrap();
    let job = library
        .submit_edit(edit(input, "black and white, and add a dragon", "demo"))
        .await
        .unwrap();
    let job = ended(&library, job.id).await;
    assert_eq!(job.state, State::Done, "{job:?}");
    assert!(
        job.note
            .as_deref()
            .is_some_and(|note| note.contains("dragon")),
        "{job:?}"
    );
    let result = library.pixels(job.results[0]).await.unwrap();
    assert!(
        result
            .pixels()
            .all(|p| p[0].abs_diff(p[1]) <= 2 && p[1].abs_diff(p[2]) <= 2)
    );
    assert_eq!(
        library
            .bytes(&library.version(input).await.unwrap())
            .await
            .unwrap(),
        before
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_engine_makes_no_picture_when_it_understood_nothing() {
    let (_folder, library) = fresh().await;
    let input = picture(&library).await;
    let job = library
        .submit_edit(edit(input, "xyzzy plugh", "demo"))
        .await
        .unwrap();
    let job = ended(&library, job.id).await;
    assert_eq!(
        job.failure.map(|f| f.code),
        Some(Code::DemoNothingUnderstood)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn good_files_are_added_and_bad_ones_refused_each_by_its_name() {
    let (folder, library) = fresh().await;
    let good = folder
        .put("in/photo.jpg", &sample::photo_jpeg(64, 48, 90))
        .unwrap();
    let text = folder.put("in/notes.txt", b"not a picture at all").unwrap();
    let empty = folder.put("in/empty.png", b"").unwrap();
    let missing = folder.path().join("in/missing.png");
    let added = library
        .add_files(vec![text, good.clone(), empty, missing])
        .await;
    assert_eq!(
        added
            .versions
            .iter()
            .map(|v| v.name.as_str())
            .collect::<Vec<_>>(),
        ["photo.jpg"]
    );
    let refused: Vec<_> = added
        .refused
        .iter()
        .map(|r| (r.name.as_str(), r.error.code()))
        .collect();
    let expected = [
        ("notes.txt", Code::PictureUnknown),
        ("empty.png", Code::PictureEmpty),
        ("missing.png", Code::FileUnreadable),
    ];
    assert_eq!(refused, expected);
    let stored = folder
        .files()
        .unwrap()
        .into_iter()
        .filter(|path| path.starts_with("pictures"))
        .count();
    assert_eq!(stored, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_stands_for_its_pictures_and_one_without_any_is_refused() {
    let (folder, library) = fresh().await;
    folder
        .put("album/b.png", &sample::plain_png(4, 4, [9, 9, 9]))
        .unwrap();
    folder
        .put("album/a.png", &sample::plain_png(4, 4, [1, 2, 3]))
        .unwrap();
    folder.put("album/readme.txt", b"hello").unwrap();
    folder.put("papers/readme.txt", b"hello").unwrap();
    let added = library
        .add_files(vec![
            folder.path().join("album"),
            folder.path().join("papers"),
        ])
        .await;
    assert_eq!(
        added
            .versions
            .iter()
            .map(|v| v.name.as_str())
            .collect::<Vec<_>>(),
        ["a.png", "b.png"]
    );
    assert_eq!(
        added
            .refused
            .iter()
            .map(|r| r.error.code())
            .collect::<Vec<_>>(),
        [Code::FolderWithoutPictures]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_twice_is_one_original() {
    let (_folder, library) = fresh().await;
    assert_eq!(picture(&library).await, picture(&library).await);
    assert_eq!(library.items(Cursor::START, 50).await.unwrap().total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_is_read_in_pages_without_a_gap_or_a_double() {
    let (_folder, library) = fresh().await;
    for shade in 0..23 {
        library
            .add_bytes(
                sample::plain_png(3, 3, [shade, 0, 0]),
                &format!("{shade}.png"),
            )
            .await
            .unwrap();
    }
    let (mut after, mut names) = (Cursor::START, Vec::new());
    loop {
        let page = library.items(after, 5).await.unwrap();
        assert_eq!(page.total, 23);
        names.extend(
            page.items
                .into_iter()
                .map(|item| item.version.unwrap().name),
        );
        match page.next {
            Some(next) => after = Cursor::parse(&next.to_string()).unwrap(),
            None => break,
        }
    }
    let newest_first: Vec<String> = (0..23).rev().map(|shade| format!("{shade}.png")).collect();
    assert_eq!(names, newest_first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_together_comes_back_together_and_no_more() {
    let (_folder, library) = fresh().await;
    let input = picture(&library).await;
    let mut jobs = Vec::new();
    for prompt in ["sepia", "invert"] {
        let job = library
            .submit_edit(edit(input, prompt, "demo"))
            .await
            .unwrap();
        jobs.push(ended(&library, job.id).await.id.to_string());
    }
    library.delete_items(&jobs[..1]).await.unwrap();
    library.delete_items(&[input.to_string()]).await.unwrap();
    assert_eq!(library.items(Cursor::START, 50).await.unwrap().total, 0);
    assert!(library.is_empty().await.unwrap());
    library.restore_items(&[input.to_string()]).await.unwrap();
    let ids: Vec<_> = library
        .items(Cursor::START, 50)
        .await
        .unwrap()
        .items
        .iter()
        .filter_map(|i| i.job.as_ref().map(|j| j.id.to_string()))
        .collect();
    assert_eq!(ids, jobs[1..]);
    library.restore_items(&jobs[..1]).await.unwrap();
    assert_eq!(library.items(Cursor::START, 50).await.unwrap().total, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trash_is_emptied_after_thirty_days_with_its_files() {
    let folder = Folder::new().unwrap();
    let open_at = |days: i64| {
        let clock = Clock::from_fn(move || Clock::system().now() + chrono::TimeDelta::days(days));
        Library::open(Options {
            given: Given::nothing(folder.path()),
            keychain: Keychain::Absent,
            clock,
        })
    };
    let library = open_at(0).await.unwrap();
    let gone = picture(&library).await;
    let kept = library
        .add_bytes(sample::plain_png(2, 2, [7, 7, 7]), "kept.png")
        .await
        .unwrap()
        .id;
    library.shown(gone, Size::Thumb).await.unwrap();
    library.delete_items(&[gone.to_string()]).await.unwrap();
    library.close().await;
    let stored = || {
        folder
            .files()
            .unwrap()
            .into_iter()
            .filter(|p| ["pictures", "cache"].iter().any(|dir| p.starts_with(dir)))
            .count()
    };
    assert_eq!(stored(), 3);

    let library = open_at(29).await.unwrap();
    library.empty_trash().await.unwrap();
    assert!(library.version(gone).await.is_ok());
    library.close().await;
    let library = open_at(31).await.unwrap();
    library.empty_trash().await.unwrap();
    assert!(matches!(
        library.version(gone).await,
        Err(Error::NotFound { .. })
    ));
    assert!(library.version(kept).await.is_ok());
    assert_eq!(stored(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_a_kept_edit_was_shown_outlives_the_trash() {
    let folder = Folder::new().unwrap();
    let open_at = |days: i64| {
        let clock = Clock::from_fn(move || Clock::system().now() + chrono::TimeDelta::days(days));
        Library::open(Options {
            given: Given::nothing(folder.path()),
            keychain: Keychain::Absent,
            clock,
        })
    };
    let library = open_at(0).await.unwrap();
    let input = picture(&library).await;
    let add = |colour| library.add_bytes(sample::plain_png(2, 2, colour), "other.png");
    let (shown, unused) = (
        add([1, 2, 3]).await.unwrap().id,
        add([4, 5, 6]).await.unwrap().id,
    );
    let job = library
        .submit_edit(Edit {
            references: vec![shown],
            ..edit(input, "sepia", DEMO)
        })
        .await
        .unwrap();
    ended(&library, job.id).await;
    library
        .delete_items(&[shown.to_string(), unused.to_string()])
        .await
        .unwrap();
    library.close().await;

    let library = open_at(31).await.unwrap();
    library.empty_trash().await.unwrap();
    assert_eq!(library.job(job.id).await.unwrap().references, [shown]);
    assert!(library.version(shown).await.is_ok());
    assert!(matches!(
        library.version(unused).await,
        Err(Error::NotFound { .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_program_owns_a_library_and_others_look_beside_it() {
    let (folder, library) = fresh().await;
    let input = picture(&library).await;
    let second = Library::open(Options {
        given: Given::nothing(folder.path()),
        keychain: Keychain::Absent,
        clock: Clock::system(),
    })
    .await;
    assert!(matches!(second, Err(Error::LibraryInUse { .. })));
    let reader = Reader::open(&Given::nothing(folder.path())).await.unwrap();
    assert!(reader.is_owned());
    assert_eq!(reader.version(input).await.unwrap().name, "photo.png");
    library.close().await;
    assert!(!reader.is_owned());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_database_is_refused_and_left_as_it_was() {
    let folder = Folder::new().unwrap();
    let path = folder.path().join("app.db");
    let stranger = sqlx_file(&path, "CREATE TABLE notes (text TEXT)").await;
    let given = Given::nothing(folder.path()).flag("DATABASE_URL", "sqlite:///./app.db");
    let refused = Library::open(Options {
        given: given.clone(),
        keychain: Keychain::Absent,
        clock: Clock::system(),
    })
    .await;
    assert!(matches!(
        refused,
        Err(Error::LibraryForeign {
            original: false,
            ..
        })
    ));
    assert_eq!(std::fs::read(&path).unwrap(), stranger);

    std::fs::remove_file(&path).unwrap();
    let table = "CREATE TABLE job (id TEXT PRIMARY KEY, prompt TEXT, status TEXT, result_url TEXT, error TEXT, raw_path TEXT, out_path TEXT,
        created_at DATETIME, updated_at DATETIME)";
    let original = sqlx_file(&path, table).await;
    let refused = Library::open(Options {
        given: given.clone(),
        keychain: Keychain::Absent,
        clock: Clock::system(),
    })
    .await;
    assert!(matches!(
        refused,
        Err(Error::LibraryForeign { original: true, .. })
    ));
    assert_eq!(std::fs::read(&path).unwrap(), original);

    std::fs::write(&path, b"this is a text file, long enough to have a header of a hundred bytes, which SQLite wants to see before it says no").unwrap();
    let refused = Library::open(Options {
        given,
        keychain: Keychain::Absent,
        clock: Clock::system(),
    })
    .await;
    assert!(
        matches!(refused, Err(Error::LibraryForeign { .. })),
        "{:?}",
        refused.err()
    );
}

/// A database made by somebody else, and its bytes.
async fn sqlx_file(path: &std::path::Path, sql: &'static str) -> Vec<u8> {
    use sqlx::{ConnectOptions, Connection};
    let mut connection = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    std::fs::read(path).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_file_has_the_format_its_ending_says_and_a_readable_name() {
    let (folder, library) = fresh().await;
    let input = library
        .add_bytes(sample::photo_jpeg(64, 48, 90), "Café am Meer.jpg")
        .await
        .unwrap()
        .id;
    let job = library
        .submit_edit(edit(input, "warm, cinematic: vignette!", "demo"))
        .await
        .unwrap();
    let result = ended(&library, job.id).await.results[0];
    assert_eq!(
        library.suggest_name(result).await.unwrap().0,
        "Café am Meer warm cinematic vignette.jpg"
    );
    assert_eq!(
        library.suggest_name(input).await.unwrap().0,
        "Café am Meer copy.jpg"
    );
    for (name, format) in [
        ("a.png", image::ImageFormat::Png),
        ("a.jpg", image::ImageFormat::Jpeg),
        ("a.webp", image::ImageFormat::WebP),
    ] {
        let path = folder.path().join(name);
        library.save(result, path.clone()).await.unwrap();
        assert_eq!(
            image::guess_format(&std::fs::read(path).unwrap()).unwrap(),
            format
        );
    }
    let nowhere = library
        .save(result, folder.path().join("no/such/folder/a.png"))
        .await;
    assert!(matches!(nowhere, Err(Error::Disk { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_is_one_picture_however_often_it_is_asked_for() {
    let (_folder, library) = fresh().await;
    let one = library.add_sample().await.unwrap();
    assert_eq!(one.id, library.add_sample().await.unwrap().id);
    assert_eq!((one.picture.width, one.picture.height), (1440, 960));
}
