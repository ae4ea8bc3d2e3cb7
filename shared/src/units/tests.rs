//! Tests of the exact amounts: their text, their limits and their sums.

use proptest::prelude::*;

use super::{Cash, Date, Price, Quantity, Timestamp};

fn refusal<T: core::str::FromStr<Err = crate::Invalid> + core::fmt::Debug>(text: &str) -> String {
    text.parse::<T>().unwrap_err().to_string()
}

#[test]
fn amounts_print_kalshis_number_of_decimals() {
    assert_eq!("0.56".parse::<Price>().unwrap().to_string(), "0.5600");
    assert_eq!("1".parse::<Quantity>().unwrap().to_string(), "1.00");
    assert_eq!("98.0186".parse::<Cash>().unwrap().to_string(), "98.018600");
    assert_eq!("-0.5175".parse::<Cash>().unwrap().to_string(), "-0.517500");
    assert_eq!("-9223372036854.775808".parse::<Cash>().unwrap().microdollars(), i64::MIN);
}

#[test]
fn zeros_beyond_the_last_decimal_change_nothing() {
    assert_eq!("0.350000000".parse::<Price>().unwrap(), Price::from_cents(35).unwrap());
    assert_eq!("7.7700".parse::<Quantity>().unwrap().hundredths(), 777);
}

#[test]
fn refused_amounts_are_quoted_with_the_reason() {
    assert_eq!(refusal::<Price>(""), "price: is empty");
    assert_eq!(refusal::<Price>("0.12345"), "price: \"0.12345\" has more than 4 decimals");
    assert_eq!(refusal::<Price>("1.0001"), "price: \"1.0001\" is not from 0 to 1 dollar");
    assert_eq!(refusal::<Price>("-0.01"), "price: \"-0.01\" is not from 0 to 1 dollar");
    for text in ["abc", "1e-2", ".5", "5.", "+1", " 1", "1,0", "0x1", "--1", "-", "NaN", "inf", "१"] {
        assert_eq!(refusal::<Price>(text), format!("price: {text:?} is not a plain decimal number"));
    }
    assert_eq!(refusal::<Quantity>("0.001"), "count: \"0.001\" has more than 2 decimals");
    assert_eq!(refusal::<Quantity>("-3"), "count: \"-3\" is negative");
    assert_eq!(refusal::<Quantity>("9223372036855"), "count: \"9223372036855\" is out of range");
    assert_eq!(refusal::<Cash>("9223372036854.775808"), "cash: \"9223372036854.775808\" is out of range");
    let long = "9".repeat(1000);
    assert!(refusal::<Cash>(&long).len() < 80);
}

#[test]
fn sums_stop_at_the_limits() {
    let cent = Price::from_cents(1).unwrap();
    assert_eq!(Price::ONE.checked_add(cent), None);
    assert_eq!(Price::ZERO.checked_sub(cent), None);
    assert_eq!(cent.checked_add(cent), Price::from_cents(2).ok());
    let lot = Quantity::from_contracts(1).unwrap();
    assert_eq!(Quantity::MAX.checked_add(lot), None);
    assert_eq!(Quantity::ZERO.checked_sub(lot), None);
    assert!(Quantity::from_contracts(i64::MAX).is_err());
    let most = Cash::from_microdollars(i64::MAX);
    assert_eq!(most.checked_add(Cash::from_microdollars(1)), None);
    assert_eq!(Price::ONE.cost(Quantity::MAX).microdollars(), Quantity::MAX.hundredths() * 10_000);
}

#[test]
fn times_parse_in_every_form_a_tape_carries() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let expected = Timestamp::from_micros(1_769_972_449_408_374).unwrap();
    for text in [
        "2026-02-01T19:00:49.408374",
        "2026-02-01T19:00:49.408374Z",
        "2026-02-01t19:00:49.408374z",
        "2026-02-01 19:00:49.408374",
        "2026-02-01 19:00:49.408374+00:00",
        "2026-02-01T14:00:49.408374-05:00",
        "2026-02-02T00:30:49.408374000+05:30",
    ] {
        assert_eq!(at(text), expected, "{text}");
    }
    assert_eq!(expected.to_string(), "2026-02-01T19:00:49.408374Z");
    assert_eq!(at("1969-12-31T23:59:59.5").micros(), -500_000);
    assert_eq!(at("1970-01-01T00:00:00Z").to_string(), "1970-01-01T00:00:00.000000Z");
    assert_eq!(at("2024-02-29T23:59:59Z").date().to_string(), "2024-02-29");
    assert_eq!(at("0000-01-01T00:00:00Z"), Timestamp::MIN);
    assert_eq!(at("9999-12-31T23:59:59.999999Z"), Timestamp::MAX);
}

#[test]
fn refused_times_are_quoted_with_the_reason() {
    for (text, why) in [
        ("", "is not a time like 2026-02-01T19:00:49.408374Z"),
        ("2026-02-01", "is not a time like 2026-02-01T19:00:49.408374Z"),
        ("2026-02-01T19:00", "is not a time like 2026-02-01T19:00:49.408374Z"),
        ("20260201T190049Z", "does not have a date like 2026-06-01"),
        ("2026-02-29T00:00:00Z", "names a day that does not exist"),
        ("2026-13-01T00:00:00Z", "names a day that does not exist"),
        ("2026-02-01T24:00:00Z", "has a time of day that does not exist"),
        ("2016-12-31T23:59:60Z", "is a leap second, which this clock does not have"),
        ("2026-02-01T19:00:49.Z", "has no digit after the point of its seconds"),
        ("2026-02-01T19:00:49.4083741Z", "is finer than a microsecond"),
        ("2026-02-01T19:00:49 UTC", "ends in something that is not a zone like Z or -05:00"),
        ("2026-02-01T19:00:49+0000", "ends in something that is not a zone like Z or -05:00"),
        ("2026-02-01T19:00:49+24:00", "ends in something that is not a zone like Z or -05:00"),
        ("9999-12-31T23:59:59-00:01", "lies outside the years 0 to 9999"),
        ("0000-01-01T00:00:00+00:01", "lies outside the years 0 to 9999"),
    ] {
        assert_eq!(refusal::<Timestamp>(text), format!("timestamp: {text:?} {why}"));
    }
    // A multi-byte character where the text is cut must be refused like any other.
    assert!("2026-02-0é19:00:49Z".parse::<Timestamp>().is_err());
    assert!(Timestamp::from_micros(i64::MAX).is_err());
    assert_eq!(Timestamp::MAX.checked_add_micros(1), None);
}

#[test]
fn the_calendar_agrees_with_known_days() {
    for (text, days) in
        [("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-06-01", 20_605), ("1600-03-01", -135_080)]
    {
        let date: Date = text.parse().unwrap();
        assert_eq!(date.unix_days(), days, "{text}");
        assert_eq!(date.to_string(), text);
    }
    assert!(Date::new(1900, 2, 29).is_err());
    assert_eq!(refusal::<Date>("2026-6-1"), "date: \"2026-6-1\" does not have a date like 2026-06-01");
}

#[test]
fn every_day_of_the_calendar_follows_the_one_before() {
    let mut date = Date::MIN;
    let (mut year, mut month, mut day) = date.year_month_day();
    assert_eq!((year, month, day), (0, 1, 1));
    while let Some(next) = date.checked_add_days(1) {
        // The date after a day is the first real one of: the next day, the next month, the next year.
        let candidates = [(year, month, day + 1), (year, month + 1, 1), (year + 1, 1, 1)];
        let following = candidates.into_iter().find(|&(y, m, d)| Date::new(y, m, d).is_ok()).unwrap();
        assert_eq!(next.year_month_day(), following);
        assert_eq!(Date::new(following.0, following.1, following.2).unwrap(), next);
        date = next;
        (year, month, day) = following;
    }
    assert_eq!(date, Date::MAX);
}

#[test]
fn amounts_are_strings_in_json_and_numbers_are_refused() {
    let price: Price = serde_json::from_str("\"0.5600\"").unwrap();
    assert_eq!(serde_json::to_string(&price).unwrap(), "\"0.5600\"");
    assert!(serde_json::from_str::<Price>("0.56").is_err());
    let error = serde_json::from_str::<Quantity>("\"1.001\"").unwrap_err().to_string();
    assert!(error.starts_with("count: \"1.001\" has more than 2 decimals"), "{error}");
    let at: Timestamp = serde_json::from_str("\"2026-02-01 19:00:49\"").unwrap();
    assert_eq!(serde_json::to_string(&at).unwrap(), "\"2026-02-01T19:00:49.000000Z\"");
}

proptest! {
    #[test]
    fn text_returns_every_amount(
        price in 0..=10_000_i64,
        count in 0..=Quantity::MAX.hundredths(),
        cash: i64,
        micros in Timestamp::MIN.micros()..=Timestamp::MAX.micros(),
    ) {
        let price = Price::from_centicents(price).unwrap();
        prop_assert_eq!(price.to_string().parse(), Ok(price));
        prop_assert_eq!(price.complement().checked_add(price), Some(Price::ONE));
        let count = Quantity::from_hundredths(count).unwrap();
        prop_assert_eq!(count.to_string().parse(), Ok(count));
        let cash = Cash::from_microdollars(cash);
        prop_assert_eq!(cash.to_string().parse(), Ok(cash));
        let at = Timestamp::from_micros(micros).unwrap();
        prop_assert_eq!(at.to_string().parse(), Ok(at));
        prop_assert_eq!(at.date().to_string(), &at.to_string()[..10]);
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in ".*", time in "[0-9:TZ. +é-]{0,40}") {
        let _: [bool; 4] = [
            text.parse::<Price>().is_ok(),
            text.parse::<Cash>().is_ok(),
            time.parse::<Timestamp>().is_ok(),
            time.parse::<Date>().is_ok(),
        ];
    }

    #[test]
    fn times_order_as_their_text(a in 0..=Timestamp::MAX.micros(), b in 0..=Timestamp::MAX.micros()) {
        let (a, b) = (Timestamp::from_micros(a).unwrap(), Timestamp::from_micros(b).unwrap());
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        prop_assert_eq!(a.checked_add_micros(b.micros_since(a)), Some(b));
    }
}
