//! The web interface in `ui/`: its packages and its build, each made again only when something changed.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::place::{self, NPM};

/// What the build of the interface is made from, beside everything in `ui/src`.
const SOURCES: &[&str] = &[
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "svelte.config.js",
];

/// Install the packages of `ui/` if its lock file is newer than what npm installed last.
pub(crate) fn install(sh: &Shell) -> Result<()> {
    let ui = place::top().join("ui");
    // npm keeps this file; its time is that of the last installation, by whichever command.
    let installed = modified(&ui.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= modified(&ui.join("package-lock.json")) {
        return Ok(());
    }
    let _ui = sh.push_dir(&ui);
    cmd!(sh, "{NPM} ci --no-fund --no-audit")
        .run()
        .context("npm ci in ui/")
}

/// Install and build the interface into `ui/dist` if anything it is made from is newer than the last build.
pub(crate) fn build(sh: &Shell, target: &Path) -> Result<()> {
    install(sh)?;
    let ui = place::top().join("ui");
    // Not the time of ui/dist: the window's build script puts a placeholder there when it is missing.
    let stamp = target.join("xtask/ui-built");
    let newest = SOURCES
        .iter()
        .filter_map(|name| newest(&ui.join(name)))
        .max();
    if modified(&stamp) > newest && ui.join("dist/assets").is_dir() {
        return Ok(());
    }
    // Its time is that of the beginning: what was changed while the build ran belongs to the next one.
    let begun = target.join("xtask/ui-begun");
    sh.write_file(&begun, "")?;
    let _ui = sh.push_dir(&ui);
    cmd!(sh, "{NPM} run build")
        .run()
        .context("npm run build in ui/")?;
    std::fs::rename(&begun, &stamp)?;
    Ok(())
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata()
        .and_then(|metadata| metadata.modified())
        .ok()
}

/// The newest time below `path`. A folder's own time counts too: that is how a deleted file shows.
fn newest(path: &Path) -> Option<SystemTime> {
    let own = modified(path);
    let Ok(entries) = path.read_dir() else {
        return own;
    };
    entries
        .flatten()
        .filter_map(|entry| newest(&entry.path()))
        .chain(own)
        .max()
}
