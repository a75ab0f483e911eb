//! Counting what test runners report.
//!
//! Each runner says it in its own words. A runner that failed without naming a failed test (it did not build, it
//! crashed) and one that ran nothing both count as one failure: silence is not success.

use anyhow::{Context, Result};

/// How many tests passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl Tally {
    /// What a runner's exit and its own count come to.
    pub(crate) fn settle(self, succeeded: bool) -> Self {
        let silent = self.failed == 0 && (!succeeded || self.passed == 0);
        Self {
            failed: self.failed + u64::from(silent),
            ..self
        }
    }

    /// The count in a line of `cargo test`, if it is one: `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
    pub(crate) fn of_cargo_line(line: &str) -> Option<Self> {
        let (_, counts) = line
            .trim()
            .strip_prefix("test result: ")?
            .split_once(". ")?;
        let count = |word: &str| {
            let part = counts
                .split(';')
                .map(str::trim)
                .find_map(|part| part.strip_suffix(word))?;
            part.trim().parse().ok()
        };
        Some(Self {
            passed: count("passed")?,
            failed: count("failed")?,
        })
    }

    /// The count in the JSON report of vitest.
    pub(crate) fn of_vitest(report: &str) -> Result<Self> {
        let report: serde_json::Value = serde_json::from_str(report).context("vitest's report")?;
        let count = |name: &str| {
            report[name]
                .as_u64()
                .with_context(|| format!("vitest's report has no {name}"))
        };
        // A file that cannot be loaded is a failed suite without a failed test.
        let failed = count("numFailedTests")?.max(count("numFailedTestSuites")?);
        Ok(Self {
            passed: count("numPassedTests")?,
            failed,
        })
    }

    /// The count at the end of the TAP report of Node's test runner: `# pass 3`.
    pub(crate) fn of_node(report: &str) -> Result<Self> {
        let count = |name: &str| {
            let line = report
                .lines()
                .rev()
                .find_map(|line| line.strip_prefix("# ")?.strip_prefix(name));
            let number = line.and_then(|rest| rest.trim().parse::<u64>().ok());
            number.with_context(|| format!("node's report has no count of {name}"))
        };
        Ok(Self {
            passed: count("pass ")?,
            failed: count("fail ")? + count("cancelled ")?,
        })
    }

    /// The counts of a JUnit report, as pytest and schemathesis write it. A skipped test counts as failed: whoever reads
    /// "all passed" would not know of it.
    pub(crate) fn of_junit(report: &str) -> Result<Self> {
        let mut counted = None;
        // Each suite has its own counts; the element around them all, <testsuites …>, repeats their sum.
        for suite in report.split("<testsuite ").skip(1) {
            let (attributes, _) = suite.split_once('>').context("a JUnit report is cut")?;
            let count = |name: &str| {
                let (_, rest) = attributes.split_once(&format!("{name}=\""))?;
                rest.split_once('"')?.0.parse::<u64>().ok()
            };
            let count = |name: &str| {
                count(name).with_context(|| format!("a JUnit report has no count of {name}"))
            };
            let failed = count("failures")? + count("errors")? + count("skipped")?;
            let tally: &mut Self = counted.get_or_insert_default();
            *tally += Self {
                // A test that passes and then fails to clean up is one test and one error.
                passed: count("tests")?.saturating_sub(failed),
                failed,
            };
        }
        counted.context("a JUnit report without a suite")
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn the_lines_of_cargo_test_are_counted_and_others_are_not() {
        let ok = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s";
        let failed = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(Tally::of_cargo_line(ok), Some(tally(12, 0)));
        assert_eq!(Tally::of_cargo_line(failed), Some(tally(3, 2)));
        for other in [
            "test a::b ... ok",
            "running 3 tests",
            "test result: nonsense",
            "",
        ] {
            assert_eq!(Tally::of_cargo_line(other), None, "{other}");
        }
    }

    #[test]
    fn a_vitest_file_that_cannot_be_loaded_is_a_failure() {
        let report =
            r#"{"numPassedTests":5,"numFailedTests":0,"numFailedTestSuites":1,"success":false}"#;
        assert!(matches!(Tally::of_vitest(report), Ok(counted) if counted == tally(5, 1)));
        assert!(Tally::of_vitest("{}").is_err());
        assert!(Tally::of_vitest("").is_err());
    }

    #[test]
    fn a_cancelled_node_test_is_a_failure() {
        let report = "TAP version 13\n# pass 9\nok 1 - x\n1..1\n# tests 4\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 0\n";
        assert!(matches!(Tally::of_node(report), Ok(counted) if counted == tally(2, 2)));
        assert!(Tally::of_node("TAP version 13\n").is_err());
    }

    #[test]
    fn a_skipped_test_of_a_junit_report_is_a_failure() {
        let pytest = r#"<?xml version="1.0"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="20" time="1.5"><testcase name="tests=&quot;9&quot;" /></testsuite></testsuites>"#;
        assert!(matches!(Tally::of_junit(pytest), Ok(counted) if counted == tally(14, 6)));
        let two = r#"<testsuites errors="0" failures="0" skipped="0" tests="3"><testsuite errors="0" failures="0" skipped="0" tests="2" /><testsuite errors="0" failures="0" skipped="0" tests="1" /></testsuites>"#;
        assert!(matches!(Tally::of_junit(two), Ok(counted) if counted == tally(3, 0)));
        for bad in [
            "",
            "<testsuites></testsuites>",
            "<testsuite tests=\"3\" />",
            "<testsuite tests=\"3\"",
        ] {
            assert!(Tally::of_junit(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn silence_is_not_success() {
        assert_eq!(tally(4, 0).settle(true), tally(4, 0));
        assert_eq!(tally(0, 0).settle(true), tally(0, 1));
        assert_eq!(tally(4, 0).settle(false), tally(4, 1));
        assert_eq!(tally(4, 2).settle(false), tally(4, 2));
    }
}
