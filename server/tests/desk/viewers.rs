//! Many who watch at once, and those among them who are slow, gone without a word, or mean harm: nobody else notices.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Instant;

use futures_util::{SinkExt as _, StreamExt as _};
use shared::api::Problem;
use shared::codec::Codec as _;
use shared::market::Ticker;
use shared::stream::{Data, DeskState, DeskView, FromPage, ToPage, Topic};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::SOON;
use crate::account::shows_what_rests;
use crate::desk::{Desk, fresh};
use crate::member::Member;
use crate::watch::Watch;
use crate::watched::ends;

/// Starts an exchange and a desk that tells so many at once.
fn start(name: &str, most: &str) -> (Member, Desk, PathBuf) {
    let member = Member::join(name, &["--speed", "1000", "--days", "31"]);
    let journal = fresh(&format!("{name}.sqlite"));
    let desk = Desk::start(&member.env, &journal, &["--order-ttl-s", "86400", "--max-viewers", most]);
    (member, desk, journal)
}

/// Returns where a desk says things of itself.
fn log(journal: &Path) -> PathBuf {
    let mut log = journal.to_path_buf().into_os_string();
    log.push(".log");
    log.into()
}

/// Waits until there is a place again, while somebody else is told on.
async fn comes_in(desk: &Desk, watch: &mut Watch) -> Watch {
    let began = Instant::now();
    loop {
        match Watch::knock(&desk.server).await {
            Ok(watch) => return watch,
            Err((status, _)) => assert_eq!(status, 503),
        }
        assert!(began.elapsed() < SOON, "no place is free");
        watch.until("told", |_| true).await;
    }
}

/// Follows the log and all books of a desk.
async fn follow_all(watch: &mut Watch, tickers: &[Ticker]) {
    let books = tickers.iter().map(|ticker| Topic::Book { ticker: ticker.clone() });
    for topic in books.chain([Topic::Log {}]) {
        watch.say(&FromPage::Subscribe { topic }).await;
    }
}

async fn tickers(watch: &mut Watch) -> Vec<Ticker> {
    let told = watch.until("quoting", |desk| desk.state == DeskState::Quoting && desk.resting > 0).await;
    told.rows.into_iter().map(|row| row.ticker).collect()
}

#[tokio::test]
async fn more_than_there_are_places_for_are_refused_with_a_word_and_those_there_are_told_on() {
    let (_member, desk, journal) = start("viewers-places", "6");
    let mut watch = desk.watch().await;
    let mut others = Vec::new();
    for _ in 1..6 {
        others.push(desk.watch().await);
    }
    for _ in 0..20 {
        let Err((status, said)) = Watch::knock(&desk.server).await else { panic!("a place too many") };
        let Problem { error } = serde_json::from_str(&said).unwrap();
        assert_eq!(status, 503);
        assert!(error.contains("6 pages are told what happens"), "{error}");
    }
    let said = std::fs::read_to_string(log(&journal)).unwrap();
    assert_eq!(said.matches("more were refused").count(), 1, "it is said, but not each time: {said}");
    for other in others.iter_mut().chain([&mut watch]) {
        let now = other.until("told", |_| true).await.now;
        other.until("told on", |desk| desk.now > now).await;
    }
    // One leaves without a word: its place is somebody else's.
    drop(others.pop());
    let mut late = comes_in(&desk, &mut watch).await;
    late.until("told", |_| true).await;
}

#[tokio::test]
async fn whoever_never_reads_is_let_go_and_little_has_waited_for_it() {
    let (member, desk, _) = start("viewers-deaf", "2");
    let mut watch = desk.watch().await;
    let all = tickers(&mut watch).await;
    let mut deaf = desk.watch().await;
    // From here on nothing of what it is told is read.
    follow_all(&mut deaf, &all).await;
    let mut late = comes_in(&desk, &mut watch).await;
    let mut waited = 0;
    while let Some(Ok(message)) = deaf.socket.next().await {
        waited += message.len();
    }
    // What a system keeps for a socket, at both ends; of what happened in ten seconds and more it is a part.
    assert!(waited < 2 << 20, "{waited} bytes");
    late.until("quoting", |desk| desk.state == DeskState::Quoting).await;
    shows_what_rests(&member, &mut watch).await;
}

#[tokio::test]
async fn whoever_says_too_much_at_once_is_let_go() {
    let (member, desk, _) = start("viewers-flood", "20");
    let mut watch = desk.watch().await;
    let all = tickers(&mut watch).await;
    let say = |message: &FromPage| Message::Binary(message.to_message().bytes.into());
    let books = all.iter().map(|ticker| Topic::Book { ticker: ticker.clone() }).chain([Topic::Log {}]);
    let again: Vec<Message> = books.map(|topic| say(&FromPage::Subscribe { topic })).collect();
    let there: Vec<Message> = all
        .iter()
        .flat_map(|ticker| {
            let topic = Topic::Book { ticker: ticker.clone() };
            [FromPage::Subscribe { topic: topic.clone() }, FromPage::Unsubscribe { topic }]
        })
        .map(|message| say(&message))
        .collect();
    let floods = [
        vec![say(&FromPage::Ping {})],
        vec![Message::Ping(Bytes::new())],
        vec![Message::Pong(Bytes::from_static(b"unasked"))],
        vec![Message::text("nothing that is said here")],
        again,
        there,
    ];
    for flood in floods {
        let mut one = desk.watch().await;
        for message in flood.iter().cycle().take(2_000) {
            // It is ended before all of it was sent.
            if one.socket.feed(message.clone()).await.is_err() {
                break;
            }
        }
        let _ = one.socket.flush().await;
        assert!(ends(&mut one).await, "{:?}", flood[0]);
    }
    shows_what_rests(&member, &mut watch).await;
}

/// Returns a frame as a page would send it: masked with zeros, which changes nothing.
fn framed(first: u8, length: usize) -> Vec<u8> {
    let mut frame = vec![first];
    match u8::try_from(length) {
        Ok(length @ ..126) => frame.push(0x80 | length),
        _ => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.resize(frame.len() + length, 0xff);
    frame
}

#[tokio::test]
async fn frames_that_are_none_or_too_long_end_the_stream_they_come_on() {
    let (member, desk, _) = start("viewers-frames", "20");
    let mut watch = desk.watch().await;
    let address = desk.server.address();
    let huge = [&[0x82, 0xff, 0x7f][..], &[0xff; 7], &[0; 4]].concat();
    let frames = [
        ("not masked", vec![0x82, 1, 0]),
        ("of a kind that there is not", framed(0x83, 0)),
        ("with bits that are kept free", framed(0xf2, 0)),
        ("longer than there is memory", huge),
        ("longer than a page says anything", framed(0x82, 2_000)),
        ("the end of what never began", framed(0x80, 3)),
        ("too long in two parts", [framed(0x02, 900), framed(0x80, 900)].concat()),
        ("a ping that is too long", framed(0x89, 200)),
        ("half a ping", framed(0x09, 1)),
        ("text that is none", framed(0x81, 8)),
        ("bytes that are no message", framed(0x82, 8)),
        ("an end for no reason that there is", framed(0x88, 2)),
    ];
    for (what, bytes) in frames {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET /api/stream HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        .unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 101");
        stream.write_all(&bytes).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        // It ends in order or not, but it ends.
        if let Err(error) = stream.read_to_end(&mut Vec::new()) {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{what}");
        }
    }
    shows_what_rests(&member, &mut watch).await;
}

#[tokio::test]
async fn a_handshake_that_is_never_finished_takes_no_place_and_is_given_up() {
    let (member, desk, _) = start("viewers-halves", "1");
    let address = desk.server.address();
    let halves: Vec<TcpStream> = (0..40)
        .map(|k| {
            let mut stream = TcpStream::connect(address).unwrap();
            let head = format!("GET /api/stream HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n");
            stream.write_all(&head.as_bytes()[..head.len() * k / 40]).unwrap();
            stream
        })
        .collect();
    let mut watch = desk.watch().await;
    shows_what_rests(&member, &mut watch).await;
    for mut half in halves {
        half.set_read_timeout(Some(SOON)).unwrap();
        half.read_to_end(&mut Vec::new()).unwrap();
    }
}

#[tokio::test]
async fn many_who_come_and_go_without_a_word_leave_no_trace() {
    let (member, desk, _) = start("viewers-gone", "40");
    let mut watch = desk.watch().await;
    let all = tickers(&mut watch).await;
    for _ in 0..5 {
        let mut here = Vec::new();
        for _ in 0..30 {
            let mut one = comes_in(&desk, &mut watch).await;
            follow_all(&mut one, &all).await;
            here.push(one);
        }
        // With much that is unread: the system ends these at once, with a word that nobody waits for.
        drop(here);
    }
    // Whoever comes now is told all books from the beginning.
    let mut late = comes_in(&desk, &mut watch).await;
    let books: Vec<Topic> = all.into_iter().map(|ticker| Topic::Book { ticker }).collect();
    for topic in &books {
        late.follow(topic.clone()).await;
    }
    while books.iter().any(|topic| late.book(topic).is_none()) {
        late.hear().await;
    }
    shows_what_rests(&member, &mut watch).await;
}

/// Returns so many of the desk's states as they are told, by the time that they are of.
async fn states(watch: &mut Watch, count: usize) -> BTreeMap<i64, DeskView> {
    let mut states = BTreeMap::new();
    while states.len() < count {
        if let ToPage::Snapshot { data: Data::Desk { desk }, .. } = watch.hear().await {
            states.insert(desk.now.micros(), desk);
        }
    }
    states
}

#[tokio::test]
async fn all_who_watch_at_once_are_told_the_same_states() {
    let (_member, desk, _) = start("viewers-same", "60");
    let mut watch = desk.watch().await;
    let all = tickers(&mut watch).await;
    let mut others = Vec::new();
    for k in 0..40 {
        let mut one = desk.watch().await;
        one.follow(Topic::Log {}).await;
        one.follow(Topic::Book { ticker: all[k % all.len()].clone() }).await;
        one.until("told", |_| true).await;
        others.push(one);
    }
    let told = futures_util::future::join_all(others.iter_mut().map(|one| states(one, 40))).await;
    // Each heard of its own times, and all of some.
    let shared = |at: &i64| told.iter().all(|states| states.contains_key(at));
    assert!(told[0].keys().filter(|at| shared(at)).count() > 0);
    for (at, state) in &told[0] {
        for states in &told {
            assert!(states.get(at).is_none_or(|other| other == state), "{at}");
        }
    }
    // A page that fell silent about a topic is told all of it when it asks again.
    let one = &mut others[0];
    let log = one.log();
    one.follow(Topic::Log {}).await;
    while one.log().equity.is_empty() {
        one.hear().await;
    }
    assert!(one.log().equity.len() >= log.equity.len().min(1));
    assert!(one.log().fills.starts_with(&log.fills));
}
