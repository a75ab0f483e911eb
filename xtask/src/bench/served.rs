//! A program that serves until it is dropped, and the line with which it says where.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// A running server. Dropping it ends it at once.
pub(super) struct Served {
    child: Child,
    /// What followed `http://` in the line: `127.0.0.1:PORT`
    pub(super) address: String,
}

impl Served {
    /// Start a program and wait for the line of its stdout that begins with `says` and ends with its URL.
    pub(super) fn start(
        program: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        says: &str,
    ) -> Result<Self> {
        let mut child = Command::new(program)
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| program.display().to_string())?;
        let stdout = child.stdout.take().context("no stdout")?;
        // Owned from here on, so that an early return ends the child too.
        let mut served = Self {
            child,
            address: String::new(),
        };
        let mut lines = BufReader::new(stdout).lines();
        for line in &mut lines {
            let line = line?;
            if let Some(address) = line
                .strip_prefix(says)
                .and_then(|rest| rest.trim().strip_prefix("http://"))
            {
                served.address = address.trim_end_matches('/').to_owned();
                // Read on, or the program would block on a full pipe.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(served);
            }
        }
        bail!(
            "{} ended without saying `{says} http://…`",
            program.display()
        )
    }

    /// Memory of the process that is in use now, in MiB (RSS).
    pub(super) fn resident(&self) -> Result<f64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(&path).context(path)?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("no VmRSS")?;
        let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes / 1024.0)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // In order: a library that was not closed is checked whole at its next start, which is not what is measured. The program may have
        // ended by itself; there is nobody left to tell.
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
