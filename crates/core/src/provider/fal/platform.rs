//! fal's platform API (fal-contract 7).

mod requests;

pub(crate) use requests::Search;
