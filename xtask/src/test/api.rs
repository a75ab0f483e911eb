//! The suites of `tests/`: the local API from outside, asked by programs in Python.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use super::{fresh, left_out};
use crate::place;
use crate::tally::Tally;

/// What the suites need of Python's packages, by folder of `tests/`.
const REQUIREMENTS: [&str; 2] = [
    "tests/conformance/requirements.txt",
    "tests/schema/requirements.txt",
];

/// The suite that was written down from the original's backend.
pub(super) fn conformance(sh: &Shell, target: &Path) -> Result<Tally> {
    if cfg!(windows) {
        return Ok(left_out(
            "the conformance suite stops its servers by signals, which Windows has not",
        ));
    }
    let python = python(sh, target)?;
    let overpaint = place::release(sh)?.overpaint;
    let server = format!(
        "'{}' serve --port {{port}} --library {{dir}}/library",
        overpaint.display()
    );
    // What starts a server of its own for every test waits most of the time: it runs beside the rest.
    let half = |marker: &str, name: &str| -> Result<Half> {
        let (log, report) = (
            fresh(sh, target, &format!("{name}.log"))?,
            fresh(sh, target, &format!("{name}.xml"))?,
        );
        let said = File::create(&log)?;
        let child = Command::new("bash")
            .arg(place::top().join("tests/conformance/run.sh"))
            .args([&server, "-m", marker])
            .arg(format!("--junitxml={}", report.display()))
            .env("PYTHON", &python)
            .stdin(Stdio::null())
            .stdout(said.try_clone()?)
            .stderr(said)
            .spawn()
            .context("tests/conformance/run.sh")?;
        Ok(Half { child, log, report })
    };
    let halves = [
        half("needs_server_cmd", "conformance-own-servers")?,
        half("not needs_server_cmd", "conformance")?,
    ];
    let mut tally = Tally::default();
    for half in halves {
        tally += half.count(sh)?;
    }
    Ok(tally)
}

/// A part of the suite at work.
struct Half {
    child: Child,
    log: PathBuf,
    report: PathBuf,
}

impl Half {
    fn count(mut self, sh: &Shell) -> Result<Tally> {
        let succeeded = self.child.wait()?.success();
        println!("{}", sh.read_file(&self.log)?);
        let text = sh
            .read_file(&self.report)
            .context("pytest wrote no report")?;
        Ok(Tally::of_junit(&text)?.settle(succeeded))
    }
}

/// The server against its own description.
pub(super) fn schema(sh: &Shell, target: &Path) -> Result<Tally> {
    if cfg!(windows) {
        return Ok(left_out(
            "the requests made from /openapi.json need no third system",
        ));
    }
    let python = python(sh, target)?;
    let place::Release {
        overpaint,
        simulated_fal,
    } = place::release(sh)?;
    let report = fresh(sh, target, "schema.xml")?;
    let succeeded = cmd!(
        sh,
        "{python} tests/schema/run.py --overpaint {overpaint} --simulated-fal {simulated_fal} --report {report}"
    )
    .run()
    .is_ok();
    let text = sh
        .read_file(&report)
        .context("schemathesis wrote no report")?;
    Ok(Tally::of_junit(&text)?.settle(succeeded))
}

/// A Python with the suites' packages, in the target folder: what is installed on the machine stays as its owner left it.
fn python(sh: &Shell, target: &Path) -> Result<PathBuf> {
    let (folder, stamp) = (target.join("xtask/venv"), target.join("xtask/venv-has"));
    let python = folder.join("bin/python");
    let mut wanted = cmd!(sh, "python3 --version").quiet().read()?;
    for file in REQUIREMENTS {
        wanted += &format!("\n{}", sh.read_file(file)?);
    }
    if python.exists() && sh.read_file(&stamp).is_ok_and(|has| has == wanted) {
        return Ok(python);
    }
    cmd!(sh, "python3 -m venv --clear {folder}")
        .run()
        .context("Python cannot make a folder of packages")?;
    let files = REQUIREMENTS.map(|file| format!("--requirement={file}"));
    cmd!(
        sh,
        "{python} -m pip install --quiet --disable-pip-version-check {files...}"
    )
    .run()
    .context("the Python packages of tests/ could not be installed")?;
    sh.write_file(&stamp, wanted)?;
    Ok(python)
}
