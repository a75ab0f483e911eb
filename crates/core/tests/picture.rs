//! Pictures through the front door: every kind of file that works, every kind that is refused, and bytes made to hurt.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "picture/hostile.rs"]
mod hostile;
#[path = "picture/pixels.rs"]
mod pixels;
#[path = "picture/refused.rs"]
mod refused;
#[path = "picture/samples.rs"]
mod samples;
#[path = "picture/thumbnails.rs"]
mod thumbnails;
#[path = "picture/written.rs"]
mod written;
