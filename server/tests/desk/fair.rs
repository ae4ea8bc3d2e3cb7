//! What the desk quotes about, as `--config fair=…` says: the demo's whole world inside, listeners and all.

use std::process::{Command, Stdio};

use crate::desk::fresh;
use crate::journal::{export, replay};
use crate::run::{refusal, tauroi, text};
use crate::support::Server;
use crate::watch::Watch;

/// Serves a demo whose desk quotes about that, until orders rest; and ends it.
async fn demo(fair: &str) {
    let journal = fresh(&format!("desk-fair-{fair}.sqlite"));
    let config = format!("preset=seed-fixed3&fair={fair}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["serve", "--addr", "127.0.0.1:0", "--speed", "60", "--config", &config, "--journal"]);
    command.arg(&journal).stderr(Stdio::null());
    let mut server = Server::run(command);
    let mut watch = Watch::open(&server).await;
    let desk = watch.until("quoting", |desk| desk.resting > 0).await;
    assert_eq!(desk.config, config);
    let rows = desk.rows.iter().filter_map(|row| row.fair);
    assert!(rows.clone().count() > 0, "{desk:?}");
    assert!(rows.clone().all(|[fair, low, high]| fair == low && fair == high), "{desk:?}");
    server.process().kill().unwrap();
    server.process().wait().unwrap();

    let lines = export(&journal);
    let nowcasts = lines.iter().filter(|line| line.data.get("nowcast").is_some()).count();
    assert_eq!(nowcasts > 0, fair == "nowcast", "{nowcasts} nowcasts");
    assert_eq!(replay(&journal), 1);
}

#[tokio::test]
async fn the_demo_s_desk_quotes_about_the_market() {
    demo("market").await;
}

#[tokio::test]
async fn the_demo_s_desk_quotes_about_the_corrected_market() {
    demo("calibrated").await;
}

#[tokio::test]
async fn the_demo_s_desk_quotes_about_the_nowcast_of_its_simulated_listeners() {
    demo("nowcast").await;
}

#[test]
fn what_it_can_t_quote_about_is_refused_by_name_before_anything_begins() {
    let journal = fresh("desk-fair-refused.sqlite");
    for (options, why) in [
        (&["--config", "fair=blend"][..], "blend is for backtests so far"),
        (&["--config", "fair=nowcast", "--no-signals"][..], "serve without --no-signals"),
        (&["--config", "fair=guess"][..], "fair"),
    ] {
        let serve = ["serve", "--addr", "127.0.0.1:0", "--journal", text(&journal)];
        let arguments: Vec<&str> = serve.iter().chain(options).copied().collect();
        let said = refusal(tauroi(&arguments));
        assert!(said.contains("--config") && said.contains("fair") && said.contains(why), "{said}");
        assert!(!journal.exists());
    }
}
