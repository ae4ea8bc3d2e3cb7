//! Lines in and lines out: how many, in which order, and when.

use std::io::{BufRead, BufReader, Read, Write};
use std::sync::mpsc;
use std::time::Duration;

use crate::{price, start};

/// The longest line that is read.
const LONGEST: usize = 1 << 20;

/// Lines of all models, some of which can't be answered; each has its place as its id.
fn mixed(count: usize) -> Vec<String> {
    (0..count)
        .map(|i| {
            let x = (1 + i % 97) as f64 / 100.0;
            match i % 7 {
                0 => format!(r#"{{"id":{i},"S":94e6,"K":1e8,"T_days":14,"b":0,"sigma":{x},"lambda":12,"muJ":0.02,"sigJ":0.04,"comp":1,"r":0}}"#),
                1 => format!(r#"{{"id":{i},"prob":{},"S":94e6,"K":1e8,"T_days":14,"b":0,"lambda":0,"muJ":0,"sigJ":0,"comp":0}}"#, x / 2.0),
                2 => format!(r#"{{"id":{i},"outcomes":[{{"a":{x},"s":0.3,"beta":0}},{{"a":0,"T":1,"sigma":0.4,"lambda":1,"muJ":0,"sigJ":0.1}}]}}"#),
                3 => format!(r#"{{"id":{i},"outcomes":[{{"a":{x},"s":0.3,"beta":0.2}},{{"a":0.5,"s":0.3,"beta":0.1}}],"other":0.01}}"#),
                4 => format!(r#"{{"id":{i},"role":"taker","price":"{x:.2}","count":{i}.5,"fee_type":"quadratic","multiplier":1,"account":"direct"}}"#),
                5 => format!(r#"{{"id":{i},"S":{x}}}"#),
                _ => format!(r#"{{"id":{i},"model":"digital","S":"{x}"}}"#),
            }
        })
        .collect()
}

#[test]
fn a_mixed_stream_keeps_its_order_and_its_count() {
    let lines = mixed(5000);
    let priced = price(&[], (lines.join("\n") + "\n").as_bytes());
    let answers = priced.answers();
    assert_eq!(answers.len(), lines.len());
    for (i, answer) in answers.iter().enumerate() {
        assert_eq!(answer["id"], i);
        assert_eq!(answer.get("error").is_some(), i % 7 >= 5, "{}: {answer}", lines[i]);
    }
    let failed = (0..lines.len()).filter(|i| i % 7 >= 5).count();
    assert_eq!(priced.stderr, format!("{failed} of 5000 lines could not be answered\n"));
    assert!(priced.success);

    // An answer depends on its line alone: not on the lines before, nor on where they come from.
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("reversed.jsonl");
    std::fs::write(&path, lines.iter().rev().map(|line| format!("{line}\r\n")).collect::<String>()).unwrap();
    let reversed = price(&[path.to_str().unwrap()], b"");
    assert!(reversed.stdout.lines().rev().eq(priced.stdout.lines()));
}

#[test]
fn a_line_is_answered_while_the_next_is_awaited() {
    let mut child = start(&[]);
    let mut stdin = child.stdin.take().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (sender, receiver) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in stdout.lines() {
            sender.send(line.unwrap()).unwrap();
        }
    });
    let answered = || receiver.recv_timeout(Duration::from_secs(60)).unwrap();
    for id in 0..3 {
        writeln!(stdin, r#"{{"id":{id}}}"#).unwrap();
        assert!(answered().starts_with(&format!(r#"{{"id":{id},"#)));
    }
    // A line and the beginning of one: the first is answered, and the other once it is whole.
    write!(stdin, "{{\"id\":3}}\n{{\"id\":").unwrap();
    assert!(answered().starts_with(r#"{"id":3,"#));
    write!(stdin, "4}}").unwrap();
    drop(stdin);
    assert!(answered().starts_with(r#"{"id":4,"#));
    reader.join().unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_line_is_read_up_to_a_mebibyte() {
    let padded = |length: usize| format!(r#"{{"id":1,"S":1{}}}"#, " ".repeat(length - 14));
    let lines = [padded(LONGEST), padded(LONGEST + 1), padded(5 * LONGEST), padded(40)];
    assert_eq!(lines[0].len(), LONGEST);
    for end in ["\n", ""] {
        let answers = price(&[], (lines.join("\n") + end).as_bytes()).answers();
        let fields: Vec<_> =
            answers.iter().map(|answer| answer["error"]["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["K", "line", "line", "K"]);
        assert_eq!(answers[1]["error"]["reason"], "is longer than 1 MiB");
    }
    for last in [LONGEST, LONGEST + 1] {
        let answer = price(&[], padded(last).as_bytes()).answers().remove(0);
        assert_eq!(answer["error"]["field"] == "line", last > LONGEST);
    }
    // Depth costs no more than length.
    let deep = format!(r#"{{"id":{},"S":1}}"#, "[".repeat(100_000) + &"]".repeat(100_000));
    assert_eq!(price(&[], deep.as_bytes()).stdout.lines().count(), 1);
}

#[test]
fn an_empty_line_has_an_answer_and_an_empty_input_none() {
    let empty = price(&[], b"");
    assert_eq!((empty.stdout.as_str(), empty.stderr.as_str(), empty.success), ("", "", true));
    let answers = price(&[], b"\n\n{}").answers();
    let fields: Vec<_> = answers.iter().map(|answer| answer["error"]["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["line", "line", "model"]);
}

#[test]
fn nobody_reading_any_longer_is_no_failure() {
    let mut child = start(&[]);
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    writeln!(stdin, "{{}}").unwrap();
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    // Accepted until the process has noticed.
    while writeln!(stdin, "{{}}").is_ok() {}
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((stderr.as_str(), child.wait().unwrap().success()), ("", true));
}

/// PowerShell and Notepad write a byte order mark; archives are packed.
#[test]
fn a_file_is_told_by_its_first_bytes() {
    let lines = mixed(20).join("\n");
    let expected = price(&[], lines.as_bytes()).stdout;
    let marked = format!("\u{feff}{lines}");
    assert_eq!(price(&[], marked.as_bytes()).stdout, expected);
    // Only at the start is it one.
    assert_eq!(price(&[], format!("{{}}\n{marked}").as_bytes()).answers()[1]["error"]["field"], "line");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(marked.as_bytes()).unwrap();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join("packed.jsonl");
    std::fs::write(&path, packed.finish().unwrap()).unwrap();
    assert_eq!(price(&[path.to_str().unwrap()], b"").stdout, expected);
    std::fs::write(&path, lines.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).unwrap();
    let refused = price(&[path.to_str().unwrap()], b"");
    assert_eq!((refused.stdout.as_str(), refused.success), ("", false));
    assert!(
        refused.stderr.ends_with("packed.jsonl is UTF-16 text: save it as UTF-8\n"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let missing = price(&["no-such-file.jsonl"], b"");
    assert_eq!((missing.stdout.as_str(), missing.success), ("", false));
    assert!(missing.stderr.starts_with("error: no-such-file.jsonl can't be opened"), "{}", missing.stderr);
}
