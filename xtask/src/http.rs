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
pub(crate) struct Server {
    /// `127.0.0.1:PORT`
    pub(crate) address: String,
    /// Sent with every request, if the server asks for one.
    pub(crate) token: Option<&'static str>,
}

/// What it answered.
pub(crate) struct Answer {
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Server {
    pub(crate) fn at(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            token: None,
        }
    }

    /// GET a JSON document.
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        self.ask("GET", path, &[], &[])?.json()
    }

    /// POST nothing.
    pub(crate) fn post(&self, path: &str) -> Result<Value> {
        self.ask("POST", path, &[("Content-Type", "application/json")], &[])?
            .json()
    }

    /// POST a form with a prompt and a JPEG, as a browser's form would.
    pub(crate) fn post_job(&self, prompt: &str, jpeg: &[u8]) -> Result<Value> {
        const BOUNDARY: &str = "overpaint-bench-boundary";
        let mut body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\n{prompt}\r\n\
             --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"bench.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(jpeg);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.ask("POST", "/api/jobs", &[("Content-Type", &kind)], &body)?
            .json()
    }

    /// One request; what is no 2xx is an error.
    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer> {
        let address = &self.address;
        let mut stream =
            TcpStream::connect(address).with_context(|| format!("nobody listens on {address}"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if let Some(token) = self.token {
            head += &format!("Authorization: Bearer {token}\r\n");
        }
        head += "Connection: close\r\n\r\n";
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = Answer::of(answer)?;
        if !answer.head.starts_with("HTTP/1.1 2") {
            bail!(
                "{method} {path}: {} {}",
                answer.head.lines().next().unwrap_or_default(),
                String::from_utf8_lossy(&answer.body)
            );
        }
        Ok(answer)
    }
}

impl Answer {
    fn of(mut bytes: Vec<u8>) -> Result<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.context("an answer without a head")?;
        let body = bytes.split_off(end + 4);
        let answer = Self {
            head: String::from_utf8(bytes)?,
            body,
        };
        ensure!(
            answer.header("transfer-encoding").is_none(),
            "an answer in chunks, which is not read here"
        );
        if let Some(length) = answer.header("content-length") {
            ensure!(
                length.parse() == Ok(answer.body.len()),
                "an answer that broke off"
            );
        }
        Ok(answer)
    }

    /// The value of a header, by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (held, value) = line.split_once(':')?;
            held.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn json(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}
