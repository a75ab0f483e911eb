//! `cargo xtask check`: what a reader should never have to say in a review. All of it runs, then the failures are listed.

use anyhow::{Context, Result, bail};
use clap::Args;
use xshell::{Shell, cmd};

use crate::packages::{self, Purpose};
use crate::{interface, place, tidy, types};

/// The version that `deny.toml` is written for and that is installed if another one or none is there.
const CARGO_DENY: &str = "0.20.2";

#[derive(Args)]
pub(crate) struct Check {
    /// Install missing system packages without asking
    #[arg(long)]
    yes: bool,
}

type Step = (&'static str, fn(&Shell) -> Result<()>);

/// The quick ones first: a typing slip should not wait for the linker.
const STEPS: &[Step] = &[
    ("habits of the repository", tidy::check),
    ("cargo fmt", |sh| {
        Ok(cmd!(sh, "cargo fmt --all --check").run()?)
    }),
    ("svelte-check", |sh| npm(sh, "check")),
    ("eslint and prettier", |sh| npm(sh, "lint")),
    ("prettier outside of ui", |sh| {
        // From ui/, because that is where its plugins are looked for.
        let _ui = sh.push_dir("ui");
        let prettier = "node_modules/prettier/bin/prettier.cjs";
        Ok(cmd!(
            sh,
            "node {prettier} --config .prettierrc.json --check ../e2e"
        )
        .run()?)
    }),
    ("cargo clippy", |sh| {
        let deny = ["--deny", "warnings"];
        Ok(cmd!(
            sh,
            "cargo clippy --workspace --all-targets --locked -- {deny...}"
        )
        .run()?)
    }),
    ("cargo doc", |sh| {
        Ok(cmd!(
            sh,
            "cargo doc --workspace --no-deps --document-private-items --locked"
        )
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?)
    }),
    ("generated types", types::compare),
    ("cargo deny", deny),
];

impl Check {
    pub(crate) fn go(self) -> Result<()> {
        let sh = place::shell()?;
        packages::ensure(&sh, Purpose::Build, self.yes)?;
        // Clippy compiles the window, and the window contains the interface.
        interface::build(&sh, &place::target(&sh)?)?;
        let mut failed = Vec::new();
        for (name, step) in STEPS {
            eprintln!("\n── {name}");
            if let Err(error) = step(&sh) {
                eprintln!("{error:#}");
                failed.push(*name);
            }
        }
        if !failed.is_empty() {
            bail!("not clean: {}", failed.join(", "));
        }
        println!("\nclean: {} checks", STEPS.len());
        Ok(())
    }
}

fn npm(sh: &Shell, script: &str) -> Result<()> {
    let npm = place::NPM;
    let _ui = sh.push_dir("ui");
    Ok(cmd!(sh, "{npm} run {script}").run()?)
}

/// Licences, sources and bans. Advisories need the network and change without us: CI asks for them on its own.
fn deny(sh: &Shell) -> Result<()> {
    let right = |program: &std::path::Path| {
        let version = cmd!(sh, "{program} --version")
            .quiet()
            .ignore_stderr()
            .read();
        version.is_ok_and(|version| version.trim() == format!("cargo-deny {CARGO_DENY}"))
    };
    let mut program = std::path::PathBuf::from("cargo-deny");
    if !right(&program) {
        // Into the target folder: what is installed on the machine stays as its owner left it.
        let tools = place::target(sh)?.join("tools");
        program = place::program(&tools, "bin", "cargo-deny");
        if !right(&program) {
            cmd!(
                sh,
                "cargo install cargo-deny --version {CARGO_DENY} --locked --debug --root {tools}"
            )
            .run()
            .context("cargo-deny could not be installed")?;
        }
    }
    // Only errors: two generations of one crate are common below Tauri, and `cargo deny check bans` by hand lists them.
    Ok(cmd!(
        sh,
        "{program} --log-level error --workspace check --hide-inclusion-graph bans licenses sources"
    )
    .run()?)
}
