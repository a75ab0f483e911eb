//! Overpaint's core: everything but the window, the web and the command line.
//!
//! Start at [`Library`], the facade: hosts call nothing else. `job` is what can happen to an edit (pure) and the runner that makes it happen;
//! `provider` is who runs it; `store` is the database, `pictures` the files, `bucket` their copies for others; `picture` is bytes and pixels;
//! `settings`, `keys` and `secret` are what the user gave us; `original` is the backend before us, as `overpaint import` reads it. `error`
//! holds the codes.
//!
//! Invariant: nothing here knows Tauri or axum, and nothing here prints.

pub mod clock;
pub mod error;
pub mod event;
pub mod job;
pub mod keys;
pub mod library;
pub mod model;
pub mod money;
pub mod original;
pub mod picture;
pub mod pictures;
pub mod provider;
pub mod sample;
pub mod secret;
pub mod settings;
pub mod version;

mod bucket;
mod drill;
mod store;

pub use library::Library;
