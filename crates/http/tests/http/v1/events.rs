//! The announcements, as server-sent events.

use reqwest::Response;
use serde_json::Value;
use tokio::time::timeout;

use super::PATIENCE;
use crate::house::House;

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
