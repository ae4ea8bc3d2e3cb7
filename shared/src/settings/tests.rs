use proptest::prelude::*;

use super::text::short;
use super::*;
use crate::units::{Cash, Quantity, parse_fixed};

words!(Colour { Red "red", Green "green" });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    Red,
    Green,
}

const fn if_on(settings: &Example) -> Option<&'static str> {
    if settings.on { None } else { Some("acts only with on=true") }
}

settings! {
    /// One of each kind.
    struct Example {
        /// A sentence ends with a full stop.
        on: bool = false, "On";
        /// A meaning may be told
        /// in two lines
        colour: Colour = Colour::Red, "Colour";
        /// A number
        share: Fixed<4> = 0.04, "Share" "/ $" [0.001 to 1.0 by 0.005], only if_on;
        /// Contracts and parts of them
        size: Quantity = 1.5, "Size" "contracts" [0.01 to 500.0 by 1.0];
        /// Contracts
        most: Quantity = 15, "Most" "contracts" [0.0 to 500.0 by 1.0, 0 decimals];
        /// Dollars
        dollars: Cash = 12.5, "Dollars" "$" [0.0 to 100.0 by 1.0];
        /// Cents
        cents: Cash = 1000, "Cents" "¢" [0.0 to 5000.0 by 1.0, 0 decimals];
        /// A number or none
        scale: OrAuto<2> = 0, "Scale" [0.0 to 9.0 by 0.5];
        /// Words and amounts
        fee: Fee = Fee::Exact, "Fee";
    }
}

fn place(key: &str) -> usize {
    Example::ROWS.iter().position(|row| row.key == key).unwrap()
}

fn text(example: &Example, key: &str) -> String {
    Example::ROWS[place(key)].text(example.units(place(key)))
}

fn set(example: &mut Example, key: &str, text: &str) -> Result<(), crate::Invalid> {
    (example as &mut dyn Part).set(place(key), text)
}

#[test]
fn one_declaration_gives_fields_defaults_and_rows() {
    let example = Example::default();
    assert_eq!((example.on, example.colour, example.fee), (false, Colour::Red, Fee::Exact));
    assert_eq!((example.share.units(), example.share.to_f64()), (400, 0.04));
    assert_eq!((example.size.hundredths(), example.most.hundredths()), (150, 1_500));
    assert_eq!((example.dollars.microdollars(), example.cents.microdollars()), (12_500_000, 10_000_000));
    let texts: Vec<String> = Example::ROWS.iter().map(|row| text(&example, row.key)).collect();
    assert_eq!(texts, ["false", "red", "0.04", "1.5", "15", "12.5", "1000", "auto", "exact"]);
    assert_eq!(Example::ROWS[0].meaning, "A sentence ends with a full stop");
    assert_eq!(Example::ROWS[1].meaning, "A meaning may be told in two lines");
    assert_eq!(
        Example::ROWS[2],
        Setting {
            key: "share",
            label: "Share",
            unit: "/ $",
            meaning: "A number",
            kind: Kind::Number { range: (0.001, 1.0), step: 0.005, decimals: 4, auto: false },
        }
    );
    assert_eq!((Example::ROWS[0].kind, Example::ROWS[0].unit), (Kind::Flag, ""));
    assert_eq!(Example::ROWS[1].kind, Kind::Choice(&["red", "green"]));
}

#[test]
fn what_is_set_is_what_was_said() {
    let mut example = Example::default();
    for (key, value) in [
        ("on", "true"),
        ("colour", "green"),
        ("share", "0.1234"),
        ("size", "0.01"),
        ("most", "500"),
        ("dollars", "99.99"),
        ("cents", "0"),
        ("scale", "2.5"),
        ("scale", "auto"),
        ("fee", "flat:0.015"),
    ] {
        set(&mut example, key, value).unwrap();
        assert_eq!(text(&example, key), value);
    }
    let expected = Example {
        on: true,
        colour: Colour::Green,
        share: Fixed::of_units(1_234),
        size: "0.01".parse().unwrap(),
        most: "500".parse().unwrap(),
        dollars: "99.99".parse().unwrap(),
        cents: Cash::ZERO,
        scale: OrAuto::AUTO,
        fee: Fee::Flat("0.015".parse().unwrap()),
    };
    assert_eq!(example, expected);
}

#[test]
fn what_is_no_value_is_refused_by_name_and_changes_nothing() {
    let mut example = Example::default();
    for (key, value, why) in [
        ("on", "yes", "must be true or false, got \"yes\""),
        ("colour", "blue", "must be red or green, got \"blue\""),
        ("share", "0", "must be from 0.001 to 1, got \"0\""),
        ("share", "1.0001", "must be from 0.001 to 1, got \"1.0001\""),
        ("share", "0.00123", "\"0.00123\" has more than 4 decimals"),
        ("share", "NaN", "\"NaN\" is not a plain decimal number"),
        ("share", "", "is empty"),
        ("most", "1.5", "\"1.5\" has more than 0 decimals"),
        ("size", "-1", "must be from 0.01 to 500, got \"-1\""),
        ("cents", "5001", "must be from 0 to 5000, got \"5001\""),
        ("size", "auto", "\"auto\" is not a plain decimal number"),
        ("fee", "flat", "must be exact, maker or flat: and dollars from 0 to 1, got \"flat\""),
        ("fee", "flat:1.01", "must be exact, maker or flat: and dollars from 0 to 1, got \"flat:1.01\""),
        ("fee", "flat:", "is empty"),
    ] {
        let refused = set(&mut example, key, value).unwrap_err();
        assert_eq!((refused.field.as_ref(), refused.reason.as_str()), (key, why));
        assert_eq!(example, Example::default());
    }
}

#[test]
fn a_setting_tells_when_it_matters() {
    let mut example = Example::default();
    assert_eq!(example.idle(place("share")), Some("acts only with on=true"));
    assert_eq!(example.idle(place("size")), None);
    example.on = true;
    assert_eq!(example.idle(place("share")), None);
}

proptest! {
    #[test]
    fn units_read_back(units: i64, decimals in 0..7_usize) {
        prop_assert_eq!(parse_fixed("x", &short(units, decimals), decimals).unwrap(), units);
    }

    #[test]
    fn a_slider_s_value_reads_back(row in 0..Example::ROWS.len(), share in 0.0_f64..=1.0) {
        let setting = &Example::ROWS[row];
        let Kind::Number { range: (low, high), decimals, .. } = setting.kind else {
            return Ok(());
        };
        let value = low + share * (high - low);
        let mut example = Example::default();
        set(&mut example, setting.key, &format!("{value:.decimals$}")).unwrap();
        let half = 0.5 / [1.0, 1e1, 1e2, 1e3, 1e4][decimals];
        let number = setting.number(example.units(row));
        prop_assert!((number - value).abs() <= half + 4.0 * f64::EPSILON * value);
        let mut again = Example::default();
        set(&mut again, setting.key, &text(&example, setting.key)).unwrap();
        prop_assert_eq!(again, example);
    }

    #[test]
    fn no_text_panics(written in "\\PC*") {
        for row in Example::ROWS {
            let _ = set(&mut Example::default(), row.key, &written);
        }
    }
}
