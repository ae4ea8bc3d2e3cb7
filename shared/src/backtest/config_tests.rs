//! Configurations as text.

use proptest::prelude::*;

use super::{Config, Entry, Preset, SETTINGS};
use crate::belief::Calibration;
use crate::settings::{Fee, Kind};

fn set(config: &mut Config, text: &str) {
    let (key, value) = text.split_once('=').unwrap();
    config.set(key, value).unwrap();
}

/// Every setting as `key=value`.
fn whole(config: &Config) -> String {
    let pairs: Vec<String> =
        SETTINGS.iter().map(|entry| format!("{}={}", entry.setting.key, config.value(entry))).collect();
    pairs.join("&")
}

#[test]
fn the_presets_are_what_their_names_say() {
    let seed = Config::preset(Preset::Seed);
    assert_eq!(
        whole(&seed),
        "rules=seed&quote_size=1&half_spread_cents=3&dynamic=true&half_spread_min_cents=2\
         &half_spread_max_cents=8&sigma_scale=auto&skew_cents=1&pull_at=15&z_widen=1.8&z_pull=2.5\
         &z_over=print&drift_cents=3&refresh_s=60\
         &calibration=ml&book=auto&fee=exact&latency_ms=200&risk_aversion=0.04&max_order_size=10\
         &max_position_per_ticker=50&max_daily_loss_pct=10&min_balance_floor_cents=1000\
         &other=0.01&longshots=auto&offset=as&fill_decay=40&fill_rate=10&horizon_h=0&alarm_pull=1&fair=belief&start_balance=1000\
         &loss_from=midnight&equity_at=fair&max_event_loss=0&outcomes=exclusive&max_messages_per_minute=0\
         &max_past_mid_cents=100&dead_book_cents=30\
         &feed_ms=0&answer_ms=0&queue_ahead=25&slippage_cents=0&lost_fills_pct=0&blackout_h=0"
    );
    for (preset, changed) in [
        (Preset::SeedFixed3, vec!["dynamic=false"]),
        (Preset::SeedFixed5, vec!["dynamic=false", "half_spread_cents=5"]),
        (Preset::SeedNoSkew, vec!["dynamic=false", "skew_cents=0"]),
        (Preset::Coherent, vec!["rules=coherent", "drift_cents=1", "alarm_pull=0.5"]),
        (
            Preset::Tails,
            vec![
                "rules=tails",
                "quote_size=10",
                "pull_at=50",
                "drift_cents=1",
                "alarm_pull=0.5",
                "max_event_loss=100",
            ],
        ),
    ] {
        let mut expected = seed;
        changed.into_iter().for_each(|change| set(&mut expected, change));
        assert_eq!(Config::preset(preset), expected);
    }
}

#[test]
fn every_preset_reads_back_and_has_its_name() {
    for preset in Preset::ALL {
        let config = Config::preset(preset);
        assert_eq!(config.check(), Ok(()));
        assert_eq!(config.named(), Some(preset));
        assert_eq!(config.text(), format!("preset={preset}"));
        for text in [whole(&config), config.text()] {
            assert_eq!(Config::from_text(&text).unwrap(), config);
        }
        assert_eq!(preset.name().parse::<Preset>().unwrap(), preset);
    }
    let mut config = Config::preset(Preset::SeedNoSkew);
    set(&mut config, "lost_fills_pct=10");
    assert_eq!(config.named(), Some(Preset::SeedNoSkew));
    set(&mut config, "latency_ms=100");
    assert_eq!(config.named(), None);
}

#[test]
fn another_preset_is_run_under_the_same_assumptions() {
    let mut config = Config::preset(Preset::SeedFixed5);
    for change in [
        "skew_cents=2",
        "max_order_size=3",
        "calibration=em",
        "fee=maker",
        "latency_ms=7",
        "blackout_h=1",
        "start_balance=500.5",
    ] {
        set(&mut config, change);
    }
    config.rng_seed = 5;
    assert_eq!(
        config.of_preset(Preset::Coherent).text(),
        "preset=coherent&calibration=em&fee=maker&latency_ms=7&start_balance=500.5&blackout_h=1&rng_seed=5"
    );
}

#[test]
fn text_is_read_back() {
    let mut config = Config::preset(Preset::SeedFixed5);
    assert_eq!(config.text(), "preset=seed-fixed5");
    for change in ["skew_cents=0.5", "queue_ahead=100.25", "lost_fills_pct=12.5", "blackout_h=72"] {
        set(&mut config, change);
    }
    config.rng_seed = 7;
    let text =
        "preset=seed-fixed5&skew_cents=0.5&queue_ahead=100.25&lost_fills_pct=12.5&blackout_h=72&rng_seed=7";
    assert_eq!(config.text(), text);
    assert_eq!(Config::from_text(text).unwrap(), config);
    let assumed = config.assumed();
    assert_eq!((assumed.queue_ahead.hundredths(), assumed.blackout), (10_025, 72 * 3_600_000_000));
    assert_eq!((assumed.lost_fills, assumed.latency.order), (0.125, 200_000));
}

#[test]
fn what_is_no_value_is_refused_by_name_and_changes_nothing() {
    let mut config = Config::preset(Preset::Seed);
    for (key, value) in [
        ("half_spread_cents", "0"),
        ("half_spread_cents", "26"),
        ("half_spread_cents", "3.001"),
        ("half_spread_cents", "NaN"),
        ("half_spread_cents", ""),
        ("dynamic", "yes"),
        ("calibration", "ML"),
        ("fee", "flat"),
        ("fee", "flat:"),
        ("fee", "flat:-0.01"),
        ("fee", "flat:1.01"),
        ("pull_at", "1.5"),
        ("queue_ahead", "-1"),
        ("queue_ahead", "1.234"),
        ("slippage_cents", "21"),
        ("lost_fills_pct", "some"),
        ("blackout_h", "1e3"),
        ("start_balance", "0.99"),
        ("start_balance", "10000000.01"),
        ("start_balance", "1.005"),
        ("skew", "1"),
        ("gamma", "1"),
    ] {
        assert_eq!(config.set(key, value).unwrap_err().field, key, "{key}={value}");
        assert_eq!(config, Config::preset(Preset::Seed));
    }
    let refused = config.set("gamma", "1").unwrap_err().to_string();
    assert!(refused.starts_with("gamma: is no setting: there are rules, quote_size, "), "{refused}");
    for (text, field) in [
        ("half_spread_min_cents=9", "half_spread_min_cents"),
        ("z_widen=3", "z_widen"),
        ("preset=none", "preset"),
        ("skew_cents=1&preset=seed", "preset"),
        ("queue_ahead=1&preset=seed", "preset"),
        ("skew_cents", "skew_cents"),
        ("rng_seed=-1", "rng_seed"),
    ] {
        assert_eq!(Config::from_text(text).unwrap_err().field, field, "{text}");
    }
    let refused = Config::from_text("half_spread_min_cents=8.5").unwrap_err();
    assert_eq!(refused.reason, "must be at most half_spread_max_cents, 8, got 8.5");
}

#[test]
fn a_calibration_has_one_name() {
    let mut config = Config::preset(Preset::Seed);
    for calibration in [Calibration::Ml, Calibration::Em, Calibration::Legacy] {
        config.set("calibration", &calibration.to_string()).unwrap();
        assert_eq!(config.belief.calibration, calibration);
        assert_eq!(config.value(Entry::named("calibration")), calibration.to_string());
    }
}

#[test]
fn a_fee_is_a_word_or_an_amount() {
    let mut config = Config::preset(Preset::Seed);
    assert_eq!(config.assumptions.fee, Fee::Exact);
    for (text, fee) in [
        ("maker", Fee::Maker),
        ("flat:0.015", Fee::Flat("0.015".parse().unwrap())),
        ("flat:0", Fee::Flat("0".parse().unwrap())),
        ("flat:1", Fee::Flat("1".parse().unwrap())),
        ("exact", Fee::Exact),
    ] {
        config.set("fee", text).unwrap();
        assert_eq!((config.assumptions.fee, config.value(Entry::named("fee")).as_str()), (fee, text));
    }
}

proptest! {
    #[test]
    fn whatever_is_set_reads_back(
        preset in prop::sample::select(Preset::ALL.to_vec()),
        changes in prop::collection::vec((0..SETTINGS.len(), 0.0_f64..=1.0), 0..8),
        rng_seed: u64,
    ) {
        let mut config = Config { rng_seed, ..Config::preset(preset) };
        for (place, share) in changes {
            let setting = SETTINGS[place].setting;
            let value = match setting.kind {
                Kind::Number { range: (low, high), decimals, .. } => {
                    format!("{:.decimals$}", low + share * (high - low))
                }
                Kind::Flag => (share < 0.5).to_string(),
                Kind::Choice(words) => words[(share * 0.99 * words.len() as f64) as usize].to_owned(),
                Kind::Fee => format!("flat:{share:.6}"),
            };
            config.set(setting.key, &value).unwrap();
        }
        prop_assume!(config.check().is_ok());
        prop_assert_eq!(Config::from_text(&config.text()).unwrap(), config);
        let seeded = format!("{}&rng_seed={rng_seed}", whole(&config));
        prop_assert_eq!(Config::from_text(&seeded).unwrap(), config);
    }

    #[test]
    fn no_text_panics(key in "\\PC*", text in "\\PC*") {
        let _ = Config::preset(Preset::Seed).set(&key, &text);
        let _ = Config::from_text(&text);
    }
}
