//! Where requests go, and who may be given the key. The one place that decides the latter.

use url::Url;
use uuid::Uuid;

use super::reach::{Reach, is_loopback};
use crate::job::{Protocol, Ticket};
use crate::model::{ORIGINAL_DEFAULT, SEEDREAM_4};
use crate::secret::{Key, Source};
use crate::settings::FalSettings;

/// Where submits go.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "one for each job, and fal's own is the common one"
)]
pub(crate) enum Destination {
    /// fal's own hosts.
    Fal(Hosts),
    /// Another endpoint, with the place its address was found: it gets only a key from the same place.
    Other(Url, Source),
}

/// fal's hosts (fal-contract 1), or the one origin that stands for them in tests.
#[derive(Debug, Clone)]
pub(crate) struct Hosts {
    queue: Url,
    rest: Url,
    /// The platform API: models, prices, past requests.
    api: Url,
    /// The web site, which has each model's OpenAPI document.
    site: Url,
    /// The older name of `rest`, the only one known to tell the balance.
    billing: Url,
    /// Set when `FAL_SERVICE` moved them all.
    moved: Option<Url>,
}

impl Destination {
    /// Reads it from the settings; `https://fal.run` and `https://queue.fal.run` both mean fal's queue.
    pub(crate) fn of(settings: &FalSettings) -> Option<Self> {
        if let Some(service) = &settings.service {
            let at = |path: &str| service.join(path).ok();
            return Some(Self::Fal(Hosts {
                queue: at("/queue/")?,
                rest: at("/rest/")?,
                api: at("/api/")?,
                site: at("/site/")?,
                billing: at("/rest/")?,
                moved: Some(service.clone()),
            }));
        }
        match &settings.endpoint {
            Some((url, source)) if !is_fal_endpoint(url) => Some(Self::Other(url.clone(), *source)),
            _ => {
                let at = |host: &str| Url::parse(&format!("https://{host}/")).ok();
                Some(Self::Fal(Hosts {
                    queue: at("queue.fal.run")?,
                    rest: at("rest.fal.ai")?,
                    api: at("api.fal.ai")?,
                    site: at("fal.ai")?,
                    billing: at("rest.alpha.fal.ai")?,
                    moved: None,
                }))
            }
        }
    }

    /// True on fal's own hosts, or their stand-in.
    pub(crate) fn is_fals_own(&self) -> bool {
        matches!(self, Self::Fal(_))
    }

    /// The host a person reads in Settings.
    pub(crate) fn host(&self) -> String {
        let url = match self {
            Self::Fal(hosts) => &hosts.queue,
            Self::Other(url, _) => url,
        };
        let host = url.host_str().unwrap_or_default();
        url.port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Where a model's submit goes. The original's default model is an alias on fal's hosts, which do not serve it.
    pub(crate) fn submit_url(&self, model: &str) -> Option<Url> {
        let model = self.endpoint_id(model);
        match self {
            Self::Fal(hosts) => hosts.queue.join(model).ok(),
            Self::Other(url, _) => {
                Url::parse(&format!("{}/{model}", url.as_str().trim_end_matches('/'))).ok()
            }
        }
    }

    /// The endpoint id that fal knows a model by.
    pub(super) fn endpoint_id<'a>(&self, model: &'a str) -> &'a str {
        match (self, model.trim_matches('/')) {
            (Self::Fal(_), ORIGINAL_DEFAULT) => SEEDREAM_4,
            (_, model) => model,
        }
    }

    /// The ticket of a request that fal's list names by its id alone. Everywhere else the URLs are used as fal gave them; the list gives
    /// none, so they are built after fal's own clients: owner and alias, one segment more for workflows (fal-contract 3.2).
    pub(super) fn ticket(&self, endpoint: &str, request_id: &str) -> Option<Ticket> {
        let kept = match endpoint.split('/').next() {
            Some("workflows" | "comfy") => 3,
            _ => 2,
        };
        let app: Vec<&str> = endpoint.split('/').take(kept).collect();
        let mut url = self.hosts()?.queue.clone();
        // Pushed as segments: an id cannot lead to another path or host.
        url.path_segments_mut()
            .ok()?
            .pop_if_empty()
            .extend(app)
            .extend(["requests", request_id]);
        let below = |last: &str| {
            let mut url = url.clone();
            url.path_segments_mut().ok()?.push(last);
            Some(url.to_string())
        };
        Some(Ticket {
            protocol: Protocol::Queue,
            request_id: Some(request_id.to_owned()),
            status_url: below("status")?,
            response_url: url.to_string(),
            cancel_url: below("cancel"),
        })
    }

    /// Where an upload begins; other endpoints take the picture inside the request.
    pub(crate) fn upload_url(&self) -> Option<Url> {
        match self {
            Self::Fal(hosts) => hosts
                .rest
                .join("storage/upload/initiate?storage_type=fal-cdn-v3")
                .ok(),
            Self::Other(..) => None,
        }
    }

    /// fal's platform API at that path and query, for example `v1/models?limit=100`; `None` on another endpoint, which has none.
    pub(crate) fn api_url(&self, path: &str) -> Option<Url> {
        self.hosts()?.api.join(path).ok()
    }

    /// A model's OpenAPI document (fal-contract 7), which takes no key.
    pub(crate) fn schema_url(&self, model: &str) -> Option<Url> {
        let mut url = self
            .hosts()?
            .site
            .join("api/openapi/queue/openapi.json")
            .ok()?;
        url.query_pairs_mut().append_pair("endpoint_id", model);
        Some(url)
    }

    /// Where fal tells what is left (fal-contract 1: undocumented, so any failure is "not reported").
    pub(crate) fn balance_url(&self) -> Option<Url> {
        self.hosts()?.billing.join("billing/user_balance").ok()
    }

    fn hosts(&self) -> Option<&Hosts> {
        match self {
            Self::Fal(hosts) => Some(hosts),
            Self::Other(..) => None,
        }
    }

    /// A status nobody has: 404 for a good key, 401 for a bad one.
    pub(crate) fn key_test_url(&self, random: Uuid) -> Option<Url> {
        match self {
            Self::Fal(hosts) => hosts
                .queue
                .join(&format!("fal-ai/flux/requests/{random}/status"))
                .ok(),
            Self::Other(..) => None,
        }
    }

    /// Whether the key may go to `url`: fal's hosts over https; or exactly the origin of another endpoint, if the key was found in the same
    /// place as its address. A key the user gave to Overpaint (keychain, key file) goes to fal alone, or to a stand-in on this computer.
    pub(crate) fn may_have_key(&self, url: &Url, key: &Key) -> bool {
        let kept = matches!(key.source, Source::Keychain | Source::File);
        match self {
            Self::Fal(Hosts { moved: None, .. }) => url.scheme() == "https" && is_fal_host(url),
            Self::Fal(Hosts {
                moved: Some(service),
                ..
            }) => url.origin() == service.origin() && (!kept || is_loopback(service)),
            Self::Other(endpoint, source) => {
                url.origin() == endpoint.origin() && key.source == *source && !kept
            }
        }
    }

    /// Whether a job may be asked about at `url`, which an answer named: over https, or plain where the endpoint itself is plain; and never
    /// inside a private network, unless the endpoint is there.
    pub(super) fn may_ask(&self, url: &Url) -> bool {
        let endpoint = match self {
            Self::Fal(hosts) => hosts.moved.as_ref(),
            Self::Other(endpoint, _) => Some(endpoint),
        };
        let plain = endpoint.is_some_and(|endpoint| endpoint.scheme() == "http");
        let safe = url.scheme() == "https" || url.scheme() == "http" && plain;
        safe && self.reach().holds(url)
    }

    /// Whether a result may be fetched from `url`: over https, or plain where the endpoint itself is plain; and never from inside a private
    /// network, unless the endpoint is there.
    pub(crate) fn may_fetch(&self, url: &Url) -> bool {
        let safe = match (self, url.scheme()) {
            (_, "https") => true,
            (
                Self::Fal(Hosts {
                    moved: Some(service),
                    ..
                }),
                "http",
            ) => url.origin() == service.origin(),
            (Self::Other(endpoint, _), "http") => endpoint.scheme() == "http",
            _ => false,
        };
        safe && self.reach().holds(url)
    }

    /// How far an answer may send us.
    pub(super) fn reach(&self) -> Reach {
        Reach::of(match self {
            Self::Fal(hosts) => hosts.moved.as_ref(),
            Self::Other(endpoint, _) => Some(endpoint),
        })
    }
}

fn is_fal_endpoint(url: &Url) -> bool {
    url.scheme() == "https"
        && matches!(url.host_str(), Some("fal.run" | "queue.fal.run"))
        && url.port().is_none()
}

fn is_fal_host(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    url.port().is_none()
        && ["fal.ai", "fal.run"]
            .iter()
            .any(|own| host == *own || host.strip_suffix(own).is_some_and(|sub| sub.ends_with('.')))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use std::time::Duration;

    fn settings(endpoint: Option<(&str, Source)>, service: Option<&str>) -> FalSettings {
        FalSettings {
            endpoint: endpoint.map(|(url, source)| (Url::parse(url).unwrap(), source)),
            service: service.map(|url| Url::parse(url).unwrap()),
            timeout: Duration::from_secs(1),
            poll_interval: None,
            poll_max_wait: Duration::from_secs(1),
            reconcile_pause: Duration::ZERO,
            backoff: Duration::ZERO,
        }
    }

    fn may(to: &Destination, url: &str, source: Source) -> bool {
        to.may_have_key(
            &Url::parse(url).unwrap(),
            &Key::parse("id:secret", source).unwrap(),
        )
    }

    #[test]
    fn on_fal_the_key_goes_to_fals_hosts_over_https_and_nowhere_else() {
        for endpoint in [
            None,
            Some(("https://fal.run", Source::Environment)),
            Some(("https://queue.fal.run/", Source::WorkingDotenv)),
        ] {
            let to = Destination::of(&settings(endpoint, None)).unwrap();
            for url in [
                "https://queue.fal.run/x",
                "https://fal.run/x",
                "https://rest.fal.ai/x",
                "https://api.fal.ai/v1/models",
            ] {
                assert!(may(&to, url, Source::Keychain), "{url}");
            }
            for url in [
                "http://queue.fal.run/x",
                "https://queue.fal.run.evil.example/x",
                "https://evilfal.run/x",
                "https://queue.fal.run:444/x",
                "https://v3b.fal.media/files/x.png",
                "https://127.0.0.1/x",
            ] {
                assert!(!may(&to, url, Source::Environment), "{url}");
            }
        }
    }

    #[test]
    fn another_endpoint_gets_only_a_key_that_was_found_beside_its_address() {
        let to = Destination::of(&settings(
            Some(("http://10.0.0.7:9000/base/", Source::Environment)),
            None,
        ))
        .unwrap();
        assert!(may(&to, "http://10.0.0.7:9000/poll/1", Source::Environment));
        assert!(!may(
            &to,
            "http://10.0.0.7:9001/poll/1",
            Source::Environment
        ));
        assert!(!may(&to, "https://queue.fal.run/x", Source::Environment));
        for source in [
            Source::Keychain,
            Source::File,
            Source::LibraryDotenv,
            Source::WorkingDotenv,
        ] {
            assert!(
                !may(&to, "http://10.0.0.7:9000/poll/1", source),
                "{source:?}"
            );
        }
        assert_eq!(
            to.submit_url("/fal-ai/seedream-v4").unwrap().as_str(),
            "http://10.0.0.7:9000/base/fal-ai/seedream-v4"
        );
    }

    #[test]
    fn a_moved_service_gets_a_kept_key_only_on_this_computer() {
        let here = Destination::of(&settings(None, Some("http://127.0.0.1:5000"))).unwrap();
        let away = Destination::of(&settings(None, Some("http://203.0.113.9:5000"))).unwrap();
        assert!(may(
            &here,
            "http://127.0.0.1:5000/queue/x",
            Source::Keychain
        ));
        assert!(!may(
            &away,
            "http://203.0.113.9:5000/queue/x",
            Source::Keychain
        ));
        assert!(may(
            &away,
            "http://203.0.113.9:5000/queue/x",
            Source::Environment
        ));
    }

    #[test]
    fn a_job_is_asked_about_where_the_endpoint_is_or_in_public_and_nowhere_else() {
        let fal = settings(None, None);
        let lan = settings(Some(("http://10.0.0.7:9000/", Source::Environment)), None);
        let here = settings(Some(("http://127.0.0.1:9000/", Source::Environment)), None);
        let moved = settings(None, Some("http://127.0.0.1:5000"));
        let secure = settings(Some(("https://edit.example/", Source::Environment)), None);
        let table = [
            (&fal, "https://queue.fal.run/x/requests/1/status", true),
            (&fal, "http://queue.fal.run/x/requests/1/status", false),
            (&fal, "https://169.254.169.254/latest/meta-data", false),
            (&fal, "https://localhost/x", false),
            (&lan, "http://10.0.0.7:9001/poll", true),
            (&lan, "http://edit.example/poll", true),
            (&lan, "http://169.254.169.254/latest/meta-data", false),
            (&lan, "http://127.0.0.1/x", false),
            (&lan, "http://10.0.0.8/x", false),
            (&lan, "file:///etc/passwd", false),
            (&here, "http://127.0.0.1:9001/poll", true),
            (&moved, "http://127.0.0.1:5001/poll", true),
            (&secure, "https://edit.example/poll", true),
            (&secure, "http://edit.example/poll", false),
            (&secure, "https://192.168.1.1/x", false),
        ];
        for (settings, url, may) in table {
            let to = Destination::of(settings).unwrap();
            assert_eq!(to.may_ask(&Url::parse(url).unwrap()), may, "{to:?} {url}");
        }
    }

    #[test]
    fn a_request_of_fals_list_is_asked_below_owner_and_alias() {
        let to = Destination::of(&settings(None, None)).unwrap();
        let status = |endpoint| to.ticket(endpoint, "r-1").unwrap().status_url;
        assert_eq!(
            status("fal-ai/bytedance/seedream/v4/edit"),
            "https://queue.fal.run/fal-ai/bytedance/requests/r-1/status"
        );
        assert_eq!(
            status("workflows/me/mine/deep"),
            "https://queue.fal.run/workflows/me/mine/requests/r-1/status"
        );
        let odd = to.ticket("fal-ai/flux", "../../x?y").unwrap();
        assert_eq!(
            odd.response_url,
            "https://queue.fal.run/fal-ai/flux/requests/..%2F..%2Fx%3Fy"
        );
        let here = Destination::of(&settings(None, Some("http://127.0.0.1:5000"))).unwrap();
        assert_eq!(
            here.ticket("fal-ai/flux", "r").unwrap().cancel_url.unwrap(),
            "http://127.0.0.1:5000/queue/fal-ai/flux/requests/r/cancel"
        );
        let other = Destination::of(&settings(
            Some(("http://10.0.0.7/", Source::Environment)),
            None,
        ));
        assert!(other.unwrap().ticket("fal-ai/flux", "r").is_none());
    }

    #[test]
    fn the_originals_default_model_is_an_alias_on_fals_hosts() {
        let to = Destination::of(&settings(None, None)).unwrap();
        assert_eq!(
            to.submit_url("fal-ai/seedream-v4").unwrap().as_str(),
            "https://queue.fal.run/fal-ai/bytedance/seedream/v4/edit"
        );
        assert_eq!(
            to.submit_url("fal-ai/flux-2-pro/edit").unwrap().as_str(),
            "https://queue.fal.run/fal-ai/flux-2-pro/edit"
        );
    }
}
