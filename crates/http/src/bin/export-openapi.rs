//! Prints the description of the HTTP API, for `cargo xtask types`.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

fn main() {
    println!(
        "{}",
        overpaint_http::description()
            .to_pretty_json()
            .unwrap_or_default()
    );
}
