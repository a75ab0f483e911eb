//! `cargo xtask run`: from a fresh clone to the open window.

use anyhow::{Context, Result, bail};
use clap::Args;
use xshell::cmd;

use crate::packages::{self, Purpose};
use crate::{interface, place};

/// The default is the development profile: about two minutes for the first build instead of six, and three seconds
/// afterwards. Crates that touch every pixel are optimised in it all the same (see the profiles in Cargo.toml).
/// `--release` is what is packaged; take it to judge speed.
#[derive(Args)]
pub(crate) struct Run {
    /// Install missing system packages without asking
    #[arg(long)]
    yes: bool,
    /// Build as it is packaged: slower to build, faster to run
    #[arg(long)]
    release: bool,
    /// Pictures to open
    #[arg(last = true)]
    files: Vec<std::path::PathBuf>,
}

impl Run {
    pub(crate) fn go(self) -> Result<()> {
        let sh = place::shell()?;
        let display = display();
        if !display {
            eprintln!(
                "No display here (DISPLAY and WAYLAND_DISPLAY are empty): this builds, and stops before the window."
            );
        }
        packages::ensure(&sh, Purpose::Build, self.yes)?;
        let target = place::target(&sh)?;
        interface::build(&sh, &target)?;
        let (profile, release) = if self.release {
            ("release", Some("--release"))
        } else {
            ("debug", None)
        };
        // The whole workspace is selected, so that features are unified as in `cargo test --workspace` and nothing is built twice.
        cmd!(
            sh,
            "cargo build --workspace --bin overpaint-desktop {release...}"
        )
        .run()
        .context("the build failed")?;
        let window = place::program(&target, profile, "overpaint-desktop");
        if !display {
            bail!(
                "built {}, but there is no display to open a window on.\n\
                 On a desktop run this again; on a machine without one: `xvfb-run -a cargo xtask run` for a virtual display,\n\
                 or `cargo run --bin overpaint -- serve` for Overpaint without a window",
                window.display()
            );
        }
        let files = self.files;
        cmd!(sh, "{window} {files...}")
            .run()
            .context("Overpaint ended with an error")
    }
}

/// Other systems always have one, or say so themselves.
#[expect(
    clippy::disallowed_methods,
    reason = "about the machine, not a setting of Overpaint"
)]
fn display() -> bool {
    !cfg!(target_os = "linux")
        || ["WAYLAND_DISPLAY", "DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
