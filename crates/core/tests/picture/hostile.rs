//! Bytes made to hurt. Nothing here may panic, whatever it answers.

use overpaint_core::picture::{check, decode, for_display, inspect, thumbnail};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use crate::samples::one_of_each;

/// The same cases on every machine; `PROPTEST_CASES` asks for more of them.
fn config() -> Config {
    Config {
        rng_seed: RngSeed::Fixed(24),
        failure_persistence: None,
        ..Config::with_cases(24)
    }
}

/// Goes through every door. The doors agree: what is whole can be decoded, what is refused at the header stays refused.
fn try_everything(name: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    let (facts, whole, pixels, small) = (
        inspect(bytes),
        check(bytes),
        decode(bytes),
        thumbnail(bytes, 16),
    );
    let _ = for_display(bytes);
    if let (Ok(facts), Ok(pixels)) = (&facts, &pixels) {
        prop_assert_eq!((facts.width, facts.height), pixels.dimensions(), "{}", name);
    }
    if let Err(reason) = facts {
        prop_assert!(
            whole.is_err() && pixels.is_err() && small.is_err(),
            "{} is refused ({}), yet opens",
            name,
            reason
        );
    } else if let Ok(facts) = whole {
        prop_assert!(
            pixels.is_ok() && small.is_ok(),
            "{} passes {:?}, yet does not open: {:?}",
            name,
            facts,
            pixels.err()
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn damaged_pictures_never_panic(
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        for (name, mut file) in one_of_each() {
            for (place, value) in &hits {
                let place = place.index(file.len());
                file[place] = *value;
            }
            if let Some(cut) = cut {
                file.truncate(cut.index(file.len()));
            }
            try_everything(name, &file)?;
        }
    }

    #[test]
    fn damaged_headers_never_panic(hits in prop::collection::vec((0..120usize, any::<u8>()), 1..4)) {
        for (name, mut file) in one_of_each() {
            for (place, value) in &hits {
                if let Some(byte) = file.get_mut(*place) {
                    *byte = *value;
                }
            }
            try_everything(name, &file)?;
        }
    }

    #[test]
    fn rubbish_behind_a_true_beginning_never_panics(rubbish in prop::collection::vec(any::<u8>(), 0..400), keep in 4..60usize) {
        for (name, file) in one_of_each() {
            let bytes = [&file[..keep.min(file.len())], &rubbish].concat();
            try_everything(name, &bytes)?;
        }
    }
}
