//! What crosses a border of Overpaint, whichever host it leaves by: requests, answers, events and problems as plain data.
//!
//! No logic lives here and no I/O: core's types come in through `From`, JSON and TypeScript go out. The TypeScript of every type is
//! written by `cargo xtask types` to `ui/src/lib/api/generated.ts`.

pub mod event;
pub mod from_core;
pub mod job;
pub mod model;
pub mod money;
pub mod operations;
pub mod picture;
pub mod problem;
pub mod settings;
