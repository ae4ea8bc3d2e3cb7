//! JavaScript without what only people read.

use anyhow::bail;

/// Returns the script without comments that have lines of their own, and without indentation.
///
/// # Errors
///
/// When a text goes over several lines: what looks like a comment or an indentation may be part of it.
pub fn bare(script: &str) -> anyhow::Result<String> {
    let (mut bare, mut is_comment) = (String::with_capacity(script.len()), false);
    for line in script.lines().map(str::trim) {
        if is_comment || line.starts_with("/*") {
            is_comment = !line.ends_with("*/");
            if is_comment && line.contains("*/") {
                bail!("code follows a comment: {line}");
            }
        } else if line.matches('`').count() % 2 == 1 {
            bail!("a text goes over several lines: {line}");
        } else if !line.is_empty() && !line.starts_with("//") {
            bare.push_str(line);
            bare.push('\n');
        }
    }
    Ok(bare)
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn comments_and_indentation_go_and_code_stays() {
        let script = "/**\n * What it does.\n */\nf(() => {\n    // Why.\n\n    return 'a // b'; // here\n});\n/* One. */\n";
        assert_eq!(bare(script).unwrap(), "f(() => {\nreturn 'a // b'; // here\n});\n");
    }

    #[test]
    fn what_may_be_a_text_is_left_alone() {
        assert!(bare("const text = `\n  // no comment\n`;").is_err());
        assert!(bare("/* a\n b */ code();").is_err());
        assert!(bare("f(`${one}`);\n").is_ok());
    }
}
