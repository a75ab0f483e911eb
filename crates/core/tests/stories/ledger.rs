//! What was spent is written down, summed by day, month and model, and stopped at the caps before anything is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use overpaint_core::Library;
use overpaint_core::clock::{Clock, from_micros};
use overpaint_core::error::{Charged, Code, Error};
use overpaint_core::event::Event;
use overpaint_core::job::{Parameters, State};
use overpaint_core::money::{Basis, LedgerCursor, Money};
use overpaint_core::settings::Change;
use overpaint_testkit::{Price, Role, Stage as Place};
use serde_json::json;

use super::{DEADLINE, MODEL, Stage, edit, ended, open, open_at, picture, run};

/// What one picture of [`MODEL`] costs.
const EACH: Money = Money(30_000);

fn caps(library: &Library, day: Option<f64>, month: Option<f64>) {
    library
        .change_settings(Change {
            day_cap: day,
            month_cap: month,
            ..Change::default()
        })
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attempt_that_may_have_cost_is_a_line_and_no_other() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    assert_eq!(run(&library, "warmer").await.state, State::Done);
    assert_eq!(run(&library, "[[reply:422]]").await.state, State::Failed);
    assert_eq!(
        run(&library, "[[lost-reply]]").await.state,
        State::Unconfirmed
    );
    let input = picture(&library).await;
    // Never sent: the demo engine, and a job that ended in line.
    let demo = library
        .submit_edit(edit(input, "warm", "demo"))
        .await
        .unwrap();
    ended(&library, demo.id).await;

    let page = library.ledger(LedgerCursor::START, 50).await.unwrap();
    let lines: Vec<_> = page
        .lines
        .iter()
        .map(|line| (line.prompt.as_deref().unwrap(), line.charged))
        .collect();
    assert_eq!(
        lines,
        [
            ("[[lost-reply]]", Charged::Maybe),
            ("[[reply:422]]", Charged::No),
            ("warmer", Charged::Yes)
        ]
    );
    assert!(page.next.is_none());
    let newest = &page.lines[0];
    assert_eq!(
        (newest.estimate, newest.basis, newest.model.as_str()),
        (Some(EACH), Basis::PerImage, MODEL)
    );
    let spending = library.spending().await.unwrap();
    assert_eq!(
        (
            spending.today.amount,
            spending.today.maybe,
            spending.today.edits
        ),
        (Money(60_000), EACH, 2)
    );
    assert_eq!(spending.month, spending.models[0].spent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_refuses_the_click_and_says_so_until_it_is_raised() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    caps(&library, Some(0.05), None);
    let done = run(&library, "warmer").await;
    assert_eq!(done.state, State::Done);
    let input = picture(&library).await;
    let again = || edit(input, "colder", MODEL);
    let refused = library.submit_edit(again()).await.unwrap_err();
    assert_eq!(refused.code(), Code::CapReached);
    assert_eq!(
        refused.to_string(),
        "$0.03 of today's cap of $0.05 is spent; this edit is about $0.03"
    );
    let quote = library.quote(again()).await.unwrap();
    assert!(matches!(quote.problem, Some(Error::CapReached(over)) if over.day));
    assert_eq!(stage.fal.charges(), 1);

    caps(&library, Some(0.06), Some(0.05));
    let refused = library.submit_edit(again()).await.unwrap_err().to_string();
    assert!(
        refused.starts_with("$0.03 of this month's cap of $0.05"),
        "{refused}"
    );
    caps(&library, None, Some(0.0));
    let job = library.submit_edit(again()).await.unwrap();
    assert_eq!(ended(&library, job.id).await.state, State::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_jobs_at_once_a_cap_for_one_lets_one_be_sent() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    caps(&library, Some(0.05), None);
    // All are accepted before any is sent: the intent decides.
    stage.fal.hold(Place::Upload);
    let input = picture(&library).await;
    let mut jobs = Vec::new();
    for prompt in ["one", "two", "three", "four"] {
        let job = library.submit_edit(edit(input, prompt, MODEL)).await;
        jobs.push(job.unwrap().id);
    }
    stage.fal.release(Place::Upload);
    let mut done = 0;
    for id in jobs {
        let job = ended(&library, id).await;
        match job.failure {
            None => done += 1,
            Some(failure) => {
                assert_eq!(
                    (failure.code, failure.charged),
                    (Code::CapReached, Charged::No)
                );
                let said = failure.said.unwrap();
                assert!(
                    said.starts_with("$0.03 of ") && said.contains("cap of $0.05"),
                    "{said}"
                );
                assert_eq!(job.cost, None, "nothing was sent");
            }
        }
    }
    assert_eq!((done, stage.fal.charges()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_price_passes_while_there_is_anything_left() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    caps(&library, Some(0.03), None);
    let input = picture(&library).await;
    let unknown = || edit(input, "warmer", "some/model/edit");
    let quote = library.quote(unknown()).await.unwrap();
    assert_eq!(
        (quote.estimate.basis, quote.said.as_str()),
        (Basis::Unknown, "price not known")
    );
    let job = library.submit_edit(unknown()).await.unwrap();
    assert_eq!(ended(&library, job.id).await.state, State::Done);
    assert_eq!(library.spending().await.unwrap().today.unknown, 1);
    // It stands in no sum, so it is no reason to let the next one through.
    let refused = library.submit_edit(unknown()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "what this edit costs is not known, nor what one before it did: today's cap of $0.03 lets no second one through"
    );
    assert_eq!(run(&library, "warmer").await.state, State::Done);
    assert_eq!(stage.fal.charges(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn days_and_months_end_at_midnight_where_the_clock_hangs() {
    let stage = Stage::new().await;
    let at = |text: &str| {
        DateTime::parse_from_rfc3339(text)
            .unwrap()
            .timestamp_micros()
    };
    // Half past eleven in the evening of 28 February in Tokyo; in London it is the afternoon.
    let micros = Arc::new(AtomicI64::new(at("2026-02-28T14:30:00Z")));
    let clock = Clock::from_fn({
        let micros = Arc::clone(&micros);
        move || from_micros(micros.load(Ordering::SeqCst))
    });
    let library = open_at(stage.given(), clock.in_zone(Tz::Asia__Tokyo)).await;
    let sums = async || {
        let spending = library.spending().await.unwrap();
        (spending.today.edits, spending.month.edits)
    };
    run(&library, "february").await;
    assert_eq!(sums().await, (1, 1));
    caps(&library, Some(0.03), Some(0.06));
    let input = picture(&library).await;
    let next = || edit(input, "march", MODEL);
    assert!(library.submit_edit(next()).await.is_err());
    micros.fetch_add(
        TimeDelta::minutes(29).num_microseconds().unwrap(),
        Ordering::SeqCst,
    );
    assert_eq!(sums().await, (1, 1));
    // Midnight: a new day and a new month.
    micros.fetch_add(
        TimeDelta::minutes(1).num_microseconds().unwrap(),
        Ordering::SeqCst,
    );
    assert_eq!(sums().await, (0, 0));
    let job = library.submit_edit(next()).await.unwrap();
    assert_eq!(ended(&library, job.id).await.state, State::Done);
    assert_eq!(sums().await, (1, 1));
    // A new day, the same month.
    micros.store(at("2026-03-01T15:00:00Z"), Ordering::SeqCst);
    assert_eq!(sums().await, (0, 1));
    assert_eq!(
        library
            .ledger(LedgerCursor::START, 9)
            .await
            .unwrap()
            .lines
            .len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_is_asked_for_behind_the_first_quote_and_announced() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let mut events = library.subscribe();
    let input = picture(&library).await;
    let price = Price {
        unit_price: 0.039,
        unit: "images".to_owned(),
        average_call: 0.042,
    };
    stage.fal.script(|script| {
        script
            .prices
            .insert("fal-ai/kolors/edit".to_owned(), Some(price));
    });
    let mut wish = edit(input, "warmer", "fal-ai/kolors/edit");
    wish.parameters = Parameters(json!({"num_images": 2}).as_object().unwrap().clone());
    let first = library.quote(wish.clone()).await.unwrap();
    assert_eq!(first.estimate.basis, Basis::Unknown);
    let told = async { while !matches!(events.recv().await, Ok(Event::Models)) {} };
    tokio::time::timeout(DEADLINE, told).await.unwrap();
    let quote = library.quote(wish.clone()).await.unwrap();
    assert_eq!(
        (quote.estimate.amount, quote.said.as_str()),
        (Some(Money(78_000)), "2 images at $0.039 each")
    );
    // It is not asked for again today, whoever quotes.
    for _ in 0..3 {
        library.quote(wish.clone()).await.unwrap();
    }
    assert_eq!(
        stage
            .fal
            .requests_as(Role::Pricing)
            .iter()
            .filter(|seen| seen.method == "GET")
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_balance_is_told_or_not_reported_and_asked_once_a_minute() {
    let stage = Stage::new().await;
    stage.fal.script(|script| script.balance = 12.5);
    let library = stage.open().await;
    for _ in 0..3 {
        let balance = library.balance().await;
        assert_eq!(
            (balance.amount, balance.reason),
            (Some(Money(12_500_000)), None)
        );
    }
    assert_eq!(stage.fal.requests_as(Role::Balance).len(), 1);
    library.close().await;

    let wrong = stage.given().flag("FAL_API_KEY", "a-wrong:key");
    let library = open(wrong).await;
    let balance = library.balance().await;
    assert_eq!(balance.amount, None);
    assert_eq!(
        balance.reason.map(|reason| reason.code),
        Some(Code::KeyRefused)
    );
    library.close().await;

    // Another endpoint has none, and gets no such question.
    let elsewhere = overpaint_core::settings::Given::nothing(stage.folder.path())
        .flag("FAL_ENDPOINT", stage.fal.origin())
        .flag("FAL_API_KEY", stage.fal.key());
    let library = open(elsewhere).await;
    assert_eq!(library.balance().await.amount, None);
    let input = picture(&library).await;
    let quote = library.quote(edit(input, "warmer", MODEL)).await.unwrap();
    assert_eq!(quote.estimate.basis, Basis::Unknown);
    assert_eq!(stage.fal.requests_as(Role::Balance).len(), 2);
}
