//! `overpaint serve`: the library over HTTP, until a signal. Everything can come from the environment alone, as on a hosting service.

use std::io::{self, ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use overpaint_core::Library;
use overpaint_core::error::Error;
use overpaint_core::library::Options;
use overpaint_core::settings::{DEFAULT_PORT, Given, Settings};
use overpaint_http::Server;
use overpaint_http::control::Control;
use tokio::net::TcpListener;

use crate::args::Serve;
use crate::interrupt::Interrupts;
use crate::output::{Outcome, Stop, say};

/// Serves until SIGTERM, SIGINT or Ctrl+C. Jobs under way go on at the next start.
pub(crate) async fn run(args: Serve, given: Given) -> Result<Outcome, Stop> {
    let given = args.over(given);
    let settings = Settings::read(&given)?;
    let host = address(settings.api.host.as_deref())?;
    let address = SocketAddr::new(host, settings.api.port.unwrap_or(DEFAULT_PORT));
    // Before anything is opened or made: who forgot the token has changed nothing.
    Server::may_serve(&settings, address)?;
    let listener = listen(address).await?;
    if settings.api.token_is_short && !host.is_loopback() {
        say("note: API_TOKEN is short enough to be guessed; 32 random characters are not");
    }
    let mut interrupts = Interrupts::listen()?;
    let library = Library::open(Options::new(given)).await?;
    let served = serve(&library, listener, async move {
        interrupts.next().await;
    })
    .await;
    library.close().await;
    served.map(|()| Outcome::Silent)
}

async fn serve(
    library: &Library,
    listener: TcpListener,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Stop> {
    let server = Server::new(library.clone(), listener)?;
    let _control = Control::open(library.clone(), None).await?;
    let ready = format!("ready http://{}", server.address());
    tracing::info!(address = %server.address(), library = %library.dir().display(), "ready");
    // Whoever started us may not read it.
    let _ = writeln!(io::stdout().lock(), "{ready}");
    server.run(end).await;
    Ok(())
}

/// Loopback by default: whoever wants more says so, and by which address.
fn address(host: Option<&str>) -> Result<IpAddr, Stop> {
    let Some(host) = host.filter(|host| *host != "localhost") else {
        return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST));
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let wanted =
        "it must be an address of this computer such as 127.0.0.1, ::1 or 0.0.0.0, or localhost";
    bare.parse()
        .map_err(|_| Stop::usage("--host", host, wanted))
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(address).await.map_err(|error| {
        let wanted = match error.kind() {
            ErrorKind::AddrInUse => {
                "another program listens there: choose another with --port, or 0 for any free one"
            }
            ErrorKind::PermissionDenied => {
                "this computer does not let you listen there: choose one from 1024 on with --port"
            }
            _ => "this computer cannot listen there",
        };
        (&Error::SettingInvalid {
            name: "PORT",
            value: address.port().to_string(),
            wanted,
        })
            .into()
    })
}
