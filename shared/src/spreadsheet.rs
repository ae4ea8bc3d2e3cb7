//! Tables as files for spreadsheets.

/// Returns rows as CSV (RFC 4180): fields with a comma, a quote or a line break are quoted.
///
/// A field that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a return, and is no number)
/// gets an apostrophe before it, as OWASP's page on CSV injection has it: what others wrote stays text wherever it is opened.
pub fn csv(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        for (i, field) in row.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            let guard = if is_formula(field) { "'" } else { "" };
            if field.contains([',', '"', '\n', '\r']) {
                text.push('"');
                text.push_str(guard);
                text.push_str(&field.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(guard);
                text.push_str(field);
            }
        }
        text.push_str("\r\n");
    }
    text
}

/// Returns whether a spreadsheet would work something out of it.
fn is_formula(field: &str) -> bool {
    field.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number(field)
}

/// Returns whether it is a number, as far as what a spreadsheet would do with it goes. The standard library's reader would
/// bring twelve kilobytes of tables to the browser.
fn is_number(field: &str) -> bool {
    let digits = field.strip_prefix(['+', '-']).unwrap_or(field);
    let mut before = ' ';
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.chars().all(|c| {
            let is_sign_of_exponent = matches!(c, '+' | '-') && matches!(before, 'e' | 'E');
            before = c;
            c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E') || is_sign_of_exponent
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(field: &str) -> String {
        csv(&[vec![field.to_owned()]])
    }

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        let row = ["plain", "a,b", "say \"x\"", "two\nlines", ""].map(str::to_owned).to_vec();
        assert_eq!(csv(&[row]), "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\r\n");
    }

    #[test]
    fn what_others_wrote_is_no_formula() {
        for evil in [
            "=HYPERLINK(\"http://evil.example\")",
            "+1+cmd|' /C calc'!A0",
            "-2+3+cmd|' /C calc'!A0",
            "@SUM(1)",
            "-1e5+A1",
            "--1",
            "-e1",
            "\t=1",
            "\r=1",
        ] {
            let shown = line(evil);
            let field = shown.trim_start_matches('"');
            assert!(field.starts_with('\''), "{shown}");
        }
    }

    #[test]
    fn numbers_stay_numbers() {
        for number in ["-0.5", "+3", "-1e-7", "12", "-.5E+3"] {
            assert_eq!(line(number), format!("{number}\r\n"));
        }
    }
}
