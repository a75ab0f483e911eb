//! The routes, the guard and the control over real sockets, on a real library, with a simulated fal.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test fails"
)]

mod bucket;
mod control;
mod doubt;
mod endpoint;
mod guard;
mod house;
mod kept;
mod raw;
mod routes;
mod v1;
