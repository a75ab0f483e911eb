//! What has been announced lately, numbered, so that a listener who lost the connection can be told what it missed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use overpaint_api::event::Event;
use overpaint_core::Library;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

use super::over;

/// Entries kept, and their bytes: several minutes of a busy library.
const KEPT: usize = 2048;
const KEPT_BYTES: usize = 4 << 20;

/// Entries a listener may lag behind before it is told to read again.
const LAG: usize = 256;

/// One announcement.
#[derive(Debug)]
pub(super) struct Entry {
    /// Counts from 1 at each start of the server.
    pub(super) number: u64,
    /// Its name and its JSON, written once for everybody; none: something was lost, read everything again.
    pub(super) event: Option<(String, String)>,
}

impl Entry {
    fn bytes(&self) -> usize {
        self.event.as_ref().map_or(0, |(_, json)| json.len())
    }
}

/// The latest announcements of one library.
#[derive(Debug)]
pub(super) struct News {
    /// Tells the numbers of this start from those of another.
    start: u32,
    told: Mutex<Told>,
}

#[derive(Debug)]
struct Told {
    last: u64,
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
    live: broadcast::Sender<Arc<Entry>>,
}

impl Told {
    fn nothing() -> Self {
        Self {
            last: 0,
            entries: VecDeque::new(),
            bytes: 0,
            live: broadcast::Sender::new(LAG),
        }
    }
}

/// What a listener is told first, and where it hears the rest.
pub(super) struct Hearing {
    pub(super) missed: Vec<Arc<Entry>>,
    /// What it missed is not known any more.
    pub(super) lost: bool,
    pub(super) live: broadcast::Receiver<Arc<Entry>>,
}

impl News {
    /// Listens to the library until the server ends.
    pub(super) fn of(library: &Library, mut ending: watch::Receiver<bool>) -> Arc<Self> {
        let news = Arc::new(Self {
            start: rand::random(),
            told: Mutex::new(Told::nothing()),
        });
        let (mut events, told) = (library.subscribe(), Arc::clone(&news));
        tokio::spawn(async move {
            loop {
                let heard = tokio::select! {
                    heard = events.recv() => heard,
                    () = over(&mut ending) => return,
                };
                match heard {
                    Ok(event) => told.tell(Some(&event.into())),
                    Err(RecvError::Lagged(_)) => told.tell(None),
                    Err(RecvError::Closed) => return,
                }
            }
        });
        news
    }

    /// The id of an entry, as a listener sends it back.
    pub(super) fn id(&self, entry: &Entry) -> String {
        format!("{:08x}-{}", self.start, entry.number)
    }

    /// From after that id on; without one, from now.
    pub(super) fn hear(&self, last_id: Option<&str>) -> Hearing {
        let told = self.told();
        let live = told.live.subscribe();
        let Some(last_id) = last_id else {
            return Hearing {
                missed: Vec::new(),
                lost: false,
                live,
            };
        };
        let first = told
            .entries
            .front()
            .map_or(told.last + 1, |entry| entry.number);
        let known = self
            .number(last_id)
            .filter(|number| (first.saturating_sub(1)..=told.last).contains(number));
        let missed = known.map(|known| {
            let missed = told.entries.iter().filter(|entry| entry.number > known);
            missed.cloned().collect()
        });
        Hearing {
            lost: missed.is_none(),
            missed: missed.unwrap_or_default(),
            live,
        }
    }

    fn number(&self, id: &str) -> Option<u64> {
        let (start, number) = id.split_once('-')?;
        (start == format!("{:08x}", self.start))
            .then(|| number.parse().ok())
            .flatten()
    }

    fn tell(&self, event: Option<&Event>) {
        let event = event.map(|event| {
            let json = serde_json::to_value(event).unwrap_or_default();
            (
                json["type"].as_str().unwrap_or("reset").to_owned(),
                json.to_string(),
            )
        });
        let mut told = self.told();
        told.last += 1;
        let entry = Arc::new(Entry {
            number: told.last,
            event,
        });
        told.bytes += entry.bytes();
        told.entries.push_back(Arc::clone(&entry));
        while told.entries.len() > KEPT || told.bytes > KEPT_BYTES {
            let Some(oldest) = told.entries.pop_front() else {
                break;
            };
            told.bytes -= oldest.bytes();
        }
        // Under the lock, so that who begins to hear misses none and hears none twice. Nobody listening is fine.
        let _ = told.live.send(entry);
    }

    /// Held for a few lines, never across an await.
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news() -> News {
        News {
            start: 7,
            told: Mutex::new(Told::nothing()),
        }
    }

    #[test]
    fn who_comes_back_is_told_what_was_missed_and_nothing_twice() {
        let news = news();
        for _ in 0..3 {
            news.tell(Some(&Event::Library));
        }
        let hearing = news.hear(Some("00000007-1"));
        let numbers: Vec<u64> = hearing.missed.iter().map(|entry| entry.number).collect();
        assert_eq!((numbers, hearing.lost), (vec![2, 3], false));
        assert!(hearing.live.is_empty());
        let up_to_date = news.hear(Some("00000007-3"));
        assert!(up_to_date.missed.is_empty() && !up_to_date.lost);
    }

    #[test]
    fn who_missed_more_than_is_known_is_told_to_read_again() {
        let news = news();
        for _ in 0..KEPT + 2 {
            news.tell(Some(&Event::Settings));
        }
        assert!(!news.hear(Some("00000007-2")).lost);
        for id in ["00000007-1", "00000008-5", "00000007-99999", "nonsense", ""] {
            let hearing = news.hear(Some(id));
            assert!(hearing.lost && hearing.missed.is_empty(), "{id}");
        }
        assert!(!news.hear(None).lost);
    }
}
