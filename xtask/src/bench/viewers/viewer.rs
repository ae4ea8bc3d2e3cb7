//! A viewer: a thread that opens the stream as a page does, and reads it; or does what pages don't.

use std::io::{BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use super::plan::{Heard, Kind, Plan};
use super::told::{PROTOCOL, Said, States, ping, read, subscriptions};
use crate::bench::busier;

/// How long nothing may come: twenty states a second do.
const SILENCE: Duration = Duration::from_secs(5);
/// How often a page says that it is there.
const THERE: Duration = Duration::from_secs(10);
/// How long is waited before it is connected again.
const AGAIN: Duration = Duration::from_millis(200);
/// How much a slow one reads, and how often; or how long it reads nothing: longer than the server waits for it.
const SIP: usize = 512;
const SIPS: Duration = Duration::from_millis(500);
const DEAF: Duration = Duration::from_secs(15);
/// How much is sent at once by who sends too much.
const FLOOD: usize = 3_000;

/// Watches until it is over, connecting again whenever a connection ends.
pub(super) fn watch(plan: &Plan, k: usize) -> Heard {
    let mut heard = Heard::default();
    let mut failures = 0;
    while !plan.is_over() {
        let mut viewer = match open(plan, k, failures) {
            Ok(viewer) => viewer,
            Err(error) => {
                heard.refused += 1;
                failures += 1;
                heard.why = format!("{error:#}");
                std::thread::sleep(AGAIN);
                continue;
            }
        };
        heard.opened += 1;
        if let Err(error) = viewer.go_on(k, &mut heard) {
            heard.ended += 1;
            heard.why = format!("{error:#}");
        }
        let States { gaps, repeated, skipped, .. } = viewer.states;
        heard.gaps += gaps;
        heard.repeated += repeated;
        heard.skipped += skipped;
        if !plan.is_over() {
            std::thread::sleep(AGAIN);
        }
    }
    heard
}

/// A connection, and what was told on it.
struct Viewer<'a> {
    plan: &'a Plan,
    stream: BufReader<TcpStream>,
    asks: Vec<Vec<u8>>,
    states: States,
    spoke: Instant,
}

/// Opens the stream and asks for what a page asks for.
fn open(plan: &Plan, k: usize, failures: usize) -> anyhow::Result<Viewer<'_>> {
    let server = plan.server(k, failures);
    let mut stream = TcpStream::connect(server).context("no connection")?;
    stream.set_read_timeout(Some(SILENCE))?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET /api/stream HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        server
    );
    stream.write_all(request.as_bytes())?;
    let mut stream = BufReader::with_capacity(16 << 10, stream);
    let answer = busier::handshake(&mut stream)?;
    let answer = String::from_utf8_lossy(&answer);
    ensure!(answer.starts_with("HTTP/1.1 101"), "{}", answer.lines().next().unwrap_or_default());
    let books: Vec<String> =
        plan.tickers.iter().cycle().skip(k % plan.tickers.len()).take(plan.books).cloned().collect();
    let asks = subscriptions(&books);
    let mut viewer = Viewer { plan, stream, asks, states: States::default(), spoke: Instant::now() };
    for ask in viewer.asks.clone() {
        viewer.say(&ask)?;
    }
    Ok(viewer)
}

impl Viewer<'_> {
    /// Says something, masked by zeros, as a client must mask it.
    fn say(&mut self, message: &[u8]) -> anyhow::Result<()> {
        let length = u8::try_from(message.len()).ok().filter(|length| *length < 126).context("too long")?;
        let frame = [&[0x82, 0x80 | length, 0, 0, 0, 0][..], message].concat();
        self.spoke = Instant::now();
        Ok(self.stream.get_mut().write_all(&frame)?)
    }

    /// Reads the next message, and says that it is there when that is due.
    fn hear(&mut self) -> anyhow::Result<Vec<u8>> {
        if self.spoke.elapsed() >= THERE {
            self.say(&ping())?;
        }
        let frame = busier::read(&mut self.stream)?;
        ensure!(frame.opcode == 2, "the server ended it");
        Ok(frame.payload)
    }

    /// Does what its kind does for as long as the connection lasts.
    fn go_on(&mut self, k: usize, heard: &mut Heard) -> anyhow::Result<()> {
        match Kind::of(k) {
            Kind::Reads => self.read(heard, None),
            Kind::Cuts => {
                let lasts = Duration::from_millis(500 + 97 * (k as u64 % 31));
                self.read(heard, Some(Instant::now() + lasts))
            }
            Kind::Slow => self.sip(),
            Kind::Deaf => self.be_deaf(),
            Kind::Garbage => self.harm(heard.opened),
        }
    }

    /// Reads a little now and then.
    fn sip(&mut self) -> anyhow::Result<()> {
        while !self.plan.is_over() {
            ensure!(self.stream.get_mut().read(&mut [0; SIP])? > 0, "the server ended it");
            std::thread::sleep(SIPS);
        }
        Ok(())
    }

    /// Reads nothing for as long as the server waits for it, and then what had come before.
    fn be_deaf(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        while !self.plan.is_over() {
            if began.elapsed() < DEAF {
                std::thread::sleep(SIPS);
            } else {
                ensure!(self.stream.get_mut().read(&mut [0; SIP])? > 0, "the server ended it");
            }
        }
        Ok(())
    }

    /// Reads until a time, or until it is over.
    fn read(&mut self, heard: &mut Heard, until: Option<Instant>) -> anyhow::Result<()> {
        let mut last = None::<Instant>;
        while !self.plan.is_over() && until.is_none_or(|until| Instant::now() < until) {
            let message = self.hear()?;
            let said = read(&message).context("a message that ends too early")?;
            if let Said::Hello { protocol } = said {
                ensure!(protocol == PROTOCOL, "the server speaks version {protocol}");
            }
            self.states.take(&said);
            if !self.plan.is_measured() {
                continue;
            }
            heard.frames += 1;
            heard.bytes += message.len() as u64;
            if let Said::Whole { made: Some(made), .. } = said {
                heard.late.push(self.plan.since(made));
                let now = Instant::now();
                let silence = last.replace(now).map_or(Duration::ZERO, |last| now - last);
                heard.silence = heard.silence.max(silence);
            }
        }
        Ok(())
    }

    /// Sends what no page sends, and reads until the server ends it.
    fn harm(&mut self, turn: u64) -> anyhow::Result<()> {
        let asks = self.asks.clone();
        let stream = self.stream.get_mut();
        match turn % 4 {
            0 => stream.write_all(&[0x82, 0x01, 0x00])?,
            1 => stream.write_all(&[&[0x82, 0xfe, 0x40, 0x00][..], &[0; 4], &[0xff; 0x4000]].concat())?,
            2 => (0..FLOOD).try_for_each(|_| self.say(&ping()))?,
            _ => asks.iter().cycle().take(FLOOD).try_for_each(|ask| self.say(ask))?,
        }
        while !self.plan.is_over() {
            self.hear()?;
        }
        bail!("what makes no sense was not ended")
    }
}
