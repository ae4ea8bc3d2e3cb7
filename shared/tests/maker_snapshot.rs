//! A maker that was written down and taken up again goes on as if nothing had been.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod makers;

use makers::{in_time, tape_of_anything, tell};
use proptest::prelude::*;
use shared::engine::Maker;
use shared::pack;

/// Checks that a maker that is written down and read at `cut` gives the same, byte for byte, from there on.
fn goes_on(text: &str, (terms, told): &makers::Tape, cut: usize) {
    let mut whole = Maker::new(&makers::parse(text), terms.clone()).unwrap();
    let mut restored = whole.clone();
    for (place, (now, told)) in in_time(told).enumerate() {
        if place == cut % 60 {
            let written = serde_json::to_string(&restored).unwrap();
            // As it is kept, and as a page is handed it.
            restored = if cut.is_multiple_of(2) {
                serde_json::from_str(&written).unwrap()
            } else {
                pack::from_bytes(&pack::to_bytes(&restored).unwrap()).unwrap()
            };
            assert_eq!(serde_json::to_string(&restored).unwrap(), written);
        }
        let (expected, got) = (tell(&mut whole, now, told), tell(&mut restored, now, told));
        assert_eq!(format!("{got:?}"), format!("{expected:?}"), "{told:?}");
        assert_eq!(restored.due(), whole.due());
    }
    assert_eq!(serde_json::to_string(&restored).unwrap(), serde_json::to_string(&whole).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn by_the_rules_of_each_contract_alone(tape in tape_of_anything(), cut in 0..60_usize) {
        goes_on("preset=seed&quote_size=5", &tape, cut);
    }

    #[test]
    fn with_all_outcomes_at_once(tape in tape_of_anything(), cut in 0..60_usize) {
        goes_on("preset=coherent&quote_size=5", &tape, cut);
    }

    #[test]
    fn with_a_distance_by_the_rate_of_fills(tape in tape_of_anything(), cut in 0..60_usize) {
        goes_on("preset=coherent&offset=glft", &tape, cut);
    }

    #[test]
    fn with_a_horizon(tape in tape_of_anything(), cut in 0..60_usize) {
        goes_on("preset=coherent&horizon_h=48&quote_size=5", &tape, cut);
    }

    #[test]
    fn with_every_limit(tape in tape_of_anything(), cut in 0..60_usize) {
        goes_on(
            "preset=coherent&quote_size=5&max_event_loss=5&max_messages_per_minute=6&max_past_mid_cents=2\
             &loss_from=high_water&equity_at=book&max_daily_loss_pct=1",
            &tape,
            cut,
        );
    }
}
