//! Habits of this repository that no common tool knows. Every exception stands here with its reason, and the lists only shrink.

use std::path::Path;

use anyhow::{Result, bail};
use xshell::{Shell, cmd};

use crate::place;

/// Files that may be longer than the habit: path, and why it is still one subject.
const LONG: &[(&str, &str)] = &[
    ("ui/src/lib/api/generated.ts", "generated from crates/api"),
    (
        "crates/core/src/provider/demo/words.rs",
        "one table: the demo engine's vocabulary",
    ),
    (
        "crates/core/src/provider/demo/understand.rs",
        "one walk over a prompt, whose branches share its state",
    ),
];

/// Code lines a file may have, tests left out. A longer one is asked what its second subject is.
fn limit(path: &str) -> Option<usize> {
    match path.rsplit_once('.')?.1 {
        "rs" => Some(400),
        "svelte" | "ts" | "mjs" => Some(200),
        _ => None,
    }
}

/// Look at every file that is or would be in the repository, and say all that is wrong.
pub(crate) fn check(sh: &Shell) -> Result<()> {
    let names = cmd!(sh, "git ls-files --cached --others --exclude-standard")
        .quiet()
        .read()?;
    let mut wrong = Vec::new();
    for name in names.lines() {
        // What cannot be read as text (a picture, a file deleted but not yet committed) has no lines to judge.
        let Ok(text) = std::fs::read_to_string(place::top().join(name)) else {
            continue;
        };
        wrong.extend(too_long(name, &text));
        wrong.extend(machine_path(name, &text, &place::top().to_string_lossy()));
        match Path::new(name).file_name().and_then(|file| file.to_str()) {
            Some("package-lock.json") => {
                wrong.extend(npm_host(name, &text));
                wrong.extend(other_platforms(name, &text));
            }
            Some("Cargo.lock") => wrong.extend(second_source(name, &text)),
            _ => {}
        }
        if name.ends_with(".md") {
            wrong.extend(missing_pictures(name, &text));
        }
    }
    for (name, _) in LONG {
        if !names.lines().any(|line| line == *name) {
            wrong.push(format!(
                "xtask/src/tidy.rs: {name} is excepted but does not exist"
            ));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{}", wrong.join("\n"))
}

fn too_long(name: &str, text: &str) -> Option<String> {
    let limit = limit(name)?;
    if is_test(name) || LONG.iter().any(|(long, _)| *long == name) {
        return None;
    }
    let lines = text
        .lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .count();
    (lines > limit)
        .then(|| format!("{name}: {lines} lines without its tests; the habit ends at {limit}"))
}

fn is_test(name: &str) -> bool {
    name.split('/').any(|part| part == "tests") || name.contains(".test.")
}

/// Paths of one person's machine: of this checkout, or of somebody's home folder. Ada is nobody: examples may use her home.
fn machine_path(name: &str, text: &str, top: &str) -> Option<String> {
    if name == "xtask/src/tidy.rs" {
        return None;
    }
    let homes = ["/home/", "/Users/", "/root/", "C:\\Users\\"];
    let betrays = |line: &str| {
        let line = line.replace("/home/ada/", "");
        line.contains(top) || homes.iter().any(|home| line.contains(home))
    };
    let line = text.lines().position(betrays)?;
    Some(format!("{name}:{}: a path of somebody's machine", line + 1))
}

/// Lock files must serve every mirror: npm finds a package by name and checks it by its hash.
fn npm_host(name: &str, text: &str) -> Option<String> {
    let line = text
        .lines()
        .position(|line| line.trim_start().starts_with("\"resolved\": \"http"))?;
    Some(format!(
        "{name}:{}: names a registry host; `npm install --omit-lockfile-registry-resolved`",
        line + 1
    ))
}

/// A package made for another platform must be in the lock file too, or `npm ci` refuses it there and here. npm leaves them out
/// when the registry it asked did not have them.
fn other_platforms(name: &str, text: &str) -> Option<String> {
    let lock: serde_json::Value = serde_json::from_str(text).ok()?;
    let packages = lock["packages"].as_object()?;
    let wanted = packages
        .values()
        .filter_map(|package| package["optionalDependencies"].as_object());
    let mut missing: Vec<&str> = wanted
        .flat_map(serde_json::Map::keys)
        .filter(|wanted| {
            !packages
                .keys()
                .any(|path| path.ends_with(&format!("node_modules/{wanted}")))
        })
        .map(String::as_str)
        .collect();
    missing.sort_unstable();
    let first = missing.first()?;
    Some(format!(
        "{name}: `npm ci` will refuse it: {first} and {} more optional packages are missing",
        missing.len() - 1
    ))
}

fn second_source(name: &str, text: &str) -> Option<String> {
    let mut sources = text
        .lines()
        .filter_map(|line| line.strip_prefix("source = "));
    let first = sources.next()?;
    let other = sources.find(|source| *source != first);
    let other = other.or_else(|| (!first.starts_with("\"registry+")).then_some(first))?;
    Some(format!(
        "{name}: a crate comes from somewhere else: {other}"
    ))
}

/// Pictures that a page shows (`![](path)`, `src="path"`, `srcset="path"`) must be there.
fn missing_pictures(name: &str, text: &str) -> Vec<String> {
    let folder = place::top().join(name);
    let folder = folder.parent().unwrap_or(place::top());
    pictures(text)
        .into_iter()
        .filter(|picture| !picture.contains("://") && !folder.join(picture).exists())
        .map(|picture| format!("{name}: shows {picture}, which does not exist"))
        .collect()
}

fn pictures(text: &str) -> Vec<&str> {
    let after = |text: &'_ str, opening: &str| -> Vec<usize> {
        text.match_indices(opening)
            .map(|(at, _)| at + opening.len())
            .collect()
    };
    let mut found = Vec::new();
    for at in after(text, "![") {
        let rest = &text[at..];
        if let Some((_, target)) = rest.split_once("](") {
            found.extend(target.split([')', ' ']).next());
        }
    }
    for opening in [" src=\"", " srcset=\""] {
        found.extend(
            after(text, opening)
                .into_iter()
                .filter_map(|at| text[at..].split(['"', ' ']).next()),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_measured_without_its_tests() {
        let code = "fn a() {}\n".repeat(400);
        assert_eq!(
            too_long("a.rs", &format!("{code}#[cfg(test)]\n{code}")),
            None
        );
        assert!(too_long("a.rs", &format!("{code}fn b() {{}}\n")).is_some());
        assert!(too_long("ui/A.svelte", &code).is_some());
        assert_eq!(too_long("crates/core/tests/a.rs", &code.repeat(2)), None);
        assert_eq!(too_long("README.md", &code.repeat(2)), None);
    }

    #[test]
    fn a_path_of_this_checkout_or_of_a_home_folder_is_found() {
        assert!(
            machine_path("a.md", "x\nsee /srv/checkout/a\n", "/srv/checkout")
                .is_some_and(|said| said.contains(":2:"))
        );
        assert!(machine_path("a.md", "cd /home/me", "/srv/checkout").is_some());
        assert_eq!(machine_path("a.md", "cd ~/x", "/srv/checkout"), None);
        assert_eq!(
            machine_path("a.md", "cd /home/ada/x", "/srv/checkout"),
            None
        );
    }

    #[test]
    fn a_lock_file_that_names_a_host_is_found() {
        assert!(
            npm_host(
                "package-lock.json",
                "  \"resolved\": \"https://host/a.tgz\","
            )
            .is_some()
        );
        assert_eq!(
            npm_host("package-lock.json", "  \"integrity\": \"sha512-x\","),
            None
        );
    }

    #[test]
    fn a_lock_file_without_the_packages_of_another_platform_is_found() {
        let lock = |other: &str| {
            format!(
                r#"{{"packages": {{"node_modules/a": {{"optionalDependencies": {{"a-linux": "1.0.0"}}}}, "node_modules/{other}": {{}}}}}}"#
            )
        };
        assert_eq!(other_platforms("package-lock.json", &lock("a-linux")), None);
        assert!(
            other_platforms("package-lock.json", &lock("b"))
                .is_some_and(|said| said.contains("a-linux"))
        );
    }

    #[test]
    fn a_crate_from_a_second_source_is_found() {
        let one = "source = \"registry+one\"\nsource = \"registry+one\"\n";
        assert_eq!(second_source("Cargo.lock", one), None);
        assert!(second_source("Cargo.lock", &format!("{one}source = \"git+two\"\n")).is_some());
        assert!(second_source("Cargo.lock", "source = \"git+two\"\n").is_some());
    }

    #[test]
    fn pictures_are_found_in_markdown_and_in_html() {
        let text = "![a](docs/a.png) text ![b](docs/b.png \"title\")\n<img alt=\"\" src=\"docs/c.png\"><source srcset=\"docs/d.png\">";
        assert_eq!(
            pictures(text),
            ["docs/a.png", "docs/b.png", "docs/c.png", "docs/d.png"]
        );
    }
}
