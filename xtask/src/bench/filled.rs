//! Libraries as years of work leave them, made once for each size.

use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::cmd;

use super::served::Served;
use super::{Bed, text};

/// A library of so many done jobs, closed cleanly and in the page cache.
pub(super) fn library(bed: &Bed, jobs: u32) -> Result<PathBuf> {
    let library = bed.folder.join(format!("library-{jobs}"));
    let serve = ["serve", "--port", "0", "--library", text(&library)?];
    let start = || Served::start(&bed.overpaint, &serve, &[], "ready");
    if !library.exists() {
        drop(start()?); // makes the tables
        let database = library.join("library.db");
        let sql = statements(jobs);
        let sh = &bed.sh;
        let filled = cmd!(sh, "sqlite3 -bail {database}").stdin(sql).run();
        filled.context(
            "the library could not be filled: has the schema changed? (xtask/src/bench/filled.rs)",
        )?;
    }
    // Twice: after a file was written from outside, and to have it in the page cache.
    drop(start()?);
    drop(start()?);
    Ok(library)
}

/// The rows of `jobs` done jobs, as the program itself would have written them: an original and a result each.
///
/// After `crates/core/src/store/migrations`. Only the rows are there: no picture is read before `ready`.
fn statements(jobs: u32) -> String {
    // A minute between two jobs, from the first second of 2026 on.
    let time = "1767225600000000 + i * 60000000";
    format!(
        "BEGIN;
        CREATE TEMP TABLE n AS WITH RECURSIVE count(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM count WHERE i < {jobs})
            SELECT i, printf('%064x', i * 2) AS before, printf('%064x', i * 2 + 1) AS after,
                printf('00000000-0000-7000-8000-%012x', i * 3) AS original,
                printf('00000000-0000-7000-8000-%012x', i * 3 + 1) AS job,
                printf('00000000-0000-7000-8000-%012x', i * 3 + 2) AS result FROM count;
        INSERT INTO picture (hash, media_type, extension, width, height, bytes)
            SELECT before, 'image/jpeg', 'jpg', 4000, 3000, 3500000 FROM n
            UNION ALL SELECT after, 'image/png', 'png', 2048, 1536, 5200000 FROM n;
        INSERT INTO version (id, root_id, parent_id, job_id, ordinal, picture, name, created_at)
            SELECT original, original, NULL, NULL, 0, before, 'photograph ' || i || '.jpg', {time} FROM n
            UNION ALL SELECT result, original, original, job, 0, after, 'photograph ' || i || '.jpg', {time} + 9000000 FROM n;
        INSERT INTO job (id, input_id, root_id, prompt, model, provider, state, created_at, updated_at, claimed_at)
            SELECT job, original, original, 'warm cinematic light, a soft vignette, number ' || i,
                'fal-ai/bytedance/seedream/v4/edit', 'fal', 'done', {time}, {time} + 9000000, {time} FROM n;
        INSERT INTO attempt (job_id, number, intended_at, accepted_at, protocol, request_id, ended)
            SELECT job, 1, {time}, {time} + 400000, 'queue', job, 1 FROM n;
        COMMIT;"
    )
}
