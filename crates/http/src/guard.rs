//! Who may ask. A page of any site a person visits can make their browser send requests to this computer; this is what keeps it from
//! spending their money and from reading their pictures.
//!
//! Three questions, all answered from headers: is the request meant for us (`Host`, against DNS rebinding), does a listed site ask
//! (`Origin`), and, where the browser tells no origin, did another site cause it (`Sec-Fetch-Site`)? Programs send none of the last two.
//! `/health` tells nothing and is free. Cookies and credentials are never allowed, and no answer says `*`.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HOST,
    ORIGIN, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use overpaint_core::error::Error;
use overpaint_core::settings::Settings;
use regex::Regex;
use serde_json::json;

/// Methods a listed site may use.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, DELETE, OPTIONS");

/// Seconds a browser may remember a preflight.
const PREFLIGHT_AGE: HeaderValue = HeaderValue::from_static("600");

/// The names we answer to and the sites that may ask.
#[derive(Debug)]
pub(crate) struct Guard {
    hosts: Vec<String>,
    origins: Vec<String>,
    pattern: Option<Regex>,
}

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// It goes on. A listed site is told that it may read the answer.
    Pass(Option<HeaderValue>),
    /// A listed site asks what it may do.
    Preflight(HeaderValue),
    /// It ends here, for that reason.
    Refuse(&'static str),
}

impl Guard {
    /// For a server at `address`.
    ///
    /// # Errors
    /// [`Error::SettingInvalid`] for `*` or `null` among the origins, and for a pattern that is none.
    pub(crate) fn new(settings: &Settings, address: SocketAddr) -> Result<Self, Error> {
        let port = address.port();
        let mut hosts: Vec<String> = ["127.0.0.1", "localhost", "[::1]"]
            .map(|name| format!("{name}:{port}"))
            .into();
        if port == 80 {
            hosts.extend(["127.0.0.1", "localhost", "[::1]"].map(str::to_owned));
        }
        Ok(Self {
            hosts,
            origins: origins(settings)?,
            pattern: pattern(settings)?,
        })
    }

    fn judge(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Verdict {
        let origin = match one(headers, ORIGIN.as_str()) {
            Ok(origin) => origin,
            Err(Doubled) => return Verdict::Refuse("The request names several origins."),
        };
        let listed = origin.filter(|origin| self.lists(origin)).cloned();
        if uri.path() == "/health" && listed.is_none() {
            return Verdict::Pass(None);
        }
        if !self.is_meant_for_us(uri, headers) {
            return Verdict::Refuse(
                "The request is not addressed to this server: its Host is not one of ours.",
            );
        }
        match (origin, listed) {
            (Some(_), None) => Verdict::Refuse(
                "This site may not use Overpaint. Its origin can be listed in ALLOWED_ORIGINS.",
            ),
            (None, _) if caused_by_another_site(headers) => {
                Verdict::Refuse("Another site caused this request.")
            }
            (_, Some(listed))
                if method == Method::OPTIONS
                    && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) =>
            {
                Verdict::Preflight(listed)
            }
            (_, listed) => Verdict::Pass(listed),
        }
    }

    fn lists(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        let origin = origin.to_ascii_lowercase();
        // Frames without an origin of their own, files and redirects all call themselves "null": that names nobody.
        origin != "null"
            && (self.origins.contains(&origin)
                || self
                    .pattern
                    .as_ref()
                    .is_some_and(|pattern| pattern.is_match(&origin)))
    }

    /// A request line may name a host too; then both must be ours.
    fn is_meant_for_us(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let ours = |host: &str| {
            self.hosts
                .iter()
                .any(|known| known.eq_ignore_ascii_case(host))
        };
        let named =
            matches!(one(headers, HOST.as_str()), Ok(Some(host)) if host.to_str().is_ok_and(ours));
        named
            && uri
                .authority()
                .is_none_or(|authority| ours(authority.as_str()))
    }
}

/// Stands before every route.
pub(crate) async fn protect(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut response, origin) = match guard.judge(
        request.method(),
        request.uri(),
        request.headers(),
    ) {
        Verdict::Pass(origin) => (next.run(request).await, origin),
        Verdict::Preflight(origin) => (may_do(request.headers()), Some(origin)),
        Verdict::Refuse(reason) => {
            tracing::info!(method = %request.method(), path = request.uri().path(), reason, "refused");
            (
                (StatusCode::FORBIDDEN, Json(json!({ "detail": reason }))).into_response(),
                None,
            )
        }
    };
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Said on every answer: what one site was given must not be handed to another from a cache.
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

fn may_do(asked: &HeaderMap) -> Response {
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_MAX_AGE, PREFLIGHT_AGE);
    if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    // A public site asks before it talks to a private address.
    if asked.contains_key("access-control-request-private-network") {
        headers.insert(
            "access-control-allow-private-network",
            HeaderValue::from_static("true"),
        );
    }
    response
}

/// `none` is the person (address bar, bookmark), `same-origin` a page of ours; programs do not say.
fn caused_by_another_site(headers: &HeaderMap) -> bool {
    headers
        .get_all("sec-fetch-site")
        .iter()
        .any(|site| !matches!(site.as_bytes(), b"none" | b"same-origin"))
}

/// A header that must not come twice came twice.
struct Doubled;

fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a HeaderValue>, Doubled> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        Err(Doubled)
    } else {
        Ok(first)
    }
}

fn origins(settings: &Settings) -> Result<Vec<String>, Error> {
    let origin = |text: &String| {
        let origin = text.trim_end_matches('/').to_ascii_lowercase();
        let fits = origin.split_once("://").is_some_and(|(scheme, host)| {
            !scheme.is_empty() && !host.is_empty() && !host.contains(['/', '*'])
        });
        let wanted = "it must be a list of origins such as https://example.org; a * would let every web page spend your money";
        if fits {
            Ok(origin)
        } else {
            Err(Error::SettingInvalid {
                name: "ALLOWED_ORIGINS",
                value: text.clone(),
                wanted,
            })
        }
    };
    settings.allowed_origins.iter().map(origin).collect()
}

/// The pattern must fit the whole origin, as it had to in the original's framework: one that only *contains* `//example.org` is a
/// stranger's to register.
fn pattern(settings: &Settings) -> Result<Option<Regex>, Error> {
    let Some(text) = &settings.allowed_origin_regex else {
        return Ok(None);
    };
    let wanted = "it must be a regular expression";
    let invalid = |_| Error::SettingInvalid {
        name: "ALLOWED_ORIGIN_REGEX",
        value: text.clone(),
        wanted,
    };
    Regex::new(&format!(r"\A(?:{text})\z"))
        .map(Some)
        .map_err(invalid)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use overpaint_core::settings::Given;

    use super::*;

    fn guard(origins: &str, pattern: &str) -> Result<Guard, Error> {
        let given = Given::nothing(std::path::Path::new("/nowhere"))
            .flag("ALLOWED_ORIGINS", origins)
            .flag("ALLOWED_ORIGIN_REGEX", pattern);
        Guard::new(
            &Settings::read(&given).unwrap(),
            ([127, 0, 0, 1], 8000).into(),
        )
    }

    fn verdict(guard: &Guard, line: &str, headers: &[(&'static str, &str)]) -> Verdict {
        let (method, uri) = line.split_once(' ').unwrap();
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect();
        guard.judge(&method.parse().unwrap(), &uri.parse().unwrap(), &headers)
    }

    const US: (&str, &str) = ("host", "127.0.0.1:8000");

    #[test]
    fn a_program_that_names_us_may_ask() {
        let guard = guard("", "").unwrap();
        for host in [
            "127.0.0.1:8000",
            "localhost:8000",
            "LocalHost:8000",
            "[::1]:8000",
        ] {
            assert_eq!(
                verdict(&guard, "POST /api/jobs", &[("host", host)]),
                Verdict::Pass(None),
                "{host}"
            );
        }
    }

    #[test]
    fn a_name_that_only_leads_to_us_is_refused() {
        let guard = guard("", "").unwrap();
        for host in [
            "evil.example",
            "evil.example:8000",
            "127.0.0.1",
            "127.0.0.1:8001",
            "localhost:8000.evil.example",
            "127.0.0.1:8000, x",
            "",
        ] {
            assert!(
                matches!(
                    verdict(&guard, "GET /api/jobs", &[("host", host)]),
                    Verdict::Refuse(_)
                ),
                "{host}"
            );
        }
        assert!(matches!(
            verdict(&guard, "GET /api/jobs", &[]),
            Verdict::Refuse(_)
        ));
        assert!(matches!(
            verdict(&guard, "GET /api/jobs", &[US, ("host", "evil.example")]),
            Verdict::Refuse(_)
        ));
        assert!(matches!(
            verdict(&guard, "GET http://evil.example/api/jobs", &[US]),
            Verdict::Refuse(_)
        ));
    }

    #[test]
    fn a_site_is_refused_until_it_is_listed() {
        let closed = guard("", "").unwrap();
        let open = guard("https://app.example, http://localhost:5000/", "").unwrap();
        for origin in ["https://app.example", "http://localhost:5000"] {
            let headers = [US, ("origin", origin)];
            assert!(matches!(
                verdict(&closed, "GET /api/jobs", &headers),
                Verdict::Refuse(_)
            ));
            assert_eq!(
                verdict(&open, "GET /api/jobs", &headers),
                Verdict::Pass(Some(HeaderValue::from_str(origin).unwrap()))
            );
        }
        for origin in [
            "null",
            "https://app.example.evil.example",
            "http://app.example",
            "https://app.example:444",
            "http://127.0.0.1:8000",
        ] {
            assert!(
                matches!(
                    verdict(&open, "POST /api/jobs", &[US, ("origin", origin)]),
                    Verdict::Refuse(_)
                ),
                "{origin}"
            );
        }
    }

    #[test]
    fn a_pattern_must_fit_the_whole_origin() {
        let guard = guard("", r"https://[a-z]+\.example|null").unwrap();
        let listed = |origin: &str| {
            matches!(
                verdict(&guard, "GET /api/jobs", &[US, ("origin", origin)]),
                Verdict::Pass(Some(_))
            )
        };
        assert!(listed("https://app.example"));
        for origin in [
            "https://app.example.evil.org",
            "xhttps://app.example",
            "https://app.example\t",
            "null",
        ] {
            assert!(!listed(origin), "{origin}");
        }
    }

    #[test]
    fn what_another_site_causes_is_refused_even_without_an_origin() {
        let guard = guard("https://app.example", "").unwrap();
        for (site, passes) in [
            ("cross-site", false),
            ("same-site", false),
            ("same-origin", true),
            ("none", true),
        ] {
            let verdict = verdict(&guard, "GET /static/x.png", &[US, ("sec-fetch-site", site)]);
            assert_eq!(verdict == Verdict::Pass(None), passes, "{site}");
        }
    }

    #[test]
    fn a_listed_site_may_ask_before_it_asks() {
        let guard = guard("https://app.example", "").unwrap();
        let asks = [
            US,
            ("origin", "https://app.example"),
            ("access-control-request-method", "DELETE"),
        ];
        assert!(matches!(
            verdict(&guard, "OPTIONS /api/jobs/x", &asks),
            Verdict::Preflight(_)
        ));
        let stranger = [
            US,
            ("origin", "https://evil.example"),
            ("access-control-request-method", "DELETE"),
        ];
        assert!(matches!(
            verdict(&guard, "OPTIONS /api/jobs/x", &stranger),
            Verdict::Refuse(_)
        ));
    }

    #[test]
    fn health_is_free_and_told_to_nobodys_page() {
        let guard = guard("", "").unwrap();
        let headers = [("host", "evil.example"), ("origin", "https://evil.example")];
        assert_eq!(
            verdict(&guard, "GET /health", &headers),
            Verdict::Pass(None)
        );
        assert!(matches!(
            verdict(&guard, "GET /health/../api/jobs", &headers),
            Verdict::Refuse(_)
        ));
    }

    #[test]
    fn origins_that_would_list_everybody_stop_the_start() {
        for origins in ["*", "https://*", "https://*.example", "null", "app.example"] {
            assert!(
                matches!(
                    guard(origins, ""),
                    Err(Error::SettingInvalid {
                        name: "ALLOWED_ORIGINS",
                        ..
                    })
                ),
                "{origins}"
            );
        }
        assert!(matches!(
            guard("", "("),
            Err(Error::SettingInvalid {
                name: "ALLOWED_ORIGIN_REGEX",
                ..
            })
        ));
    }
}
