//! Ctrl+C and the polite kill.

use overpaint_core::error::Error;

/// Somebody wants this program to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// Ctrl+C: a person at the terminal.
    Typed,
    /// SIGTERM: the system, or whoever started us.
    Terminate,
}

/// Hears interrupts from the moment it is made; until then they end the program as they always do.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Interrupts {
    typed: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Interrupts {
    pub(crate) fn listen() -> Result<Self, Error> {
        use tokio::signal::unix::{SignalKind, signal};
        let heard = |kind| signal(kind).map_err(|_| Error::Internal("signals cannot be heard"));
        Ok(Self {
            typed: heard(SignalKind::interrupt())?,
            terminate: heard(SignalKind::terminate())?,
        })
    }

    /// The next one.
    pub(crate) async fn next(&mut self) -> Interrupt {
        tokio::select! {
            _ = self.typed.recv() => Interrupt::Typed,
            _ = self.terminate.recv() => Interrupt::Terminate,
        }
    }
}

/// Windows knows Ctrl+C, Ctrl+Break and the closing of the console.
#[cfg(windows)]
#[derive(Debug)]
pub(crate) struct Interrupts {
    typed: tokio::signal::windows::CtrlC,
    broken: tokio::signal::windows::CtrlBreak,
    closed: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl Interrupts {
    pub(crate) fn listen() -> Result<Self, Error> {
        use tokio::signal::windows;
        let unheard = |_| Error::Internal("signals cannot be heard");
        Ok(Self {
            typed: windows::ctrl_c().map_err(unheard)?,
            broken: windows::ctrl_break().map_err(unheard)?,
            closed: windows::ctrl_close().map_err(unheard)?,
        })
    }

    /// The next one.
    pub(crate) async fn next(&mut self) -> Interrupt {
        tokio::select! {
            _ = self.typed.recv() => Interrupt::Typed,
            _ = self.broken.recv() => Interrupt::Terminate,
            _ = self.closed.recv() => Interrupt::Terminate,
        }
    }
}
