//! Just enough HTTP to ask a server on this machine: one request a connection, the answer read to its end.
//!
//! A client library would be the largest dependency of this program, and starting curl takes longer than what is measured.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// Longer than any answer takes: what hangs should not hang us.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on loopback.
#[derive(Clone)]
pub(super) struct Server {
    /// `127.0.0.1:PORT`
    pub(super) address: String,
    /// Sent with every request, if the server asks for one.
    pub(super) token: Option<&'static str>,
}

impl Server {
    pub(super) fn at(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            token: None,
        }
    }

    /// GET a JSON document.
    pub(super) fn get(&self, path: &str) -> Result<Value> {
        self.ask("GET", path, "application/json", &[])
    }

    /// POST nothing.
    pub(super) fn post(&self, path: &str) -> Result<Value> {
        self.ask("POST", path, "application/json", &[])
    }

    /// POST a form with a prompt and a JPEG, as a browser's form would.
    pub(super) fn post_job(&self, prompt: &str, jpeg: &[u8]) -> Result<Value> {
        const BOUNDARY: &str = "overpaint-bench-boundary";
        let mut body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\n{prompt}\r\n\
             --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"bench.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(jpeg);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        self.ask(
            "POST",
            "/api/jobs",
            &format!("multipart/form-data; boundary={BOUNDARY}"),
            &body,
        )
    }

    fn ask(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Result<Value> {
        let address = &self.address;
        let mut stream =
            TcpStream::connect(address).with_context(|| format!("nobody listens on {address}"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let token = self.token.map_or_else(String::new, |token| {
            format!("Authorization: Bearer {token}\r\n")
        });
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{token}Connection: close\r\n\r\n"
        )?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8(answer)?;
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .context("an answer without a head")?;
        ensure!(
            !head.to_ascii_lowercase().contains("transfer-encoding"),
            "an answer in chunks, which is not read here"
        );
        if !head.starts_with("HTTP/1.1 2") {
            bail!(
                "{method} {path}: {} {body}",
                head.lines().next().unwrap_or_default()
            );
        }
        Ok(serde_json::from_str(body)?)
    }
}
