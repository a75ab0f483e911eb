//! The simulated fal as a program: for tests of real programs, and for a person at the window without a key.

use std::io::Write;

use clap::Parser;
use overpaint_testkit::{Fal, GOOD_KEY, Settings, marker_table};

/// A simulated fal.ai on 127.0.0.1. Nothing it "charges" costs anything.
#[derive(Parser)]
#[command(name = "simulated-fal", after_help = after_help())]
struct Arguments {
    /// The port; 0 = any free one, told in the first line.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The key that is good.
    #[arg(long, default_value = GOOD_KEY)]
    key: String,
}

fn after_help() -> String {
    format!("Markers in a prompt:\n\n{}", marker_table())
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let Arguments { port, key } = Arguments::parse();
    let fal = Fal::start_with(Settings {
        port,
        key,
        ..Settings::default()
    })
    .await?;
    // The line programs wait for; its words and its place as the first line stay.
    say(&format!("simulated fal on {}", fal.origin()));
    let mut told = 0;
    loop {
        tokio::select! {
            () = fal.charged(told + 1) => {}
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                break;
            }
        }
        for job in fal.jobs().into_iter().skip(told as usize) {
            told += 1;
            say(&format!(
                "charge {told}: {} {} {:?}",
                job.endpoint, job.request_id, job.prompt
            ));
        }
    }
    fal.stop().await;
    Ok(())
}

/// A reader that took the first line and closed the pipe must not end us.
fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").ok();
}
