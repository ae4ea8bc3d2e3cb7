//! Who may ask at all: whatever is asked for, a name that is not ours and a page that is not ours get nothing.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::desk::{Desk, fresh};
use crate::member::Member;

/// One of each kind of route, and what is answered to whoever may ask.
const ROUTES: [(&str, &str, u16); 15] = [
    ("GET", "/", 200),
    ("GET", "/any/page", 200),
    ("GET", "/none.js", 404),
    ("GET", "/api/none", 404),
    ("GET", "/api/health", 200),
    ("GET", "/api/listeners", 200),
    ("GET", "/api/markets.csv", 200),
    ("GET", "/api/tapes", 200),
    ("GET", "/api/tapes/KXNONE-1-A", 404),
    ("GET", "/api/events/KXNONE-1/trades.csv", 404),
    ("GET", "/api/stream", 101),
    ("POST", "/api/desk/start", 409),
    ("POST", "/api/desk/pause", 200),
    ("POST", "/api/desk/resume", 200),
    ("POST", "/api/desk/kill", 200),
];

/// Returns the status of the answer to a request with these headers and no others but those of an upgrade.
fn ask(address: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
    let mut stream = TcpStream::connect(address).unwrap();
    let upgrade = if path == "/api/stream" {
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    } else {
        "Connection: close\r\n"
    };
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    write!(stream, "{method} {path} HTTP/1.1\r\n{headers}{upgrade}Content-Length: 0\r\n\r\n").unwrap();
    let mut line = [0; 12];
    stream.read_exact(&mut line).unwrap();
    std::str::from_utf8(&line).unwrap().rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn only_our_own_names_and_pages_are_let_in() {
    let member = Member::join("desk-doors", &["--speed", "300"]);
    let options = ["--host", "desk.example.com"];
    let desk = Desk::start(&member.env, &fresh("desk-doors.sqlite"), &options);
    let mut watch = desk.watch().await;
    watch.until("quoting", |desk| desk.resting > 0).await;
    let address = desk.server.address();
    let (_, port) = address.split_once(':').unwrap();
    let elsewhere = format!("evil.example:{port}");
    let own = format!("http://{address}");
    let other_port = "http://127.0.0.1:1";
    for (method, path, _) in ROUTES {
        for host in [&*elsewhere, "evil.example", "127.0.0.1.evil.example"] {
            assert_eq!(ask(address, method, path, &[("Host", host)]), 421, "{method} {path} of {host}");
        }
        for origin in ["https://evil.example", "null", other_port] {
            let headers = [("Host", address), ("Origin", origin)];
            assert_eq!(ask(address, method, path, &headers), 403, "{method} {path} from {origin}");
        }
        // A page that was led here by a name of its own says that name twice.
        let led = [("Host", &*elsewhere), ("Origin", "http://evil.example")];
        assert_eq!(ask(address, method, path, &led), 421, "{method} {path}");
    }
    // What changes something is refused to other sites also where they name no origin.
    let from = [("Host", address), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(ask(address, "POST", "/api/desk/kill", &from), 403);
    // None of that has reached the desk.
    let desk = watch.until("told", |_| true).await;
    assert_eq!(desk.state, shared::stream::DeskState::Quoting);
    let local = format!("localhost:{port}");
    for (method, path, status) in ROUTES {
        assert_eq!(
            ask(address, method, path, &[("Host", address), ("Origin", &own)]),
            status,
            "{method} {path}"
        );
        if method == "GET" {
            for host in [&*local, "desk.example.com"] {
                assert_eq!(
                    ask(address, method, path, &[("Host", host)]),
                    status,
                    "{method} {path} of {host}"
                );
            }
        }
    }
}
