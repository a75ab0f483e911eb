//! Who runs edits. Two providers, deliberately without a common trait: fal is asked over the network in durable steps (submit, look,
//! download), the demo engine is a function. `job::runner` knows both.

pub mod demo;
pub(crate) mod fal;
