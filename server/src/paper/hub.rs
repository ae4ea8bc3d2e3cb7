//! Who listens to what: the clients of the stream, their subscriptions, and a bounded queue for each.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shared::units::Timestamp;
use shared::wire::{Channel, CommandError, Frame, Millis};
use tokio::sync::{mpsc, oneshot};

use super::faults::{Fate, Faults};
use super::journal::Journal;
use super::stream::Numbers;
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
    pub(super) frames: mpsc::Receiver<Queued>,
    /// Ends when the client is cut off.
    pub(super) cut: oneshot::Receiver<()>,
}

/// A frame that waits for its client.
#[derive(Debug)]
pub(super) struct Queued {
    /// It is sent when the exchange's clock shows this, or later.
    pub(super) due: Timestamp,
    pub(super) text: String,
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
    queue: mpsc::Sender<Queued>,
    /// Dropped with the client, which tells its socket.
    _cut: oneshot::Sender<()>,
    /// It is to be cut off: it was too slow, or that is its fate.
    lost: bool,
}

impl Client {
    /// Puts a frame into its queue, as often as it is to be sent.
    fn put(&mut self, at: Timestamp, frame: &Frame, fate: Fate, numbers: &mut Numbers) {
        // All that a frame holds can be written.
        let Some(mut text) = numbers.write(&Sent { frame, sending_ts_ms: Millis(at) }) else { return };
        text.push('\n');
        for _ in 0..fate.copies {
            if let Some(journal) = &self.journal {
                journal.heard(self.number.0, &text);
            }
            self.lost |= self.queue.try_send(Queued { due: fate.due, text: text.clone() }).is_err();
        }
        self.lost |= fate.is_cut;
    }

    /// Adds a subscription and returns its number.
    pub(super) fn subscribe(&mut self, subscription: Subscribed) -> u64 {
        self.last_sid += 1;
        self.subscriptions.insert(self.last_sid, subscription);
        self.last_sid
    }
}

/// All clients.
#[derive(Debug)]
pub(super) struct Hub {
    clients: BTreeMap<ClientNumber, Client>,
    last: u64,
    /// The exchange has ended: nobody is taken in any more.
    closed: bool,
    /// What clients are told is noted here, if it is.
    journal: Option<Journal>,
    /// What everybody is told is recorded here, if it is.
    pub(super) tape: Option<Tape>,
    /// What goes wrong between the exchange and its clients.
    pub(super) faults: Faults,
    /// How numbers are written in frames.
    pub(super) numbers: Numbers,
    /// Requests that are held until they are let go, or the exchange ends.
    held: Vec<oneshot::Sender<()>>,
}

impl Hub {
    /// Returns a hub with nobody, whose chances are drawn from this seed.
    pub(super) fn new(rng_seed: u64) -> Self {
        Self {
            clients: BTreeMap::new(),
            last: 0,
            closed: false,
            faults: Faults::none(rng_seed),
            numbers: Numbers::of(rng_seed, 0.0),
            held: Vec::new(),
            journal: None,
            tape: None,
        }
    }

    /// Notes what clients are told who come from now on.
    pub(super) fn keep(&mut self, journal: Journal) {
        self.journal = Some(journal);
    }

    /// Returns what ends when the exchange does.
    pub(super) fn hold(&mut self) -> oneshot::Receiver<()> {
        let (sender, end) = oneshot::channel();
        self.held.retain(|held| !held.is_closed());
        if !self.closed {
            self.held.push(sender);
        }
        end
    }

    /// Cuts everybody off who is here.
    pub(super) fn cut_all(&mut self) {
        self.clients.clear();
    }

    /// Puts an answer into a client's queue.
    pub(super) fn send(&mut self, at: Timestamp, client: ClientNumber, frame: &Frame) {
        if let Some(client) = self.clients.get_mut(&client) {
            client.put(at, frame, Fate::none(at), &mut self.numbers);
        }
    }

    /// Puts what a subscription is told into its client's queue, or ends the subscription if there is no room for more.
    pub(super) fn tell_one(&mut self, at: Timestamp, client: ClientNumber, sid: u64, frame: &Frame) {
        let Some(client) = self.clients.get_mut(&client) else { return };
        let Some(subscribed) = client.subscriptions.get_mut(&sid) else { return };
        if client.queue.capacity() > RESERVE {
            let fate = self.faults.frame(at, subscribed.channel);
            client.put(at, frame, fate, &mut self.numbers);
            return;
        }
        tracing::warn!("a client is too slow for its {}", subscribed.channel.name());
        let seq = Some(subscribed.next());
        client.subscriptions.remove(&sid);
        let msg = CommandError { code: OVERFLOW.0, msg: OVERFLOW.1.to_owned() };
        client.put(
            at,
            &Frame::Error { id: None, sid: Some(sid), seq, msg },
            Fate::none(at),
            &mut self.numbers,
        );
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
        self.held.clear();
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
        let mut made: Vec<(ClientNumber, u64, Frame)> = Vec::new();
        for (number, client) in &mut self.clients {
            let member = client.member;
            for (sid, subscribed) in &mut client.subscriptions {
                let is_told =
                    subscribed.channel == channel && market.is_none_or(|market| subscribed.is_of(market));
                if let Some(frame) = is_told.then(|| frame(member, *sid, subscribed)).flatten() {
                    made.push((*number, *sid, frame));
                }
            }
        }
        if let Some(tape) = &mut self.tape {
            tape.tell(at, channel, frame);
        }
        for (client, sid, frame) in &made {
            self.tell_one(at, *client, *sid, frame);
        }
        self.cut_off();
    }

    /// Forgets those that take nothing any more.
    pub(super) fn cut_off(&mut self) {
        self.clients.retain(|number, client| {
            if client.lost {
                tracing::warn!(client = number.0, "client {} is cut off", number.0);
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
        let mut hub = Hub::new(1);
        let (mut slow, mut quick) = (hub.join(0), hub.join(0));
        for line in [&slow, &quick] {
            hub.client(line.client).unwrap().subscribe(Subscribed::new(Channel::Trade, None));
        }
        for k in 0..QUEUE + 10 {
            hub.tell(at, Channel::Trade, Some(0), &mut |_, sid, subscribed| {
                Some(Frame::Unsubscribed { id: None, sid, seq: Some(subscribed.next()) })
            });
            let heard = quick.frames.recv().await.unwrap();
            let text = &heard.text;
            assert!(text.contains(&format!("\"seq\":{}", k + 1)) && text.ends_with('\n'), "{text}");
            assert_eq!(hub.client(slow.client).unwrap().subscriptions.is_empty(), k >= QUEUE);
        }
        // The place for last words is not endless.
        let answer = Frame::Ok { id: Some(1), sid: None, seq: None, msg: None };
        let mut answers = 0;
        while hub.client(slow.client).is_some() {
            hub.send(at, slow.client, &answer);
            hub.cut_off();
            answers += 1;
        }
        assert_eq!((answers, hub.len()), (RESERVE, 1));
        assert!(slow.cut.try_recv().is_err_and(|end| end == oneshot::error::TryRecvError::Closed));
        for _ in 0..QUEUE {
            slow.frames.recv().await.unwrap();
        }
        let last = slow.frames.recv().await.unwrap().text;
        assert!(last.contains("\"code\":25") && last.contains(&format!("\"seq\":{}", QUEUE + 2)), "{last}");
    }

    #[test]
    fn a_member_may_have_two_hundred_clients() {
        let mut hub = Hub::new(1);
        let lines: Vec<Line> = (0..CLIENTS).map(|_| hub.join(0)).collect();
        assert!(!hub.has_room(0) && hub.has_room(1));
        hub.leave(lines[0].client);
        assert!(hub.has_room(0));
    }
}
