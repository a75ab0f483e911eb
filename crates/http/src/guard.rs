//! Who may ask. A page of any site a person visits can make their browser send requests to this computer; this is what keeps it from
//! spending their money and from reading their pictures.
//!
//! Four questions, all answered from headers: is the request meant for us (`Host`, against DNS rebinding), does a listed site ask
//! (`Origin`), where the browser tells no origin, did another site cause it (`Sec-Fetch-Site`), and does it have the token, if one is
//! required? Programs send none of the second and third. `/health` tells nothing and is free. Cookies and credentials are never allowed,
//! and no answer says `*`.

mod sites;

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERER,
    RETRY_AFTER, VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use overpaint_core::error::{Code, Error};
use overpaint_core::secret::TokenHash;
use overpaint_core::settings::Settings;

use crate::problem;
use crate::rate::Rate;
use crate::serve::Peer;
use sites::Sites;

/// Methods a listed site may use.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, DELETE, OPTIONS");

/// What a page of a listed site may read of an answer, beside what any page may.
const EXPOSED: HeaderValue = HeaderValue::from_static("ETag, Location, Retry-After, Content-Range");

/// Seconds a browser may remember a preflight.
const PREFLIGHT_AGE: HeaderValue = HeaderValue::from_static("600");

/// What is still read of a request that was refused, so that its client reads the refusal and not a reset.
const DRAINED: usize = 1 << 20;
const DRAIN_PATIENCE: Duration = Duration::from_secs(5);

/// Who may ask, and how often.
#[derive(Debug)]
pub(crate) struct Guard {
    sites: Sites,
    token: Option<TokenHash>,
    rate: Rate,
}

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// It goes on. A listed site is told that it may read the answer.
    Pass(Option<HeaderValue>),
    /// A listed site asks what it may do.
    Preflight(HeaderValue),
    /// The token is not there; a listed site may read that.
    NoToken(Option<HeaderValue>),
    /// It ends here, for that reason.
    Refuse(Cow<'static, str>),
}

impl Guard {
    /// For a server at `address`.
    ///
    /// # Errors
    /// [`Error::SettingInvalid`] for `*` or `null` among the origins and for a pattern that is none; [`Error::Request`] for an address beyond this
    /// computer without a token.
    pub(crate) fn new(settings: &Settings, address: SocketAddr) -> Result<Self, Error> {
        let api = &settings.api;
        if !address.ip().is_loopback() && api.token.is_none() && !api.no_token {
            return Err(Error::Request {
                code: Code::SettingInvalid,
                said: format!(
                    "Whoever reaches {address} could spend your money: set API_TOKEN, or say with --no-token that something else stands in front."
                ),
            });
        }
        Ok(Self {
            sites: Sites::new(settings, address)?,
            token: api.token,
            rate: Rate::new(api),
        })
    }

    fn judge(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Verdict {
        let origin = match one(headers, ORIGIN.as_str()) {
            Ok(origin) => origin,
            Err(Doubled) => return Verdict::Refuse("The request names several origins.".into()),
        };
        let listed = origin
            .filter(|origin| origin.to_str().is_ok_and(|text| self.sites.lists(text)))
            .cloned();
        if uri.path() == "/health" && listed.is_none() {
            return Verdict::Pass(None);
        }
        if !self.is_meant_for_us(uri, headers) {
            return Verdict::Refuse(not_ours(headers));
        }
        match (origin, listed) {
            (Some(_), None) => Verdict::Refuse(
                "This site may not use Overpaint. Its origin can be listed in ALLOWED_ORIGINS."
                    .into(),
            ),
            (None, _)
                if caused_by_another_site(headers) && !self.is_shown(method, uri, headers) =>
            {
                Verdict::Refuse("Another site caused this request.".into())
            }
            (_, Some(listed))
                if method == Method::OPTIONS
                    && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) =>
            {
                Verdict::Preflight(listed)
            }
            (_, listed) if !is_public(uri.path()) && !self.has_token(headers) => {
                Verdict::NoToken(listed)
            }
            (_, listed) => Verdict::Pass(listed),
        }
    }

    /// A result that a listed site's page shows or offers for download: such requests name no origin, only the page.
    fn is_shown(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
        let path = uri.path();
        let result = path.starts_with("/static/")
            || path.starts_with("/api/jobs/") && path.ends_with("/download");
        *method == Method::GET
            && result
            && matches!(one(headers, REFERER.as_str()), Ok(Some(page)) if self.sites.lists_page(page))
    }

    fn has_token(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        let sent = one(headers, AUTHORIZATION.as_str()).ok().flatten();
        let sent = sent.and_then(|value| value.to_str().ok()?.split_once(' '));
        sent.is_some_and(|(scheme, sent)| scheme.eq_ignore_ascii_case("bearer") && token.fits(sent))
    }

    /// A request line may name a host too; then both must be ours.
    fn is_meant_for_us(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let named = matches!(
            one(headers, HOST.as_str()),
            Ok(Some(host)) if host.to_str().is_ok_and(|host| self.sites.is_ours(host))
        );
        named
            && uri
                .authority()
                .is_none_or(|authority| self.sites.is_ours(authority.as_str()))
    }
}

/// Says which name would have to be listed, for it is the owner who reads it.
fn not_ours(headers: &HeaderMap) -> Cow<'static, str> {
    let host = one(headers, HOST.as_str()).ok().flatten();
    match host.and_then(|host| host.to_str().ok()) {
        Some(host) => format!(
            "This server does not answer to the name {}. It can be listed in ALLOWED_HOSTS.",
            host.chars().take(100).collect::<String>()
        )
        .into(),
        None => "The request names no host, or several.".into(),
    }
}

/// What needs no token: it tells of Overpaint, and nothing of anybody's library; and a browser's address bar has no token to send.
fn is_public(path: &str) -> bool {
    matches!(path, "/health" | "/openapi.json" | "/docs" | "/redoc") || path.starts_with("/docs/")
}

/// Stands before every route.
pub(crate) async fn protect(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut response, origin) = answer(&guard, request, next).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Should anything that was stored ever be more than a picture, it runs in a box with nothing in it. The docs pages say their own.
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("sandbox"));
    // Said on every answer: what one site was given must not be handed to another from a cache.
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
    response
}

async fn answer(guard: &Guard, request: Request, next: Next) -> (Response, Option<HeaderValue>) {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    if let Err(wait) = guard.rate.take_read(peer) {
        return (too_many(&path, wait, request).await, None);
    }
    match guard.judge(&method, request.uri(), request.headers()) {
        Verdict::Pass(origin) => match guard.rate.take_submit(&method, &path) {
            Ok(()) => (next.run(request).await, origin),
            Err(wait) => (too_many(&path, wait, request).await, origin),
        },
        Verdict::Preflight(origin) => (may_do(request.headers()), Some(origin)),
        Verdict::NoToken(origin) => {
            tracing::info!(%method, path, peer = ?peer, reason = "no token, or a wrong one", "refused");
            let refusal = Error::Request {
                code: Code::TokenRequired,
                said: "Send the token of this server as Authorization: Bearer TOKEN.".to_owned(),
            };
            let mut response = refuse(&path, &refusal, request).await;
            let bearer = HeaderValue::from_static("Bearer realm=\"Overpaint\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, bearer);
            (response, origin)
        }
        Verdict::Refuse(reason) => {
            tracing::info!(%method, path, peer = ?peer, reason = reason.as_ref(), "refused");
            let refusal = Error::Request {
                code: Code::NotAdmitted,
                said: reason.into_owned(),
            };
            (refuse(&path, &refusal, request).await, None)
        }
    }
}

async fn too_many(path: &str, wait: Duration, request: Request) -> Response {
    let seconds = wait.as_secs() + 1;
    let refusal = Error::Request {
        code: Code::TooManyRequests,
        said: format!("Wait {seconds} s, then send it again. Nothing was sent to fal."),
    };
    let mut response = refuse(path, &refusal, request).await;
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Says no, in the words of whichever routes were asked.
async fn refuse(path: &str, refusal: &Error, request: Request) -> Response {
    drain(request.into_body()).await;
    problem::answer(path, refusal)
}

async fn drain(body: Body) {
    let mut pieces = body.into_data_stream();
    let read = async {
        let mut left = DRAINED;
        while let Some(Ok(piece)) = pieces.next().await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(DRAIN_PATIENCE, read).await;
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
