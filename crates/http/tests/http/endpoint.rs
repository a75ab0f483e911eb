//! The window's local API follows its settings: there and gone, beside a taken port, with another token, and after a start.

use overpaint_api::settings::{LocalApi, SetApi};
use overpaint_core::Library;
use overpaint_core::clock::Clock;
use overpaint_core::error::Error;
use overpaint_core::keys::Keychain;
use overpaint_core::library::Options;
use overpaint_core::settings::Given;
use overpaint_http::Endpoint;
use overpaint_testkit::Folder;
use tokio::net::TcpListener;

struct Window {
    library: Library,
    endpoint: Endpoint,
    folder: Folder,
}

impl Window {
    async fn open(settings: &[(&str, &str)]) -> Self {
        Self::on(Folder::new().unwrap(), settings).await
    }

    async fn on(folder: Folder, settings: &[(&str, &str)]) -> Self {
        let given = Given::nothing(folder.path());
        let given = settings
            .iter()
            .fold(given, |given, (name, value)| given.flag(name, *value));
        let options = Options {
            given,
            keychain: Keychain::Absent,
            clock: Clock::system(),
        };
        let library = Library::open(options).await.unwrap();
        let endpoint = Endpoint::new(library.clone());
        endpoint.apply().await;
        Self {
            library,
            endpoint,
            folder,
        }
    }

    async fn close(self) -> Folder {
        self.endpoint.close().await;
        self.library.close().await;
        self.folder
    }

    async fn set(&self, on: bool, port: u16) -> LocalApi {
        let wish = SetApi {
            on: Some(on),
            port: Some(port),
        };
        self.endpoint.change(wish.into()).await.unwrap()
    }
}

async fn answers(api: &LocalApi) -> bool {
    let health = format!("{}/health", api.url.as_ref().unwrap());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    http.get(health).send().await.is_ok()
}

/// A port that nobody else is given while it is held.
async fn taken() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_there_only_while_its_switch_is_on_and_at_the_next_start_again() {
    let window = Window::open(&[]).await;
    let before = window.endpoint.state().await;
    assert_eq!((before.on, before.url, before.port), (false, None, 8000));
    let (held, port) = taken().await;
    drop(held);
    let on = window.set(true, port).await;
    assert!(answers(&on).await);

    let folder = window.close().await;
    assert!(!answers(&on).await, "it outlived the window");
    let window = Window::on(folder, &[]).await;
    let again = window.endpoint.state().await;
    assert!(again.on && answers(&again).await);

    let off = window.set(false, port).await;
    assert_eq!((off.on, off.url), (false, None));
    assert!(!answers(&again).await, "it outlived its switch");
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_taken_port_it_answers_at_another_and_says_where() {
    let window = Window::open(&[]).await;
    let (_held, port) = taken().await;
    let api = window.set(true, port).await;
    assert_eq!((api.port, &api.problem), (port, &None));
    assert!(!api.url.as_ref().unwrap().ends_with(&format!(":{port}")));
    assert!(answers(&api).await);
    // A token leaves it where clients found it, even there.
    assert_eq!(window.endpoint.make_token().await.unwrap().api.url, api.url);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_told_once_and_kept_as_its_hash() {
    let window = Window::open(&[]).await;
    let made = window.endpoint.make_token().await.unwrap();
    assert!(made.api.token_required);
    let first = window.library.settings().api.token.unwrap();
    assert!(first.fits(&made.token));
    let settings = window.folder.path().join("config/settings.toml");
    assert!(
        !std::fs::read_to_string(settings)
            .unwrap()
            .contains(&made.token)
    );

    let other = window.endpoint.make_token().await.unwrap();
    let second = window.library.settings().api.token.unwrap();
    assert!(second.fits(&other.token) && !second.fits(&made.token));
    assert!(!window.endpoint.remove_token().await.unwrap().token_required);
    assert_eq!(window.library.settings().api.token, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_asked_for_from_the_moment_it_is_made_until_it_is_removed() {
    let window = Window::open(&[]).await;
    let (held, port) = taken().await;
    drop(held);
    let url = window.set(true, port).await.url.unwrap();
    // One client throughout: a connection that is kept alive must not keep what was before.
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let status = async |token: &str| {
        let jobs = http.get(format!("{url}/api/jobs")).bearer_auth(token);
        jobs.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status("").await, 200);
    let made = window.endpoint.make_token().await.unwrap();
    assert_eq!((status("").await, status(&made.token).await), (401, 200));
    let other = window.endpoint.make_token().await.unwrap();
    assert_eq!(
        (status(&made.token).await, status(&other.token).await),
        (401, 200)
    );
    window.endpoint.remove_token().await.unwrap();
    assert_eq!(status("").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_environment_decides_is_said_and_refused() {
    let window = Window::open(&[("PORT", "0"), ("API_TOKEN", "given")]).await;
    let state = window.endpoint.state().await;
    assert_eq!(state.fixed, ["api_port", "api_token"]);
    assert!(state.token_required);
    let port = SetApi {
        port: Some(9000),
        ..SetApi::default()
    };
    let refused = [
        window.endpoint.change(port.into()).await.unwrap_err(),
        window.endpoint.make_token().await.unwrap_err(),
        window.endpoint.remove_token().await.unwrap_err(),
    ];
    for error in refused {
        assert!(matches!(error, Error::SettingInvalid { .. }), "{error}");
    }
    let on = SetApi {
        on: Some(true),
        ..SetApi::default()
    };
    assert!(answers(&window.endpoint.change(on.into()).await.unwrap()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn origins_that_cannot_be_are_told_and_the_switch_stays_on() {
    let window = Window::open(&[("ALLOWED_ORIGINS", "*")]).await;
    let (held, port) = taken().await;
    drop(held);
    let api = window.set(true, port).await;
    assert_eq!((api.on, api.url), (true, None));
    assert!(api.problem.unwrap().detail.contains("ALLOWED_ORIGINS"));
    let off = window.set(false, port).await;
    assert_eq!((off.on, off.problem), (false, None));
}
