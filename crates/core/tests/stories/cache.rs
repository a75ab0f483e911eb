//! The same wish with the same seed is paid for once; anything else about it that differs is another wish.

use overpaint_core::Library;
use overpaint_core::job::{Edit, Job, Parameters, State};
use overpaint_core::money::{Basis, LedgerCursor, Money};
use overpaint_core::version::VersionId;
use overpaint_testkit::sample;
use serde_json::{Value, json};

use super::{MODEL, Stage, edit, ended, picture};

fn wish(input: VersionId, parameters: &Value) -> Edit {
    Edit {
        parameters: Parameters(parameters.as_object().unwrap().clone()),
        ..edit(input, "warmer", MODEL)
    }
}

async fn submit(library: &Library, edit: Edit) -> Job {
    let job = library.submit_edit(edit).await.unwrap();
    ended(library, job.id).await
}

async fn other_picture(library: &Library) -> VersionId {
    let bytes = sample::photo_png(64, 40);
    library.add_bytes(bytes, "other.png").await.unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seeded_wish_is_given_its_stored_result_for_nothing() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    let seeded = || wish(input, &json!({"seed": 7}));
    let paid = submit(&library, seeded()).await;
    assert_eq!((paid.state, paid.cached_from), (State::Done, None));

    let quote = library.quote(seeded()).await.unwrap();
    assert_eq!(
        (quote.estimate.amount, quote.estimate.basis, quote.cached),
        (Some(Money::ZERO), Basis::Free, Some(paid.results[0]))
    );
    // Done when it is accepted: nobody waits.
    let given = library.submit_edit(seeded()).await.unwrap();
    assert_eq!(
        (given.state, given.cached_from, given.cost),
        (State::Done, Some(paid.id), None)
    );
    assert_eq!(given.note.as_deref(), Some("From cache, $0.00"));
    assert_ne!(given.results, paid.results);
    let of = async |job: &Job| library.version(job.results[0]).await.unwrap();
    let (stored, again) = (of(&paid).await, of(&given).await);
    assert_eq!(again.picture, stored.picture);
    assert_eq!((again.parent, again.job), (Some(input), Some(given.id)));
    // A stored result of a stored result is one too.
    assert_eq!(submit(&library, seeded()).await.state, State::Done);
    assert_eq!(stage.fal.charges(), 1);
    let lines = library.ledger(LedgerCursor::START, 9).await.unwrap().lines;
    assert_eq!(lines.len(), 1, "the ledger has nothing of what was free");
    assert_eq!(
        library
            .items(overpaint_core::version::Cursor::START, 9)
            .await
            .unwrap()
            .total,
        4
    );

    let fresh = Edit {
        fresh: true,
        ..seeded()
    };
    assert_eq!(submit(&library, fresh).await.cached_from, None);
    assert_eq!(stage.fal.charges(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn anything_that_differs_is_another_wish() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let (input, other) = (picture(&library).await, other_picture(&library).await);
    let parameters = json!({"seed": 7, "image_size": {"width": 64, "height": 64}, "mask_url": {"version_id": other.to_string()}});
    let base = Edit {
        references: vec![other],
        ..wish(input, &parameters)
    };
    let with = |change: &dyn Fn(&mut Edit)| {
        let mut edit = base.clone();
        change(&mut edit);
        edit
    };
    let parameter = |name: &str, value: Value| {
        let name = name.to_owned();
        with(&move |edit| {
            edit.parameters.0.insert(name.clone(), value.clone());
        })
    };
    let paid = submit(&library, base.clone()).await;
    assert_eq!(paid.state, State::Done, "{:?}", paid.failure);
    let misses = [
        ("prompt", with(&|edit| edit.prompt = "warmer ".to_owned())),
        (
            "model",
            with(&|edit| edit.model = "fal-ai/bytedance/seedream/v4.5/edit".to_owned()),
        ),
        ("input", with(&|edit| edit.input = other)),
        ("references", with(&|edit| edit.references.clear())),
        (
            "their order",
            with(&|edit| edit.references = vec![other, input]),
        ),
        ("shrink", with(&|edit| edit.shrink = true)),
        ("seed", parameter("seed", json!(8))),
        ("a parameter", parameter("num_images", json!(1))),
        (
            "a picture parameter",
            parameter("mask_url", json!({"version_id": input.to_string()})),
        ),
        (
            "a nested one",
            parameter("image_size", json!({"width": 64, "height": 65})),
        ),
    ];
    for (what, edit) in misses {
        let quote = library.quote(edit).await.unwrap();
        assert_eq!((quote.cached, quote.similar), (None, None), "{what}");
    }
    // The same in another order, and the same pictures in other versions.
    let twin = library
        .add_bytes(sample::photo_png(48, 32), "twin.png")
        .await
        .unwrap();
    assert_ne!(twin.id, input);
    let reordered = json!({"mask_url": {"version_id": other.to_string()}, "image_size": {"height": 64, "width": 64}, "seed": 7});
    let hits = [
        (
            "order",
            with(&|edit| edit.parameters = Parameters(reordered.as_object().unwrap().clone())),
        ),
        ("input", with(&|edit| edit.input = twin.id)),
        ("a seed as text", parameter("seed", json!("7"))),
    ];
    for (what, edit) in hits {
        let job = submit(&library, edit).await;
        assert!(job.cached_from.is_some(), "{what}");
    }
    assert_eq!(stage.fal.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_seed_a_result_is_only_hinted_at() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    for parameters in [json!({}), json!({"seed": null}), json!({"seed": -1})] {
        // No schema says what this model's seed can be.
        let wish = |input, parameters| Edit {
            model: "fal-ai/not-listed/edit".to_owned(),
            ..wish(input, parameters)
        };
        let first = submit(&library, wish(input, &parameters)).await;
        let quote = library.quote(wish(input, &parameters)).await.unwrap();
        assert_eq!(
            (quote.cached, quote.similar),
            (None, Some(first.results[0]))
        );
        assert_eq!(
            submit(&library, wish(input, &parameters)).await.cached_from,
            None
        );
    }
    assert_eq!(stage.fal.charges(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_is_deleted_or_lost_is_not_given() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    let seeded = || wish(input, &json!({"seed": 7}));
    let paid = submit(&library, seeded()).await;
    library.delete_items(&[paid.id.to_string()]).await.unwrap();
    assert_eq!(library.quote(seeded()).await.unwrap().cached, None);
    library.restore_items(&[paid.id.to_string()]).await.unwrap();
    assert!(library.quote(seeded()).await.unwrap().cached.is_some());
    let file = library.file(paid.results[0]).await.unwrap();
    std::fs::remove_file(file).unwrap();
    assert_eq!(submit(&library, seeded()).await.cached_from, None);
    assert_eq!(stage.fal.charges(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_of_a_stored_result_is_one_job() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    let click = |key: &str| Edit {
        idempotency_key: Some(key.to_owned()),
        ..wish(input, &json!({"seed": 7}))
    };
    let paid = submit(&library, click("one")).await;
    let (one, two) = tokio::join!(
        library.submit_edit(click("two")),
        library.submit_edit(click("two"))
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!((one.id, one.cached_from), (two.id, Some(paid.id)));
    assert_eq!(stage.fal.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_cap_does_not_keep_a_stored_result_back() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    let seeded = || wish(input, &json!({"seed": 7}));
    submit(&library, seeded()).await;
    library
        .change_settings(overpaint_core::settings::Change {
            day_cap: Some(0.01),
            ..Default::default()
        })
        .unwrap();
    assert!(library.quote(seeded()).await.unwrap().problem.is_none());
    assert!(submit(&library, seeded()).await.cached_from.is_some());
    let fresh = Edit {
        fresh: true,
        ..seeded()
    };
    assert!(library.submit_edit(fresh).await.is_err());
}
