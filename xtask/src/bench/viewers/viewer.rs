//! A viewer: a thread that opens the stream as a page does, and reads it; or does what pages don't.

use std::io::{BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail, ensure};

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

/// A kind of viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It reads as it is told.
    Reads,
    /// It reads less than it is told.
    Slow,
    /// It reads nothing.
    Deaf,
    /// It cuts the connection without a word and comes back.
    Cuts,
    /// It sends what makes no sense, or too much of what does.
    Garbage,
}

impl Kind {
    /// Returns the kind of viewer number `k`: of a hundred one is slow, one deaf, two cut, and one sends garbage.
    pub(super) const fn of(k: usize) -> Self {
        match k % 100 {
            13 => Self::Slow,
            63 => Self::Deaf,
            27 | 77 => Self::Cuts,
            41 => Self::Garbage,
            _ => Self::Reads,
        }
    }
}

/// What all viewers go by.
pub(super) struct Plan {
    pub(super) server: SocketAddr,
    /// The contracts.
    pub(super) tickers: Vec<String>,
    /// How many of their books each follows.
    pub(super) books: usize,
    /// The desk's clock: what it showed at which of the machine's times, in microseconds, and how fast it runs.
    pub(super) clock: (i64, i64, f64),
    phase: AtomicU8,
}

/// Everybody comes; it is measured; it is over.
const COMING: u8 = 0;
const MEASURED: u8 = 1;
const OVER: u8 = 2;

impl Plan {
    pub(super) fn new(
        server: SocketAddr,
        tickers: Vec<String>,
        books: usize,
        clock: (i64, i64, f64),
    ) -> Self {
        Self { server, tickers, books, clock, phase: AtomicU8::new(COMING) }
    }

    pub(super) fn measure(&self) {
        self.phase.store(MEASURED, Ordering::Relaxed);
    }

    pub(super) fn end(&self) {
        self.phase.store(OVER, Ordering::Relaxed);
    }

    fn is(&self, phase: u8) -> bool {
        self.phase.load(Ordering::Relaxed) == phase
    }

    /// Returns how long ago the desk's clock showed a time, in microseconds.
    fn since(&self, shown: i64) -> i64 {
        let (at, machine, speed) = self.clock;
        let made = machine as f64 + (shown - at) as f64 / speed;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1e6);
        (now - made) as i64
    }
}

/// What a viewer heard while it was measured, and what became of its connections all the time.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// From the making of a desk's state until it was read, in microseconds.
    pub(super) late: Vec<i64>,
    pub(super) frames: u64,
    pub(super) bytes: u64,
    /// The longest time between two of the desk's states.
    pub(super) silence: Duration,
    pub(super) gaps: u64,
    pub(super) repeated: u64,
    pub(super) skipped: u64,
    pub(super) opened: u64,
    pub(super) refused: u64,
    /// How many of its connections the server ended.
    pub(super) ended: u64,
    /// Why its last connection ended.
    pub(super) why: String,
}

impl Heard {
    pub(super) fn add(&mut self, other: Self) {
        self.late.extend(other.late);
        self.frames += other.frames;
        self.bytes += other.bytes;
        self.silence = self.silence.max(other.silence);
        self.gaps += other.gaps;
        self.repeated += other.repeated;
        self.skipped += other.skipped;
        self.opened += other.opened;
        self.refused += other.refused;
        self.ended += other.ended;
        if self.why.is_empty() {
            self.why = other.why;
        }
    }
}

/// Watches until it is over, connecting again whenever a connection ends.
pub(super) fn watch(plan: &Plan, k: usize) -> Heard {
    let mut heard = Heard::default();
    while !plan.is(OVER) {
        let mut viewer = match open(plan, k) {
            Ok(viewer) => viewer,
            Err(error) => {
                heard.refused += 1;
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
        if !plan.is(OVER) {
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
fn open(plan: &Plan, k: usize) -> anyhow::Result<Viewer<'_>> {
    let mut stream = TcpStream::connect(plan.server).context("no connection")?;
    stream.set_read_timeout(Some(SILENCE))?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET /api/stream HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        plan.server
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
        while !self.plan.is(OVER) {
            ensure!(self.stream.get_mut().read(&mut [0; SIP])? > 0, "the server ended it");
            std::thread::sleep(SIPS);
        }
        Ok(())
    }

    /// Reads nothing for as long as the server waits for it, and then what had come before.
    fn be_deaf(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        while !self.plan.is(OVER) {
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
        while !self.plan.is(OVER) && until.is_none_or(|until| Instant::now() < until) {
            let message = self.hear()?;
            let said = read(&message).context("a message that ends too early")?;
            if let Said::Hello { protocol } = said {
                ensure!(protocol == PROTOCOL, "the server speaks version {protocol}");
            }
            self.states.take(&said);
            if !self.plan.is(MEASURED) {
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
        while !self.plan.is(OVER) {
            self.hear()?;
        }
        bail!("what makes no sense was not ended")
    }
}
