//! `cargo xtask package`: the release as a .deb with the window, the command line, a launcher entry and icons.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use xshell::cmd;

use crate::packages::{self, Purpose};
use crate::{interface, place};

#[derive(Args)]
pub(crate) struct Package {
    /// Install missing system packages without asking
    #[arg(long)]
    yes: bool,
}

impl Package {
    pub(crate) fn go(self) -> Result<()> {
        let sh = place::shell()?;
        packages::ensure(&sh, Purpose::Build, self.yes)?;
        interface::install(&sh)?;
        let target = place::target(&sh)?;
        // First the command line: the bundler only copies it.
        cmd!(
            sh,
            "cargo build --release --locked --workspace --bin overpaint"
        )
        .run()?;
        let overpaint = place::program(&target, "release", "overpaint");
        // tauri.conf.json expects the default target folder; the true one may be elsewhere.
        let config = serde_json::json!({ "bundle": { "linux": { "deb": { "files": { "/usr/bin/overpaint": overpaint } } } } });
        let config = config.to_string();
        cmd!(sh, "node ui/node_modules/@tauri-apps/cli/tauri.js build --ci --bundles deb --config {config}")
            .run()
            .context("tauri build")?;
        let deb = newest_deb(&target.join("release/bundle/deb"))?;
        println!("{}", deb.display());
        Ok(())
    }
}

fn newest_deb(folder: &Path) -> Result<PathBuf> {
    let debs = folder
        .read_dir()
        .with_context(|| format!("{} is missing", folder.display()))?
        .flatten();
    debs.map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .max_by_key(|path| {
            path.metadata()
                .and_then(|metadata| metadata.modified())
                .ok()
        })
        .context("the bundler made no .deb")
}
