//! The owner's control: one program owns a library, and others on this computer hand it their edits instead of being turned away.
//!
//! The owner listens on a loopback port of its own and writes where, with a token of 256 random bits, into `control.json` in the library,
//! readable by its user alone: whoever can read the library's files may use them. A request without the token, with another `Host`, or
//! from a web page (any `Origin`) is refused. [`Control`] is the owner's end, [`Owner`] the other's.
//!
//! Deliberately little: hand over an edit, ask about a job, cancel it, and for a second start of the window: show these files. Everything
//! else is read beside the owner. It is no public interface: what one end does not understand is as if nobody answered.

mod client;
mod server;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use client::{ControlError, Owner};
pub use server::{Control, OnOpen};

/// What the owner left for others to find.
#[derive(Serialize, Deserialize)]
struct Card {
    address: SocketAddr,
    token: String,
    pid: u32,
}

/// A job, by its id.
#[derive(Debug, Serialize, Deserialize)]
struct ById {
    job_id: String,
}

/// Files a window is to show.
#[derive(Debug, Serialize, Deserialize)]
struct Files {
    paths: Vec<PathBuf>,
}

fn card_path(library: &Path) -> PathBuf {
    library.join("control.json")
}
