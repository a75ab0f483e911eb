//! Whose addresses may be asked about a job or for a result. An answer names them, and must not be able to name this computer, its network, or the address at
//! which clouds tell secrets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// What an address that is refused is said to be; [`super::download`] tells it from a name that does not resolve.
pub(super) const NOT_PUBLIC: &str = "that name belongs to an address inside a private network";

/// How far an answer may send us.
#[derive(Debug, Clone)]
pub(super) enum Reach {
    /// The endpoint is on this computer: a test, or somebody's own. It may name what it likes.
    Anywhere,
    /// Public addresses, and the endpoint's own host, if it is not fal.
    Public(Option<String>),
}

impl Reach {
    /// As far as an endpoint at that address may send us; `None`: fal.
    pub(super) fn of(endpoint: Option<&Url>) -> Self {
        match endpoint {
            Some(url) if is_loopback(url) => Self::Anywhere,
            other => Self::Public(other.and_then(Url::host_str).map(str::to_owned)),
        }
    }

    /// Whether `url` is within it, as far as its text tells; what its name resolves to is looked at when it is resolved.
    pub(super) fn holds(&self, url: &Url) -> bool {
        let Self::Public(own) = self else {
            return true;
        };
        if own.is_some() && url.host_str() == own.as_deref() {
            return true;
        }
        match url.host() {
            Some(Host::Ipv4(ip)) => is_public(ip.into()),
            Some(Host::Ipv6(ip)) => is_public(ip.into()),
            Some(Host::Domain(name)) => is_public_name(name),
            None => false,
        }
    }
}

impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let all = match self {
            Self::Anywhere => true,
            Self::Public(own) => own.as_deref() == Some(name.as_str()),
        };
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await?
                .filter(|address| all || is_public(address.ip()))
                .collect();
            if found.is_empty() {
                return Err(NOT_PUBLIC.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether that is an address of this computer.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Names that never leave a network.
fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let inside = ["localhost", "internal", "local", "home.arpa", "lan"];
    !inside.iter().any(|inside| {
        name.strip_suffix(inside)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = matches!(
        (a, b, c),
        // This network; shared by carriers; protocol assignments; benchmarks; multicast and what is reserved above it.
        (0, ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _) | (224..=255, ..)
    );
    !(special || ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_documentation())
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, c, ..] = ip.segments();
    // Addresses that carry one of version 4 in them are judged by it.
    let carried = match ip.octets() {
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 | 0xff, 0 | 0xff, w, x, y, z] => Some([w, x, y, z]),
        [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, w, x, y, z] => Some([w, x, y, z]),
        [0x20, 0x02, w, x, y, z, ..] => Some([w, x, y, z]),
        _ => None,
    };
    if let Some(octets) = carried {
        return is_public_v4(octets.into());
    }
    // 2000::/3 is all that is given out; of it, the example range and the tunnels of Teredo are nobody's.
    a & 0xe000 == 0x2000 && !(a == 0x2001 && (b == 0xdb8 || b == 0)) && (a, b, c) != (0x3fff, 0, 0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[test]
    fn only_public_addresses_are_asked_for_what_fal_made() {
        let fal = Reach::of(None);
        let holds = |reach: &Reach, url: &str| reach.holds(&Url::parse(url).unwrap());
        for url in [
            "https://v3b.fal.media/files/b/x.png",
            "https://storage.googleapis.com/x",
            "https://8.8.8.8/x",
            "https://[2606:4700::1]/x",
        ] {
            assert!(holds(&fal, url), "{url}");
        }
        for url in [
            "https://localhost/x",
            "https://a.localhost./x",
            "https://metadata.google.internal/x",
            "https://printer.local/x",
            "https://127.0.0.1/x",
            "https://2130706433/x",
            "https://0x7f.1/x",
            "https://0.0.0.0/x",
            "https://10.1.2.3/x",
            "https://172.20.0.1/x",
            "https://192.168.1.1/x",
            "https://100.64.0.1/x",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/x",
            "https://[::]/x",
            "https://[::ffff:127.0.0.1]/x",
            "https://[::ffff:169.254.169.254]/x",
            "https://[64:ff9b::7f00:1]/x",
            "https://[2002:7f00:1::]/x",
            "https://[fd00:ec2::254]/x",
            "https://[fe80::1]/x",
            "https://[ff02::1]/x",
        ] {
            assert!(!holds(&fal, url), "{url}");
        }
    }

    #[test]
    fn an_endpoint_of_ones_own_may_answer_from_where_it_is() {
        let url = |text: &str| Url::parse(text).unwrap();
        let lan = Reach::of(Some(&url("http://10.0.0.7:9000/")));
        assert!(lan.holds(&url("http://10.0.0.7:9001/x")));
        assert!(!lan.holds(&url("http://10.0.0.8/x")));
        assert!(!lan.holds(&url("http://127.0.0.1/x")));
        let here = Reach::of(Some(&url("http://127.0.0.1:9000/")));
        assert!(here.holds(&url("http://10.0.0.8/x")));
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_this_computer_is_refused_unless_it_is_the_endpoints() {
        let name = || "localhost".parse().unwrap();
        let refused = Reach::of(None).resolve(name()).await;
        assert_eq!(refused.err().unwrap().to_string(), NOT_PUBLIC);
        let own = Reach::Public(Some("localhost".to_owned()));
        assert!(own.resolve(name()).await.unwrap().count() > 0);
    }
}
