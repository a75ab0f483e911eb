//! What hostile answers cost: the program's memory and the library's size stay what they were.

use overpaint_testkit::{Fal, sample};

use crate::desk::{Desk, Server};

/// What memory may grow by, whatever a server sends.
const GROWTH_KIB: u64 = 16 << 10;

#[tokio::test(flavor = "multi_thread")]
async fn hostile_answers_fill_neither_memory_nor_disk() {
    let fal = Fal::start().await;
    let desk = Desk::at_fal(&fal).with("RECONCILE_PAUSE", "0");
    let server = desk.serve().await;
    // As many good ones as bad ones at a time, so that what is counted is the answers and not the first use of everything.
    for n in 0..3 {
        let done = edited(&server, &format!("warmer {n}")).await;
        assert_eq!(done, "done");
    }
    let (memory, disk) = (peak_kib(&server), stored(&desk));
    for prompt in [
        "[[endless-download]]",
        "[[download:endless]]",
        "[[download:five-gigabytes]]",
        "[[download:gzip-bomb]]",
        "[[hugeimage:300]]",
        "[[result:endless]]",
        "[[result:five-gigabytes]]",
        "[[result:gzip-bomb]]",
        "[[status:endless*1]] [[result:html]]",
        "[[reply:endless]] [[unlisted]] [[status:not-found]]",
        "[[reply:five-gigabytes]] [[unlisted]] [[status:not-found]]",
    ] {
        let end = edited(&server, prompt).await;
        assert_eq!(end, "error", "{prompt}");
        let grown = peak_kib(&server).saturating_sub(memory);
        assert!(grown <= GROWTH_KIB, "{prompt}: {grown} KiB more");
    }
    assert_eq!(stored(&desk), disk);
    assert_eq!(edited(&server, "warmer again").await, "done");
}

async fn edited(server: &Server, prompt: &str) -> String {
    let picture = sample::photo_png(64, 48);
    let job = server.create(prompt, &picture, "photo.png").await;
    let ended = server.ended(job["job_id"].as_str().unwrap()).await;
    ended["status"].as_str().unwrap().to_owned()
}

/// The most memory the program has had so far.
fn peak_kib(server: &Server) -> u64 {
    let status = format!("/proc/{}/status", server.child.id().unwrap());
    let status = std::fs::read_to_string(status).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.unwrap().parse().unwrap()
}

/// Bytes of the pictures and of what is half-written. The uploads of one picture are one file.
fn stored(desk: &Desk) -> u64 {
    ["pictures", "tmp"]
        .into_iter()
        .flat_map(|folder| desk.stored_in(folder))
        .map(|file| desk.folder.path().join(file).metadata().unwrap().len())
        .sum()
}
