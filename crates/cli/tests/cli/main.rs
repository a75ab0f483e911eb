//! The program as users start it: real processes, real sockets, a simulated fal. Each test has a home, a library and a working folder of
//! its own, and an environment with nothing of the tester's in it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails"
)]

mod beside;
mod desk;
mod edit;
mod import;
mod killed;
#[cfg(target_os = "linux")]
mod memory;
mod refused;
mod serve;
mod spending;
mod thumbnail;
