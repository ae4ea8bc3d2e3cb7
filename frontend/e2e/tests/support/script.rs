//! A market that goes as a test says: an event of its own at a paper exchange, in which nobody trades but the desk and strangers.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::{program, start};

/// The series that a desk is to trade.
pub(crate) const SERIES: &str = "KXSCRIPT";
const EVENT: &str = "KXSCRIPT-26NOV";
/// Its one contract.
const TICKER: &str = "KXSCRIPT-26NOV-A";

/// The exchange and its event. The exchange ends when this is dropped.
pub(crate) struct Script {
    /// What a desk needs to trade there.
    pub(crate) env: PathBuf,
    address: String,
    token: String,
    _exchange: Child,
}

impl Script {
    /// Starts an exchange at noon of 20 November 2026, a minute of whose clock passes in a second, with a wide book around a
    /// first trade at 50 cents.
    pub(super) async fn begin() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let env = std::env::temp_dir().join(format!("tauroi-script-{}-{number}.env", std::process::id()));
        let mut paper = Command::new(program("TAUROI_BINARY")?);
        paper.args([
            "paper",
            "--port",
            "0",
            "--tier",
            "unlimited",
            "--plain",
            "--speed",
            "60",
            "--days",
            "31",
        ]);
        paper.args(["--start", "2026-11-20T12:00:00Z", "--env"]).arg(&env);
        let (exchange, _) = start(paper, "http://").await?;
        let text = std::fs::read_to_string(&env)?;
        let variable = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.map(str::to_owned).with_context(|| format!("no {name} in {text}"))
        };
        let base = variable("KALSHI_API_BASE")?;
        let address = base.trim_start_matches("http://").split('/').next().context("an address")?.to_owned();
        let this = Self { env, address, token: variable("TAUROI_PAPER_TOKEN")?, _exchange: exchange };
        let event = json!({
            "event": EVENT, "series": SERIES, "title": "As it is written", "exclusive": true,
            "closes": "2026-12-20T00:00:00Z", "contracts": [{ "ticker": TICKER, "name": "A" }],
        });
        this.control("POST", "/paper/events", &event).await?;
        this.rests("buy", 40, 5).await?;
        this.rests("sell", 60, 5).await?;
        this.rests("sell", 50, 1).await?;
        this.takes("buy", 50, 1).await?;
        Ok(this)
    }

    async fn control(&self, method: &str, path: &str, body: &Value) -> Result<()> {
        let bearer = format!("Authorization: Bearer {}\r\n", self.token);
        let (status, text) = ask(&self.address, method, path, &bearer, &body.to_string()).await?;
        ensure!((200..300).contains(&status), "{method} {path} {body}: {status} {text}");
        Ok(())
    }

    async fn order(&self, action: &str, cents: u32, count: u32, takes: bool) -> Result<()> {
        let (price, count) = (format!("0.{cents:02}"), count.to_string());
        let order =
            json!({ "ticker": TICKER, "action": action, "price": price, "count": count, "takes": takes });
        self.control("POST", "/paper/orders", &order).await
    }

    /// Lets something rest.
    pub(crate) async fn rests(&self, action: &str, cents: u32, count: u32) -> Result<()> {
        self.order(action, cents, count, false).await
    }

    /// Takes what is there up to a price.
    pub(crate) async fn takes(&self, action: &str, cents: u32, count: u32) -> Result<()> {
        self.order(action, cents, count, true).await
    }

    /// Takes back all that strangers let rest.
    pub(crate) async fn withdraw(&self) -> Result<()> {
        self.control("DELETE", "/paper/orders", &Value::Null).await
    }
}

/// Asks a server something past the browser, with these lines among the headers; returns the status and the body.
pub(crate) async fn ask(
    address: &str,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(address).await?;
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    let (head, body) = text.split_once("\r\n\r\n").context("an answer")?;
    let status = head.split(' ').nth(1).context("a status")?.parse()?;
    Ok((status, body.to_owned()))
}
