//! `tauroi serve --mode watch` on a paper exchange: what it shows of the market, and what pages may ask through it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/run.rs"]
mod run;
mod support;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use shared::api::{Health, Mode, Origin, TapeList};
use shared::wire::{EventsPage, ExchangeStatus, MarketsPage, TradesPage};
use support::Server;

/// A paper exchange in a process of its own on which something has been traded, and the file that it hands on.
struct Exchange {
    server: Server,
    env: PathBuf,
}

impl Exchange {
    fn start(name: &str) -> Self {
        let env = run::folder("watch", name).join("paper.env");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
        command.args(["paper", "--speed", "3000", "--env", run::text(&env)]).stderr(Stdio::null());
        let server = Server::run(command);
        let until = Instant::now() + Duration::from_secs(60);
        while server.get("/trade-api/v2/markets/trades", &[]).json::<TradesPage>().trades.is_empty() {
            assert!(Instant::now() < until, "nobody trades");
        }
        Self { server, env }
    }

    /// Starts a server that follows its market, with its key or as anybody.
    fn watched(&self, has_key: bool) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
        command.args(["serve", "--mode", "watch", "--addr", "127.0.0.1:0", "--no-signals"]);
        for name in ["KALSHI_ACCESS_KEY", "KALSHI_API_SECRET", "KALSHI_API_SECRET_FILE", "KALSHI_WS_URL"] {
            command.env_remove(name);
        }
        if has_key {
            command.args(["--paper", run::text(&self.env)]);
        } else {
            command.env("KALSHI_API_BASE", format!("http://{}/trade-api/v2", self.server.address()));
        }
        command.stderr(Stdio::null());
        Server::run(command)
    }
}

#[test]
fn a_server_that_watches_shows_the_open_event_and_nothing_simulated() {
    let exchange = Exchange::start("shows");
    for has_key in [true, false] {
        let server = exchange.watched(has_key);
        let health: Health = server.get("/api/health", &[]).json();
        assert_eq!((health.mode, health.desk, health.market), (Mode::Watch, false, true));
        let list: TapeList = server.get("/api/tapes", &[]).json();
        assert_eq!(list.problems, Vec::<String>::new());
        assert!(list.events.iter().all(|event| event.origin == Origin::Recorded));
        let open: EventsPage =
            server.get("/api/kalshi/events?series_ticker=KXTOPMONTHLY&status=open", &[]).json();
        let open = &open.events.first().expect("an open event").event_ticker;
        // What had been traded before is there to be priced.
        let event = list.events.iter().find(|event| event.event == *open).expect("the open event");
        assert!(event.contracts.iter().map(|contract| contract.trades).sum::<usize>() > 0);
        // No desk takes a command here.
        assert_eq!(server.send("POST", "/api/desk/start", &[], b"").status, 404);
    }
}

#[test]
fn pages_ask_the_exchange_what_is_on_the_list_and_nothing_else() {
    let exchange = Exchange::start("asks");
    let server = exchange.watched(true);
    let answer = server.get("/api/kalshi/exchange/status", &[]);
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert!(answer.json::<ExchangeStatus>().trading_active);
    assert!(answer.header("cache-control").starts_with("private, max-age="));
    let markets: MarketsPage = server.get("/api/kalshi/markets?series_ticker=KXTOPMONTHLY", &[]).json();
    let ticker = &markets.markets[0].ticker;
    assert_eq!(server.get(&format!("/api/kalshi/markets/{ticker}/orderbook"), &[]).status, 200);
    // The same question, whoever asks it and in whichever order, has the same answer while it is fresh.
    let trades = |query: &str| server.get(&format!("/api/kalshi/historical/cutoff{query}"), &[]).body;
    assert_eq!(trades(""), trades(""));
    for path in [
        "/api/kalshi/portfolio/balance",
        "/api/kalshi/portfolio/orders",
        "/api/kalshi/account/limits",
        "/api/kalshi/api_keys",
        "/api/kalshi/markets/../portfolio/balance",
        "/api/kalshi/markets/%2e%2e/balance",
        "/api/kalshi/exchange/status?subaccount=1",
    ] {
        assert_eq!(server.get(path, &[]).status, 404, "{path}");
    }
    for method in ["POST", "DELETE", "PUT"] {
        assert_eq!(server.ask(method, "/api/kalshi/exchange/status", &[]).status, 405, "{method}");
    }
    // What the exchange refuses is refused in its words.
    let none = server.get("/api/kalshi/markets/KXNONE-26NOV-X", &[]);
    assert_eq!(none.status, 404);
    assert!(none.text().contains("the exchange says"), "{}", none.text());
    // Who asks too much waits.
    let refused = (0..200).map(|_| server.get("/api/kalshi/exchange/status", &[])).find(|a| a.status != 200);
    let refused = refused.expect("a limit");
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"));
}
