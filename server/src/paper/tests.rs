//! The exchange inside of a process, on a clock that is moved by hand.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use futures_util::{SinkExt as _, StreamExt as _};
use shared::units::Timestamp;
use shared::wire::{Frame, KEY_HEADER, SIGNATURE_HEADER, STREAM_PATH, TIMESTAMP_HEADER, signed_text};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};

use super::credentials::Credentials;
use super::{Settings, start};
use crate::clock::Clock;

/// Returns a signed handshake.
fn handshake(credentials: &Credentials) -> ClientRequestBuilder {
    let key = ed25519_dalek::SigningKey::from_pkcs8_pem(&credentials.private_pem).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().to_string();
    let signature = key.sign(signed_text(&now, "GET", STREAM_PATH).as_bytes());
    ClientRequestBuilder::new(credentials.ws_url.parse().unwrap())
        .with_header(KEY_HEADER, credentials.key_id.clone())
        .with_header(SIGNATURE_HEADER, STANDARD.encode(signature.to_bytes()))
        .with_header(TIMESTAMP_HEADER, now)
}

#[tokio::test]
async fn time_passes_as_it_is_told_and_an_end_cuts_the_streams() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let clock = Clock::by_hand(at("2026-11-16T10:00:00Z"));
    let settings = Settings { days: 3, past_days: 0, ..Settings::demo(20, clock.clone()) };
    let exchange = start(settings).await.unwrap();
    let credentials = exchange.credentials().clone();
    let (mut stream, _) = connect_async(handshake(&credentials)).await.unwrap();
    let command = r#"{"id":1,"cmd":"subscribe","params":{"channels":["trade"]}}"#;
    stream.send(Message::text(command)).await.unwrap();
    let mut hear = async || loop {
        let heard = tokio::time::timeout(Duration::from_secs(30), stream.next()).await;
        match heard.expect("nothing for 30 s") {
            Some(Ok(Message::Text(text))) => return Some(serde_json::from_str::<Frame>(&text).unwrap()),
            Some(Ok(Message::Ping(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            Some(Ok(other)) => panic!("{other:?}"),
        }
    };
    assert!(matches!(hear().await, Some(Frame::Subscribed { .. })));
    // Two hours of trading, and no more.
    let until = at("2026-11-16T12:00:00Z");
    clock.put_on(until);
    let Some(Frame::Trade { seq, msg, .. }) = hear().await else { panic!("no trade") };
    assert_eq!(seq, Some(1));
    assert!(msg.ts_ms.unwrap().0 <= until);
    exchange.stop().await.unwrap();
    // What was in the queue may still come; then it ends.
    while let Some(frame) = hear().await {
        assert!(matches!(frame, Frame::Trade { .. }), "{frame:?}");
    }
    assert!(connect_async(handshake(&credentials)).await.is_err());
}
