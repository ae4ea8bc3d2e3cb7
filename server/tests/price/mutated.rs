//! Lines broken at random: none is lost, and none ends the stream.

use serde::Deserialize;

use crate::documented::examples;
use crate::price;

/// Xorshift (G. Marsaglia, J. Statistical Software 8(14), 2003): random enough to break lines with.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// What is put into lines: what JSON is made of, and what it isn't.
const PIECES: [&[u8]; 24] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b":",
    b",",
    b"-",
    b"0",
    b"1e308",
    b"1e-320",
    b"9",
    b"null",
    b"true",
    b"NaN",
    b"\\u0000",
    b"\\ud800",
    b"\0",
    b"\xff",
    b"\xc3\xa9",
    b"\r",
    b"\"id\":",
    b"\"median\":true,",
    b"[[[[[[[[",
];

/// What is wrong with a line, if anything is. Its `id` is not read: a number that no double holds, or half of a
/// surrogate pair, is repeated as it came.
#[derive(Deserialize)]
struct Verdict {
    error: Option<Problem>,
}

#[derive(Deserialize)]
struct Problem {
    field: String,
    reason: String,
}

#[test]
fn every_broken_line_gets_one_answer() {
    let examples = examples();
    let mut random = Random(20_261_121);
    let lines: Vec<Vec<u8>> = (0..20_000)
        .map(|_| {
            let mut line = examples[random.below(examples.len())].clone().into_bytes();
            for _ in 0..=random.below(4) {
                let at = random.below(line.len() + 1);
                let end = (at + random.below(6)).min(line.len());
                let piece = match random.below(4) {
                    0 => Vec::new(),
                    1 => line[random.below(line.len() + 1)..].to_vec(),
                    _ => PIECES[random.below(PIECES.len())].to_vec(),
                };
                line.splice(at..end, piece);
            }
            line
        })
        .collect();
    let priced = price(&[], &lines.join(&b'\n'));
    let answers: Vec<_> = priced.stdout.lines().collect();
    assert_eq!(answers.len(), lines.len());
    let mut failed = 0;
    for (line, answer) in lines.iter().zip(answers) {
        let verdict: Verdict =
            serde_json::from_str(answer).unwrap_or_else(|error| panic!("{answer}: {error}"));
        let Some(error) = verdict.error else { continue };
        assert!(
            !error.reason.is_empty() && error.field.len() <= 60,
            "{}: {answer}",
            String::from_utf8_lossy(line)
        );
        failed += 1;
    }
    // Some changes leave a line that can be answered, which shows that the others were answered with reason.
    assert!((1_000..20_000).contains(&failed), "{failed}");
    assert_eq!(priced.stderr, format!("{failed} of 20000 lines could not be answered\n"));
    assert!(priced.success);
}
