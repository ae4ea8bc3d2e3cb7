//! An exchange's stream made busier: a relay between the paper exchange and a desk, which adds changes of books to those that
//! the exchange tells, until so many frames a second come.
//!
//! What it adds changes no best price, as most changes of a book don't: behind all others a bid or an offer comes and goes, a
//! contract after the other, and the frames of the subscription are numbered anew. So the desk's books are the exchange's but
//! for that. Requests go past it.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;

/// The two sides of a book, as frames call them, and the price at which something is added to each: the last of all.
const SIDES: [(&str, &str); 2] = [("yes", "0.0100"), ("no", "0.9900")];
/// How much is added.
const SIZE: &str = "7.00";
/// How long is waited between two looks whether frames are due: many times as long as it takes to write one.
const LOOK: Duration = Duration::from_micros(50);
/// How far behind its pace it may be before that is forgiven: what was held up doesn't come all at once later.
const BEHIND: Duration = Duration::from_millis(5);

/// Begins to relay what comes to a free port on to `exchange`, and returns where that is. It ends with the program.
pub(super) fn start(exchange: SocketAddr, a_second: u32) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port for the relay")?;
    let here = listener.local_addr()?;
    std::thread::spawn(move || {
        for desk in listener.incoming().flatten() {
            std::thread::spawn(move || {
                // However it ended, the desk makes its connection again.
                if let Err(error) = relay(desk, exchange, a_second) {
                    eprintln!("  · the relay: {error:#}");
                }
            });
        }
    });
    Ok(here)
}

/// Relays one connection until it ends.
fn relay(desk: TcpStream, exchange: SocketAddr, a_second: u32) -> anyhow::Result<()> {
    let mut upstream = TcpStream::connect(exchange).context("the exchange can't be reached")?;
    desk.set_nodelay(true)?;
    upstream.set_nodelay(true)?;
    let (mut asks, mut down) = (desk.try_clone()?, BufReader::new(upstream.try_clone()?));
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut asks, &mut upstream);
        let _ = upstream.shutdown(std::net::Shutdown::Both);
    });
    let mut desk = desk;
    desk.write_all(&handshake(&mut down)?)?;
    let told = Arc::new(Mutex::new(Told::to(desk)));
    let adds = Arc::clone(&told);
    std::thread::spawn(move || add(&adds, a_second));
    loop {
        let mut frame = read(&mut down)?;
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        if frame.opcode == TEXT {
            frame.payload = told.take(frame.payload)?;
        }
        told.write(frame.opcode, &frame.payload)?;
    }
}

/// Reads the answer to the handshake.
pub(super) fn handshake(from: &mut impl Read) -> anyhow::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        from.read_exact(&mut byte).context("no handshake")?;
        head.extend(byte);
    }
    Ok(head)
}

const TEXT: u8 = 1;

/// A frame of the protocol, whole and not masked, as servers send them.
pub(super) struct Framed {
    pub(super) opcode: u8,
    pub(super) payload: Vec<u8>,
}

pub(super) fn read(from: &mut impl Read) -> anyhow::Result<Framed> {
    let mut head = [0; 2];
    from.read_exact(&mut head).context("the server hung up")?;
    let [first, second] = head;
    ensure!(first & 0x80 != 0 && second & 0x80 == 0, "a frame in pieces, or masked");
    let long = match second {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let mut length = u64::from(second);
    if long > 0 {
        let mut bytes = [0; 8];
        from.read_exact(&mut bytes[8 - long..])?;
        length = u64::from_be_bytes(bytes);
    }
    let mut payload = vec![0; usize::try_from(length)?];
    from.read_exact(&mut payload)?;
    Ok(Framed { opcode: first & 0x0f, payload })
}

/// What the desk is told on one connection.
struct Told {
    desk: TcpStream,
    /// The subscription to books.
    sid: Option<u64>,
    /// How many of its frames were added.
    added: u64,
    /// The last number of the exchange's own.
    seq: u64,
    /// How many frames were told in all.
    frames: u64,
    contracts: Vec<Contract>,
    /// Whose turn it is.
    turn: usize,
}

struct Contract {
    ticker: String,
    id: String,
    /// The side on which something is added now.
    added: Option<usize>,
    /// How many hundredths of a contract others want on each side at each price.
    levels: [BTreeMap<String, i64>; 2],
}

impl Contract {
    /// Begins a contract with its book.
    fn of(book: &Value) -> Self {
        let said = |name: &str| book[name].as_str().unwrap_or_default().to_owned();
        let (ticker, id) = (said("market_ticker"), said("market_id"));
        let mut contract = Self { ticker, id, added: None, levels: Default::default() };
        for (side, (name, _)) in SIDES.iter().enumerate() {
            for level in book[format!("{name}_dollars_fp")].as_array().into_iter().flatten() {
                contract.change(side, &level[0], &level[1]);
            }
        }
        contract
    }

    /// Takes in a change of its book.
    fn change(&mut self, side: usize, price: &Value, by: &Value) {
        let by = by.as_str().and_then(|by| by.replace('.', "").parse::<i64>().ok());
        let (Some(price), Some(by)) = (price.as_str(), by) else { return };
        let there = self.levels[side].entry(price.to_owned()).or_default();
        *there += by;
        if *there == 0 {
            self.levels[side].remove(price);
        }
    }

    /// Returns a side on which something stands before the last price.
    fn deep(&self) -> Option<usize> {
        let is_deep = |side: &usize| self.levels[*side].keys().any(|price| *price != SIDES[*side].1);
        (0..2).find(is_deep)
    }
}

impl Told {
    fn to(desk: TcpStream) -> Self {
        Self { desk, sid: None, added: 0, seq: 0, frames: 0, contracts: Vec::new(), turn: 0 }
    }

    /// Returns a frame of the exchange's as the desk is told it.
    fn take(&mut self, payload: Vec<u8>) -> anyhow::Result<Vec<u8>> {
        let text = String::from_utf8(payload)?;
        if text.starts_with(r#"{"type":"subscribed""#) {
            let frame: Value = serde_json::from_str(&text)?;
            if frame["msg"]["channel"] == "orderbook_delta" {
                (self.sid, self.added) = (frame["msg"]["sid"].as_u64(), 0);
                self.contracts.clear();
            }
        }
        let Some((seq, place)) = self.sid.and_then(|sid| number(&text, sid)) else {
            return Ok(text.into_bytes());
        };
        self.seq = seq;
        let frame: Value = serde_json::from_str(&text)?;
        let book = &frame["msg"];
        let known = self.contracts.iter().position(|known| book["market_ticker"] == *known.ticker);
        match (frame["type"].as_str(), known) {
            (Some("orderbook_snapshot"), known) => {
                let contract = Contract::of(book);
                match known {
                    Some(known) => self.contracts[known] = contract,
                    None => self.contracts.push(contract),
                }
            }
            (Some("orderbook_delta"), Some(known)) => {
                let side = usize::from(book["side"] == "no");
                self.contracts[known].change(side, &book["price_dollars"], &book["delta_fp"]);
            }
            _ => {}
        }
        let (before, after) = (&text[..place.start], &text[place.end..]);
        Ok(format!("{before}{}{after}", seq + self.added).into_bytes())
    }

    /// Adds a change of the next contract's book that has a place for one.
    fn add(&mut self) -> anyhow::Result<()> {
        let Some(sid) = self.sid else { return Ok(()) };
        for _ in 0..self.contracts.len() {
            self.turn = (self.turn + 1) % self.contracts.len();
            let contract = &mut self.contracts[self.turn];
            let (side, sign) = match contract.added.take() {
                Some(side) => (side, "-"),
                None => match contract.deep() {
                    Some(side) => (*contract.added.insert(side), ""),
                    None => continue,
                },
            };
            let (Contract { ticker, id, .. }, (side, price)) = (contract, SIDES[side]);
            self.added += 1;
            let seq = self.seq + self.added;
            let text = format!(
                r#"{{"type":"orderbook_delta","sid":{sid},"seq":{seq},"msg":{{"market_ticker":"{ticker}","market_id":"{id}","price_dollars":"{price}","delta_fp":"{sign}{SIZE}","side":"{side}"}}}}"#
            );
            return self.write(TEXT, text.as_bytes());
        }
        Ok(())
    }

    fn write(&mut self, opcode: u8, payload: &[u8]) -> anyhow::Result<()> {
        self.frames += 1;
        let mut bytes = vec![0x80 | opcode];
        match u16::try_from(payload.len()) {
            Ok(length @ 0..126) => bytes.push(length as u8),
            Ok(length) => {
                bytes.push(126);
                bytes.extend(length.to_be_bytes());
            }
            Err(_) => {
                bytes.push(127);
                bytes.extend((payload.len() as u64).to_be_bytes());
            }
        }
        bytes.extend_from_slice(payload);
        Ok(self.desk.write_all(&bytes)?)
    }
}

/// Returns the number of a subscription's frame, and where it stands.
fn number(text: &str, sid: u64) -> Option<(u64, std::ops::Range<usize>)> {
    let digits = |name: &str| {
        let begin = text.find(name)? + name.len();
        let end = begin + text[begin..].find(|c: char| !c.is_ascii_digit())?;
        Some((text[begin..end].parse::<u64>().ok()?, begin..end))
    };
    (digits(r#""sid":"#)?.0 == sid).then(|| digits(r#""seq":"#)).flatten()
}

/// Adds frames at their pace until the connection ends.
fn add(told: &Mutex<Told>, a_second: u32) {
    let each = Duration::from_secs(1) / a_second;
    let mut due = Instant::now();
    let mut counted = 0;
    loop {
        std::thread::sleep(LOOK);
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        // The exchange's own have their place in the pace.
        let own = told.frames - counted;
        due += each * u32::try_from(own).unwrap_or(u32::MAX);
        let now = Instant::now();
        due = due.max(now.checked_sub(BEHIND).unwrap_or(now));
        while due <= now {
            if told.add().is_err() {
                return;
            }
            due += each;
        }
        counted = told.frames;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exchanges_frames_are_numbered_after_those_that_were_added() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let desk = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut heard = listener.accept().unwrap().0;
        let mut told = Told::to(desk);
        let mut hear = || String::from_utf8(read(&mut heard).unwrap().payload).unwrap();
        let take = |told: &mut Told, text: &str| String::from_utf8(told.take(text.into()).unwrap()).unwrap();
        let subscribed = r#"{"type":"subscribed","id":1,"msg":{"channel":"orderbook_delta","sid":2}}"#;
        assert_eq!(take(&mut told, subscribed), subscribed);
        let snapshot = r#"{"type":"orderbook_snapshot","sid":2,"seq":1,"msg":{"market_ticker":"A","market_id":"x","no_dollars_fp":[["0.9900","1.00"]]}}"#;
        assert_eq!(take(&mut told, snapshot), snapshot);
        // Nothing stands before it.
        told.add().unwrap();
        let offer = r#"{"type":"orderbook_delta","sid":2,"seq":2,"msg":{"market_ticker":"A","price_dollars":"0.5000","delta_fp":"3.00","side":"no"}}"#;
        assert_eq!(take(&mut told, offer), offer);
        for (seq, sign) in [(3, ""), (4, "-"), (5, "")] {
            told.add().unwrap();
            let added = hear();
            let begins = format!(r#"{{"type":"orderbook_delta","sid":2,"seq":{seq},"#);
            let says = format!(r#""price_dollars":"0.9900","delta_fp":"{sign}7.00","side":"no""#);
            assert!(added.starts_with(&begins) && added.contains(&says), "{added}");
        }
        let trade = r#"{"type":"trade","sid":3,"seq":2,"msg":{}}"#;
        assert_eq!(take(&mut told, trade), trade);
        let delta = |seq: u64| format!(r#"{{"type":"orderbook_delta","sid":2,"seq":{seq},"msg":{{}}}}"#);
        assert_eq!(take(&mut told, &delta(3)), delta(6));
    }
}
