//! The bucket that results are also brought to, under the original's names.

use secrecy::SecretString;
use url::Url;

use super::{Given, web_url};
use crate::error::Error;

/// The region S3 has where none is named.
const REGION: &str = "us-east-1";

/// A bucket of S3, R2 or anything else that speaks S3 (`STORAGE_BACKEND=s3`).
#[derive(Clone)]
pub struct BucketSettings {
    /// Its name (`S3_BUCKET`).
    pub name: String,
    /// Its region (`S3_REGION`): part of every signature.
    pub region: String,
    /// Where it is: at `S3_ENDPOINT`, else at Amazon's.
    pub address: Url,
    /// Whose it is (`S3_ACCESS_KEY_ID`).
    pub access_key_id: String,
    /// What requests are signed with (`S3_SECRET_ACCESS_KEY`). It never travels.
    pub secret_access_key: SecretString,
    /// Where anybody can read its objects (`S3_PUBLIC_BASE_URL`, else its address).
    pub public_base: Url,
}

pub(super) fn read(given: &Given) -> Result<Option<BucketSettings>, Error> {
    let text = |name: &str| given.get(name).map(|(value, _)| value.trim());
    match text("STORAGE_BACKEND") {
        None | Some("local") => return Ok(None),
        Some("s3") => {}
        Some(other) => {
            return Err(invalid("STORAGE_BACKEND", other, "it must be local or s3"));
        }
    }
    let needed = |name: &'static str| {
        text(name)
            .map(str::to_owned)
            .ok_or_else(|| invalid(name, "", "STORAGE_BACKEND is s3, which needs it"))
    };
    let name = needed("S3_BUCKET")?;
    if !is_plain(&name, ".-_") {
        return Err(invalid(
            "S3_BUCKET",
            &name,
            "it must be a bucket's name: letters, digits, dots and dashes",
        ));
    }
    let region = text("S3_REGION").unwrap_or(REGION);
    // It becomes part of a host's name.
    if !is_plain(region, "-") {
        return Err(invalid(
            "S3_REGION",
            region,
            "it must be a region such as us-east-1, or auto",
        ));
    }
    let base = |name: &'static str| text(name).map(|value| base_url(name, value)).transpose();
    let address = match base("S3_ENDPOINT")? {
        Some(endpoint) => below(endpoint, [name.as_str()]),
        None => amazons(&name, region)?,
    };
    Ok(Some(BucketSettings {
        public_base: base("S3_PUBLIC_BASE_URL")?.unwrap_or_else(|| address.clone()),
        address,
        region: region.to_owned(),
        access_key_id: needed("S3_ACCESS_KEY_ID")?,
        secret_access_key: needed("S3_SECRET_ACCESS_KEY")?.into(),
        name,
    }))
}

impl BucketSettings {
    /// Where anybody can read the object of that key.
    #[must_use]
    pub fn public_url(&self, key: &str) -> Url {
        below(self.public_base.clone(), key.split('/'))
    }
}

impl std::fmt::Debug for BucketSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BucketSettings({})", self.address)
    }
}

/// A bucket without an endpoint is Amazon's. In the host's name where it fits the certificate, which has no place for dots.
fn amazons(name: &str, region: &str) -> Result<Url, Error> {
    let fits = name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let address = if fits {
        format!("https://{name}.s3.{region}.amazonaws.com")
    } else {
        format!("https://s3.{region}.amazonaws.com/{name}")
    };
    web_url("S3_BUCKET", &address)
}

/// An address that others are built below.
fn base_url(name: &'static str, value: &str) -> Result<Url, Error> {
    let url = web_url(name, value)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid(
            name,
            value,
            "it must be an address without ? and #",
        ));
    }
    Ok(url)
}

fn below<'a>(mut base: Url, segments: impl IntoIterator<Item = &'a str>) -> Url {
    // Only addresses like `mailto:` have no path, and these are http.
    if let Ok(mut path) = base.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    base
}

fn is_plain(text: &str, also: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || also.contains(c))
}

fn invalid(name: &'static str, value: &str, wanted: &'static str) -> Error {
    Error::SettingInvalid {
        name,
        value: value.to_owned(),
        wanted,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    fn given(more: &[(&str, &str)]) -> Given {
        let whole = [
            ("STORAGE_BACKEND", "s3"),
            ("S3_BUCKET", "pics"),
            ("S3_ACCESS_KEY_ID", "id"),
            ("S3_SECRET_ACCESS_KEY", "hush-hush"),
        ];
        whole
            .iter()
            .chain(more)
            .fold(Given::default(), |given, (name, value)| {
                given.flag(name, *value)
            })
    }

    #[test]
    fn without_a_public_address_the_buckets_own_is_shown() {
        let table = [
            (
                vec![],
                "https://pics.s3.us-east-1.amazonaws.com/results/a.png",
            ),
            (
                vec![("S3_REGION", "eu-north-1"), ("S3_BUCKET", "my.pics")],
                "https://s3.eu-north-1.amazonaws.com/my.pics/results/a.png",
            ),
            (
                vec![
                    ("S3_ENDPOINT", "http://127.0.0.1:9000/"),
                    ("S3_REGION", "auto"),
                ],
                "http://127.0.0.1:9000/pics/results/a.png",
            ),
            (
                vec![("S3_PUBLIC_BASE_URL", "https://cdn.example/my pics/")],
                "https://cdn.example/my%20pics/results/a.png",
            ),
        ];
        for (more, url) in table {
            let bucket = read(&given(&more)).unwrap().unwrap();
            assert_eq!(bucket.public_url("results/a.png").as_str(), url);
        }
    }

    #[test]
    fn a_key_cannot_leave_its_address() {
        let bucket = read(&given(&[])).unwrap().unwrap();
        assert_eq!(
            bucket.public_url("results/a?b#c d.png").path(),
            "/results/a%3Fb%23c%20d.png"
        );
    }

    #[test]
    fn nothing_or_local_is_no_bucket_and_anything_else_is_refused_by_its_name() {
        assert!(read(&Given::default()).unwrap().is_none());
        assert!(
            read(&given(&[("STORAGE_BACKEND", "local")]))
                .unwrap()
                .is_none()
        );
        for (name, value) in [
            ("STORAGE_BACKEND", "gcs"),
            ("S3_BUCKET", ""),
            ("S3_BUCKET", "a/b"),
            ("S3_REGION", "evil.example/"),
            ("S3_ENDPOINT", "ftp://x"),
            ("S3_ENDPOINT", "http://x/?y"),
            ("S3_ACCESS_KEY_ID", ""),
            ("S3_SECRET_ACCESS_KEY", " "),
            ("S3_PUBLIC_BASE_URL", "pics.example"),
        ] {
            let refused = read(&given(&[(name, value)]));
            assert!(
                matches!(refused, Err(Error::SettingInvalid { name: said, .. }) if said == name),
                "{name}"
            );
        }
    }

    #[test]
    fn the_secret_is_never_printed() {
        let bucket = read(&given(&[])).unwrap().unwrap();
        assert!(!format!("{bucket:?}").contains("hush"));
    }
}
