//! Where things are: the repository, the target folder, the programs built there.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

/// The top of the repository.
pub(crate) fn top() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// A shell standing at the top of the repository.
pub(crate) fn shell() -> Result<Shell> {
    let sh = Shell::new().context("no working directory")?;
    sh.change_dir(top());
    Ok(sh)
}

/// Cargo's target folder, wherever the environment or a config file has moved it.
pub(crate) fn target(sh: &Shell) -> Result<PathBuf> {
    let metadata = cmd!(sh, "cargo metadata --no-deps --format-version 1")
        .quiet()
        .read()?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    let folder = metadata["target_directory"]
        .as_str()
        .context("cargo metadata names no target folder")?;
    Ok(PathBuf::from(folder))
}

/// A program built by cargo: `target/<profile>/<name>`.
pub(crate) fn program(target: &Path, profile: &str, name: &str) -> PathBuf {
    target
        .join(profile)
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The programs of the release, and beside them the simulated fal for their tests.
pub(crate) struct Release {
    pub(crate) overpaint: PathBuf,
    pub(crate) simulated_fal: PathBuf,
}

/// Build them, with the features they are packaged with.
pub(crate) fn release(sh: &Shell) -> Result<Release> {
    cmd!(
        sh,
        "cargo build --release --locked --workspace --bin overpaint --bin simulated-fal"
    )
    .run()
    .context("the release did not build")?;
    let target = target(sh)?;
    Ok(Release {
        overpaint: program(&target, "release", "overpaint"),
        simulated_fal: program(&target, "release", "simulated-fal"),
    })
}

/// npm is a script on Windows, and a script is not found by its bare name there.
pub(crate) const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
