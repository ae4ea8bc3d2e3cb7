//! Pages that go on elsewhere: after their replica is gone, and after the desk's process is another one.

use futures_util::StreamExt as _;
use shared::codec::{self, Codec as _};
use shared::stream::{Data, DeskState, FromPage, ToPage, Topic};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::SOON;
use crate::house::{House, kill_9};
use crate::support::Server;
use crate::watch::Watch;

/// A page's bare end of the stream.
struct Page {
    socket: tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>,
    epoch: i64,
}

impl Page {
    async fn open(server: &Server) -> Self {
        let (socket, _) = connect_async(format!("ws://{}/api/stream", server.address())).await.unwrap();
        let mut this = Self { socket, epoch: 0 };
        let Some(ToPage::Hello { epoch, .. }) = this.hear().await else { panic!("no hello") };
        this.epoch = epoch;
        for topic in [Topic::Desk {}, Topic::Log {}] {
            let bytes = FromPage::Subscribe { topic }.to_message().bytes;
            futures_util::SinkExt::send(&mut this.socket, Message::Binary(bytes.into())).await.unwrap();
        }
        this
    }

    /// Returns the next message; nothing once the stream has ended.
    async fn hear(&mut self) -> Option<ToPage> {
        let message = tokio::time::timeout(SOON, self.socket.next()).await.expect("nothing in time")?.ok()?;
        let bytes = message.into_data().to_vec();
        ToPage::from_message(codec::Message { bytes, columns: Vec::new() }).ok()
    }
}

/// Opens a server's stream until that is of another process of the desk than these.
async fn follows_another(server: &Server, than: &[i64]) -> Page {
    let began = std::time::Instant::now();
    loop {
        let mut page = Page::open(server).await;
        if page.epoch != 0 && !than.contains(&page.epoch) {
            return page;
        }
        // It is ended when the process is another one.
        while page.hear().await.is_some() {
            assert!(began.elapsed() < SOON, "no other process is followed");
        }
    }
}

/// The numbers of a log's states, as a page is told them: each is told once, or is in all of the state that replaces it.
#[derive(Default)]
struct Numbers {
    last: Option<i64>,
    fills: usize,
    moved: bool,
}

impl Numbers {
    fn take(&mut self, message: &ToPage) {
        match message {
            ToPage::Snapshot { topic: Topic::Log {}, seq, data: Data::Log { appended } } => {
                assert!(self.last.is_none_or(|last| *seq >= last), "{seq} after {:?}", self.last);
                assert!(appended.fills.len() >= self.fills, "fills are missing");
                (self.last, self.fills, self.moved) = (Some(*seq), appended.fills.len(), false);
            }
            ToPage::Change { topic: Topic::Log {}, from, seq, data: Data::Log { appended } } => {
                assert!(!self.moved, "a change of what another server told");
                assert_eq!(Some(*from), self.last, "a gap that nobody said");
                assert!(seq > from);
                (self.last, self.fills) = (Some(*seq), self.fills + appended.fills.len());
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_page_whose_replica_is_killed_goes_on_at_another_and_loses_nothing_of_the_log() {
    let Some(house) = House::begin("fanout-killed") else { return };
    let desk = house.desk("desk", &[]);
    let (first, second) = (house.replica("a", &[]), house.replica("b", &[]));
    let epoch = Page::open(&desk).await.epoch;
    let mut page = follows_another(&first, &[]).await;
    let mut numbers = Numbers::default();
    while numbers.fills < 3 {
        numbers.take(&page.hear().await.expect("the stream has ended"));
    }
    assert_eq!(page.epoch, epoch);
    kill_9(first);
    // What had come before is still read.
    while let Some(message) = page.hear().await {
        numbers.take(&message);
    }
    let (known, fills) = (numbers.last, numbers.fills);
    let mut page = follows_another(&second, &[]).await;
    assert_eq!(page.epoch, epoch, "the same process's numbers");
    numbers.moved = true;
    while numbers.last <= known || numbers.fills <= fills {
        numbers.take(&page.hear().await.expect("the stream has ended"));
    }
}

#[tokio::test]
async fn when_the_desks_process_is_another_one_pages_forget_and_follow_it() {
    let Some(house) = House::begin("fanout-replaced") else { return };
    let first = house.desk("desk", &[]);
    let replica = house.replica("a", &[]);
    let mut page = follows_another(&replica, &[]).await;
    let before = page.epoch;
    kill_9(first);
    // It is said that nothing is heard.
    loop {
        match page.hear().await {
            Some(ToPage::Snapshot { data: Data::Desk { desk }, .. }) if desk.state == DeskState::Blind => {
                if desk.why.contains("has not been heard since") {
                    break;
                }
            }
            Some(_) => {}
            None => panic!("the stream ended though nobody took the desk's place"),
        }
    }
    let second = house.desk("second", &[]);
    while page.hear().await.is_some() {}
    let page = follows_another(&replica, &[before]).await;
    assert!(page.epoch > before);
    assert_eq!(page.epoch, Page::open(&second).await.epoch);
    let mut watch = Watch::open(&replica).await;
    watch.until("quoting", |desk| desk.state == DeskState::Quoting).await;
}

#[tokio::test]
async fn of_two_processes_that_publish_the_later_is_followed_until_it_is_gone_and_both_say_so() {
    let Some(house) = House::begin("fanout-two") else { return };
    let early = house.desk("early", &["--no-desk"]);
    let replica = house.replica("a", &[]);
    let of_early = follows_another(&replica, &[]).await.epoch;
    let late = house.desk("late", &["--no-desk"]);
    let of_late = follows_another(&replica, &[of_early]).await.epoch;
    assert!(of_late > of_early);
    house.says("early", "another process publishes for replicas too");
    house.says("late", "another process publishes for replicas too");
    house.says("a", "all of before is forgotten");
    house.says("a", "A process that began earlier publishes too");
    kill_9(late);
    assert_eq!(follows_another(&replica, &[of_late]).await.epoch, of_early);
    drop(early);
}
