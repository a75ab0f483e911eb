//! Our own routes: what programs of today are told, and what is refused them as a problem.

use overpaint_testkit::{Role, Stage, sample};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::time::{Duration, timeout};

use crate::house::House;

/// Longer than anything takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

const MODEL: &str = "fal-ai/bytedance/seedream/v4/edit";

impl House {
    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// Adds a picture; answers its version.
    async fn picture(&self) -> Value {
        let answer = self
            .ask(Method::POST, "/api/v1/pictures?name=photo.png")
            .body(sample::photo_png(48, 32))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201);
        let location = answer.headers()["location"].to_str().unwrap().to_owned();
        let version: Value = answer.json().await.unwrap();
        assert_eq!(
            location,
            format!("/api/v1/versions/{}", version["id"].as_str().unwrap())
        );
        version
    }

    fn edit(&self, wish: &Value) -> RequestBuilder {
        self.ask(Method::POST, "/api/v1/edits").json(wish)
    }

    /// Submits an edit of a fresh picture and waits for its end over HTTP.
    async fn edited(&self, prompt: &str) -> Value {
        let picture = self.picture().await;
        let wish = json!({ "version_id": picture["id"], "prompt": prompt, "model": MODEL });
        let job: Value = self.edit(&wish).send().await.unwrap().json().await.unwrap();
        let path = format!("/api/v1/jobs/{}?wait=60", job["id"].as_str().unwrap());
        self.get(&path).send().await.unwrap().json().await.unwrap()
    }
}

async fn problem(answer: Response) -> Value {
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let status = answer.status().as_u16();
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["status"], status);
    let code = problem["code"].as_str().unwrap();
    assert_eq!(problem["type"], format!("urn:overpaint:problem:{code}"));
    assert!(
        !problem["title"].as_str().unwrap().is_empty()
            && !problem["detail"].as_str().unwrap().is_empty()
    );
    problem
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_with_parameters_goes_to_fal_with_them_and_its_result_is_a_version() {
    let house = House::new().await;
    let picture = house.picture().await;
    let wish = json!({ "version_id": picture["id"], "prompt": "dusk", "model": MODEL, "parameters": { "seed": 7, "image_size": "square" } });
    let answer = house.edit(&wish).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let done: Value = house
        .get(&format!("{location}?wait=60"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&done["state"], &done["parameters"]),
        (&json!("done"), &wish["parameters"])
    );
    let sent = house.fal.requests_as(Role::Submit)[0].json();
    assert_eq!(
        (&sent["prompt"], &sent["seed"], &sent["image_size"]),
        (&json!("dusk"), &json!(7), &json!("square"))
    );

    let result = done["result_ids"][0].as_str().unwrap();
    let history: Value = house
        .get(&format!("/api/v1/versions/{result}/history"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(history["versions"][1]["parent_id"], picture["id"]);
    let stored = house
        .get(&format!("/api/v1/versions/{result}/picture"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            stored.status().as_u16(),
            stored.headers()["content-security-policy"]
                .to_str()
                .unwrap()
        ),
        (200, "sandbox")
    );
    for size in ["thumb", "screen", "full"] {
        let path = format!("/api/v1/versions/{result}/picture?size={size}");
        let shown = house.get(&path).send().await.unwrap();
        let tag = shown.headers()["etag"].clone();
        assert!(
            shown.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with("image/")
        );
        assert!(!shown.bytes().await.unwrap().is_empty());
        assert_eq!(
            house
                .get(&path)
                .header("if-none-match", tag)
                .send()
                .await
                .unwrap()
                .status(),
            304
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_idempotency_key_joins_two_requests_into_one_job() {
    let house = House::new().await;
    let picture = house.picture().await;
    let wish = json!({ "version_id": picture["id"], "prompt": "dusk", "model": MODEL });
    let submit = async |wish: &Value, key: Option<&str>| {
        let request = house.edit(wish);
        let request = match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        request.send().await.unwrap()
    };
    let id = async |answer: Response| answer.json::<Value>().await.unwrap()["id"].clone();
    let first = id(submit(&wish, Some("k-1")).await).await;
    assert_eq!(id(submit(&wish, Some("k-1")).await).await, first);
    let (one, two) = (
        id(submit(&wish, None).await).await,
        id(submit(&wish, None).await).await,
    );
    assert!(one != two && one != first);
    let other = json!({ "version_id": picture["id"], "prompt": "dawn", "model": MODEL });
    let refused = problem(submit(&other, Some("k-1")).await).await;
    assert_eq!(
        (&refused["code"], &refused["status"]),
        (&json!("idempotency_mismatch"), &json!(422))
    );
    for job in [&first, &one, &two] {
        let path = format!("/api/v1/jobs/{}?wait=60", job.as_str().unwrap());
        let ended: Value = house.get(&path).send().await.unwrap().json().await.unwrap();
        assert_eq!(ended["state"], "done");
    }
    assert_eq!(house.fal.charges(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_is_answered_at_the_jobs_end_and_not_before() {
    let house = House::new().await;
    house.fal.hold(Stage::InQueue);
    let picture = house.picture().await;
    let wish = json!({ "version_id": picture["id"], "prompt": "dusk", "model": MODEL });
    let job: Value = house
        .edit(&wish)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    house.fal.reached(Stage::InQueue).await;
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    let now: Value = house.get(&path).send().await.unwrap().json().await.unwrap();
    assert_eq!(now["state"], "waiting");
    let waiting = tokio::spawn(house.get(&format!("{path}?wait=60")).send());
    house.fal.release(Stage::InQueue);
    let ended: Value = timeout(PATIENCE, waiting)
        .await
        .unwrap()
        .unwrap()
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(ended["state"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_hears_each_state_and_who_comes_back_is_told_what_it_missed() {
    let house = House::new().await;
    let mut listening = Listener::open(&house, None).await;
    house.edited("dusk").await;
    let heard = listening
        .until(|event| event.data["job"]["state"] == "done")
        .await;
    let states: Vec<&str> = heard
        .iter()
        .filter_map(|event| event.data["job"]["state"].as_str())
        .collect();
    for state in ["queued", "submitting", "waiting", "downloading", "done"] {
        assert!(states.contains(&state), "{states:?}");
    }
    let early = heard
        .iter()
        .find(|event| event.data["job"]["state"] == "submitting")
        .unwrap();
    let again = Listener::open(&house, Some(&early.id))
        .await
        .until(|event| event.data["job"]["state"] == "done")
        .await;
    let after = heard
        .iter()
        .skip_while(|event| event.id != early.id)
        .skip(1);
    assert_eq!(
        again.iter().map(|event| &event.id).collect::<Vec<_>>(),
        after.map(|event| &event.id).collect::<Vec<_>>()
    );
    let lost = Listener::open(&house, Some("00000000-1"))
        .await
        .until(|event| event.name == "reset")
        .await;
    assert_eq!(lost.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_by_cursor_and_by_state() {
    let house = House::new().await;
    house.edited("one").await;
    house.edited("[[locked]] two").await;
    house.edited("three").await;
    let page = async |query: &str| -> Value {
        house
            .get(&format!("/api/v1/jobs?{query}"))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    };
    let prompts = |page: &Value| -> Vec<String> {
        page["jobs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|job| job["prompt"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = page("limit=2").await;
    assert_eq!(prompts(&first), ["three", "[[locked]] two"]);
    let second = page(&format!(
        "limit=2&after={}",
        first["next"].as_str().unwrap()
    ))
    .await;
    assert_eq!(
        (prompts(&second), &second["next"]),
        (vec!["one".to_owned()], &Value::Null)
    );
    assert_eq!(prompts(&page("state=failed").await), ["[[locked]] two"]);
    let items: Value = house
        .get("/api/v1/items?limit=200")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    // One picture, the same each time, and three jobs.
    assert_eq!(
        (items["items"].as_array().unwrap().len(), &items["total"]),
        (4, &json!(4))
    );
    for query in ["limit=x", "after=x", "state=x"] {
        let refused = problem(
            house
                .get(&format!("/api/v1/jobs?{query}"))
                .send()
                .await
                .unwrap(),
        )
        .await;
        assert_eq!(
            (&refused["code"], &refused["status"]),
            (&json!("request_malformed"), &json!(400)),
            "{query}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_cancelled_run_again_deleted_and_brought_back() {
    let house = House::new().await;
    house.fal.hold(Stage::Upload);
    let picture = house.picture().await;
    let wish = json!({ "version_id": picture["id"], "prompt": "dusk", "model": MODEL });
    let job: Value = house
        .edit(&wish)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    let cancelled = house
        .ask(Method::POST, &format!("{path}/cancel"))
        .send()
        .await
        .unwrap();
    assert_eq!(cancelled.status(), 200);
    house.fal.release(Stage::Upload);
    let ended: Value = house
        .get(&format!("{path}?wait=60"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(ended["state"], "cancelled");
    let late = problem(
        house
            .ask(Method::POST, &format!("{path}/cancel"))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (&late["code"], &late["status"]),
        (&json!("too_late"), &json!(409))
    );
    assert_eq!(
        house
            .ask(Method::POST, &format!("{path}/retry"))
            .send()
            .await
            .unwrap()
            .status(),
        202
    );
    let ended: Value = house
        .get(&format!("{path}?wait=60"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!((&ended["state"], house.fal.charges()), (&json!("done"), 1));
    assert_eq!(
        house
            .ask(Method::DELETE, &path)
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    assert_eq!(
        problem(house.get(&path).send().await.unwrap()).await["code"],
        "not_found"
    );
    let restore = house
        .ask(Method::POST, "/api/v1/items/restore")
        .json(&json!({ "ids": [job["id"]] }));
    assert_eq!(restore.send().await.unwrap().status(), 204);
    assert_eq!(house.get(&path).send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_in_the_trash_is_nobodys_to_run() {
    let house = House::new().await;
    let failed = house.edited("[[locked]] dusk").await;
    let path = format!("/api/v1/jobs/{}", failed["id"].as_str().unwrap());
    assert_eq!(
        house
            .ask(Method::DELETE, &path)
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    for act in ["retry", "look", "cancel"] {
        let asked = house.ask(Method::POST, &format!("{path}/{act}"));
        let refused = problem(asked.send().await.unwrap()).await;
        assert_eq!(refused["code"], "not_found", "{act}");
    }
    assert_eq!(house.library.active_count().await.unwrap(), 0);
    assert_eq!(house.fal.charges(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_without_a_model_is_answered_though_the_settings_have_changed() {
    let house = House::new().await;
    let picture = house.picture().await;
    let wish = json!({ "version_id": picture["id"], "prompt": "dusk" });
    let submit = async || {
        let request = house.edit(&wish).header("idempotency-key", "k-1");
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let first = submit().await;
    let change = overpaint_core::settings::Change {
        model: Some("fal-ai/flux-2-pro/edit".to_owned()),
        ..Default::default()
    };
    house.library.change_settings(change).unwrap();
    assert_eq!(submit().await["id"], first["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_picture_is_found_out_before_it_is_paid_for() {
    let house = House::new().await;
    let mut picture = sample::photo_png(64, 64);
    let middle = picture.len() / 2;
    picture[middle..middle + 200].fill(0x55);
    let job = house.run("dusk", &picture, "a.png").await;
    assert_eq!(
        (&job["status"], house.fal.charges()),
        (&json!("error"), 0),
        "{job}"
    );
    assert!(job["error"].as_str().unwrap().contains("damaged"), "{job}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_a_problem_with_a_code() {
    let house = House::with(&[]).await;
    let picture = house.picture().await;
    let id = &picture["id"];
    let edits = [
        (
            json!({ "version_id": id, "prompt": "x", "model": MODEL }),
            401,
            "key_missing",
        ),
        (
            json!({ "version_id": id, "prompt": " ", "model": "demo" }),
            422,
            "prompt_empty",
        ),
        (
            json!({ "version_id": "x", "prompt": "x", "model": "demo" }),
            404,
            "not_found",
        ),
        (
            json!({ "version_id": id, "prompt": "x", "model": "a/../b" }),
            401,
            "key_missing",
        ),
        (
            json!({ "version_id": id, "prompt": "x", "model": "demo", "parameters": { "seed": 1 } }),
            422,
            "parameter_invalid",
        ),
        (
            json!({ "version_id": id, "prompt": "x", "modle": "demo" }),
            400,
            "request_malformed",
        ),
        (json!([]), 400, "request_malformed"),
    ];
    for (wish, status, code) in edits {
        let refused = problem(house.edit(&wish).send().await.unwrap()).await;
        assert_eq!(
            (&refused["status"], &refused["code"]),
            (&json!(status), &json!(code)),
            "{wish}"
        );
    }
    let many = json!({ "ids": vec![""; 1001] });
    let restore = house.ask(Method::POST, "/api/v1/items/restore").json(&many);
    assert_eq!(
        problem(restore.send().await.unwrap()).await["code"],
        "request_malformed"
    );
    let form = house
        .ask(Method::POST, "/api/v1/pictures")
        .header("content-type", "multipart/form-data; boundary=B")
        .body("--B--");
    let said = problem(form.send().await.unwrap()).await;
    assert!(said["detail"].as_str().unwrap().contains("--data-binary"));
    let no_picture = house
        .ask(Method::POST, "/api/v1/pictures")
        .body("<html>")
        .send()
        .await
        .unwrap();
    assert_eq!(problem(no_picture).await["code"], "picture_unsupported");
    for path in [
        "/api/v1/nothing",
        "/api/v1/jobs/nope",
        "/api/v1/versions/%FF",
        "/api/v1/versions/..%2f..%2flibrary.db/picture",
    ] {
        assert_eq!(
            problem(house.get(path).send().await.unwrap()).await["status"],
            404,
            "{path}"
        );
    }
    let wrong = house.ask(Method::PUT, "/api/v1/jobs").send().await.unwrap();
    assert_eq!(wrong.status(), 405);
    // The demo engine needs no key here: it was asked for by its name.
    let demo = house
        .edit(&json!({ "version_id": id, "prompt": "sepia", "model": "demo" }))
        .send()
        .await
        .unwrap();
    assert_eq!(demo.status(), 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_names_every_route_and_is_the_one_that_is_checked_in() {
    let house = House::new().await;
    let served: Value = house
        .get("/openapi.json")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let kept: Value = serde_json::from_slice(&std::fs::read(kept).unwrap()).unwrap();
    assert!(served == kept, "run `cargo xtask types`");
}

/// A client of `/api/v1/events`.
struct Listener {
    answer: Response,
    text: String,
}

#[derive(Debug)]
struct Heard {
    id: String,
    name: String,
    data: Value,
}

impl Listener {
    async fn open(house: &House, last: Option<&str>) -> Self {
        let request = house.get("/api/v1/events");
        let request = match last {
            Some(id) => request.header("last-event-id", id),
            None => request,
        };
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self {
            answer,
            text: String::new(),
        }
    }

    /// Everything up to the first event that is wanted.
    async fn until(&mut self, wanted: impl Fn(&Heard) -> bool) -> Vec<Heard> {
        let mut heard = Vec::new();
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    event
                        .lines()
                        .find_map(|line| line.strip_prefix(name))
                        .unwrap_or_default()
                        .trim()
                        .to_owned()
                };
                let event = Heard {
                    id: field("id:"),
                    name: field("event:"),
                    data: serde_json::from_str(&field("data:")).unwrap_or_default(),
                };
                self.text = rest.to_owned();
                heard.push(event);
                if heard.last().is_some_and(&wanted) {
                    return heard;
                }
            }
            let chunk = timeout(PATIENCE, self.answer.chunk())
                .await
                .unwrap()
                .unwrap()
                .unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_found_and_say_what_they_take() {
    let house = House::with(&[]).await;
    let json = |path: &'static str| {
        let asked = house.get(path);
        async move { asked.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let offered = json("/api/v1/models").await;
    assert_eq!(
        (&offered[0]["id"], &offered[1]["id"]),
        (&json!("demo"), &json!(MODEL))
    );
    let found = json("/api/v1/models?search=kontext%20precise").await;
    assert_eq!(found[0]["id"], "fal-ai/flux-pro/kontext");
    for path in [
        "/api/v1/models/fal-ai/flux-pro/v1/fill",
        "/api/v1/models/fal-ai%2Fflux-pro%2Fv1%2Ffill",
    ] {
        let form = json(path).await;
        assert_eq!(
            (&form["known"], &form["model"]["takes_mask"]),
            (&json!(true), &json!(true))
        );
        let count = form["fields"]
            .as_array()
            .unwrap()
            .iter()
            .find(|field| field["name"] == "num_images");
        assert_eq!(
            count.unwrap()["kind"],
            json!({ "kind": "integer", "min": 1.0, "max": 4.0, "step": null })
        );
    }
    let none = house.get("/api/v1/models/a/../b%3F").send().await.unwrap();
    assert_eq!(problem(none).await["code"], "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_quoted_before_and_told_after() {
    let house = House::new().await;
    let picture = house.picture().await;
    let asked =
        json!({ "version_id": picture["id"], "model": MODEL, "parameters": {"num_images": 2} });
    let quote = |asked: &Value| house.ask(Method::POST, "/api/v1/quotes").json(asked).send();
    let told: Value = quote(&asked).await.unwrap().json().await.unwrap();
    assert_eq!(told["amount"], 0.06);
    assert_eq!(
        (told["basis"].as_str(), told["said"].as_str()),
        (Some("per_image"), Some("2 images at $0.03 each"))
    );
    assert_eq!(told["problem"], Value::Null);
    let refused =
        json!({ "version_id": picture["id"], "model": MODEL, "parameters": {"prompt": "x"} });
    let told: Value = quote(&refused).await.unwrap().json().await.unwrap();
    assert_eq!(told["problem"]["code"], "parameter_invalid");
    let nobody = json!({ "version_id": "00000000-0000-4000-8000-000000000000", "model": MODEL });
    assert_eq!(
        problem(quote(&nobody).await.unwrap()).await["code"],
        "not_found"
    );

    house.edited("warmer").await;
    house.edited("colder").await;
    let get = async |path: &str| -> Value {
        let answer = house.get(path).send().await.unwrap();
        answer.json().await.unwrap()
    };
    let spending = get("/api/v1/spending").await;
    assert_eq!(spending["today"]["amount"], 0.06);
    assert_eq!(spending["models"][0]["spent"]["edits"], 2);
    let newest = get("/api/v1/ledger?limit=1").await;
    assert_eq!(newest["lines"][0]["prompt"], "colder");
    let next = format!("/api/v1/ledger?after={}", newest["next"].as_str().unwrap());
    let older = get(&next).await;
    assert_eq!(older["lines"][0]["prompt"], "warmer");
    assert_eq!(older["next"], Value::Null);
    let wrong = house
        .get("/api/v1/ledger?after=nonsense")
        .send()
        .await
        .unwrap();
    assert_eq!(problem(wrong).await["code"], "request_malformed");
    assert!(get("/api/v1/balance").await["amount"].is_number());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_over_the_cap_is_402_and_nothing_is_sent() {
    let house = House::new().await;
    house
        .library
        .change_settings(overpaint_core::settings::Change {
            day_cap: Some(0.01),
            ..Default::default()
        })
        .unwrap();
    let picture = house.picture().await;
    let wish = json!({ "version_id": picture["id"], "prompt": "warmer", "model": MODEL });
    let answer = house.edit(&wish).send().await.unwrap();
    assert_eq!(answer.status(), 402);
    let problem = problem(answer).await;
    assert_eq!(problem["code"], "cap_reached");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("Today's cap of $0.01 would be passed: $0.00 is spent and this edit is about $0.03. Nothing was sent."),
        "{detail}"
    );
    assert_eq!(house.fal.charges(), 0);
}
