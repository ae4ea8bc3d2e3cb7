//! A way to a server that can be cut, or on which bytes stop.

use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Where a way leads to.
#[derive(Debug, Clone)]
pub(crate) enum To {
    Tcp(String),
    Socket(PathBuf),
}

/// What becomes of bytes on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pass {
    /// They arrive.
    Open,
    /// They wait, on connections that stay.
    Held,
    /// Connections end, and no new one gets anywhere.
    Cut,
}

/// A way; it ends with this.
pub(crate) struct Way {
    /// Where it begins.
    pub(crate) address: String,
    pass: watch::Sender<Pass>,
    accepting: JoinHandle<()>,
}

impl Way {
    /// Opens a way.
    pub(crate) async fn open(to: To) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let pass = watch::Sender::new(Pass::Open);
        let passes = pass.clone();
        let accepting = tokio::spawn(async move {
            loop {
                let (here, _) = listener.accept().await.unwrap();
                let (to, mut pass) = (to.clone(), passes.subscribe());
                let mut cut = passes.subscribe();
                tokio::spawn(async move {
                    let carried = async {
                        // Whether anybody lives at the other end can't be seen either.
                        let _ = pass.wait_for(|pass| *pass == Pass::Open).await;
                        match to {
                            To::Tcp(to) => {
                                if let Ok(there) = TcpStream::connect(to).await {
                                    carry(here, there, &pass).await;
                                }
                            }
                            To::Socket(to) => {
                                if let Ok(there) = UnixStream::connect(to).await {
                                    carry(here, there, &pass).await;
                                }
                            }
                        }
                    };
                    tokio::select! {
                        () = carried => {}
                        _ = cut.wait_for(|pass| *pass == Pass::Cut) => {}
                    }
                });
            }
        });
        Self { address, pass, accepting }
    }

    /// Says what becomes of bytes from now on.
    pub(crate) fn set(&self, pass: Pass) {
        self.pass.send_replace(pass);
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.accepting.abort();
        self.pass.send_replace(Pass::Cut);
    }
}

/// Carries bytes both ways until either end has gone.
async fn carry<H, T>(here: H, there: T, pass: &watch::Receiver<Pass>)
where
    H: AsyncRead + AsyncWrite,
    T: AsyncRead + AsyncWrite,
{
    let ((here, to_here), (there, to_there)) = (tokio::io::split(here), tokio::io::split(there));
    tokio::select! {
        () = one_way(here, to_there, pass.clone()) => {}
        () = one_way(there, to_here, pass.clone()) => {}
    }
}

async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut pass: watch::Receiver<Pass>,
) {
    // Small pieces: a message may be held in its middle.
    let mut bytes = [0; 512];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if pass.wait_for(|pass| *pass == Pass::Open).await.is_err()
            || to.write_all(&bytes[..count]).await.is_err()
        {
            return;
        }
    }
}
