//! What can't be answered says which field is wrong and why, and the next line is read.

use serde_json::{Value, json};

use crate::{answer, price};

const DIGITAL: &str =
    r#"{"S":94e6,"K":1e8,"T_days":14,"b":0,"sigma":0.35,"lambda":12,"muJ":0.02,"sigJ":0.04,"comp":0,"r":0}"#;
const IMPLIED: &str =
    r#"{"prob":0.2,"S":94e6,"K":1e8,"T_days":14,"b":0,"lambda":0,"muJ":0,"sigJ":0,"comp":0,"sigma":0.35}"#;
const WINNER: &str = r#"{"outcomes":[{"a":0.1,"s":0.3,"beta":0},{"a":0,"T":0.5,"sigma":0.4,"lambda":1,"muJ":0,"sigJ":0.1}],"other":0.1}"#;
const FEE: &str = r#"{"role":"taker","price":"0.37","count":10,"fee_type":"quadratic","multiplier":1,"account":"direct","date":"2026-07-01"}"#;
const ORDER: &str = r#"{"fills":[{"role":"taker","price":"0.37","count":10},{"role":"maker","price":0.4,"count":"1.50"}],"fee_type":"quadratic","multiplier":0.5,"account":"non_direct"}"#;

/// Returns the field and the reason of the error that a line gets.
fn refused(line: &str) -> (String, String) {
    let answer = answer(line);
    let text =
        |part: &str| answer["error"][part].as_str().unwrap_or_else(|| panic!("{line}: {answer}")).to_owned();
    (text("field"), text("reason"))
}

/// Checks that the line is answered, and with one part replaced refused because of `field`.
fn check(line: &str, part: &str, replacement: &str, field: &str, reason: &str) {
    assert_eq!(answer(line).get("error"), None, "{line}");
    assert_eq!(line.matches(part).count(), 1, "{part} in {line}");
    let changed = line.replace(part, replacement);
    let (named, why) = refused(&changed);
    assert!(named == field && why.contains(reason), "{changed}\n{named}: {why}");
}

#[test]
fn a_number_that_is_none_is_named() {
    for (part, replacement, field, reason) in [
        (r#""sigma":0.35"#, r#""sigma":-0.35"#, "sigma", "must not be negative, got -0.35"),
        (r#""sigma":0.35"#, r#""sigma":1e999"#, "sigma", "is beyond the greatest number"),
        (r#""sigma":0.35"#, r#""sigma":NaN"#, "sigma", "is not JSON: expected value at column"),
        (r#""sigma":0.35"#, r#""sigma":Infinity"#, "sigma", "is not JSON"),
        (r#""sigma":0.35"#, r#""sigma":"0.35""#, "sigma", "must be a number, got a string"),
        (r#""sigma":0.35"#, r#""sigma":null"#, "sigma", "must be a number, got null"),
        (r#""sigma":0.35"#, r#""sigma":true"#, "sigma", "must be a number, got true"),
        (r#""sigma":0.35"#, r#""sigma":[0.35]"#, "sigma", "must be a number, got an array"),
        (r#""sigma":0.35,"#, "", "sigma", "is missing"),
        (r#""sigma":0.35"#, r#""sigma":0.35,"sigma":0.4"#, "sigma", "is given twice"),
        (r#""T_days":14"#, r#""T_days":-14"#, "T_days", "must not be negative"),
        (r#""S":94e6"#, r#""S":0"#, "S", "must be greater than zero"),
        (r#""lambda":12"#, r#""lambda":1e9"#, "lambda", "1e6 jumps"),
        (r#""comp":0"#, r#""comp":2"#, "comp", "must be 0, 1, true or false, got 2"),
        (r#""comp":0"#, r#""comp":"yes""#, "comp", "must be 0, 1, true or false, got a string"),
        (r#""r":0"#, r#""r":-1e9"#, "r", "discount"),
        (r#""b":0"#, r#""b":0.1,"median":true"#, "b", "left out with median"),
        (r#""comp":0"#, r#""comp":1,"median":true"#, "comp", "left out with median"),
    ] {
        check(DIGITAL, part, replacement, field, reason);
    }
}

#[test]
fn an_unknown_field_gets_a_hint() {
    for (part, replacement, field, reason) in [
        (r#""T_days":14"#, r#""T":14"#, "T", "is not a field of digital: did you mean T_days?"),
        (r#""muJ":0.02"#, r#""mu_j":0.02"#, "mu_j", "did you mean muJ?"),
        (r#""r":0"#, r#""r":0,"vol":1"#, "vol", "is not a field of digital: it has S, K, T_days"),
        (r#""r":0"#, r#""r":0,"rho":1"#, "rho", "did you mean r?"),
    ] {
        check(DIGITAL, part, replacement, field, reason);
    }
    let long = "x".repeat(1000);
    let (field, reason) = refused(&DIGITAL.replace(r#""r":0"#, &format!(r#""r":0,"{long}":0"#)));
    assert_eq!((field.len(), reason.len() < 200), (43, true), "{field}: {reason}");
}

#[test]
fn quotes_winners_and_fees_name_their_fields() {
    for (line, part, replacement, field, reason) in [
        (IMPLIED, r#""prob":0.2"#, r#""prob":1"#, "prob", "between 0 and 1"),
        (IMPLIED, r#""sigma":0.35"#, r#""sigma":-1"#, "sigma", "must not be negative"),
        (IMPLIED, r#""sigma":0.35"#, r#""r":0"#, "r", "is not a field of implied"),
        (WINNER, r#""s":0.3"#, r#""s":-0.3"#, "outcomes[0].s", "must not be negative"),
        (WINNER, r#","beta":0"#, "", "outcomes[0].beta", "is missing"),
        (WINNER, r#""sigma":0.4"#, r#""s":0.4"#, "outcomes[1].s", "is not a field of an outcome with jumps"),
        (WINNER, r#"{"a":0.1,"s":0.3,"beta":0}"#, "7", "outcomes[0]", "must be an object, got a number"),
        (WINNER, r#""a":0,"#, r#""a":0,"name":1,"#, "outcomes[1].name", "must be a string, got a number"),
        (WINNER, r#""other":0.1"#, r#""other":1"#, "other", "probability below 1"),
        (WINNER, r#""other":0.1"#, r#""other":{"a":0,"s":1}"#, "other.beta", "is missing"),
        (WINNER, r#""other":0.1"#, r#""others":0.1"#, "others", "did you mean other?"),
        (FEE, r#""role":"taker""#, r#""role":"tacker""#, "role", "must be maker or taker"),
        (FEE, r#""price":"0.37""#, r#""price":"0.37001""#, "price", "has more than 4 decimals"),
        (FEE, r#""price":"0.37""#, r#""price":37"#, "price", "is not from 0 to 1 dollar"),
        (FEE, r#""price":"0.37""#, r#""price":3.7e-1"#, "price", "is not a plain decimal number"),
        (FEE, r#""price":"0.37""#, r#""price":null"#, "price", "must be a string or a number, got null"),
        (FEE, r#""count":10"#, r#""count":0"#, "count", "must be greater than zero"),
        (FEE, r#""count":10"#, r#""count":0.001"#, "count", "has more than 2 decimals"),
        (FEE, r#""multiplier":1"#, r#""multiplier":-1"#, "multiplier", "is not from 0 to 1000"),
        (FEE, r#""fee_type":"quadratic""#, r#""fee_type":"flat""#, "fee_type", "publishes no amount"),
        (FEE, r#""account":"direct""#, r#""account":"mine""#, "account", "must be direct or non_direct"),
        (FEE, r#""2026-07-01""#, r#""2026-02-30""#, "date", "names a day that does not exist"),
        (FEE, r#""2026-07-01""#, r#""2026-05-28T25:00:00Z""#, "date", "does not exist"),
        (FEE, r#","account":"direct""#, "", "account", "is missing"),
        (ORDER, r#""price":0.4"#, r#""price":1.4"#, "fills[1].price", "is not from 0 to 1 dollar"),
        (ORDER, r#""count":10"#, r#""size":10"#, "fills[0].size", "is not a field of a fill"),
        (ORDER, r#""multiplier":0.5"#, r#""multiplier":0.5,"role":"taker""#, "role", "an order with fills"),
    ] {
        check(line, part, replacement, field, reason);
    }
    let outcome = r#"{"a":0,"s":1,"beta":0}"#;
    let many = format!(r#"{{"outcomes":[{}]}}"#, vec![outcome; 31].join(","));
    assert_eq!(refused(&many).0, "outcomes");
    assert_eq!(refused(r#"{"outcomes":[]}"#).0, "outcomes");
    assert_eq!(
        refused(r#"{"outcomes":{"a":0}}"#),
        ("outcomes".into(), "must be an array, got an object".into())
    );
}

#[test]
fn a_line_that_is_no_object_is_named_line() {
    for (line, reason) in [
        ("", "is empty"),
        (" \t\r", "is empty"),
        ("nonsense", "is not JSON"),
        ("[1,2]", "must be a JSON object"),
        ("12", "must be a JSON object"),
        (r#"{"S":1} {"S":2}"#, "is not JSON: trailing characters"),
        (r#"{"S":1"#, "is not JSON: EOF"),
    ] {
        let (field, why) = refused(&format!("{line}\n"));
        assert!(field == "line" && why.contains(reason), "{line}: {field}: {why}");
    }
    let broken = price(&[], b"{\"S\":\"\xff\"}\n");
    assert_eq!(
        broken.answers()[0]["error"],
        json!({"field": "line", "reason": "is not UTF-8 from byte 7 on"})
    );
}

#[test]
fn the_model_is_named_told_by_fields_or_set() {
    let (field, reason) = refused(r#"{"model":"digitl"}"#);
    assert_eq!(
        (field.as_str(), reason.as_str()),
        ("model", r#"must be digital, implied, winner or fee, got "digitl""#)
    );
    for line in [r#"{"id":1}"#, r#"{"S":1,"outcomes":[]}"#, r#"{"prob":1,"role":"maker"}"#] {
        let (field, reason) = refused(line);
        assert!(field == "model" && reason.starts_with("is missing"), "{line}: {reason}");
    }
    for (model, line) in
        [("digital", DIGITAL), ("implied", IMPLIED), ("winner", WINNER), ("fee", FEE), ("fee", ORDER)]
    {
        let told = answer(line);
        let named = answer(&line.replacen('{', &format!(r#"{{"model":"{model}","#), 1));
        let set = price(&["--model", model], line.as_bytes()).answers();
        assert_eq!((told.get("error"), &named, &set), (None, &told, &vec![told.clone()]), "{line}");
    }
    // What the line says goes before what the command says.
    let named = FEE.replacen('{', r#"{"model":"fee","#, 1);
    assert_eq!(price(&["--model", "digital"], named.as_bytes()).answers()[0]["fee"], "0.163200");
    let other = price(&["--model", "digital"], FEE.as_bytes()).answers();
    assert_eq!(other[0]["error"]["field"], "role");
}

#[test]
fn an_id_is_repeated_as_it_came() {
    for id in [
        "7",
        "1e2",
        "-0.10",
        "null",
        "true",
        r#""aé\n""#,
        r#"{"b": 1, "a":[ ]}"#,
        "123456789012345678901234567890",
    ] {
        for line in [DIGITAL.replacen('{', &format!(r#"{{"id":{id},"#), 1), format!(r#"{{"S":0,"id":{id}}}"#)]
        {
            let priced = price(&[], line.as_bytes());
            assert!(priced.stdout.starts_with(&format!(r#"{{"id":{id},"#)), "{line}: {}", priced.stdout);
        }
    }
    // An id before a fault is known; one in it is not.
    assert_eq!(answer(r#"{"id":7,"S":NaN}"#)["id"], 7);
    assert_eq!(answer(r#"{"S":1"#).get("id"), None::<&Value>);
    assert_eq!(answer(r#"{"S":NaN,"id":7}"#).get("id"), None);
}
