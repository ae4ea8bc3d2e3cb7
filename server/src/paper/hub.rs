//! Who listens to what: the clients of the stream, their subscriptions, and a bounded queue for each.

use std::collections::{BTreeMap, BTreeSet};

use shared::wire::{Channel, Frame};
use tokio::sync::{mpsc, oneshot};

use super::journal::Journal;

/// How many frames may wait for a client. One that is further behind is cut off: it would act on what is long gone.
pub(super) const QUEUE: usize = 4_096;

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
    pub(super) use_yes_price: bool,
    seq: u64,
}

impl Subscribed {
    /// Returns a subscription that has sent nothing yet.
    pub(super) const fn new(channel: Channel, markets: Option<BTreeSet<usize>>, use_yes_price: bool) -> Self {
        Self { channel, markets, use_yes_price, seq: 0 }
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
    /// Puts a frame into its queue.
    pub(super) fn send(&mut self, frame: &Frame) {
        // All that a frame holds can be written.
        let Ok(mut text) = serde_json::to_string(frame) else { return };
        text.push('\n');
        if let Some(journal) = &self.journal {
            journal.heard(self.number.0, &text);
        }
        self.lost |= self.queue.try_send(text).is_err();
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
        let (queue, frames) = mpsc::channel(QUEUE);
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

    /// Sends each subscription to a channel and contract the frame that is made for it.
    pub(super) fn tell(
        &mut self,
        channel: Channel,
        market: usize,
        frame: &mut dyn FnMut(usize, u64, &mut Subscribed) -> Option<Frame>,
    ) {
        for client in self.clients.values_mut() {
            let member = client.member;
            let made: Vec<Frame> = client
                .subscriptions
                .iter_mut()
                .filter(|(_, subscribed)| subscribed.channel == channel && subscribed.is_of(market))
                .filter_map(|(sid, subscribed)| frame(member, *sid, subscribed))
                .collect();
            for frame in &made {
                client.send(frame);
            }
        }
        self.cut_off();
    }

    /// Forgets those that are too far behind.
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
    async fn a_client_that_does_not_listen_is_cut_off_and_the_others_go_on() {
        let mut hub = Hub::default();
        let (slow, mut quick) = (hub.join(0), hub.join(0));
        for line in [&slow, &quick] {
            let client = hub.client(line.client).unwrap();
            client.subscribe(Subscribed::new(Channel::Trade, None, false));
        }
        let mut cut = slow.cut;
        for k in 0..QUEUE + 10 {
            hub.tell(Channel::Trade, 0, &mut |_, sid, subscribed| {
                Some(Frame::Unsubscribed { id: None, sid, seq: Some(subscribed.next()) })
            });
            let heard = quick.frames.recv().await.unwrap();
            assert!(heard.contains(&format!("\"seq\":{}", k + 1)) && heard.ends_with('\n'), "{heard}");
            assert_eq!(hub.len(), if k < QUEUE { 2 } else { 1 });
        }
        assert!(cut.try_recv().is_err_and(|end| end == oneshot::error::TryRecvError::Closed));
    }
}
