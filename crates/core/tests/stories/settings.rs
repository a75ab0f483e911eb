//! What is given, in which order, and what is refused.

use overpaint_core::error::Error;
use overpaint_core::keys::Keychain;
use overpaint_core::library::Options;
use overpaint_core::secret::{Source, TokenHash};
use overpaint_core::settings::{Change, Given, Settings, Theme};
use overpaint_core::{Library, clock::Clock};
use overpaint_testkit::Folder;

use super::open;

#[test]
fn a_flag_comes_before_the_environment_before_dotenv_before_the_file() {
    let folder = Folder::new().unwrap();
    folder
        .put(
            "config/settings.toml",
            b"model = \"from/the-file\"\ntheme = \"dark\"\n",
        )
        .unwrap();
    let mut given = Given::nothing(folder.path());
    let model = |given: &Given| Settings::read(given).unwrap().model;
    assert_eq!(model(&given), "from/the-file");
    folder.put(".env", b"FAL_MODEL=from/dotenv\n").unwrap();
    assert_eq!(model(&given), "from/dotenv");
    given
        .env
        .insert("FAL_MODEL".to_owned(), "from/the-environment".to_owned());
    assert_eq!(model(&given), "from/the-environment");
    let given = given.flag("FAL_MODEL", "/from/a-flag");
    let settings = Settings::read(&given).unwrap();
    assert_eq!(
        (settings.model.as_str(), settings.theme),
        ("from/a-flag", Theme::Dark)
    );
    assert_eq!(settings.fixed, ["model"]);
}

#[test]
fn the_library_comes_before_the_working_directory_and_the_key_knows_its_source() {
    let folder = Folder::new().unwrap();
    folder
        .put("library/.env", b"FAL_KEY=library:key\n")
        .unwrap();
    folder.put("work/.env", b"FAL_API_KEY=work:key\nFAL_ENDPOINT=https://elsewhere.example\nFAL_SERVICE=http://127.0.0.1:1\n").unwrap();
    let mut given = Given::nothing(&folder.path().join("library"));
    given.working_dir = folder.path().join("work");
    let settings = Settings::read(&given).unwrap();
    let key = settings.given_key.unwrap();
    assert_eq!(
        (key.expose(), key.source),
        ("library:key", Source::LibraryDotenv)
    );
    assert_eq!(settings.fal.endpoint.unwrap().1, Source::WorkingDotenv);
    assert!(
        settings.fal.service.is_none(),
        "a .env file must not move the service"
    );
}

#[test]
fn the_originals_default_model_is_shown_as_what_fal_really_serves() {
    let folder = Folder::new().unwrap();
    let model = |given: Given| Settings::read(&given).unwrap().model;
    let nothing = || Given::nothing(folder.path());
    assert_eq!(model(nothing()), "fal-ai/bytedance/seedream/v4/edit");
    assert_eq!(
        model(nothing().flag("FAL_ENDPOINT", "https://fal.run")),
        "fal-ai/bytedance/seedream/v4/edit"
    );
    assert_eq!(
        model(nothing().flag("FAL_ENDPOINT", "http://127.0.0.1:9")),
        "fal-ai/seedream-v4"
    );
}

#[test]
fn a_dotenv_file_cannot_carry_the_environment_away() {
    let folder = Folder::new().unwrap();
    let lines = b"# a comment\nexport FAL_ENDPOINT=\"http://evil.example/$FAL_KEY/${HOME}\" # more\nFAL_MODEL='a/b'\n\nALLOWED_ORIGINS=http://x # y\n";
    folder.put(".env", lines).unwrap();
    let mut given = Given::nothing(folder.path());
    given
        .env
        .insert("FAL_KEY".to_owned(), "id:secret".to_owned());
    let settings = Settings::read(&given).unwrap();
    let endpoint = settings.fal.endpoint.unwrap().0;
    assert!(!endpoint.as_str().contains("secret"), "{endpoint}");
    assert_eq!(
        (settings.model.as_str(), settings.allowed_origins),
        ("a/b", vec!["http://x".to_owned()])
    );
    folder.put(".env", b"just words\n").unwrap();
    assert!(matches!(
        Settings::read(&given),
        Err(Error::SettingInvalid { name: ".env", .. })
    ));
}

#[test]
fn an_empty_value_counts_as_none() {
    let folder = Folder::new().unwrap();
    let settings = Settings::read(
        &Given::nothing(folder.path())
            .flag("FAL_API_KEY", "")
            .flag("FAL_ENDPOINT", " "),
    )
    .unwrap();
    assert!(settings.given_key.is_none() && settings.fal.endpoint.is_none());
}

#[test]
fn a_value_that_does_not_fit_is_refused_by_the_settings_name() {
    let folder = Folder::new().unwrap();
    for (name, value) in [
        ("FAL_TIMEOUT", "soon"),
        ("POLL_INTERVAL", "-1"),
        ("FAL_ENDPOINT", "ftp://x"),
        ("FAL_ENDPOINT", "https://me:secret@x"),
        ("FAL_MODEL", "a/../b"),
        ("PORT", "70000"),
    ] {
        let refused = Settings::read(&Given::nothing(folder.path()).flag(name, value));
        assert!(
            matches!(refused, Err(Error::SettingInvalid { name: said, .. }) if said == name),
            "{name}"
        );
    }
    let postgres =
        Settings::read(&Given::nothing(folder.path()).flag("DATABASE_URL", "postgresql://x/y"));
    assert!(matches!(postgres, Err(Error::LibraryUnsupported { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_kept_and_what_a_newer_version_wrote_is_not_lost() {
    let folder = Folder::new().unwrap();
    folder
        .put("config/settings.toml", b"from_the_future = 7\n")
        .unwrap();
    let library = open(Given::nothing(folder.path())).await;
    let change = Change {
        theme: Some(Theme::Light),
        work_at_once: Some(2),
        ..Change::default()
    };
    library.change_settings(change).unwrap();
    assert!(matches!(
        library.change_settings(Change {
            work_at_once: Some(99),
            ..Change::default()
        }),
        Err(Error::SettingInvalid { .. })
    ));
    library.close().await;
    let library = open(Given::nothing(folder.path())).await;
    assert_eq!(
        (library.settings().theme, library.settings().work_at_once),
        (Theme::Light, 2)
    );
    let file = std::fs::read_to_string(folder.path().join("config/settings.toml")).unwrap();
    assert!(file.contains("from_the_future = 7"), "{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keychain_a_key_is_kept_in_a_private_file_only_after_the_user_says_so() {
    let folder = Folder::new().unwrap();
    let options = || Options {
        given: Given::nothing(folder.path()),
        keychain: Keychain::Absent,
        clock: Clock::system(),
    };
    let library = Library::open(options()).await.unwrap();
    let file = folder.path().join("config/fal-key");
    assert!(matches!(
        library.set_key("id:secret".into(), false).await,
        Err(Error::KeychainUnavailable(_))
    ));
    assert!(!file.exists());
    library.set_key(" id:secret\n".into(), true).await.unwrap();
    assert_eq!(library.key_state().await.source, Some(Source::File));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    library.remove_key().await.unwrap();
    assert!(!file.exists());
    assert_eq!(library.key_state().await.source, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_from_the_environment_cannot_be_changed_in_the_window() {
    let folder = Folder::new().unwrap();
    let library = open(Given::nothing(folder.path()).flag("FAL_KEY", "id:secret")).await;
    assert_eq!(library.key_state().await.source, Some(Source::Environment));
    assert!(matches!(
        library.set_key("other:key".into(), true).await,
        Err(Error::KeyFixed)
    ));
    assert!(matches!(library.remove_key().await, Err(Error::KeyFixed)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_environment_decides_of_the_local_api_cannot_be_changed_and_the_rest_can() {
    let folder = Folder::new().unwrap();
    let given = Given::nothing(folder.path()).flag("API_TOKEN", "given");
    let library = open(given).await;
    let token = |hash: String| Change {
        api_token: Some(hash),
        ..Change::default()
    };
    for hash in [TokenHash::of("mine").to_string(), String::new()] {
        assert!(matches!(
            library.change_settings(token(hash)),
            Err(Error::SettingInvalid {
                name: "API_TOKEN",
                ..
            })
        ));
    }
    assert!(library.settings().api.token.unwrap().fits("given"));
    let port = |port| Change {
        api_on: Some(true),
        api_port: Some(port),
        ..Change::default()
    };
    assert!(matches!(
        library.change_settings(port(80)),
        Err(Error::SettingInvalid { name: "port", .. })
    ));
    assert!(!library.settings().api.on);
    let changed = library.change_settings(port(1024)).unwrap().api;
    assert_eq!((changed.on, changed.port), (true, Some(1024)));
}
