//! What goes wrong on purpose, over real sockets: each kind of fault by what a client sees of it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::units::Price;
use shared::wire::{
    CreateOrderAnswer, ExchangeStatus, Frame, MarketAnswer, MarketResult, OrdersPage, SettlementsPage,
};

use crate::member::{Listener, Member, now_ms};
use crate::support::Answer;
use crate::{ORDERS, PLAIN, POST_ONLY, STILL, TICKER, best, order};

/// A member, and what it may do to the exchange.
struct Tried {
    member: Member,
    token: String,
}

impl Tried {
    /// Starts an exchange on a clock that stands nearly still.
    fn still(name: &str) -> Self {
        Self::with(name, &STILL)
    }

    /// Starts one on a clock that runs as the machine's does.
    fn running(name: &str) -> Self {
        Self::with(name, &PLAIN)
    }

    fn with(name: &str, options: &[&str]) -> Self {
        let member = Member::join(name, options);
        Self { token: member.token(), member }
    }

    /// Asks the exchange itself.
    fn control(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.member.control(method, path, body)
    }

    /// Adds a fault, and returns its number.
    fn add(&self, fault: &Value) -> u64 {
        let answer = self.control("POST", "/paper/faults", fault);
        assert_eq!(answer.status, 201, "{fault}: {}", answer.text());
        answer.json::<Value>()["number"].as_u64().unwrap()
    }

    /// Takes a fault back.
    fn remove(&self, number: u64) {
        assert_eq!(self.control("DELETE", &format!("/paper/faults/{number}"), &Value::Null).status, 204);
    }

    /// Does something to the contract that is traded.
    fn market(&self, change: &Value) {
        let answer = self.control("POST", &format!("/paper/markets/{TICKER}"), change);
        assert_eq!(answer.status, 204, "{change}: {}", answer.text());
    }

    /// Returns the bytes that are answered to a signed request before its connection is closed, or until `patience` is over.
    fn bytes(&self, method: &str, path: &str, body: &str, patience: Duration) -> Vec<u8> {
        let path = format!("/trade-api/v2{path}");
        let mut stream = TcpStream::connect(self.member.server.address()).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n").unwrap();
        for (name, value) in self.member.headers(method, &path, 0) {
            write!(stream, "{name}: {value}\r\n").unwrap();
        }
        write!(stream, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        stream.set_read_timeout(Some(patience)).unwrap();
        let (mut all, mut part) = (Vec::new(), [0; 4_096]);
        while let Ok(count @ 1..) = stream.read(&mut part) {
            all.extend_from_slice(&part[..count]);
        }
        all
    }

    /// Returns what its orders are called.
    fn names(&self) -> Vec<String> {
        let page: OrdersPage = self.member.read(200, "GET", "/portfolio/orders", "");
        page.orders.into_iter().map(|order| order.client_order_id).collect()
    }

    fn place(&self, name: &str) -> CreateOrderAnswer {
        self.member.read(201, "POST", ORDERS, &order(name, "bid", "0.0100", "1", POST_ONLY))
    }

    /// Listens to books.
    async fn listen(&self) -> Listener {
        let mut listener = self.member.listen().await;
        let books = format!(
            r#"{{"id":1,"cmd":"subscribe","params":{{"channels":["orderbook_delta"],"market_ticker":"{TICKER}"}}}}"#
        );
        listener.say(&books).await;
        listener.until(|frame| matches!(frame, Frame::OrderbookSnapshot { .. }).then_some(())).await;
        listener
    }
}

/// Returns the number of the next change of a book.
async fn next_change(listener: &mut Listener) -> u64 {
    listener
        .until(|frame| match frame {
            Frame::OrderbookDelta { seq, .. } => Some(seq),
            _ => None,
        })
        .await
}

#[test]
fn only_who_runs_the_exchange_may_change_it() {
    let tried = Tried::still("control");
    for headers in [&[][..], &[("Authorization", "Bearer 0")], &[("Authorization", tried.token.as_str())]] {
        let answer = tried.member.server.ask("GET", "/paper/faults", headers);
        assert_eq!(answer.status, 401, "{headers:?}");
        assert!(!answer.text().contains(&tried.token));
    }
    // A member's signature is none of this.
    let signed = tried.member.headers("GET", "/paper/faults", 0);
    let signed = signed.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(tried.member.server.ask("GET", "/paper/faults", &signed).status, 401);
    assert_eq!(tried.control("POST", "/paper/faults", &json!({ "kind": "crash", "at": 0 })).status, 400);
    let number = tried.add(&json!({ "kind": "drop", "probability": 0.0 }));
    let listed: Value = tried.control("GET", "/paper/faults", &Value::Null).json();
    assert_eq!(
        listed["faults"][0],
        json!({ "number": number, "struck": 0, "is_over": false, "fault": { "kind": "drop", "probability": 0.0 } })
    );
    tried.remove(number);
    assert_eq!(tried.control("DELETE", "/paper/faults/1", &Value::Null).status, 404);
}

#[test]
fn strangers_trade_with_whoever_is_there_and_rest_until_they_are_taken_back() {
    let tried = Tried::still("strangers");
    let strange = |action: &str, price: &str, count: &str, takes: bool| {
        let order =
            json!({ "ticker": TICKER, "action": action, "price": price, "count": count, "takes": takes });
        tried.control("POST", "/paper/orders", &order)
    };
    // The member's own bid, one above the best one, is met.
    let (highest, _) = best(&tried.member);
    let price = Price::from_centicents(highest.0.centicents() + 100).unwrap().to_string();
    tried.member.read::<Value>(201, "POST", ORDERS, &order("ours", "bid", &price, "3", POST_ONLY));
    let sold: Value = strange("sell", &price, "5", true).json();
    assert_eq!(sold, json!({ "filled": "3.00", "rests": "0.00" }));
    let rests: Value = strange("buy", &price, "2", false).json();
    assert_eq!(rests, json!({ "filled": "0.00", "rests": "2.00" }));
    assert_eq!(best(&tried.member).0.0.to_string(), price);
    assert_eq!(tried.control("DELETE", "/paper/orders", &Value::Null).status, 204);
    assert_eq!(best(&tried.member).0.0, highest.0);
    for (wrong, why) in [("0.5050", "price"), ("0.5000", "count")] {
        let answer = strange("buy", wrong, if why == "count" { "0" } else { "1" }, true);
        assert_eq!(answer.status, 400, "{}", answer.text());
    }
    let nowhere = json!({ "ticker": "KXNOTHING-A-B", "action": "buy", "price": "0.50", "count": "1" });
    assert_eq!(tried.control("POST", "/paper/orders", &nowhere).status, 400);
    assert_eq!(tried.member.server.ask("POST", "/paper/orders", &[]).status, 401);
}

#[test]
fn a_request_or_its_answer_is_lost_and_the_order_is_there_or_not() {
    let tried = Tried::still("lost");
    let patience = Duration::from_secs(20);
    let body = |name: &str| order(name, "bid", "0.0100", "1", POST_ONLY);
    let number = tried.add(&json!({ "kind": "drop", "probability": 1, "target": "orders" }));
    assert_eq!(tried.bytes("POST", ORDERS, &body("answer"), patience), b"");
    tried.remove(number);
    let number =
        tried.add(&json!({ "kind": "drop", "probability": 1, "target": "orders", "value": "request" }));
    assert_eq!(tried.bytes("POST", ORDERS, &body("request"), patience), b"");
    tried.remove(number);
    assert_eq!(tried.names(), ["answer"]);
    // Its name is taken, as who sends it again learns.
    assert_eq!(tried.member.ask("POST", ORDERS, &body("answer")).status, 409);
}

#[test]
fn an_order_that_is_never_answered_rests_all_the_same() {
    let mut tried = Tried::still("unanswered");
    tried.add(&json!({ "kind": "unanswered", "at": 0 }));
    let body = order("silent", "bid", "0.0100", "1", POST_ONLY);
    assert_eq!(tried.bytes("POST", ORDERS, &body, Duration::from_millis(700)), b"");
    // The next one is answered: a fault with a time and no length strikes once.
    tried.place("heard");
    assert_eq!(tried.names(), ["heard", "silent"]);
    // An exchange that ends waits for nobody whom it doesn't answer.
    tried.add(&json!({ "kind": "unanswered", "probability": 1 }));
    let (address, began) = (tried.member.server.address().to_owned(), Instant::now());
    let waits = std::thread::spawn({
        let path = "/trade-api/v2/portfolio/events/orders";
        let headers = tried.member.headers("DELETE", path, 0);
        move || {
            let mut stream = TcpStream::connect(address).unwrap();
            write!(stream, "DELETE {path} HTTP/1.1\r\nHost: x\r\n").unwrap();
            for (name, value) in headers {
                write!(stream, "{name}: {value}\r\n").unwrap();
            }
            write!(stream, "\r\n").unwrap();
            stream.read_to_end(&mut Vec::new()).unwrap_or_default()
        }
    });
    while tried.names().len() > tried.member.orders("status=canceled").len() {
        assert!(began.elapsed() < Duration::from_secs(20));
    }
    let id = tried.member.server.process().id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(tried.member.server.process().wait().unwrap().success());
    assert_eq!(waits.join().unwrap(), 0);
}

#[test]
fn a_request_that_arrives_twice_is_answered_as_the_second() {
    let tried = Tried::still("doubled");
    tried.add(&json!({ "kind": "duplicate", "at": 0, "target": "POST /portfolio/events/orders" }));
    let body = order("twice", "bid", "0.0100", "1", POST_ONLY);
    let (status, text) = tried.member.refused("POST", ORDERS, &body);
    assert_eq!((status, text.contains("order_already_exists")), (409, true), "{text}");
    assert_eq!(tried.names(), ["twice"]);
}

#[test]
fn too_many_requests_and_failures_come_before_or_after_the_work() {
    let tried = Tried::still("failures");
    let body = |name: &str| order(name, "bid", "0.0100", "1", POST_ONLY);
    for (value, status, said) in [
        (json!(429), 429, r#"{"error":"too many requests"}"#),
        (json!(503), 503, r#"{"error":{"code":"service_unavailable","message":"service unavailable"}}"#),
        (json!(502), 502, "Bad Gateway"),
        (
            json!({ "status": 500, "done": true }),
            500,
            r#"{"error":{"code":"internal_server_error","message":"internal server error"}}"#,
        ),
    ] {
        let number =
            tried.add(&json!({ "kind": "http", "probability": 1, "target": "orders", "value": value }));
        assert_eq!(
            tried.member.refused("POST", ORDERS, &body(&status.to_string())),
            (status, said.to_owned())
        );
        tried.remove(number);
    }
    assert_eq!(tried.names(), ["500"]);
}

#[test]
fn an_answer_takes_as_long_as_it_is_told_to() {
    let tried = Tried::running("latency");
    let fault = json!({ "kind": "latency", "probability": 1, "target": "GET /exchange/status", "value": { "uniform": [150, 200] } });
    let number = tried.add(&fault);
    let ask = || {
        let began = Instant::now();
        assert_eq!(tried.member.server.get("/trade-api/v2/exchange/status", &[]).status, 200);
        began.elapsed()
    };
    // There and back.
    assert!(ask() >= Duration::from_millis(300));
    tried.remove(number);
    assert!((0..20).map(|_| ask()).min().unwrap() < Duration::from_millis(300));
}

#[tokio::test]
async fn frames_are_lost_doubled_and_late_and_their_numbers_say_so() {
    let tried = Tried::running("frames-lost");
    let mut listener = tried.listen().await;
    tried.place("first");
    let mut last = next_change(&mut listener).await;
    let number = tried.add(&json!({ "kind": "gap", "at": 0, "target": "orderbook_delta", "value": 3 }));
    // What the simulated traders do meanwhile counts too.
    for k in 0..5 {
        tried.place(&format!("lost {k}"));
    }
    loop {
        let seq = next_change(&mut listener).await;
        if seq != last + 1 {
            assert_eq!(seq, last + 4);
            last = seq;
            break;
        }
        last = seq;
    }
    tried.remove(number);
    let number = tried.add(&json!({ "kind": "duplicate", "at": 0, "target": "orderbook_delta" }));
    for k in 0..3 {
        tried.place(&format!("doubled {k}"));
    }
    loop {
        let seq = next_change(&mut listener).await;
        if seq == last {
            break;
        }
        assert_eq!(seq, last + 1);
        last = seq;
    }
    tried.remove(number);
    tried.add(&json!({ "kind": "latency", "probability": 1, "target": "user_orders", "value": 400 }));
    listener.subscribe(&["user_orders"]).await;
    let placed = tried.place("late").ts_ms.number();
    listener.until(|frame| matches!(frame, Frame::UserOrder { .. }).then_some(())).await;
    assert!(now_ms() - placed >= 400);
}

#[tokio::test]
async fn sockets_are_cut_and_handshakes_refused_for_a_while() {
    let tried = Tried::running("cut");
    let mut listener = tried.listen().await;
    tried.add(&json!({ "kind": "cut", "at": 0, "for_ms": 600 }));
    listener.ended().await;
    assert_eq!(tried.member.knock().await.err(), Some(502));
    let began = Instant::now();
    while tried.member.knock().await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(20));
    }
    // With a probability it befalls whoever is told something.
    let mut listener = tried.listen().await;
    tried.add(&json!({ "kind": "cut", "probability": 1, "target": "orderbook_delta" }));
    tried.place("cuts");
    listener.ended().await;
}

#[test]
fn a_clock_that_is_wrong_lets_no_signature_pass() {
    let tried = Tried::still("skew");
    let ask = || tried.member.ask("GET", "/portfolio/balance", "").status;
    let number = tried.add(&json!({ "kind": "skew", "at": 0, "value": 30_000 }));
    assert_eq!(ask(), 401);
    // Who signs by the exchange's clock is let in.
    let path = "/trade-api/v2/portfolio/balance";
    let signed = tried.member.headers("GET", path, -30_000);
    let signed = signed.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(tried.member.server.ask("GET", path, &signed).status, 200);
    tried.remove(number);
    assert_eq!(ask(), 200);
}

#[tokio::test]
async fn trading_is_paused_and_goes_on() {
    let tried = Tried::running("pause");
    let mut listener = tried.member.listen().await;
    listener.subscribe(&["market_lifecycle_v2"]).await;
    let resting = tried.place("rests").order_id;
    let status = || tried.member.read::<ExchangeStatus>(200, "GET", "/exchange/status", "");
    tried.add(&json!({ "kind": "pause", "at": 0, "for_ms": 1_500 }));
    assert!(status().exchange_active && !status().trading_active);
    assert_ne!(tried.member.ask("POST", ORDERS, &order("no", "bid", "0.0100", "1", "")).status, 201);
    // Who wants to go may.
    assert_eq!(tried.member.ask("DELETE", &format!("{ORDERS}/{resting}"), "").status, 200);
    let began = Instant::now();
    while !status().trading_active {
        assert!(began.elapsed() < Duration::from_secs(20));
    }
    // The simulated traders have outlasted it.
    tried.place("again");
    tried.market(&json!({ "status": "paused" }));
    let told = listener
        .until(|frame| match frame {
            Frame::MarketLifecycleV2 { msg, .. } => Some(msg),
            _ => None,
        })
        .await;
    assert_eq!((told.event_type.as_str(), told.is_deactivated), ("deactivated", Some(true)));
    assert_ne!(tried.member.ask("POST", ORDERS, &order("no", "bid", "0.0100", "1", "")).status, 201);
    tried.market(&json!({ "status": "open" }));
    let state = |state: &str| tried.control("POST", "/paper/exchange", &json!({ "state": state })).status;
    assert_eq!(state("paused"), 204);
    assert!(!status().exchange_active);
    assert_eq!(state("open"), 204);
    tried.place("at last");
}

#[tokio::test]
async fn prices_get_another_grid_and_orders_stay() {
    let tried = Tried::still("grid");
    let mut listener = tried.member.listen().await;
    listener.subscribe(&["market_lifecycle_v2"]).await;
    tried.place("rests");
    let fine = order("fine", "bid", "0.0110", "1", POST_ONLY);
    assert_eq!(tried.member.ask("POST", ORDERS, &fine).status, 400);
    tried.add(&json!({ "kind": "grid", "at": 0, "target": TICKER, "value": "deci_cent" }));
    let told = listener
        .until(|frame| match frame {
            Frame::MarketLifecycleV2 { msg, .. } => Some(msg),
            _ => None,
        })
        .await;
    assert_eq!(told.event_type, "price_level_structure_updated");
    assert_eq!(told.price_level_structure.as_deref(), Some("deci_cent"));
    let market: MarketAnswer = tried.member.read(200, "GET", &format!("/markets/{TICKER}"), "");
    assert_eq!(market.market.price_ranges, told.price_ranges);
    tried.member.read::<CreateOrderAnswer>(201, "POST", ORDERS, &fine);
    assert_eq!(tried.member.orders("status=resting").len(), 2);
}

#[tokio::test]
async fn a_settlement_is_restated_and_the_money_follows() {
    let tried = Tried::still("restated");
    let mut listener = tried.member.listen().await;
    listener.subscribe(&["market_lifecycle_v2", "market_positions"]).await;
    let (_, ask) = best(&tried.member);
    let taken = order("held", "bid", &ask.0.to_string(), "1", "");
    tried.member.read::<CreateOrderAnswer>(201, "POST", ORDERS, &taken);
    let before = crate::free(&tried.member);
    tried.market(&json!({ "settle": "0.2600" }));
    let page = || tried.member.read::<SettlementsPage>(200, "GET", "/portfolio/settlements", "");
    let paid = page().settlements.remove(0);
    assert_eq!((paid.market_result, paid.revenue, paid.value), (MarketResult::Scalar, 26, Some(26)));
    let after = crate::free(&tried.member);
    assert_eq!(after.microdollars() - before.microdollars(), 260_000);
    tried.add(&json!({ "kind": "restate", "at": 0, "target": TICKER, "value": "1.0000" }));
    let page = page();
    assert_eq!(page.settlements.len(), 1);
    assert_eq!(
        (page.settlements[0].market_result.clone(), page.settlements[0].revenue),
        (MarketResult::Yes, 100)
    );
    assert_eq!(crate::free(&tried.member).microdollars() - after.microdollars(), 740_000);
    let mut values = Vec::new();
    while values.len() < 2 {
        if let Frame::MarketLifecycleV2 { msg, .. } = listener.hear().await
            && msg.event_type == "determined"
        {
            values.push(msg.settlement_value.unwrap());
        }
    }
    assert_eq!(values, ["0.26", "1"].map(|value| value.parse().unwrap()));
}

#[test]
fn reads_are_late_as_long_as_they_are_told_to_be() {
    let tried = Tried::still("late");
    let number = tried.add(&json!({ "kind": "late_read", "probability": 1, "value": 1_000 }));
    // On a clock that stands nearly still what is a second old stays so.
    let placed = tried.place("unseen");
    assert!(tried.names().is_empty());
    assert_eq!(crate::free(&tried.member).to_string(), "10000.000000");
    assert_eq!(tried.member.ask("GET", &format!("/portfolio/orders/{}", placed.order_id), "").status, 404);
    tried.remove(number);
    assert_eq!(tried.names(), ["unseen"]);
    assert_eq!(crate::free(&tried.member).to_string(), "9999.990000");
    tried.add(
        &json!({ "kind": "late_read", "probability": 1, "value": 1_000, "target": "/portfolio/balance" }),
    );
    assert_eq!(tried.names(), ["unseen"]);
    assert_eq!(crate::free(&tried.member).to_string(), "10000.000000");
}

#[test]
fn a_file_of_faults_is_read_at_the_start_and_a_bad_one_refused() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (good, bad) = (folder.join("good-faults.toml"), folder.join("bad-faults.toml"));
    std::fs::write(
        &good,
        "[[fault]]\nkind = \"http\"\nprobability = 1.0\ntarget = \"GET /series\"\nvalue = 503\n",
    )
    .unwrap();
    let member = Member::join("faults-file", &[&STILL[..], &["--faults", good.to_str().unwrap()]].concat());
    assert_eq!(member.ask("GET", "/series", "").status, 503);
    assert_eq!(member.ask("GET", "/exchange/status", "").status, 200);
    std::fs::write(
        &bad,
        "[[fault]]\nkind = \"http\"\nprobability = 1.0\nvalue = 503\n\n[[fault]]\nkind = \"rain\"\n",
    )
    .unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tauroi"));
    let refused = command.args(["paper", "--faults"]).arg(&bad).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && refused.stdout.is_empty());
    assert!(said.contains("line 7, column 8") && said.contains("unknown variant `rain`"), "{said}");
}
