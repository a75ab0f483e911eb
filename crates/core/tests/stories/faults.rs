//! What networks and hostile servers do, row by row: where each leaves the job, and what it cost. Nothing is ever sent twice.

use overpaint_core::error::{Charged, Code};
use overpaint_core::job::{Job, State};
use overpaint_core::settings::Given;
use overpaint_testkit::{FaultProxy, Place, Role, Stage as Hold, Way};
use tokio::task::JoinSet;

use super::{
    Held, MODEL, Stage, edit, ended, half_written, open, open_at, picture, run, until, until_state,
};

/// A fault, and what is expected of it.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// Markers of the simulated fal.
    prompt: &'static str,
    /// The first bytes of the request that the proxy breaks once, and how.
    strike: Option<(&'static str, Way)>,
    expected: Expected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// The picture is there, for one charge.
    Done,
    /// Paid and not to be had, for that reason; retry fetches again for nothing.
    Paid(Code),
    /// Nothing was charged, and that is certain.
    Free,
    /// Nothing was charged, and the job is in line until a later moment.
    Later,
    /// Nobody knows, so the user is asked; fal knows of that many charges.
    Doubt(u64),
}

const fn said(prompt: &'static str, expected: Expected) -> Row {
    Row {
        prompt,
        strike: None,
        expected,
    }
}

const fn struck(beginning: &'static str, way: Way, expected: Expected) -> Row {
    Row {
        prompt: "warmer",
        strike: Some((beginning, way)),
        expected,
    }
}

use Expected::{Done, Doubt, Free, Later, Paid};

/// The POST. An answer that is lost is looked for, and never asked for by a second POST.
const SUBMIT: &[Row] = &[
    struck("POST /queue/", Way::ResetRequest(1), Doubt(0)),
    struck("POST /queue/", Way::ResetAnswer(0), Done),
    struck("POST /queue/", Way::ResetAnswer(60), Done),
    struck("POST /queue/", Way::Garbage, Doubt(0)),
    struck("POST /queue/", Way::Drip(1), Done),
    Row {
        prompt: "[[unlisted]]",
        strike: Some(("POST /queue/", Way::ResetAnswer(0))),
        expected: Doubt(1),
    },
    said("[[submit:nginx-502]]", Doubt(0)),
    said("[[reply:nginx-502]]", Done),
    said("[[reply:html]]", Done),
    said("[[reply:octets]]", Done),
    said("[[reply:chunked-cut]]", Done),
    said("[[reply:gzip-bomb]]", Done),
    said("[[reply:endless]]", Done),
    said("[[reply:five-gigabytes]]", Done),
    said("[[submit:busy]]", Later),
    said("[[submit:busy-retry-after-3600]]", Later),
    said("[[submit:busy-until-3600]]", Later),
    said("[[submit:busy-retry-after-1*1]]", Done),
    // A redirect may mean "taken, look there".
    said("[[submit:redirect-loop]]", Doubt(0)),
    said("[[submit:redirect-metadata]]", Doubt(0)),
    said("[[submit:303]]", Doubt(0)),
    said("[[reply:redirect-loopback]]", Done),
    said("[[reply:302]]", Done),
    said("[[submit:422]]", Free),
];

/// Looks at a job that is paid: no answer ends it but fal's own.
const LOOKS: &[Row] = &[
    struck("GET /queue/", Way::ResetRequest(1), Done),
    struck("GET /queue/", Way::ResetAnswer(0), Done),
    struck("GET /queue/", Way::ResetAnswer(60), Done),
    struck("GET /queue/", Way::Garbage, Done),
    struck("GET /queue/", Way::Drip(1), Done),
    said("[[status:nginx-502*1]]", Done),
    said("[[status:busy*1]]", Done),
    said("[[status:html*1]]", Done),
    said("[[status:octets*1]]", Done),
    said("[[status:chunked-cut*1]]", Done),
    said("[[status:gzip-bomb*1]]", Done),
    said("[[status:endless*1]]", Done),
    said("[[status:five-gigabytes*1]]", Done),
    said("[[status:redirect-loop*1]]", Done),
    said("[[status:redirect-metadata*1]]", Done),
    said("[[result:nginx-502*1]]", Done),
    said("[[result:busy*1]]", Done),
    said("[[result:html*1]]", Done),
    said("[[result:octets*1]]", Done),
    said("[[result:chunked-cut*1]]", Done),
    said("[[result:gzip-bomb*1]]", Done),
    said("[[result:endless*1]]", Done),
    said("[[result:five-gigabytes*1]]", Done),
    said("[[result:redirect-loop*1]]", Done),
    said("[[result:redirect-loopback*1]]", Done),
    said("[[result:202*1]]", Done),
    said("[[result:200*1]]", Done),
    said("[[result:400*1]]", Done),
    said("[[result:404*1]]", Done),
    said("[[result:407*1]]", Done),
    said("[[result:451*1]]", Done),
    said("[[result:499*1]]", Done),
    said("[[result:500*1]]", Done),
    said("[[result:internal*1]]", Done),
    said("[[result:520*1]]", Done),
    // With fal's request id: a job exists.
    said("[[result:runner-lost*1]]", Done),
    said("[[result:timeout*1]]", Done),
    // For ever: given up after a few, and looked at again for nothing.
    said("[[result:html]]", Paid(Code::AnswerUnreadable)),
    said("[[result:redirect-loop]]", Paid(Code::AnswerUnreadable)),
];

/// The file of the result.
const DOWNLOADS: &[Row] = &[
    struck("GET /files/", Way::ResetAnswer(0), Done),
    struck("GET /files/", Way::ResetAnswer(600), Done),
    struck("GET /files/", Way::Drip(0), Done),
    said("[[download:nginx-502*1]]", Done),
    said("[[download:busy*1]]", Done),
    said("[[download:chunked-cut*1]]", Done),
    said("[[download-redirect]]", Done),
    said("[[wrong-type]]", Done),
    // "Gone", for a moment: the file is there at the third request.
    said("[[download:403*2]]", Done),
    said("[[download:404*2]]", Done),
    said("[[download:410*2]]", Done),
    said("[[download-404]]", Paid(Code::ResultGone)),
    said("[[truncated-download]]", Paid(Code::DownloadFailed)),
    said("[[cut-picture]]", Paid(Code::ResultUnreadable)),
    said("[[empty-download]]", Paid(Code::ResultUnreadable)),
    said("[[not-an-image]]", Paid(Code::ResultUnreadable)),
    said("[[html-as-image]]", Paid(Code::ResultUnreadable)),
    said("[[endless-download]]", Paid(Code::ResultUnreadable)),
    said("[[download:endless]]", Paid(Code::ResultUnreadable)),
    said("[[download:five-gigabytes]]", Paid(Code::ResultUnreadable)),
    said("[[download:gzip-bomb]]", Paid(Code::ResultUnreadable)),
    said("[[download:octets]]", Paid(Code::ResultUnreadable)),
    said("[[download:redirect-loop]]", Paid(Code::ResultUnreadable)),
    said(
        "[[download:redirect-metadata]]",
        Paid(Code::ResultUnreadable),
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_submit_is_sent_once_whatever_becomes_of_its_answer() {
    all(SUBMIT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_to_a_look_loses_a_paid_job() {
    all(LOOKS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_comes_whole_or_not_at_all_and_is_not_paid_again() {
    all(DOWNLOADS).await;
}

/// What no connection was made for is certainly not charged: it goes when there is a network again.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_waits_in_line() {
    let stage = Stage::new().await;
    let no_tls = FaultProxy::start(stage.fal.origin()).await;
    no_tls.strike("", Way::Garbage, u32::MAX);
    for place in [
        FaultProxy::closed_port().await.unwrap(),
        "http://nowhere.invalid".to_owned(),
        no_tls.origin().replace("http:", "https:"),
    ] {
        let job = settled(stage.given().flag("FAL_SERVICE", &place), "warmer").await;
        assert_eq!(found(&job), Some(Later), "{place}: {job:?}");
    }
    assert_eq!((stage.fal.charges(), stage.fal.requests().len()), (0, 0));
}

/// A result that could not be read is fetched when it can be: retry does not pay again.
#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_was_not_given_is_looked_at_again_for_nothing() {
    let stage = Stage::new().await;
    let held = Held::new();
    let library = open_at(stage.given(), held.clock()).await;
    let input = picture(&library).await;
    let (unreadable, none, gone) = (
        Code::AnswerUnreadable,
        Code::NoPictureMade,
        Code::ResultGone,
    );
    for (index, (failure, code, charged)) in [
        ("html", unreadable, Charged::Yes),
        ("202", unreadable, Charged::Yes),
        ("200", none, Charged::Maybe),
        ("404", gone, Charged::Yes),
        ("407", unreadable, Charged::Maybe),
        ("451", unreadable, Charged::Maybe),
        ("499", unreadable, Charged::Maybe),
        ("500", unreadable, Charged::Maybe),
        ("520", unreadable, Charged::Maybe),
        ("runner-lost", unreadable, Charged::Maybe),
        ("timeout", unreadable, Charged::Maybe),
    ]
    .into_iter()
    .enumerate()
    {
        stage.fal.script(|script| {
            script.running = 1;
            script.fail_times(Place::Result, failure.parse().unwrap(), 5);
        });
        stage.fal.hold(Hold::Running);
        let job = library
            .submit_edit(edit(input, &format!("warmer {failure}"), MODEL))
            .await
            .unwrap();
        until_state(&library, job.id, State::Waiting).await;
        // Past the time in which fal may not know everywhere what it took: a 404 means something.
        held.move_on(180);
        stage.fal.release(Hold::Running);
        let job = ended(&library, job.id).await;
        let failed = job.failure.map(|failure| (failure.code, failure.charged));
        assert_eq!(
            (job.state, failed),
            (State::Failed, Some((code, charged))),
            "{failure}"
        );
        assert_eq!(
            job.cost.map(|cost| cost.charged),
            Some(charged),
            "{failure}"
        );
        library.retry_job(job.id).await.unwrap();
        let job = ended(&library, job.id).await;
        let charges = index as u64 + 1;
        assert_eq!(
            (job.state, job.attempt, stage.fal.charges()),
            (State::Done, 1, charges),
            "{failure}: {job:?}"
        );
    }
}

/// What the model itself says ends the job at once, whether its status told of it or not.
#[tokio::test(flavor = "multi_thread")]
async fn the_models_own_word_ends_a_job_at_the_first_look() {
    for (prompt, code) in [
        ("[[end:validation]]", Code::RequestRefused),
        ("[[result:validation*1]]", Code::RequestRefused),
        ("[[end:500]]", Code::ProviderFailed),
        ("[[end:422]]", Code::RequestRefused),
        ("[[end:runner-lost]]", Code::ProviderFailed),
    ] {
        let stage = Stage::new().await;
        let job = run(&stage.open().await, prompt).await;
        let failed = job.failure.map(|failure| (failure.code, failure.charged));
        assert_eq!(failed, Some((code, Charged::No)), "{prompt}");
        assert_eq!(stage.fal.requests_as(Role::Result).len(), 1, "{prompt}");
    }
}

/// A server that takes the submit and never says a word.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_server_is_doubt_after_the_time_a_submit_may_take() {
    let stage = Stage::new().await;
    let proxy = FaultProxy::start(stage.fal.origin()).await;
    proxy.strike("POST /queue/", Way::BlackHole, 1);
    let given = through(&stage, &proxy).flag("FAL_TIMEOUT", "0.3");
    let job = settled(given, "warmer").await;
    assert_eq!(found(&job), Some(Doubt(0)), "{job:?}");
    assert_eq!(stage.fal.charges(), 0);
}

/// Every row has a library and a fal of its own, a few at a time. All rows that are wrong are told, not only the first.
async fn all(rows: &[Row]) {
    let mut wrong = Vec::new();
    for some in rows.chunks(6) {
        let mut running = JoinSet::new();
        for row in some {
            running.spawn(check(*row));
        }
        while let Some(checked) = running.join_next().await {
            wrong.extend(checked.unwrap().err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

async fn check(row: Row) -> Result<(), String> {
    let stage = Stage::new().await;
    let proxy = FaultProxy::start(stage.fal.origin()).await;
    if let Some((beginning, way)) = row.strike {
        proxy.strike(beginning, way, 1);
    }
    let job = settled(through(&stage, &proxy), row.prompt).await;
    let charges = match row.expected {
        Done | Paid(_) => 1,
        Free | Later => 0,
        Doubt(charges) => charges,
    };
    // The proxy breaks one submit; were there a second, fal would see it.
    // Only a 429, which says that nothing was begun, may be followed by another.
    let submits = stage.fal.requests_as(Role::Submit);
    let sent_again = submits
        .windows(2)
        .filter(|pair| pair[0].answered != Some(429))
        .count();
    let right = match (row.expected, found(&job)) {
        (Doubt(_), Some(Doubt(_))) => true,
        (expected, found) => Some(expected) == found,
    };
    let struck = row.strike.is_none() || proxy.struck() == 1;
    let left = half_written(stage.folder.path());
    if right && sent_again == 0 && struck && stage.fal.charges() == charges && left.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{row:?}\n  became {:?} ({:?}), {} charges, {} submits seen, fault struck: {struck}, half-written: {left:?}",
        job.state,
        job.failure,
        stage.fal.charges(),
        submits.len(),
    ))
}

fn through(stage: &Stage, proxy: &FaultProxy) -> Given {
    stage.given().flag("FAL_SERVICE", proxy.origin())
}

/// Runs an edit until nothing more happens by itself, or not before a later moment.
async fn settled(given: Given, prompt: &str) -> Job {
    let library = open(given.flag("RECONCILE_PAUSE", "0")).await;
    let input = picture(&library).await;
    let job = library
        .submit_edit(edit(input, prompt, MODEL))
        .await
        .unwrap();
    let long = chrono::TimeDelta::seconds(2);
    let job = until(&library, job.id, |job| {
        let later = job.not_before.is_some_and(|at| at - job.updated_at > long);
        !job.state.is_active() && !job.looking || job.state == State::Queued && later
    })
    .await;
    library.close().await;
    job
}

/// What a job became, in the words of the table.
fn found(job: &Job) -> Option<Expected> {
    let failure = job
        .failure
        .as_ref()
        .map(|failure| (failure.code, failure.charged));
    match (job.state, failure) {
        (State::Done, _) => Some(Done),
        (State::Failed, Some((code, Charged::Yes))) => Some(Paid(code)),
        (State::Failed, Some((_, Charged::No))) => Some(Free),
        (State::Queued, _) => Some(Later),
        (State::Unconfirmed, Some((_, Charged::Maybe))) => Some(Doubt(0)),
        _ => None,
    }
}
