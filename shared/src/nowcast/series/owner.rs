//! Whose counts a file holds that doesn't say so in its rows.

use crate::market::artists;
use crate::names::folded;

/// The words that names of files have besides an artist's, Chartmetric's among them.
const OTHER_WORDS: &str = " all artist audience chartmetric csv daily data engagement evolution export followers from gz \
                           history listeners monthly of parquet playlist spotify stats to trends until ";

/// Returns the artist that a file's name tells of, in Kalshi's spelling where there is one; nothing if it tells of none.
pub(super) fn of_file(file: &str) -> Option<String> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let is_other = |word: &&str| {
        let word = word.to_ascii_lowercase();
        word.bytes().all(|byte| byte.is_ascii_digit()) || OTHER_WORDS.contains(&format!(" {word} "))
    };
    let words: Vec<String> = name
        .split(|letter: char| !letter.is_alphanumeric() && !"'’&!$".contains(letter))
        .filter(|word| !is_other(word))
        .map(capitalised)
        .collect();
    let words = words.join(" ");
    let known = artists().find(|artist| folded(artist) == folded(&words)).map(str::to_owned);
    known.or_else(|| (!words.is_empty()).then_some(words))
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
    first.to_ascii_uppercase() + rest
}

#[cfg(test)]
mod tests {
    use super::of_file;

    #[test]
    fn the_artist_is_what_is_left_of_the_files_name() {
        for (file, artist) in [
            (
                "data/chartmetric-engagement-trends-bad-bunny-2026-02-12-08-52-33-to-2025-11-30.csv.gz",
                Some("Bad Bunny"),
            ),
            (r"C:\Downloads\the_weeknd Spotify Monthly Listeners (2).CSV", Some("The Weeknd")),
            ("ezra holm.csv", Some("Ezra Holm")),
            ("Beyoncé 2024.csv", Some("Beyoncé")),
            ("2026/listeners-2026-02-12.csv", None),
            ("", None),
        ] {
            assert_eq!(of_file(file).as_deref(), artist, "{file}");
        }
    }
}
