//! fal's platform API (fal-contract 7): what there is to run.

mod models;

pub(crate) use models::Listed;
