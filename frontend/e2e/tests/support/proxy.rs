//! A proxy between browser and server that writes down what is asked: the page's own view would miss the worker's.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// All requests so far: their first lines, and how many bytes they had together.
#[derive(Clone, Default)]
pub(crate) struct Requests(Arc<Mutex<Vec<String>>>, Arc<AtomicUsize>);

impl Requests {
    /// Returns the requests so far, as `GET /path`, in the order in which they came.
    pub(crate) fn so_far(&self) -> Vec<String> {
        self.0.lock().map(|requests| requests.clone()).unwrap_or_default()
    }

    /// Returns how many bytes the browser has sent so far.
    pub(crate) fn bytes(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }

    fn note(&self, sent: &[u8]) {
        self.1.fetch_add(sent.len(), Ordering::SeqCst);
        // A browser sends a request's head in one piece, and the next request only after the answer.
        let line = sent.split(|byte| *byte == b'\r').next().unwrap_or_default();
        if let Ok(line) = str::from_utf8(line)
            && let Some((request, _)) = line.rsplit_once(" HTTP/")
            && let Ok(mut requests) = self.0.lock()
        {
            requests.push(request.to_owned());
        }
    }
}

/// Where requests are passed on to (`127.0.0.1:8080`): another server may take the first one's place, and the way there may be cut.
#[derive(Clone)]
pub(crate) struct Server(Arc<Mutex<String>>, watch::Sender<bool>);

impl Server {
    /// Returns the server at this address.
    pub(crate) fn at(address: String) -> Self {
        Self(Arc::new(Mutex::new(address)), watch::Sender::new(false))
    }

    /// Cuts the way: what is connected is closed, and so is, at once, whoever connects from now on.
    pub(crate) fn cut(&self) {
        self.1.send_replace(true);
    }

    /// Mends the way.
    pub(crate) fn mend(&self) {
        self.1.send_replace(false);
    }

    /// Waits until the way is cut.
    async fn is_cut(&self) {
        // The sender lives as long as this does.
        let _ = self.1.subscribe().wait_for(|is_cut| *is_cut).await;
    }

    /// Passes what comes from now on to another one.
    pub(crate) fn move_to(&self, address: String) {
        if let Ok(mut place) = self.0.lock() {
            *place = address;
        }
    }

    pub(crate) fn address(&self) -> String {
        self.0.lock().map(|address| address.clone()).unwrap_or_default()
    }
}

/// Listens on a port of its own, passes everything on to `server`, and returns its address.
pub(crate) async fn start(server: Server) -> Result<(String, Requests)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let requests = Requests::default();
    let noted = requests.clone();
    tokio::spawn(async move {
        while let Ok((browser, _)) = listener.accept().await {
            let (server, noted) = (server.clone(), noted.clone());
            tokio::spawn(async move {
                // Whichever ends first drops the other, and with it both of the connection's ends.
                tokio::select! {
                    biased;
                    () = server.is_cut() => {}
                    _ = pass(browser, server.address(), noted) => {}
                }
            });
        }
    });
    Ok((address, requests))
}

/// The path under which the proxy shows the server's pages as well, taking it away.
pub(crate) const PREFIX: &str = "/tauroi/";

/// Returns what is sent without the prefix of the path in its first line.
fn without_prefix(sent: &[u8]) -> [&[u8]; 2] {
    let line =
        sent.iter().position(|byte| *byte == b'\r').and_then(|end| sent.get(..end)).unwrap_or_default();
    let found = line.windows(PREFIX.len() + 1).position(|part| part == format!(" {PREFIX}").as_bytes());
    match found {
        // The space before it and the slash at its end stay.
        Some(place) => [&sent[..=place], &sent[place + PREFIX.len()..]],
        None => [sent, &[]],
    }
}

async fn pass(browser: TcpStream, server: String, noted: Requests) -> Result<()> {
    let (mut from_browser, mut to_browser) = browser.into_split();
    let (mut from_server, mut to_server) = TcpStream::connect(server).await?.into_split();
    let answers = async {
        tokio::io::copy(&mut from_server, &mut to_browser).await?;
        to_browser.shutdown().await
    };
    let requests = async {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = from_browser.read(&mut buffer).await?;
            if count == 0 {
                return to_server.shutdown().await;
            }
            noted.note(&buffer[..count]);
            for part in without_prefix(&buffer[..count]) {
                to_server.write_all(part).await?;
            }
        }
    };
    tokio::try_join!(answers, requests)?;
    Ok(())
}
