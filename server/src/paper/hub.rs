//! Who listens to what: the clients of the stream, their subscriptions, and a bounded queue for each.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shared::units::Timestamp;
use shared::wire::{Channel, CommandError, Frame, Millis};
use tokio::sync::{mpsc, oneshot};

use super::journal::Journal;
use super::tape::Tape;

/// How many frames may wait for a client. A subscription of one that is further behind is ended: the client would act on
/// what is long gone.
pub(super) const QUEUE: usize = 4_096;
/// How many more may, of answers and last words. A client that doesn't take those either is cut off.
const RESERVE: usize = 64;
/// How many clients a member may have at a time.
const CLIENTS: usize = 200;
/// Why a subscription is ended that is too far behind.
const OVERFLOW: (i64, &str) = (25, "Subscription buffer overflow");

/// The exchange's number of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClientNumber(u64);

impl ClientNumber {
    /// Returns it as a journal has it.
    pub(super) const fn number(self) -> u64 {
        self.0
    }
}

/// What a client holds of its place here.
pub(super) struct Line {
    pub(super) client: ClientNumber,
    /// Its frames, in order.
    pub(super) frames: mpsc::Receiver<String>,
    /// Ends when the client is cut off.
    pub(super) cut: oneshot::Receiver<()>,
}

/// A subscription.
#[derive(Debug)]
pub(super) struct Subscribed {
    pub(super) channel: Channel,
    /// The contracts it is of, by place; none of them is all.
    pub(super) markets: Option<BTreeSet<usize>>,
    /// Benchmarks or other markets that it is of: nothing is told of either.
    pub(super) names: BTreeSet<String>,
    pub(super) use_yes_price: bool,
    /// Whether answers leave out what it is of.
    pub(super) is_brief: bool,
    /// Whether its contracts were named by the exchange's ids, as they then are in answers.
    pub(super) by_id: bool,
    seq: u64,
}

impl Subscribed {
    /// Returns a subscription that has sent nothing yet.
    pub(super) const fn new(channel: Channel, markets: Option<BTreeSet<usize>>) -> Self {
        let (use_yes_price, is_brief, by_id) = (false, false, false);
        Self { channel, markets, names: BTreeSet::new(), use_yes_price, is_brief, by_id, seq: 0 }
    }

    /// Returns whether it is of a contract.
    pub(super) fn is_of(&self, market: usize) -> bool {
        self.markets.as_ref().is_none_or(|markets| markets.contains(&market))
    }

    /// Returns the number of its next frame.
    pub(super) const fn next(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }
}

/// A frame as it is sent.
#[derive(Serialize)]
struct Sent<'a> {
    #[serde(flatten)]
    frame: &'a Frame,
    sending_ts_ms: Millis,
}

/// A client of the stream.
#[derive(Debug)]
pub(super) struct Client {
    /// Which member it has signed as.
    pub(super) member: usize,
    pub(super) subscriptions: BTreeMap<u64, Subscribed>,
    last_sid: u64,
    number: ClientNumber,
    /// What it is told is noted here, if it is.
    journal: Option<Journal>,
    queue: mpsc::Sender<String>,
    /// Dropped with the client, which tells its socket.
    _cut: oneshot::Sender<()>,
    /// It was too slow.
    lost: bool,
}

impl Client {
    /// Puts an answer into its queue.
    pub(super) fn send(&mut self, at: Timestamp, frame: &Frame) {
        // All that a frame holds can be written.
        let Ok(mut text) = serde_json::to_string(&Sent { frame, sending_ts_ms: Millis(at) }) else { return };
        text.push('\n');
        if let Some(journal) = &self.journal {
            journal.heard(self.number.0, &text);
        }
        self.lost |= self.queue.try_send(text).is_err();
    }

    /// Puts what a subscription is told into its queue, or ends the subscription if there is no room for more.
    fn tell(&mut self, at: Timestamp, sid: u64, frame: &Frame) {
        if self.queue.capacity() > RESERVE {
            self.send(at, frame);
        } else if let Some(mut ended) = self.subscriptions.remove(&sid) {
            tracing::warn!("a client is too slow for its {}", ended.channel.name());
            let msg = CommandError { code: OVERFLOW.0, msg: OVERFLOW.1.to_owned() };
            self.send(at, &Frame::Error { id: None, sid: Some(sid), seq: Some(ended.next()), msg });
        }
    }

    /// Adds a subscription and returns its number.
    pub(super) fn subscribe(&mut self, subscription: Subscribed) -> u64 {
        self.last_sid += 1;
        self.subscriptions.insert(self.last_sid, subscription);
        self.last_sid
    }
}

/// All clients.
#[derive(Debug, Default)]
pub(super) struct Hub {
    clients: BTreeMap<ClientNumber, Client>,
    last: u64,
    /// The exchange has ended: nobody is taken in any more.
    closed: bool,
    journal: Option<Journal>,
    /// What everybody is told is recorded here, if it is.
    pub(super) tape: Option<Tape>,
}

impl Hub {
    /// Notes what clients are told who come from now on.
    pub(super) fn keep(&mut self, journal: Journal) {
        self.journal = Some(journal);
    }

    /// Takes in a client that has signed as this member.
    pub(super) fn join(&mut self, member: usize) -> Line {
        self.last += 1;
        let client = ClientNumber(self.last);
        let (queue, frames) = mpsc::channel(QUEUE + RESERVE);
        let (cutter, cut) = oneshot::channel();
        let joined = Client {
            member,
            subscriptions: BTreeMap::new(),
            last_sid: 0,
            number: client,
            journal: self.journal.clone(),
            queue,
            _cut: cutter,
            lost: false,
        };
        if !self.closed {
            self.clients.insert(client, joined);
        }
        Line { client, frames, cut }
    }

    /// Returns whether a member may have one client more.
    pub(super) fn has_room(&self, member: usize) -> bool {
        self.clients.values().filter(|client| client.member == member).count() < CLIENTS
    }

    /// Cuts everybody off, and whoever comes later.
    pub(super) fn close(&mut self) {
        self.closed = true;
        self.clients.clear();
    }

    /// Forgets a client.
    pub(super) fn leave(&mut self, client: ClientNumber) {
        self.clients.remove(&client);
    }

    /// Returns a client that is still here.
    pub(super) fn client(&mut self, client: ClientNumber) -> Option<&mut Client> {
        self.clients.get_mut(&client)
    }

    /// Returns whether anybody listens to a channel.
    pub(super) fn listens(&self, channel: Channel) -> bool {
        let mut all = self.clients.values().flat_map(|client| client.subscriptions.values());
        all.any(|subscribed| subscribed.channel == channel)
    }

    /// Sends each subscription to a channel, and to a contract if one is said, the frame that is made for it.
    pub(super) fn tell(
        &mut self,
        at: Timestamp,
        channel: Channel,
        market: Option<usize>,
        frame: &mut dyn FnMut(usize, u64, &mut Subscribed) -> Option<Frame>,
    ) {
        for client in self.clients.values_mut() {
            let member = client.member;
            let is_told = |subscribed: &Subscribed| {
                subscribed.channel == channel && market.is_none_or(|market| subscribed.is_of(market))
            };
            let made: Vec<(u64, Frame)> = client
                .subscriptions
                .iter_mut()
                .filter(|(_, subscribed)| is_told(subscribed))
                .filter_map(|(sid, subscribed)| Some((*sid, frame(member, *sid, subscribed)?)))
                .collect();
            for (sid, frame) in &made {
                client.tell(at, *sid, frame);
            }
        }
        if let Some(tape) = &mut self.tape {
            tape.tell(at, channel, frame);
        }
        self.cut_off();
    }

    /// Forgets those that take nothing any more.
    pub(super) fn cut_off(&mut self) {
        self.clients.retain(|number, client| {
            if client.lost {
                tracing::warn!(client = number.0, "client {} is too slow for its stream: cut off", number.0);
            }
            !client.lost
        });
    }

    /// Returns how many clients there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.clients.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_client_that_does_not_listen_loses_its_subscription_then_its_place_and_the_others_go_on() {
        let at = Timestamp::MIN;
        let mut hub = Hub::default();
        let (mut slow, mut quick) = (hub.join(0), hub.join(0));
        for line in [&slow, &quick] {
            hub.client(line.client).unwrap().subscribe(Subscribed::new(Channel::Trade, None));
        }
        for k in 0..QUEUE + 10 {
            hub.tell(at, Channel::Trade, Some(0), &mut |_, sid, subscribed| {
                Some(Frame::Unsubscribed { id: None, sid, seq: Some(subscribed.next()) })
            });
            let heard = quick.frames.recv().await.unwrap();
            assert!(heard.contains(&format!("\"seq\":{}", k + 1)) && heard.ends_with('\n'), "{heard}");
            assert_eq!(hub.client(slow.client).unwrap().subscriptions.is_empty(), k >= QUEUE);
        }
        // The place for last words is not endless.
        let answer = Frame::Ok { id: Some(1), sid: None, seq: None, msg: None };
        let mut answers = 0;
        while let Some(client) = hub.client(slow.client) {
            client.send(at, &answer);
            hub.cut_off();
            answers += 1;
        }
        assert_eq!((answers, hub.len()), (RESERVE, 1));
        assert!(slow.cut.try_recv().is_err_and(|end| end == oneshot::error::TryRecvError::Closed));
        for _ in 0..QUEUE {
            slow.frames.recv().await.unwrap();
        }
        let last = slow.frames.recv().await.unwrap();
        assert!(last.contains("\"code\":25") && last.contains(&format!("\"seq\":{}", QUEUE + 2)), "{last}");
    }

    #[test]
    fn a_member_may_have_two_hundred_clients() {
        let mut hub = Hub::default();
        let lines: Vec<Line> = (0..CLIENTS).map(|_| hub.join(0)).collect();
        assert!(!hub.has_room(0) && hub.has_room(1));
        hub.leave(lines[0].client);
        assert!(hub.has_room(0));
    }
}
