//! fal's platform API (fal-contract 7): what there is to run, and what was run.

mod models;
mod requests;

pub(crate) use models::Listed;
pub(crate) use requests::Search;
