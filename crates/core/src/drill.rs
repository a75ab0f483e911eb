//! Places at which the crash drill (`cargo xtask drill`) stops a program to kill it there.
//!
//! Only drill builds (cargo feature `drill`) stop anywhere; in every other build a point is nothing. It is also only in them that this file
//! reads the environment beside `settings`: what it reads is about the program, not about a library, and no user ever sets it.
//!
//! `OVERPAINT_DRILL=claimed` stops who comes to the point of that name first, `claimed:3` the third. The one who is stopped says so to
//! whoever listens at `OVERPAINT_DRILL_TELL` (a TCP address) and never goes on; everybody else does, as they would until the power goes.
//!
//! The points, and what each one means, are listed in `xtask/src/drill/points.rs`. A test there finds every one of them in these sources.

#[cfg(feature = "drill")]
use std::sync::atomic::{AtomicU32, Ordering};

/// A place in a job's life. `name` is written out at each place, so that the list can be compared with the sources.
#[cfg(not(feature = "drill"))]
#[inline]
pub(crate) async fn point(_name: &'static str) {}

/// A place in a job's life.
#[cfg(feature = "drill")]
#[expect(
    clippy::disallowed_methods,
    reason = "only in drill builds, and no setting: see above"
)]
pub(crate) async fn point(name: &'static str) {
    static TIMES: AtomicU32 = AtomicU32::new(0);
    let Ok(wanted) = std::env::var("OVERPAINT_DRILL") else {
        return;
    };
    let (wanted, nth) = match wanted.split_once(':') {
        Some((wanted, nth)) => (wanted, nth.parse().unwrap_or(1)),
        None => (wanted.as_str(), 1),
    };
    if wanted != name || TIMES.fetch_add(1, Ordering::SeqCst) + 1 != nth {
        return;
    }
    if let Ok(address) = std::env::var("OVERPAINT_DRILL_TELL")
        && let Ok(mut listener) = std::net::TcpStream::connect(address)
    {
        let _ = std::io::Write::write_all(&mut listener, format!("at {name}\n").as_bytes());
    }
    std::future::pending::<()>().await;
}
