use proptest::prelude::*;

use super::*;

#[test]
fn the_presets_are_the_missions_rows() {
    let seed = Settings::preset(Preset::Seed);
    assert_eq!(
        seed.text(),
        "rules=seed&quote_size=1&half_spread_cents=3&dynamic=true&half_spread_min_cents=2\
         &half_spread_max_cents=8&skew_cents=1&pull_at=15&z_widen=1.8&z_pull=2.5&drift_cents=3&refresh_s=60\
         &calibration=ml&fee=exact&latency_ms=200&risk_aversion=0.04&max_order_size=10\
         &max_position_per_ticker=50&max_daily_loss_pct=10&min_balance_floor_cents=1000\
         &other=0.01&offset=as&fill_decay=40&fill_rate=10&horizon_h=0&alarm_pull=1"
    );
    for (preset, changed) in [
        (Preset::SeedFixed3, vec!["dynamic=false"]),
        (Preset::SeedFixed5, vec!["dynamic=false", "half_spread_cents=5"]),
        (Preset::SeedNoSkew, vec!["dynamic=false", "skew_cents=0"]),
    ] {
        let mut expected = seed;
        for change in changed {
            let (key, value) = change.split_once('=').unwrap();
            expected.set(key, value).unwrap();
        }
        assert_eq!(Settings::preset(preset), expected);
    }
}

#[test]
fn each_place_names_its_row() {
    for (place, key) in [
        (place::RULES, "rules"),
        (place::QUOTE_SIZE, "quote_size"),
        (place::HALF_SPREAD_CENTS, "half_spread_cents"),
        (place::DYNAMIC, "dynamic"),
        (place::HALF_SPREAD_MIN_CENTS, "half_spread_min_cents"),
        (place::HALF_SPREAD_MAX_CENTS, "half_spread_max_cents"),
        (place::SKEW_CENTS, "skew_cents"),
        (place::PULL_AT, "pull_at"),
        (place::Z_WIDEN, "z_widen"),
        (place::Z_PULL, "z_pull"),
        (place::DRIFT_CENTS, "drift_cents"),
        (place::REFRESH_S, "refresh_s"),
        (place::CALIBRATION, "calibration"),
        (place::FEE, "fee"),
        (place::LATENCY_MS, "latency_ms"),
        (place::RISK_AVERSION, "risk_aversion"),
        (place::MAX_ORDER_SIZE, "max_order_size"),
        (place::MAX_POSITION_PER_TICKER, "max_position_per_ticker"),
        (place::MAX_DAILY_LOSS_PCT, "max_daily_loss_pct"),
        (place::MIN_BALANCE_FLOOR_CENTS, "min_balance_floor_cents"),
        (place::OTHER, "other"),
        (place::OFFSET, "offset"),
        (place::FILL_DECAY, "fill_decay"),
        (place::FILL_RATE, "fill_rate"),
        (place::HORIZON_H, "horizon_h"),
        (place::ALARM_PULL, "alarm_pull"),
    ] {
        assert_eq!(SETTINGS[place].key, key);
        assert_eq!(place_of(key), Some(place));
    }
    assert_eq!(place::ALARM_PULL + 1, COUNT);
}

#[test]
fn every_preset_is_within_the_ranges_and_reads_back() {
    for preset in Preset::ALL {
        let settings = Settings::preset(preset);
        assert_eq!(settings.named(), Some(preset));
        assert_eq!(settings.short_text(), format!("preset={preset}"));
        for text in [settings.text(), settings.short_text()] {
            assert_eq!(Settings::from_text(&text).unwrap(), settings);
        }
        assert_eq!(preset.name().parse::<Preset>().unwrap(), preset);
    }
}

#[test]
fn what_is_no_value_is_refused_by_name_and_changes_nothing() {
    let mut settings = Settings::default();
    for (key, text) in [
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
        ("gamma", "1"),
    ] {
        assert_eq!(settings.set(key, text).unwrap_err().field, key, "{key}={text}");
        assert_eq!(settings, Settings::default());
    }
    for (text, field) in [
        ("half_spread_min_cents=9", "half_spread_min_cents"),
        ("z_widen=3", "z_widen"),
        ("preset=none", "preset"),
        ("skew_cents=1&preset=seed", "preset"),
        ("skew_cents", "settings"),
    ] {
        assert_eq!(Settings::from_text(text).unwrap_err().field, field, "{text}");
    }
}

#[test]
fn a_calibration_has_one_name() {
    let mut settings = Settings::default();
    for calibration in [Calibration::Ml, Calibration::Em, Calibration::Legacy] {
        settings.set("calibration", &calibration.to_string()).unwrap();
        assert_eq!(settings.calibration(), calibration);
    }
}

#[test]
fn a_fee_is_a_word_or_an_amount() {
    let mut settings = Settings::default();
    assert_eq!(settings.fee(), Fee::Exact);
    for (text, fee) in [
        ("maker", Fee::Maker),
        ("flat:0.015", Fee::Flat("0.015".parse().unwrap())),
        ("flat:0", Fee::Flat("0".parse().unwrap())),
        ("flat:1", Fee::Flat("1".parse().unwrap())),
        ("exact", Fee::Exact),
    ] {
        settings.set("fee", text).unwrap();
        assert_eq!((settings.fee(), settings.value_text(place::FEE).as_str()), (fee, text));
    }
}

proptest! {
    #[test]
    fn a_slider_s_value_reads_back(place in 0..COUNT, share in 0.0_f64..=1.0) {
        let mut settings = Settings::default();
        let setting = &SETTINGS[place];
        let Kind::Number { range: (low, high), decimals, .. } = setting.kind else {
            return Ok(());
        };
        let value = low + share * (high - low);
        settings.set(setting.key, &format!("{value:.decimals$}")).unwrap();
        let half = 0.5 / [1.0, 1e1, 1e2, 1e3, 1e4][decimals];
        prop_assert!((settings.number(place) - value).abs() <= half + 4.0 * f64::EPSILON * value);
        let mut again = Settings::default();
        again.set(setting.key, &settings.value_text(place)).unwrap();
        prop_assert_eq!(again, settings);
        prop_assert_eq!(settings.nano(place) as f64 / 1e9, settings.number(place));
    }

    #[test]
    fn no_text_panics(key in "\\PC*", text in "\\PC*") {
        let _ = Settings::default().set(&key, &text);
        let _ = Settings::from_text(&text);
        for setting in &SETTINGS {
            let _ = Settings::default().set(setting.key, &text);
        }
    }
}
