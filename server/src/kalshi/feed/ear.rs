//! Sessions without a socket, for who spoils frames.

use shared::market::Ticker;

use super::ask::Ask;
use super::session::{Do, Session};

/// What hears frames of one connection after the other.
pub(crate) struct Ear {
    ask: Ask,
    session: Session,
    /// How many connections were given up, and what else was done.
    pub(crate) cuts: u64,
    pub(crate) said: u64,
    pub(crate) sent: u64,
}

impl Ear {
    /// Begins a connection that is of these contracts.
    pub(crate) fn new(tickers: impl IntoIterator<Item = Ticker>) -> Self {
        let ask = Ask::trading(tickers);
        let (session, _) = Session::begin(&ask);
        let mut ear = Self { ask, session, cuts: 0, said: 0, sent: 0 };
        ear.confirm();
        ear
    }

    /// Hears that all is subscribed to: books are 1, trades 2, and so on.
    fn confirm(&mut self) {
        self.session = Session::begin(&self.ask).0;
        for (k, channel) in self.ask.channels.iter().enumerate() {
            let (sid, channel) = (k + 1, channel.name());
            let text =
                format!(r#"{{"type":"subscribed","id":1,"msg":{{"channel":"{channel}","sid":{sid}}}}}"#);
            self.session.hear(&text);
        }
    }

    /// Hears a frame; a connection that is given up is made again.
    pub(crate) fn hear(&mut self, text: &str) {
        for todo in self.session.hear(text) {
            match todo {
                Do::Say(_) => self.said += 1,
                Do::Send(_) => self.sent += 1,
                Do::Cut(_) => {
                    self.cuts += 1;
                    self.confirm();
                    return;
                }
            }
        }
        assert!(self.session.is_up());
    }
}
