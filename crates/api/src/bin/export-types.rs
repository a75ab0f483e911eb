//! Prints the TypeScript of everything that crosses a border. `cargo xtask types` writes it to the UI.

use overpaint_api::operations::Operations;
use overpaint_api::{event::Event, problem::Problem};
use ts_rs::{Config, TS, TypeVisitor};

fn main() {
    let mut all = Collect {
        config: Config::default(),
        seen: Vec::new(),
    };
    for visit in [
        Collect::visit::<Operations>,
        Collect::visit::<Event>,
        Collect::visit::<Problem>,
    ] {
        visit(&mut all);
    }
    all.seen.sort();
    let mut out = String::from("// Written by `cargo xtask types` from crates/api. Do not edit.\n");
    for (_, declaration) in &all.seen {
        out.push('\n');
        out.push_str(declaration);
        out.push('\n');
    }
    #[expect(clippy::print_stdout, reason = "this program's one purpose")]
    {
        print!("{out}");
    }
}

/// Every named type below the roots, once.
struct Collect {
    config: Config,
    seen: Vec<(String, String)>,
}

impl TypeVisitor for Collect {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Only types of ours have a place to be exported to; numbers and lists have none. A list leads to what it is of.
        if T::output_path().is_none() {
            return T::visit_generics(self);
        }
        let name = T::ident(&self.config);
        if self.seen.iter().any(|(known, _)| *known == name) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let declaration = format!("{}export {}", docs.trim_start(), T::decl(&self.config));
        // Before its parts: JSON is made of JSON.
        self.seen.push((name, declaration));
        T::visit_dependencies(self);
    }
}
