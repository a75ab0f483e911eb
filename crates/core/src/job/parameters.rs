//! A model's own parameters, as they are given: checked for what no model can mean, otherwise sent as they are.
//!
//! Which parameters a model has, with which values, its schema says (`model::Spec`); where there is none, fal judges.

use serde_json::{Map, Value};

use crate::error::Error;
use crate::model::Spec;

/// Names and values, in the order they were given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters(pub Map<String, Value>);

/// Longest JSON of all parameters, in bytes.
const MAX: usize = 64 << 10;

/// What Overpaint itself fills in where nothing is known of the model.
const OURS: &[&str] = &["prompt", "image_url", "image_urls"];

impl Parameters {
    /// # Errors
    /// [`Error::ParameterInvalid`] for a name that is none or Overpaint's own, and for more than 64 KiB.
    pub(crate) fn check(&self, is_demo: bool, spec: Option<&Spec>) -> Result<(), Error> {
        let invalid = |name: &str, wanted: &'static str| {
            Err(Error::ParameterInvalid {
                name: name.chars().take(64).collect(),
                wanted: wanted.into(),
            })
        };
        let is_ours = |name: &str| match spec {
            // A prompt is never a parameter, whether the model has one or not.
            Some(spec) => spec.fills(name) || name == "prompt",
            None => OURS.contains(&name),
        };
        for name in self.0.keys() {
            let is_name = (1..=64).contains(&name.len())
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
            if !is_name {
                return invalid(name, "is no name a parameter can have");
            }
            if is_ours(name) {
                return invalid(name, "is filled in from the edit itself");
            }
            if is_demo {
                return invalid(name, "is not known to the demo engine, which takes none");
            }
        }
        match self.0.keys().next_back() {
            Some(last) if Value::Object(self.0.clone()).to_string().len() > MAX => {
                invalid(last, "makes the parameters longer than 64 KiB")
            }
            _ => Ok(()),
        }
    }

    /// As a row keeps them; `None` for none.
    pub(crate) fn to_row(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| Value::Object(self.0.clone()).to_string())
    }

    /// Read back from a row.
    pub(crate) fn of_row(text: Option<&str>) -> Self {
        Self(
            text.and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_default(),
        )
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use serde_json::json;

    fn check(value: Value) -> Result<(), Error> {
        Parameters(value.as_object().unwrap().clone()).check(false, None)
    }

    #[test]
    fn what_the_edit_says_itself_cannot_be_said_again() {
        check(json!({ "seed": 7, "image_size": {"width": 64, "height": 64}, "num_images": 2 }))
            .unwrap();
        for (name, wanted) in [
            ("prompt", "filled in"),
            ("image_urls", "filled in"),
            ("", "no name"),
            ("a b", "no name"),
            ("é", "no name"),
        ] {
            let said = check(json!({ name: 1 })).unwrap_err().to_string();
            assert!(said.contains(wanted), "{said}");
        }
        assert!(check(json!({ "note": "x".repeat(MAX) })).is_err());
        assert!(
            Parameters(json!({"seed": 1}).as_object().unwrap().clone())
                .check(true, None)
                .is_err()
        );
    }

    #[test]
    fn a_row_gives_back_what_it_was_given() {
        let given = Parameters(
            json!({ "seed": 18_446_744_073_709_551_615_u64, "a": null })
                .as_object()
                .unwrap()
                .clone(),
        );
        assert_eq!(Parameters::of_row(given.to_row().as_deref()), given);
        assert_eq!(Parameters::default().to_row(), None);
    }
}
