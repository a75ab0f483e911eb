//! Tells Tauri where our files are: the package is at the root, the sources are in `src-tauri`.

use std::fs;
use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    // A missing page is a compile error, and a plain `cargo check` should not need Node: until the UI is built, the window says so.
    let page = Path::new("ui/dist/index.html");
    if !page.exists() {
        let written = fs::create_dir_all("ui/dist")
            .and_then(|()| fs::write(page, "<!doctype html><title>Overpaint</title><p>The UI is not built: run <code>cargo xtask run</code>.</p>\n"));
        if let Err(error) = written {
            println!("cargo:warning=ui/dist could not be written: {error}");
        }
    }
    let attributes =
        tauri_build::Attributes::new().capabilities_path_pattern("src-tauri/capabilities/**/*");
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:error={error:#}");
    }
}
