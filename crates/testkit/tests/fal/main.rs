//! The contract the simulated fal keeps, told in stories over real HTTP by a client that shares no code with it.
#![expect(clippy::unwrap_used, reason = "a failed step is the story's failure")]

mod client;
mod control;
mod direct;
mod files;
mod gates;
mod hostile;
mod keys;
mod lost;
mod models;
mod outputs;
mod queue;
mod requests;
mod samples;
mod upsets;
