//! The exchange: whether it is reached, whether our clock is its clock, and what our key may.

use std::time::Duration;

use shared::units::Timestamp;

use super::Options;
use super::finding::Findings;
use crate::cli::trading::Mode;
use crate::clock::{Clock, machine_time};
use crate::environment::Variables;
use crate::kalshi::{Ask, Client, Config, Failure, What, listen};

const ABOUT: &str = "exchange";
/// By how much a request's time may differ from the exchange's clock: Kalshi took 5 s and refused 30 s, in microseconds.
const SKEW: i64 = 5_000_000;
/// Below this a clock is only worth a look, in microseconds.
const SMALL_SKEW: i64 = 1_000_000;
/// How long the stream may take until it says something.
const STREAM: Duration = Duration::from_secs(10);
/// How long before the account's word of where it is ends that is said, in microseconds.
const SOON: i64 = 3 * 86_400_000_000;

/// What a mode needs of the exchange.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    Key,
    KeyThatTrades,
}

const fn needs(options: &Options) -> Needs {
    match options.mode {
        None | Some(Mode::Demo | Mode::Watch) => Needs::Nothing,
        Some(Mode::Paper) => Needs::Key,
        Some(Mode::Live) => Needs::KeyThatTrades,
    }
}

/// Looks at it.
pub(super) async fn look(variables: &Variables, options: &Options, findings: &mut Findings) {
    if options.mode == Some(Mode::Demo) && options.paper.is_none() {
        return findings.absent(ABOUT, "Kalshi", "not asked: the demo has an exchange of its own");
    }
    let read = match &options.paper {
        Some(file) => {
            Config::from_file(file).map(|(config, clock)| (config, clock.unwrap_or_else(Clock::real)))
        }
        None => Config::from_variables_or_public(variables).map(|config| (config, Clock::real())),
    };
    let client = match read.and_then(|(config, clock)| Client::new(config, clock)) {
        Ok(client) => client.reading(),
        Err(why) => {
            let cure = "set it as .env.example says; a key is made on the exchange's own page of API keys";
            return findings.wrong_for(ABOUT, "configuration", &why, cure);
        }
    };
    match client.key_id() {
        Some(id) => findings.ok(ABOUT, "key", format!("{id}, and its private key can be read")),
        None if variables.secret("KALSHI_API_SECRET").is_ok_and(|secret| secret.is_some()) => findings.wrong(
            ABOUT,
            "key",
            "there is a private key, and KALSHI_ACCESS_KEY is not set",
            "set it to the id that the exchange showed when the key was made",
        ),
        None if needs(options) == Needs::Nothing => {
            findings.absent(ABOUT, "key", "KALSHI_ACCESS_KEY is not set: prices are asked for every few seconds");
        }
        None => findings.wrong(
            ABOUT,
            "key",
            "KALSHI_ACCESS_KEY is not set, and this mode needs a key",
            "make one on the exchange's own page of API keys, and set KALSHI_ACCESS_KEY and KALSHI_API_SECRET_FILE",
        ),
    }
    if options.offline {
        return;
    }
    if !answers(&client, findings).await {
        return;
    }
    clock(&client, findings);
    if client.has_key() {
        key(&client, options, findings).await;
        stream(&client, findings).await;
    }
}

/// Looks whether it answers, and runs.
async fn answers(client: &Client, findings: &mut Findings) -> bool {
    let began = std::time::Instant::now();
    let base = client.api_base().to_string();
    match client.exchange_status().await {
        Ok(status) => {
            let took = began.elapsed().as_millis();
            match (status.exchange_active, status.trading_active) {
                (true, true) => {
                    findings.ok(ABOUT, "network", format!("{base} runs; it answered in {took} ms"));
                }
                (true, false) => findings.doubtful(
                    ABOUT,
                    "network",
                    format!("{base} takes no orders now, and cancellations only"),
                    "wait: it says itself when it goes on",
                ),
                (false, _) => {
                    findings.doubtful(
                        ABOUT,
                        "network",
                        format!("{base} stands still now"),
                        "wait: it says itself when it goes on",
                    );
                }
            }
            true
        }
        Err(failure) => {
            let cure =
                "see that this machine reaches it (a firewall, a proxy, DNS), and what KALSHI_API_BASE names";
            findings.wrong(ABOUT, "network", format!("{base}: {failure}"), cure);
            false
        }
    }
}

/// Looks whether our clock is its clock: requests are signed with the time.
fn clock(client: &Client, findings: &mut Findings) {
    let ahead = client.ahead();
    let (apart, side) = (ahead.saturating_abs(), if ahead > 0 { "behind" } else { "ahead of" });
    let shown = format!("this machine's is {:.1} s {side} the exchange's at least", seconds(apart));
    let cure = "let the machine keep its time: timedatectl set-ntp true";
    if apart >= SKEW {
        findings.wrong(ABOUT, "clock", format!("{shown}: signed requests are refused"), cure);
    } else if apart >= SMALL_SKEW {
        findings.doubtful(ABOUT, "clock", shown, cure);
    } else {
        findings.ok(ABOUT, "clock", "in step with the exchange's");
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// Looks what the key may, and how much may be asked.
async fn key(client: &Client, options: &Options, findings: &mut Findings) {
    match client.balance().await {
        Ok(balance) => {
            let shown = match balance.balance_dollars {
                Some(dollars) => format!("${}", dollars.0),
                None => format!("{} cents", balance.balance),
            };
            findings.ok(ABOUT, "signing in", format!("the key is taken; {shown} free"));
        }
        Err(failure) => {
            return findings.wrong(ABOUT, "signing in", failure.to_string(), refused(&failure));
        }
    }
    match client.account_limits().await {
        Ok(limits) => findings.ok(
            ABOUT,
            "limits",
            format!(
                "tier {}: {} tokens a second to read, {} to write",
                limits.usage_tier, limits.read.refill_rate, limits.write.refill_rate
            ),
        ),
        Err(failure) => findings.doubtful(
            ABOUT,
            "limits",
            failure.to_string(),
            "nothing: those of the smallest tier are kept to until it says more",
        ),
    }
    match client.api_keys().await {
        Ok(keys) => {
            may(client, &keys, options, findings);
            attested(keys.api_key_region_expiration_ts, options, findings);
        }
        Err(failure) => {
            let cure = "look at the key on the exchange's own page of API keys";
            findings.doubtful(ABOUT, "permissions", failure.to_string(), cure);
        }
    }
}

fn refused(failure: &Failure) -> &'static str {
    match failure {
        Failure::Refused { status: 401 | 403, .. } => {
            "see that the id and the private key belong together, that the key is of this exchange (Kalshi's demo exchange has \
             its own), and that the clock is right"
        }
        _ => "try again; if it stays, look at the exchange's own page of its status",
    }
}

fn may(client: &Client, keys: &shared::wire::ApiKeys, options: &Options, findings: &mut Findings) {
    let Some(key) = keys.api_keys.iter().find(|key| Some(key.api_key_id.as_str()) == client.key_id()) else {
        let cure = "look at the key on the exchange's own page of API keys";
        return findings.doubtful(ABOUT, "permissions", "the exchange doesn't list this key", cure);
    };
    let scopes = key.scopes.join(", ");
    let kept = key.subaccount.map_or_else(String::new, |number| format!(", in subaccount {number} alone"));
    match (needs(options), key.may_trade()) {
        (Needs::KeyThatTrades, false) => findings.wrong(
            ABOUT,
            "permissions",
            format!("{scopes}{kept}: it may not trade"),
            "make a key with the scope write::trade",
        ),
        (Needs::Nothing | Needs::Key, true) => findings.ok(
            ABOUT,
            "permissions",
            format!("{scopes}{kept}; for watching one with `read` alone is enough, and can lose nothing"),
        ),
        _ => findings.ok(ABOUT, "permissions", format!("{scopes}{kept}")),
    }
    if key.scopes.iter().any(|scope| scope == "write" || scope == "write::transfer") {
        findings.doubtful(
            ABOUT,
            "transfers",
            "the key may move money between accounts, which a desk never does",
            "make a key with `read` and `write::trade` alone",
        );
    }
}

/// Looks until when the account has said where it is: after that no key trades entertainment.
fn attested(until: Option<i64>, options: &Options, findings: &mut Findings) {
    let cure = "say anew where you are, on the exchange's own page of API keys";
    let until = until.and_then(|seconds| Timestamp::from_micros(seconds.saturating_mul(1_000_000)).ok());
    let trades = needs(options) == Needs::KeyThatTrades;
    match until {
        Some(until) if until > machine_time() => {
            let shown = format!("the account's word of where it is holds until {until}");
            if until.micros_since(machine_time()) < SOON {
                findings.doubtful(ABOUT, "location", shown, cure);
            } else {
                findings.ok(ABOUT, "location", shown);
            }
        }
        ended => {
            let said = match ended {
                Some(until) => {
                    format!("the account's word of where it is ended at {until}: music can't be traded")
                }
                None => "the account never said where it is: music can't be traded by a key".to_owned(),
            };
            if trades {
                findings.wrong(ABOUT, "location", said, cure);
            } else {
                findings.absent(ABOUT, "location", said);
            }
        }
    }
}

/// Looks whether the stream lets us in.
async fn stream(client: &Client, findings: &mut Findings) {
    let what = "stream";
    let cure = "see what KALSHI_WS_URL names, and that what stands between lets WebSockets through";
    let (feed, mut heard) = match listen(client, Ask::least()) {
        Ok(listening) => listening,
        Err(why) => return findings.wrong_for(ABOUT, what, &why, cure),
    };
    let first = async {
        while let Some(heard) = heard.recv().await {
            match heard.what {
                What::Up => return Ok(()),
                What::Down(why) => return Err(why),
                _ => {}
            }
        }
        Err("it ended".to_owned())
    };
    match tokio::time::timeout(STREAM, first).await {
        Ok(Ok(())) => findings.ok(ABOUT, what, "lets us in"),
        Ok(Err(why)) => findings.wrong(ABOUT, what, why, cure),
        Err(_) => findings.wrong(ABOUT, what, format!("said nothing for {} s", STREAM.as_secs()), cure),
    }
    drop(feed);
}
