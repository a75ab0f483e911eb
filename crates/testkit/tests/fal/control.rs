//! The knobs over HTTP, as tests of real programs use them; and the program itself.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use overpaint_testkit::{Fal, Place, Role};
use reqwest::Method;
use serde_json::json;

use crate::client::{Client, MODEL, read};

#[tokio::test]
async fn a_script_is_read_and_put_and_nonsense_is_refused() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let script = json!({
        "line": 3, "output": {"shape": "D", "nsfw": true}, "download": {"large": 4},
        "faults": {"status": {"failure": "nginx-503", "times": 2}},
    });
    let put = client.bare(Method::PUT, "/_control/script").json(&script);
    assert_eq!(read(put).await.status, 200);
    let held = client.get("/_control/script").await.json();
    assert_eq!((&held["line"], &held["running"]), (&json!(3), &json!(0)));
    assert_eq!(
        held["faults"]["status"],
        json!({"failure": "nginx-503", "times": 2})
    );
    fal.script(|script| assert!(script.faults.contains_key(&Place::Status)));

    for wrong in [
        json!({"lines": 3}),
        json!({"faults": {"status": {"failure": "oops"}}}),
    ] {
        let put = client.bare(Method::PUT, "/_control/script").json(&wrong);
        assert_eq!(read(put).await.status, 400, "{wrong}");
    }
    assert_eq!(client.get("/_control/script").await.json()["line"], 3);
}

#[tokio::test]
async fn a_stage_is_held_reached_and_released_from_outside() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    assert_eq!(
        read(client.bare(Method::POST, "/_control/hold/accepted"))
            .await
            .status,
        200
    );
    let request = client.posting(&format!("/queue/{MODEL}"), &json!({"prompt": "dusk"}));
    let submit = tokio::spawn(read(request));
    assert_eq!(
        client
            .get("/_control/reached/accepted?times=1")
            .await
            .status,
        200
    );
    assert_eq!(
        client.get("/_control/charges").await.json(),
        json!({"charges": 1})
    );
    assert_eq!(
        client.get("/_control/charged?times=1").await.json(),
        json!({"charges": 1})
    );
    assert!(!submit.is_finished());
    assert_eq!(
        read(client.bare(Method::POST, "/_control/release/accepted"))
            .await
            .status,
        200
    );
    assert_eq!(submit.await.unwrap().status, 200);
    assert_eq!(
        read(client.bare(Method::POST, "/_control/hold/lunch"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn requests_and_jobs_are_told_but_control_is_not_recorded() {
    let fal = Fal::start().await;
    let client = Client::of(&fal);
    let picture = format!("data:image/png;base64,{}", "A".repeat(5000));
    let body = json!({"prompt": "dusk", "image_urls": [picture]});
    client.post(&format!("/queue/{MODEL}"), &body).await;
    let told = client.get("/_control/requests").await.json();
    assert_eq!(told["count"], 1);
    let request = &told["requests"][0];
    assert_eq!(request["role"], "submit");
    assert_eq!(request["authorization"], "Key test-key-id:test-key-secret");
    assert_eq!(request["answered"], 200);
    let shown = request["body"]["image_urls"][0].as_str().unwrap();
    assert!(
        shown.len() < 300 && shown.ends_with("(5022 bytes)"),
        "{shown}"
    );
    let jobs = client.get("/_control/jobs").await.json();
    assert_eq!(
        (&jobs[0]["prompt"], &jobs[0]["phase"]),
        (&json!("dusk"), &json!("in_queue"))
    );
    assert!(fal.requests_as(Role::Other).is_empty());
}

/// The program, ended with the test, whichever way that ends.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[tokio::test]
async fn the_program_says_where_it_is_and_tells_each_charge() {
    let mut program = Program(
        Command::new(env!("CARGO_BIN_EXE_simulated-fal"))
            .args(["--key", "a:b"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines();
    let ready = lines.next().unwrap().unwrap();
    let origin = ready.strip_prefix("simulated fal on ").unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let submit = async || {
        let request = client
            .post(format!("{origin}/queue/{MODEL}"))
            .header("authorization", "Key a:b")
            .json(&json!({"prompt": "dusk"}));
        assert_eq!(request.send().await.unwrap().status(), 200);
    };
    submit().await;
    let charge = lines.next().unwrap().unwrap();
    assert!(
        charge.starts_with(&format!("charge 1: {MODEL} ")),
        "{charge}"
    );

    // A harness that reads no further must not end the program.
    drop(lines);
    let charges = async || {
        let place = format!("{origin}/_control/charges");
        let reply = client.get(place).send().await.unwrap();
        reply.text().await.unwrap()
    };
    submit().await;
    assert_eq!(charges().await, r#"{"charges":2}"#);
    submit().await;
    assert_eq!(charges().await, r#"{"charges":3}"#);
}
