//! Somebody who watches a desk, as a page does.

use std::time::Instant;

use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use shared::codec::{self, Codec as _};
use shared::stream::{
    Appended, BookView, Data, DeskView, FromPage, Outcome, PROTOCOL, Replica, ToPage, Topic,
};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::SOON;
use crate::support::Server;

/// A page's end of the stream, and what it knows by it.
pub(crate) struct Watch {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    replicas: Vec<Replica>,
    spoke: Instant,
}

impl Watch {
    /// Opens the stream of a server, which says hello first.
    pub(crate) async fn open(server: &Server) -> Self {
        Self::knock(server).await.unwrap()
    }

    /// Opens it, or returns the status with which that is refused, and what is said.
    pub(crate) async fn knock(server: &Server) -> Result<Self, (u16, String)> {
        let address = format!("ws://{}/api/stream", server.address());
        let mut request = address.into_client_request().unwrap();
        if let Some(cookie) = &server.cookie {
            request.headers_mut().insert("cookie", cookie.parse().unwrap());
        }
        let socket = match connect_async(request).await {
            Ok((socket, _)) => socket,
            Err(Error::Http(answer)) => {
                let said = answer.body().clone().unwrap_or_default();
                return Err((answer.status().as_u16(), String::from_utf8(said).unwrap()));
            }
            Err(error) => panic!("{error}"),
        };
        let mut watch = Self { socket, replicas: Vec::new(), spoke: Instant::now() };
        let hello = watch.hear().await;
        assert!(matches!(hello, ToPage::Hello { protocol: PROTOCOL, .. }), "{hello:?}");
        watch.follow(Topic::Desk {}).await;
        Ok(watch)
    }

    /// Follows a topic.
    pub(crate) async fn follow(&mut self, topic: Topic) {
        self.replicas.retain(|replica| *replica.topic() != topic);
        self.replicas.push(Replica::new(topic.clone()));
        self.say(&FromPage::Subscribe { topic }).await;
    }

    /// Says something.
    pub(crate) async fn say(&mut self, message: &FromPage) {
        self.spoke = Instant::now();
        self.socket.send(Message::Binary(message.to_message().bytes.into())).await.unwrap();
    }

    /// Waits for the next message, which no replica may find to be out of order: nothing is lost here.
    pub(crate) async fn hear(&mut self) -> ToPage {
        // A page that is silent for long is taken to be gone.
        if self.spoke.elapsed() > SOON / 5 {
            self.say(&FromPage::Ping {}).await;
        }
        let message = tokio::time::timeout(SOON, self.socket.next()).await.expect("nothing in time");
        self.take(message.expect("the stream has ended").unwrap())
    }

    /// Takes in all that has come by now.
    pub(crate) fn catch_up(&mut self) {
        while let Some(message) = self.socket.next().now_or_never() {
            self.take(message.expect("the stream has ended").unwrap());
        }
    }

    fn take(&mut self, message: Message) -> ToPage {
        let bytes = message.into_data().to_vec();
        let message = ToPage::from_message(codec::Message { bytes, columns: Vec::new() }).unwrap();
        for replica in &mut self.replicas {
            assert_ne!(replica.take(&message), Outcome::Behind, "{message:?}");
        }
        message
    }

    fn data(&self, topic: &Topic) -> &Data {
        let replica = self.replicas.iter().find(|replica| replica.topic() == topic);
        replica.expect("a topic that is followed").data()
    }

    /// Returns a book that is followed, once it is known.
    pub(crate) fn book(&self, topic: &Topic) -> Option<&BookView> {
        if let Data::Book { book } = self.data(topic) { Some(book) } else { None }
    }

    /// Returns the log as far as it was told.
    pub(crate) fn log(&self) -> Appended {
        match self.data(&Topic::Log {}) {
            Data::Log { appended } => appended.clone(),
            _ => Appended::default(),
        }
    }

    /// Waits until the desk is told to be as it is wanted.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&DeskView) -> bool) -> DeskView {
        let began = Instant::now();
        let mut last = None;
        while began.elapsed() < SOON {
            let message = self.hear().await;
            if let ToPage::Snapshot { data: Data::Desk { desk }, .. } = message {
                if wanted(&desk) {
                    return desk;
                }
                last = Some(desk);
            }
        }
        panic!("it is not {what} in time: {last:?}");
    }
}
