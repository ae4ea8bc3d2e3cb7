//! The signals that end a server: Ctrl-C, and what supervisors and containers send.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// A command that a signal has ended before it was through: an error whose exit code is the one that shells have for it.
#[derive(Debug, thiserror::Error)]
#[error("{signal}: {left}")]
pub(super) struct Interrupted {
    pub(super) signal: &'static str,
    /// What is there now, and how to go on.
    pub(super) left: String,
}

impl Interrupted {
    /// Returns 128 and the signal's number.
    pub(super) fn exit_code(&self) -> u8 {
        if self.signal == "SIGTERM" { 143 } else { 130 }
    }
}

/// Signals as they come; while this listens they don't end the process by themselves.
pub(super) struct Interrupts {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
}

impl Interrupts {
    /// Starts to listen.
    ///
    /// # Errors
    ///
    /// Fails when the operating system has no place for a handler.
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            interrupt: signal(SignalKind::interrupt())?,
            #[cfg(unix)]
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next one and returns its name.
    #[cfg(unix)]
    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }

    /// Waits for the next one and returns its name.
    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> &'static str {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!("can't listen for Ctrl-C, which ends the process as it is: {error}");
            std::future::pending::<()>().await;
        }
        "Ctrl-C"
    }
}
