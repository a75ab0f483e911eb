//! System packages: which are missing, why they are wanted, and their installation after a question.
//!
//! Only Debian and its children (apt) are served; on other systems the needs are named and left to the reader.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

/// What somebody is about to do, which decides what they need.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Compile everything.
    Build,
    /// Compile everything and drive the window on a display that nobody sees.
    Test,
    /// Compile the release and compare it with the tools people have.
    Bench,
}

struct Package {
    name: &'static str,
    why: &'static str,
}

const fn package(name: &'static str, why: &'static str) -> Package {
    Package { name, why }
}

const BUILD: &[Package] = &[
    package("build-essential", "C compiler and linker"),
    package("pkg-config", "finds the libraries below"),
    package(
        "libwebkit2gtk-4.1-dev",
        "the web view the window is made of",
    ),
    package(
        "nasm",
        "fast JPEG: without it mozjpeg is built without its SIMD code",
    ),
];

const TEST: &[Package] = &[
    package("xvfb", "a display that nobody sees, for the real window"),
    package("webkit2gtk-driver", "clicks and types in the real window"),
    package("xdotool", "moves the pointer for a real drag from outside"),
    package(
        "imagemagick",
        "makes test pictures and compares screenshots",
    ),
    package("python3-gi", "the window a file is dragged from"),
    package("gir1.2-gtk-3.0", "the window a file is dragged from"),
    package("adwaita-icon-theme", "pointer and icons of that window"),
    package("fonts-dejavu-core", "letters on a machine without fonts"),
    package("chromium", "a real browser's pages against the local API"),
    package("python3", "the conformance suite of the local API"),
    package(
        "python3-venv",
        "a folder of its own for the suite's Python packages",
    ),
    package("curl", "the README's commands for the local API"),
];

const BENCH: &[Package] = &[
    package("libvips-tools", "vipsthumbnail, the tool to compare with"),
    package("imagemagick", "makes test pictures and reference scalings"),
    package("sqlite3", "fills a library with 100,000 jobs"),
    package("wrk", "asks the local API as fast as it answers"),
];

/// Make sure that what `purpose` needs is installed: say what is missing and why, ask unless `yes`, root or CI, install.
pub(crate) fn ensure(sh: &Shell, purpose: Purpose, yes: bool) -> Result<()> {
    require_node(sh)?;
    if !cfg!(target_os = "linux") {
        say_needs_elsewhere(purpose);
        return Ok(());
    }
    let wanted: Vec<&Package> = match purpose {
        Purpose::Build => BUILD.iter().collect(),
        Purpose::Test => BUILD.iter().chain(TEST).collect(),
        Purpose::Bench => BUILD.iter().chain(BENCH).collect(),
    };
    if cmd!(sh, "dpkg-query --version")
        .quiet()
        .ignore_stdout()
        .ignore_stderr()
        .run()
        .is_err()
    {
        eprintln!("This is not Debian or Ubuntu: install what corresponds to these yourself.");
        list(&wanted);
        return Ok(());
    }
    let missing: Vec<&Package> = wanted
        .into_iter()
        .filter(|package| !installed(sh, package.name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("Missing system packages:");
    list(&missing);
    let root = cmd!(sh, "id -u").quiet().read()? == "0";
    if !(yes || root || on_ci() || agreed()?) {
        bail!("nothing was installed; `--yes` installs without asking");
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    // `env`, because sudo drops the environment; noninteractive, because a package that asks would wait for ever.
    let (first, then) = if root {
        ("env", None)
    } else {
        ("sudo", Some("env"))
    };
    let apt = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"];
    cmd!(sh, "{first} {then...} {apt...} update")
        .run()
        .context("apt-get update")?;
    cmd!(
        sh,
        "{first} {then...} {apt...} install --yes --no-install-recommends {names...}"
    )
    .run()
    .context("apt-get install")?;
    Ok(())
}

/// Node is one of the three things a newcomer brings; an old one fails late and obscurely, so it is asked for early.
fn require_node(sh: &Shell) -> Result<()> {
    let version = cmd!(sh, "node --version")
        .quiet()
        .read()
        .context("Node is missing: install Node 20.19 or newer")?;
    if old_node(&version) {
        bail!("Node {version} is too old: 20.19 or newer is needed");
    }
    Ok(())
}

fn old_node(version: &str) -> bool {
    let mut parts = version
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < (20, 19)
}

/// Every CI system sets it.
#[expect(
    clippy::disallowed_methods,
    reason = "about the machine, not a setting of Overpaint"
)]
fn on_ci() -> bool {
    std::env::var_os("CI").is_some()
}

/// `config-files` (removed, not purged) and half-installed states do not count as installed.
fn installed(sh: &Shell, name: &str) -> bool {
    let format = "${db:Status-Status}";
    let status = cmd!(sh, "dpkg-query --show --showformat={format} {name}");
    status
        .quiet()
        .ignore_stderr()
        .read()
        .is_ok_and(|status| status.trim() == "installed")
}

fn list(packages: &[&Package]) {
    for package in packages {
        eprintln!("  {:<24} {}", package.name, package.why);
    }
}

/// `false` when there is nobody to ask.
fn agreed() -> Result<bool> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Ok(false);
    }
    eprint!("Install them with apt-get? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn say_needs_elsewhere(purpose: Purpose) {
    if cfg!(target_os = "macos") {
        eprintln!(
            "Needed on macOS: the command line tools (xcode-select --install) and nasm (brew install nasm)."
        );
    } else {
        eprintln!(
            "Needed on Windows: the C++ build tools of Visual Studio, WebView2 (part of Windows 11), and nasm on PATH."
        );
    }
    if purpose != Purpose::Build {
        eprintln!(
            "The tests of the real window and in a browser run on Linux only; those of the API's conformance want Python 3."
        );
    }
}

#[cfg(test)]
mod tests {
    use super::old_node;

    #[test]
    fn node_older_than_20_19_is_refused() {
        for old in ["v18.20.4", "v20.18.3", "rubbish", ""] {
            assert!(old_node(old), "{old}");
        }
        for good in ["v20.19.0", "v20.20.2", "v22.1.0", "v100.0.0"] {
            assert!(!old_node(good), "{good}");
        }
    }
}
