//! What the window draws for every model with a schema, as it crosses the border.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use overpaint_api::model::ModelForm;
use overpaint_core::library::{ModelForm as CoreForm, OfferedModel};
use overpaint_core::model::{Provider, Spec};
use serde_json::{Map, Value};

#[test]
fn the_form_of_every_schema_is_drawn_from_it() {
    let files = [
        include_str!("../../../models/built-in.json"),
        include_str!("../../../models/made-up.json"),
    ];
    for file in files {
        let file: Value = serde_json::from_str(file).unwrap();
        for model in file["models"].as_array().unwrap() {
            let Some(document) = model.get("openapi") else {
                continue;
            };
            let id = model["id"].as_str().unwrap();
            let form = ModelForm::from(CoreForm {
                model: offered(id),
                form: Spec::read(document).unwrap().form(),
                values: Map::new(),
                schema_at: None,
                problem: None,
            });
            insta::with_settings!({ snapshot_suffix => id.replace('/', "-") }, {
                insta::assert_json_snapshot!("form", form, { ".model" => "[model]" });
            });
        }
    }
}

fn offered(id: &str) -> OfferedModel {
    OfferedModel {
        id: id.to_owned(),
        name: id.to_owned(),
        hint: String::new(),
        provider: Provider::Fal,
        ready: true,
        category: None,
        favourite: false,
        used_at: None,
        max_inputs: None,
        takes_references: None,
        price: None,
        takes_mask: None,
    }
}
