//! The query of an address: names that nobody asks for are passed over, and of repeated ones the last counts.

use url::form_urlencoded;

/// The value of that name, if it is there.
pub(crate) fn last(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .filter(|(key, _)| key == name)
        .last()
        .map(|(_, value)| value.into_owned())
}
