//! Takes the files of the API pages from the npm packages in `ui/`, where `cargo xtask` has installed them. Without them the program builds all
//! the same, and the pages say that they were left out.

use std::fmt::Write;
use std::path::{Path, PathBuf};

const FILES: [(&str, &str); 3] = [
    ("SWAGGER_UI_JS", "swagger-ui-dist/swagger-ui-bundle.js"),
    ("SWAGGER_UI_CSS", "swagger-ui-dist/swagger-ui.css"),
    ("REDOC_JS", "redoc/bundles/redoc.standalone.js"),
];

fn main() -> std::io::Result<()> {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/node_modules");
    #[expect(
        clippy::disallowed_methods,
        reason = "Cargo tells a build script where to write by a variable"
    )]
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let mut code = String::new();
    for (name, file) in FILES {
        let path = modules.join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        // Redoc shows its maker's mark from a server of its own; pages of ours ask nobody.
        let text = text.replace("https://cdn.redoc.ly/redoc/logo-mini.svg", "data:,");
        std::fs::write(out.join(name), text)?;
        // Writing to a string cannot fail.
        let _ = writeln!(
            code,
            "pub(super) const {name}: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/{name}\"));"
        );
    }
    std::fs::write(out.join("docs.rs"), code)
}
