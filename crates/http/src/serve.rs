//! Connections: accepted, bounded in number and in patience, and ended in order.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// How long requests under way may go on after the end was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// How long a client may take to send the head of a request.
pub(crate) const HEAD_PATIENCE: Duration = Duration::from_secs(20);

/// How long a client may leave unread what was written to it.
const WRITE_PATIENCE: Duration = Duration::from_secs(30);

/// Connections of one client beyond this computer: it must not have all places.
const SHARE: usize = 64;

/// Connections at a time: far more than a browser and a few scripts have, far fewer than a process has files.
const CONNECTIONS: usize = 512;

/// A connection as hyper reads and writes it.
type Io = TokioIo<Pin<Box<TimeoutStream<TcpStream>>>>;

/// Who is at the other end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Serves until `shutdown` is over; requests under way may end within [`GRACE`]. A head that takes longer than `head_patience` ends its
/// connection.
pub(crate) async fn serve(
    listener: TcpListener,
    routes: Router,
    head_patience: Duration,
    shutdown: impl Future<Output = ()> + Send,
) {
    let (places, graceful, peers) = (
        Arc::new(Semaphore::new(CONNECTIONS)),
        GracefulShutdown::new(),
        Peers::default(),
    );
    tokio::pin!(shutdown);
    loop {
        // A place first: who finds none waits in the system's own line.
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = &mut shutdown => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // Out of files, most likely; some will be free in a moment.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(share) = peers.admit(peer.ip()) else {
            tracing::info!(%peer, "refused: it has too many connections");
            continue;
        };
        let connection = graceful.watch(connection(stream, peer, routes.clone(), head_patience));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended badly");
            }
            drop((place, share));
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests were still under way and are cut");
    }
}

/// How many connections each client beyond this computer has.
#[derive(Clone, Default)]
struct Peers(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A connection that counts until it is dropped.
struct Share(Peers, IpAddr);

impl Peers {
    /// None: it has its share already. On this computer nobody can be told from anybody.
    fn admit(&self, peer: IpAddr) -> Option<Option<Share>> {
        if peer.is_loopback() {
            return Some(None);
        }
        let mut counts = self.counts();
        let count = counts.entry(peer).or_default();
        if *count >= SHARE {
            return None;
        }
        *count += 1;
        Some(Some(Share(self.clone(), peer)))
    }

    /// Held for a few lines, never across an await.
    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counts = self.0.counts();
        if let Some(count) = counts.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.1);
            }
        }
    }
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    routes: Router,
    head_patience: Duration,
) -> http1::Connection<
    Io,
    impl hyper::service::Service<
        Request<hyper::body::Incoming>,
        Response = Response<Body>,
        Error = Infallible,
        Future: Send,
    >,
> {
    // Answers are small and asked for one by one: waiting to fill a packet only costs time.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        routes.clone().oneshot(request)
    });
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_PATIENCE));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_patience)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[test]
    fn one_client_beyond_this_computer_cannot_have_every_place() {
        let (peers, far) = (Peers::default(), IpAddr::from([10, 0, 0, 7]));
        let held: Vec<_> = (0..SHARE).map(|_| peers.admit(far)).collect();
        assert!(held.iter().all(Option::is_some) && peers.admit(far).is_none());
        assert!(peers.admit(IpAddr::from([10, 0, 0, 8])).is_some());
        drop(held);
        assert!(peers.admit(far).is_some() && peers.counts().is_empty());
        assert!((0..2 * SHARE).all(|_| peers.admit(IpAddr::from([127, 0, 0, 1])).is_some()));
    }

    #[tokio::test]
    async fn who_never_ends_the_head_of_a_request_is_hung_up_on_and_others_are_served() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new().route("/", get(async || "here"));
        tokio::spawn(serve(
            listener,
            routes,
            Duration::from_millis(50),
            std::future::pending(),
        ));
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            .await
            .unwrap();
        let mut quick = TcpStream::connect(address).await.unwrap();
        quick
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        quick.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("here"), "{answer}");
        // Ends only because the server ends it; what it may say first is a refusal.
        let mut said = String::new();
        let _ = slow.read_to_string(&mut said).await;
        assert!(!said.contains("here"), "{said}");
    }
}
