//! What can be run: offered without a network, found in fal's list, kept up to date, remembered; and what does not fit is refused before it costs.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use overpaint_core::Library;
use overpaint_core::clock::Clock;
use overpaint_core::error::{Code, Error};
use overpaint_core::event::Event;
use overpaint_core::job::{Edit, Parameters, State};
use overpaint_core::library::{ModelForm, Options};
use overpaint_core::model::{DEMO, Kind};
use overpaint_core::settings::Given;
use overpaint_testkit::{Failure, Model, Place, Role};
use serde_json::{Value, json};

use super::{DEADLINE, MODEL, Stage, edit, ended, picture};

const KONTEXT: &str = "fal-ai/flux-pro/kontext";
const FILL: &str = "fal-ai/flux-pro/v1/fill";

/// A library whose clock the test moves, by minutes.
async fn open_at(given: Given, minutes: &Arc<AtomicI64>) -> Library {
    let (minutes, start) = (Arc::clone(minutes), Clock::system().now());
    let mut options = Options::new(given);
    options.keychain = overpaint_core::keys::Keychain::Memory(Arc::default());
    options.clock =
        Clock::from_fn(move || start + TimeDelta::minutes(minutes.load(Ordering::SeqCst)));
    Library::open(options).await.unwrap()
}

/// A made-up model as fal would list it, with the schema of a built-in one that was changed.
fn listed(name: &str, openapi: Option<Value>) -> Option<Model> {
    let metadata = json!({ "display_name": name, "description": "Paints like nobody", "category": "image-to-image" });
    Some(Model { metadata, openapi })
}

/// The smallest document fal could give.
fn document(properties: &Value) -> Value {
    json!({
        "openapi": "3.0.4",
        "components": { "schemas": { "XInput": { "type": "object", "required": ["prompt"], "properties": properties } } },
        "paths": { "/x": { "post": { "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/XInput" } } } } } } },
    })
}

/// The form, once it is as wanted.
async fn until_form(library: &Library, id: &str, wanted: impl Fn(&ModelForm) -> bool) -> ModelForm {
    let mut events = library.subscribe();
    let wait = async {
        loop {
            let form = library.model_form(id).await.unwrap();
            if wanted(&form) {
                return form;
            }
            while !matches!(events.recv().await, Ok(Event::Models)) {}
        }
    };
    tokio::time::timeout(DEADLINE, wait)
        .await
        .expect("fal was never asked")
}

fn with(input: overpaint_core::version::VersionId, model: &str, parameters: &Value) -> Edit {
    Edit {
        parameters: Parameters(parameters.as_object().unwrap().clone()),
        ..edit(input, "dusk", model)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_without_a_network_offers_eight_models_with_their_forms() {
    let stage = Stage::new().await;
    let library =
        super::open(Given::nothing(stage.folder.path()).flag("FAL_SERVICE", "http://127.0.0.1:9"))
            .await;
    let offered = library.models().await.unwrap();
    assert_eq!(offered.len(), 9);
    assert_eq!(
        (offered[0].id.as_str(), offered[1].id.as_str()),
        (DEMO, MODEL)
    );
    assert!(offered[0].ready && offered[1..].iter().all(|model| !model.ready));
    for model in &offered[1..] {
        let form = library.model_form(&model.id).await.unwrap();
        assert!(form.form.known && form.schema_at.is_none(), "{}", model.id);
        assert!(
            form.form
                .fields
                .iter()
                .any(|field| field.name == "output_format" || field.name == "image_size"),
            "{}",
            model.id
        );
    }
    let fill = library.model_form(FILL).await.unwrap();
    assert_eq!(
        (fill.model.takes_mask, fill.model.max_inputs),
        (Some(true), Some(1))
    );
    let found = library.search_models("upscale").await.unwrap();
    assert!(found.models.len() > 3 && found.listed_at.is_none() && found.listed == 0);
    let unknown = library.model_form("fal-ai/nobody/knows").await.unwrap();
    assert!(!unknown.form.known && unknown.form.prompt.taken);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_words_must_be_there_and_a_pasted_id_is_a_model() {
    let stage = Stage::new().await;
    let library =
        super::open(Given::nothing(stage.folder.path()).flag("FAL_SERVICE", "http://127.0.0.1:9"))
            .await;
    let ids = |words: &'static str| {
        let library = library.clone();
        async move {
            let found = library.search_models(words).await.unwrap();
            found
                .models
                .into_iter()
                .map(|model| model.id)
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(ids("banana PRO").await, ["fal-ai/nano-banana-pro/edit"]);
    assert_eq!(
        ids("lettering languages").await,
        ["fal-ai/qwen-image-edit-2511"]
    );
    assert!(ids("banana crocodile").await.is_empty());
    assert_eq!(ids("").await.len(), 50);
    assert_eq!(ids("fal-ai/x/y").await, ["fal-ai/x/y"]);
    assert_eq!(
        ids("https://fal.ai/models/fal-ai/x/edit/playground").await,
        ["fal-ai/x/edit"]
    );
    assert_eq!(
        ids("https://fal.ai/models/fal-ai/flux-pro/kontext").await,
        [KONTEXT]
    );
    assert!(matches!(
        library.model_form("a/../b").await,
        Err(Error::NotFound { what: "model", .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn fals_list_is_read_and_its_age_is_told_also_after_a_restart() {
    let stage = Stage::new().await;
    let minutes = Arc::default();
    let library = open_at(stage.given(), &minutes).await;
    stage.fal.script(|script| {
        for number in 0..120 {
            script
                .models
                .insert(format!("made-up/page/{number:03}"), listed("Painter", None));
        }
        let film = json!({ "category": "text-to-video" });
        script.models.insert(
            "made-up/film".to_owned(),
            Some(Model {
                metadata: film,
                openapi: None,
            }),
        );
    });
    let found = library.refresh_models().await.unwrap();
    let read_at = found.listed_at.unwrap();
    assert!(
        found.listed >= 120 && found.problem.is_none() && !found.refreshing,
        "{found:?}"
    );
    assert_eq!(
        library.search_models("painter 077").await.unwrap().models[0].hint,
        "Paints like nobody"
    );
    assert!(
        library
            .search_models("made-up film")
            .await
            .unwrap()
            .models
            .is_empty()
    );
    let asked = stage.fal.requests_as(Role::Models).len();
    assert!(asked >= 2);
    library.search_models("x").await.unwrap();
    library.close().await;

    // A day later somebody looks: what is here is shown, and read again meanwhile.
    minutes.store(60 * 24 + 1, Ordering::SeqCst);
    let library = open_at(stage.given(), &minutes).await;
    assert_eq!(
        stage.fal.requests_as(Role::Models).len(),
        asked,
        "not at the start"
    );
    stage
        .fal
        .script(|script| drop(script.models.insert("made-up/page/077".to_owned(), None)));
    let mut events = library.subscribe();
    assert_eq!(
        library.search_models("painter").await.unwrap().listed_at,
        Some(read_at)
    );
    let heard = async { while !matches!(events.recv().await, Ok(Event::Models)) {} };
    tokio::time::timeout(DEADLINE, heard).await.unwrap();
    let found = library.search_models("painter 077").await.unwrap();
    assert!(found.listed_at.unwrap() > read_at && found.models.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_read_by_a_clock_that_was_ahead_is_read_again() {
    let (stage, minutes) = (Stage::new().await, Arc::new(AtomicI64::new(60 * 24 * 7)));
    let library = open_at(stage.given(), &minutes).await;
    let ahead = library.refresh_models().await.unwrap().listed_at.unwrap();
    minutes.store(0, Ordering::SeqCst);
    let mut events = library.subscribe();
    library.search_models("painter").await.unwrap();
    let heard = async { while !matches!(events.recv().await, Ok(Event::Models)) {} };
    tokio::time::timeout(DEADLINE, heard).await.unwrap();
    let found = library.search_models("painter").await.unwrap();
    assert!(found.listed_at.unwrap() < ahead);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_cannot_be_read_leaves_the_one_before() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    stage.fal.script(|script| {
        drop(
            script
                .models
                .insert("made-up/one".to_owned(), listed("One", None)),
        )
    });
    let before = library.refresh_models().await.unwrap();
    stage.fal.script(|script| {
        script.fail(Place::Models, overpaint_testkit::Failure::Internal);
    });
    let after = library.refresh_models().await.unwrap();
    assert_eq!(
        (after.listed, after.listed_at),
        (before.listed, before.listed_at)
    );
    assert_eq!(after.problem.unwrap().code, Code::ProviderFailed);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fal_says_of_a_model_replaces_what_came_with_overpaint() {
    let stage = Stage::new().await;
    let minutes = Arc::default();
    let library = open_at(stage.given(), &minutes).await;
    let changed = document(&json!({
        "prompt": { "type": "string" },
        "picture": { "type": "string", "description": "URL of the image" },
        "mood": { "type": "string", "enum": ["calm", "wild"], "default": "calm" },
    }));
    stage.fal.script(|script| {
        drop(
            script
                .models
                .insert(KONTEXT.to_owned(), listed("Kontext", Some(changed))),
        )
    });
    let form = until_form(&library, KONTEXT, |form| form.schema_at.is_some()).await;
    let names: Vec<&str> = form
        .form
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(names, ["mood"]);
    assert!(
        stage
            .fal
            .requests_as(Role::Schema)
            .iter()
            .all(|request| request.authorization.is_none())
    );

    // It holds for what is sent and what is refused, also after a restart.
    library.close().await;
    let library = open_at(stage.given(), &minutes).await;
    let input = picture(&library).await;
    let refused = library
        .submit_edit(with(input, KONTEXT, &json!({ "mood": "sad" })))
        .await;
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the parameter mood must be one of calm, wild"
    );
    let job = library
        .submit_edit(with(input, KONTEXT, &json!({ "mood": "wild" })))
        .await
        .unwrap();
    ended(&library, job.id).await;
    let sent = &stage.fal.jobs()[0].input;
    assert_eq!(
        (
            &sent["mood"],
            sent["picture"].is_string(),
            sent.get("image_url")
        ),
        (&json!("wild"), true, None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_nobody_listed_is_asked_for_when_its_form_is_wanted() {
    let stage = Stage::new().await;
    let library =
        super::open(Given::nothing(stage.folder.path()).flag("FAL_SERVICE", stage.fal.origin()))
            .await;
    let new = document(
        &json!({ "prompt": { "type": "string" }, "image_urls": { "type": "array", "items": { "type": "string" }, "maxItems": 3 } }),
    );
    stage.fal.script(|script| {
        drop(
            script
                .models
                .insert("new/model".to_owned(), listed("New", Some(new))),
        )
    });
    let form = library.model_form("new/model").await.unwrap();
    assert!(
        form.form.known && form.model.max_inputs == Some(3),
        "{form:?}"
    );
    let nobodys = library.model_form("new/none").await.unwrap();
    assert!(
        !nobodys.form.known && nobodys.problem.is_none(),
        "{nobodys:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_could_not_be_read_says_why_and_is_read_when_asked_again() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let new = document(&json!({ "prompt": { "type": "string" } }));
    stage.fal.script(|script| {
        let model = listed("New", Some(new));
        drop(script.models.insert("new/model".to_owned(), model));
        // The site that has it, and the list that has it, too.
        script.fail(Place::Schema, Failure::Reset);
        script.fail(Place::Models, Failure::Reset);
    });
    let form = library.model_form("new/model").await.unwrap();
    let problem = form.problem.expect("it says why");
    assert!(
        !form.form.known && problem.code == Code::ProviderUnreachable,
        "{problem:?}"
    );
    stage.fal.script(|script| script.faults.clear());
    let again = library.model_form("new/model").await.unwrap();
    assert!(again.form.known && again.problem.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_does_not_fit_is_refused_by_name_and_nothing_is_sent() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    let mask = picture(&library).await;
    let gone = "01890000-0000-7000-8000-000000000000";
    for (model, parameters, words) in [
        (
            MODEL,
            json!({ "num_images": 9 }),
            "num_images must be at most 6",
        ),
        (
            MODEL,
            json!({ "image_size": { "width": -1, "height": 5 } }),
            "image_size.width must be more than 0",
        ),
        (
            MODEL,
            json!({ "image_urls": [] }),
            "image_urls is filled in from the edit itself",
        ),
        (
            "fal-ai/seedream-v4",
            json!({ "num_images": 0 }),
            "num_images must be at least 1",
        ),
        (FILL, json!({}), "mask_url must be given"),
        (
            FILL,
            json!({ "mask_url": { "version_id": gone } }),
            "there is no version",
        ),
        (
            KONTEXT,
            json!({ "image_url": "https://x/y.png" }),
            "image_url is filled in",
        ),
    ] {
        let refused = library
            .submit_edit(with(input, model, &parameters))
            .await
            .unwrap_err();
        assert!(
            refused.to_string().contains(words),
            "{model} {parameters}: {refused}"
        );
        let asked = library
            .submit_asked(with(input, model, &parameters))
            .await
            .unwrap_err();
        assert_eq!(asked.to_string(), refused.to_string());
    }
    let many = Edit {
        references: vec![mask; 10],
        ..edit(input, "dusk", MODEL)
    };
    let refused = library.submit_edit(many).await.unwrap_err();
    assert!(
        refused.to_string().contains("takes at most 10 pictures"),
        "{refused}"
    );
    assert!(matches!(
        library.submit_edit(edit(input, " ", MODEL)).await,
        Err(Error::PromptEmpty)
    ));
    assert!(library.newest_jobs(10).await.unwrap().is_empty());
    assert_eq!(stage.fal.charges(), 0);
    assert!(stage.fal.requests_as(Role::Submit).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_changed_is_sent() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    let parameters =
        json!({ "seed": "18446744073709551615", "num_images": 1, "enable_safety_checker": false });
    let job = library
        .submit_edit(with(input, MODEL, &parameters))
        .await
        .unwrap();
    assert_eq!(ended(&library, job.id).await.state, State::Done);
    let sent = stage.fal.jobs()[0].input.clone();
    let names: Vec<&str> = sent
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        names,
        ["prompt", "seed", "enable_safety_checker", "image_urls"]
    );
    assert_eq!(sent["seed"], json!(18_446_744_073_709_551_615_u64));
}

#[tokio::test(flavor = "multi_thread")]
async fn favourites_recents_and_values_survive_a_restart() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let input = picture(&library).await;
    let wish = json!({ "num_images": 2, "output_format": "jpeg", "seed": 7 });
    let job = library
        .submit_edit(with(input, KONTEXT, &wish))
        .await
        .unwrap();
    ended(&library, job.id).await;
    let marked = library.set_favourite("fal-ai/esrgan", true).await.unwrap();
    assert!(marked.favourite);
    library.set_favourite("fal-ai/aura-sr", true).await.unwrap();
    library
        .set_favourite("fal-ai/aura-sr", false)
        .await
        .unwrap();
    library.close().await;

    let library = stage.open().await;
    let offered = library.models().await.unwrap();
    let of = |id: &str| offered.iter().find(|model| model.id == id);
    assert!(of("fal-ai/esrgan").unwrap().favourite && of("fal-ai/aura-sr").is_none());
    assert!(of(KONTEXT).unwrap().used_at.is_some() && of(MODEL).unwrap().used_at.is_none());
    let form = library.model_form(KONTEXT).await.unwrap();
    // The default is not remembered: it may be another one tomorrow.
    assert_eq!(
        Value::Object(form.values),
        json!({ "num_images": 2, "seed": 7 })
    );
    assert_eq!(
        library.search_models("").await.unwrap().models[0].id,
        "fal-ai/esrgan"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_without_words_runs_without_a_prompt() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let plain = document(
        &json!({ "image_url": { "type": "string" }, "scale": { "type": "integer", "enum": [2, 4], "default": 2 } }),
    );
    let mut plain = plain;
    plain["components"]["schemas"]["XInput"]["required"] = json!(["image_url"]);
    stage.fal.script(|script| {
        drop(
            script
                .models
                .insert("made-up/larger".to_owned(), listed("Larger", Some(plain))),
        )
    });
    let form = library.model_form("made-up/larger").await.unwrap();
    assert!(!form.form.prompt.taken);
    assert_eq!(
        form.form.fields[0].kind,
        Kind::Choice(vec![json!(2), json!(4)])
    );
    let input = picture(&library).await;
    let edit = Edit {
        prompt: String::new(),
        ..with(input, "made-up/larger", &json!({ "scale": 4 }))
    };
    let job = library.submit_edit(edit).await.unwrap();
    ended(&library, job.id).await;
    let sent = stage.fal.jobs()[0].input.clone();
    assert_eq!((sent.get("prompt"), &sent["scale"]), (None, &json!(4)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_fal_alone_refuses_lets_the_description_be_read_again() {
    let stage = Stage::new().await;
    let library = stage.open().await;
    let now = document(&json!({
        "prompt": { "type": "string" }, "image_url": { "type": "string" },
        "guidance_scale": { "type": "number", "maximum": 5 },
    }));
    stage.fal.script(|script| {
        drop(
            script
                .models
                .insert(KONTEXT.to_owned(), listed("Kontext", Some(now))),
        )
    });
    let input = picture(&library).await;
    let mut events = library.subscribe();
    let job = library
        .submit_edit(with(input, KONTEXT, &json!({ "guidance_scale": 9 })))
        .await
        .unwrap();
    assert_eq!(ended(&library, job.id).await.state, State::Failed);
    let refused = async {
        loop {
            while !matches!(events.recv().await, Ok(Event::Models)) {}
            if let Err(error) = library
                .submit_edit(with(input, KONTEXT, &json!({ "guidance_scale": 9 })))
                .await
            {
                return error.to_string();
            }
        }
    };
    let refused = tokio::time::timeout(Duration::from_secs(60), refused)
        .await
        .unwrap();
    assert_eq!(refused, "the parameter guidance_scale must be at most 5");
}
