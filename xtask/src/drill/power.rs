use std::path::Path;
use anyhow::Result;
use super::verdict::Outcome;
use super::world::Programs;
pub(super) const CUTS: u64 = 10;
pub(super) fn cut(_: &Path, _: &Programs, _: u64, _: usize, _: u64) -> Result<Option<Outcome>> { Ok(None) }
