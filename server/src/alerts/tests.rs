//! Notices on their way to receivers that fail, hang, lead elsewhere and see things twice, over real sockets.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value;
use shared::alerts::{Kind, Notice};
use shared::units::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::sender::ANSWER;
use super::shape::name;
use super::{Hook, Sender, Shape};
use crate::environment::Secret;

/// What a receiver was sent, and what it answers in turn; after that it takes everything.
#[derive(Default)]
struct Receiver {
    heard: Vec<(HeaderMap, String)>,
    answers: Vec<StatusCode>,
    /// Where it leads, instead of taking anything.
    elsewhere: Option<String>,
}

type Shared = Arc<Mutex<Receiver>>;

async fn take(State(receiver): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let mut receiver = receiver.lock().unwrap();
    receiver.heard.push((headers, body));
    if let Some(elsewhere) = &receiver.elsewhere {
        return (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, elsewhere.clone())]).into_response();
    }
    let status = if receiver.answers.is_empty() { StatusCode::OK } else { receiver.answers.remove(0) };
    status.into_response()
}

async fn listen(receiver: Receiver) -> (SocketAddr, Shared) {
    let receiver = Arc::new(Mutex::new(receiver));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/hook", post(take)).with_state(Arc::clone(&receiver));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, receiver)
}

fn hook(address: SocketAddr, shape: Shape) -> Hook {
    Hook::new(&format!("http://{address}/hook"), shape).unwrap()
}

fn notice(k: i64) -> Notice {
    let text = "<!channel> [x](http://evil.example) @everyone *bold* & more";
    Notice {
        kind: Kind::Fill,
        at: Timestamp::from_micros(k).unwrap(),
        of: "KXT-1-A".to_owned(),
        text: text.to_owned(),
    }
}

/// Sends notices and waits until the receivers have so many.
async fn sent(sender: &Sender, notices: &[Notice], receivers: &[(&Shared, usize)]) {
    let (to, waiting) = mpsc::channel(100);
    tokio::spawn(sender.clone().send_all(waiting));
    for notice in notices {
        to.send(notice.clone()).await.unwrap();
    }
    let all = async {
        while receivers.iter().any(|(receiver, count)| receiver.lock().unwrap().heard.len() < *count) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), all).await.unwrap();
}

#[tokio::test]
async fn one_that_fails_is_tried_again_with_the_same_name_and_holds_up_nobody_else() {
    let failing = Receiver {
        answers: vec![StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS],
        ..Receiver::default()
    };
    let (first, failing) = listen(failing).await;
    let (second, well) = listen(Receiver::default()).await;
    let secret = Secret::new("a secret".to_owned());
    let sender =
        Sender::new(vec![hook(first, Shape::Json), hook(second, Shape::Json)], Some(secret)).unwrap();
    sent(&sender, &[notice(1), notice(2)], &[(&failing, 4), (&well, 2)]).await;
    let names = |receiver: &Shared| -> Vec<String> {
        let heard = &receiver.lock().unwrap().heard;
        heard.iter().map(|(headers, _)| headers["tauroi-notice"].to_str().unwrap().to_owned()).collect()
    };
    let [one, two] = [name(&notice(1)), name(&notice(2))];
    assert_eq!(names(&failing), [&*one, &*one, &*one, &*two]);
    assert_eq!(names(&well), [&*one, &*two]);
    let (headers, body) = well.lock().unwrap().heard[0].clone();
    assert!(headers["tauroi-signature"].to_str().unwrap().starts_with("t="));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((body["id"].as_str(), body["kind"].as_str()), (Some(&*one), Some("fill")));
}

#[tokio::test]
async fn one_that_refuses_or_leads_elsewhere_is_not_asked_again_and_nothing_is_followed() {
    let (inside, within) = listen(Receiver::default()).await;
    let elsewhere = Some(format!("http://{inside}/hook"));
    let (leads, leading) = listen(Receiver { elsewhere, ..Receiver::default() }).await;
    let refusing = Receiver { answers: vec![StatusCode::FORBIDDEN], ..Receiver::default() };
    let (refuses, refusing) = listen(refusing).await;
    let sender = Sender::new(vec![hook(leads, Shape::Json), hook(refuses, Shape::Json)], None).unwrap();
    // The second is sent once the first was given up.
    sent(&sender, &[notice(1), notice(2)], &[(&leading, 2), (&refusing, 2)]).await;
    assert_eq!(leading.lock().unwrap().heard.len(), 2);
    assert!(within.lock().unwrap().heard.is_empty());
    assert!(!refusing.lock().unwrap().heard[0].0.contains_key("tauroi-signature"));
    let said = sender.test().await;
    assert!(said[0].contains("not followed") && said[1].contains("it arrived"), "{said:?}");
}

/// Returns the address of a receiver that takes connections and says nothing, as long as what is returned with it is there.
async fn silent() -> (SocketAddr, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let holding = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    (address, holding)
}

#[tokio::test]
async fn one_that_hangs_holds_up_nobody_else() {
    let (hangs, _holding) = silent().await;
    let (takes, taking) = listen(Receiver::default()).await;
    let sender = Sender::new(vec![hook(hangs, Shape::Json), hook(takes, Shape::Json)], None).unwrap();
    sent(&sender, &[notice(1), notice(2), notice(3)], &[(&taking, 3)]).await;
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_is_given_up_on() {
    let (hangs, _holding) = silent().await;
    let hook = hook(hangs, Shape::Json);
    let sender = Sender::new(vec![hook.clone()], None).unwrap();
    let began = tokio::time::Instant::now();
    let why = format!("{:#}", sender.send(&hook, &notice(1)).await.unwrap_err());
    assert!(why.contains("tried 7 times") && why.contains("can't be reached"), "{why}");
    // Seven answers are waited for, with the waits between: on a clock that is not the machine's.
    assert!(began.elapsed() > ANSWER * 7 && began.elapsed() < std::time::Duration::from_secs(300));
}

#[tokio::test]
async fn one_that_is_not_there_is_said_without_its_token() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let hook = Hook::new(&format!("http://{address}/token-of-ours"), Shape::Slack).unwrap();
    let said = Sender::new(vec![hook], None).unwrap().test().await;
    assert!(said[0].contains("can't be reached") && !said[0].contains("token-of-ours"), "{said:?}");
}

#[test]
fn what_others_wrote_is_text_to_each_receiver() {
    let body = |shape: Shape| shape.body(&notice(1));
    let slack = body(Shape::Slack)["text"].as_str().unwrap().to_owned();
    assert!(slack.contains("&lt;!channel&gt;") && slack.contains("&amp; more"), "{slack}");
    let discord = body(Shape::Discord);
    assert!(discord["content"].as_str().unwrap().contains("\\[x\\]\\(http://evil.example\\)"), "{discord}");
    assert_eq!(discord["allowed_mentions"]["parse"].as_array().unwrap().len(), 0);
    assert!(body(Shape::Telegram).get("parse_mode").is_none());
    for (name, shape) in [
        ("json", Shape::Json),
        ("slack", Shape::Slack),
        ("discord", Shape::Discord),
        ("telegram", Shape::Telegram),
    ] {
        assert_eq!(name.parse::<Shape>().unwrap(), shape);
    }
    assert!("mail".parse::<Shape>().is_err());
}
