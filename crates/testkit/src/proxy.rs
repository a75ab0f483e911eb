//! A TCP proxy that breaks connections the way networks do.
//!
//! It knows no HTTP and changes no byte, so the simulated fal still sees the `Host` its client wrote and every URL it answers leads
//! through the proxy again. Which connection breaks is chosen by what it says first ([`FaultProxy::strike`]), because a client may keep a
//! connection and use it for several requests: the choice is made anew for each request that begins a read.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! use overpaint_testkit::{Fal, FaultProxy, Way};
//!
//! let fal = Fal::start().await;
//! let proxy = FaultProxy::start(fal.origin()).await;
//! // The next submit arrives whole, is accepted and charged, and its answer never comes back.
//! proxy.strike("POST /queue/", Way::ResetAnswer(0), 1);
//! // … point a client at proxy.origin() …
//! # }
//! ```

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Every byte goes through.
    Pass,
    /// Reset once that many bytes of the request have come; none of them is passed on, so nobody beyond has seen it.
    ResetRequest(u64),
    /// The whole request goes through; reset once that many bytes of the answer have been passed back.
    ResetAnswer(u64),
    /// Every byte goes through, one at a time with that many milliseconds between them, in both directions.
    Drip(u64),
    /// The request is taken, and nothing ever comes back.
    BlackHole,
    /// Reset before a byte is read.
    Refuse,
    /// What is no answer in any protocol: a TLS client reads it instead of a server's hello.
    Garbage,
}

/// A fault that waits for a connection whose next bytes begin in a certain way.
#[derive(Debug)]
struct Strike {
    beginning: String,
    way: Way,
    left: u32,
}

#[derive(Debug, Default)]
struct State {
    strikes: Vec<Strike>,
    /// How many faults have struck.
    struck: u64,
    sent: u64,
    received: u64,
}

#[derive(Debug)]
struct Shared {
    upstream: String,
    // Guards a few lines at a time, never across an await: each connection has a task of its own.
    state: Mutex<State>,
    stopping: watch::Sender<bool>,
}

/// A proxy, listening on 127.0.0.1. Dropping it resets every connection.
#[derive(Debug)]
pub struct FaultProxy {
    shared: Arc<Shared>,
    origin: String,
}

impl FaultProxy {
    /// A proxy before `upstream`, an origin such as [`Fal::origin`](crate::Fal::origin).
    ///
    /// # Panics
    /// Where no port of 127.0.0.1 can be opened: no test could go on.
    #[expect(
        clippy::expect_used,
        reason = "a test without its proxy has nothing to say"
    )]
    pub async fn start(upstream: &str) -> Self {
        let (listener, address) = crate::server::bind(0)
            .await
            .expect("127.0.0.1 has a free port");
        let upstream = upstream.trim_start_matches("http://").trim_end_matches('/');
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            state: Mutex::default(),
            stopping: watch::Sender::new(false),
        });
        tokio::spawn(accept(Arc::clone(&shared), listener));
        Self {
            shared,
            origin: format!("http://{address}"),
        }
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The next `times` requests whose first bytes are these go that way. An empty beginning means any.
    pub fn strike(&self, beginning: &str, way: Way, times: u32) {
        self.shared.state().strikes.push(Strike {
            beginning: beginning.to_owned(),
            way,
            left: times,
        });
    }

    /// All goes well again; what has been struck stays struck.
    pub fn calm(&self) {
        self.shared.state().strikes.clear();
    }

    /// How many faults have struck.
    #[must_use]
    pub fn struck(&self) -> u64 {
        self.shared.state().struck
    }

    /// Bytes passed on from clients.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.shared.state().sent
    }

    /// Bytes passed back to clients.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.shared.state().received
    }

    /// An origin nobody listens at: connecting to it is refused at once.
    ///
    /// # Errors
    /// Where no port of 127.0.0.1 can be opened.
    pub async fn closed_port() -> io::Result<String> {
        let (listener, address) = crate::server::bind(0).await?;
        drop(listener);
        Ok(format!("http://{address}"))
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.shared.stopping.send_replace(true);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A panic in a test that held the lock must not hide behind a second one here.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way of a request that begins so.
    fn way(&self, bytes: &[u8]) -> Way {
        let mut state = self.state();
        let found = state
            .strikes
            .iter_mut()
            .find(|strike| strike.left > 0 && bytes.starts_with(strike.beginning.as_bytes()));
        let Some(strike) = found else {
            return Way::Pass;
        };
        strike.left -= 1;
        let way = strike.way;
        state.struck += 1;
        way
    }
}

async fn accept(shared: Arc<Shared>, listener: TcpListener) {
    let mut stopping = shared.stopping.subscribe();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => return,
        };
        let Ok((client, _)) = accepted else { continue };
        client.set_nodelay(true).ok();
        let (shared, mut stopping) = (Arc::clone(&shared), shared.stopping.subscribe());
        tokio::spawn(async move {
            let end = tokio::select! {
                end = carry(&shared, &client) => end,
                _ = stopping.wait_for(|stop| *stop) => Ok(End::Reset),
            };
            // A server that reset its side does so to the client as well.
            if !matches!(end, Ok(End::Polite)) {
                client.set_zero_linger().ok();
            }
        });
    }
}

/// How a connection ends.
enum End {
    Polite,
    Reset,
}

/// Carries bytes to and fro until one side is done or a fault strikes.
async fn carry(shared: &Shared, client: &TcpStream) -> io::Result<End> {
    let mut server: Option<TcpStream> = None;
    let mut passage = Passage::default();
    let mut from_client = vec![0; 64 << 10];
    let mut from_server = vec![0; 64 << 10];
    // A refusal and a garbled hello do not wait for what the client says.
    passage.way = shared.way(b"");
    loop {
        if passage.way == Way::Refuse {
            return Ok(End::Reset);
        }
        tokio::select! {
            read = read(client, &mut from_client) => {
                let length = read?;
                if length == 0 {
                    return Ok(End::Polite);
                }
                let bytes = &from_client[..length];
                passage.begins(shared, bytes);
                match passage.way {
                    Way::Refuse => return Ok(End::Reset),
                    Way::Garbage => {
                        write(client, GARBAGE, None).await?;
                        return Ok(End::Polite);
                    }
                    Way::BlackHole => continue,
                    Way::ResetRequest(after) if passage.asked >= after => return Ok(End::Reset),
                    Way::ResetRequest(_) => continue,
                    Way::Pass | Way::ResetAnswer(_) | Way::Drip(_) => {}
                }
                if server.is_none() {
                    server = Some(connect(shared).await?);
                }
                if let Some(server) = &server {
                    write(server, bytes, passage.pause()).await?;
                }
                shared.state().sent += length as u64;
            }
            read = answer(server.as_ref(), &mut from_server) => {
                let length = read?;
                if length == 0 {
                    return Ok(End::Polite);
                }
                let passed = passage.of_answer(length);
                write(client, &from_server[..passed], passage.pause()).await?;
                shared.state().received += passed as u64;
                if passage.is_over() {
                    return Ok(End::Reset);
                }
            }
        }
    }
}

/// Where a connection is: in which request, on which way.
#[derive(Debug)]
struct Passage {
    way: Way,
    /// Bytes of the present request.
    asked: u64,
    /// Bytes of its answer.
    answered: u64,
}

impl Default for Passage {
    fn default() -> Self {
        Self {
            way: Way::Pass,
            asked: 0,
            answered: 0,
        }
    }
}

impl Passage {
    /// Bytes from the client: the first ones, and the first after an answer, begin a request and choose its way.
    fn begins(&mut self, shared: &Shared, bytes: &[u8]) {
        if self.asked == 0 || self.answered > 0 {
            (self.asked, self.answered) = (0, 0);
            if self.way == Way::Pass {
                self.way = shared.way(bytes);
            }
        }
        self.asked += bytes.len() as u64;
    }

    /// How many of so many bytes of an answer may pass.
    fn of_answer(&mut self, length: usize) -> usize {
        let passed = match self.way {
            Way::ResetAnswer(after) => usize::try_from(after.saturating_sub(self.answered))
                .unwrap_or(usize::MAX)
                .min(length),
            _ => length,
        };
        self.answered += length as u64;
        passed
    }

    fn is_over(&self) -> bool {
        matches!(self.way, Way::ResetAnswer(after) if self.answered >= after)
    }

    fn pause(&self) -> Option<Duration> {
        match self.way {
            Way::Drip(milliseconds) => Some(Duration::from_millis(milliseconds)),
            _ => None,
        }
    }
}

const GARBAGE: &[u8] = b"\x00\xff\x00\xffno protocol speaks so\r\n\r\n";

async fn connect(shared: &Shared) -> io::Result<TcpStream> {
    let server = TcpStream::connect(&shared.upstream).await?;
    server.set_nodelay(true)?;
    Ok(server)
}

async fn read(from: &TcpStream, into: &mut [u8]) -> io::Result<usize> {
    loop {
        from.readable().await?;
        match from.try_read(into) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            done => return done,
        }
    }
}

/// The next bytes of an answer; never, before anybody was asked.
async fn answer(server: Option<&TcpStream>, into: &mut [u8]) -> io::Result<usize> {
    match server {
        Some(server) => read(server, into).await,
        None => std::future::pending().await,
    }
}

async fn write(to: &TcpStream, bytes: &[u8], pause: Option<Duration>) -> io::Result<()> {
    let Some(pause) = pause else {
        return write_all(to, bytes).await;
    };
    for byte in bytes {
        write_all(to, std::slice::from_ref(byte)).await?;
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

async fn write_all(to: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        to.writable().await?;
        match to.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
