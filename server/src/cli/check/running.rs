//! A running server, asked as whoever watches over it asks.

use std::time::Duration;

use anyhow::Context;
use reqwest::Url;
use shared::api::Health;

use super::finding::Findings;

const ABOUT: &str = "server";
/// How long it may take: whoever asks does so every few seconds.
const ANSWER: Duration = Duration::from_secs(3);

/// Asks it.
pub(super) async fn look(url: &Url, findings: &mut Findings) {
    match ask(url).await {
        Ok(health) => {
            let desk = if health.desk { "with a desk" } else { "without a desk" };
            let said = format!("{url} is up: version {}, {}, {desk}", health.version, health.mode.badge());
            findings.ok(ABOUT, "answers", said);
        }
        Err(why) => findings.wrong_for(
            ABOUT,
            "answers",
            &why.context(url.to_string()),
            "see that it runs, and listens there: its first line says where",
        ),
    }
}

async fn ask(url: &Url) -> anyhow::Result<Health> {
    let client = reqwest::Client::builder().timeout(ANSWER).build().context("no HTTP client can be made")?;
    let address = url.join("api/health").context("no address")?;
    let answer = client.get(address).send().await.map_err(reqwest::Error::without_url)?;
    let answer = answer.error_for_status().map_err(reqwest::Error::without_url)?;
    let body = answer.bytes().await.map_err(reqwest::Error::without_url)?;
    serde_json::from_slice(&body).context("it is no tauroi")
}
