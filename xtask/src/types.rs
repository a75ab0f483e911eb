//! `cargo xtask types`: the TypeScript of what crosses the border and the description of the HTTP API, written by the crates that define them.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, cmd};

use crate::{interface, place};

const FILE: &str = "ui/src/lib/api/generated.ts";
const OPENAPI: &str = "crates/http/openapi.json";

type Generate = fn(&Shell) -> Result<String>;

/// What is generated, and by what.
const GENERATED: [(&str, Generate); 2] = [(FILE, generate), (OPENAPI, describe)];

/// Write the generated files.
pub(crate) fn write(sh: &Shell) -> Result<()> {
    for (file, generate) in GENERATED {
        let text = generate(sh)?;
        sh.write_file(file, text)?;
        println!("{file}");
    }
    Ok(())
}

/// Fail if a generated file is not what would be written now.
pub(crate) fn compare(sh: &Shell) -> Result<()> {
    for (file, generate) in GENERATED {
        if generate(sh)? != sh.read_file(file)? {
            bail!("{file} is not what the code says: run `cargo xtask types`");
        }
    }
    Ok(())
}

/// The HTTP API's description, as the server serves it.
fn describe(sh: &Shell) -> Result<String> {
    let json = cmd!(
        sh,
        "cargo run --quiet --package overpaint-http --bin export-openapi"
    )
    .read()
    .context("export-openapi")?;
    Ok(json + "\n")
}

fn generate(sh: &Shell) -> Result<String> {
    interface::install(sh)?;
    let raw = cmd!(
        sh,
        "cargo run --quiet --package overpaint-api --bin export-types"
    )
    .read()
    .context("export-types")?;
    ensure!(raw.contains("export "), "export-types printed no types");
    // Formatted as the rest of ui/, so that a diff of it reads well.
    let mut prettier = Command::new("node")
        .args([
            "node_modules/prettier/bin/prettier.cjs",
            "--stdin-filepath",
            "src/lib/api/generated.ts",
        ])
        .current_dir(place::top().join("ui"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("prettier")?;
    // prettier reads all of its input before it writes: this cannot block on a full pipe.
    prettier
        .stdin
        .take()
        .context("prettier has no stdin")?
        .write_all(raw.as_bytes())?;
    let formatted = prettier.wait_with_output()?;
    ensure!(
        formatted.status.success(),
        "prettier could not read what export-types printed"
    );
    Ok(String::from_utf8(formatted.stdout)?)
}
