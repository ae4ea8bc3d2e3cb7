//! The artists behind the last parts of KXTOPMONTHLY's tickers.

/// Returns the artist's name behind a ticker's last part, as Kalshi has used it in KXTOPMONTHLY.
///
/// The letters changed once: the first recorded event, 25JUN, used four.
pub fn artist(outcome: &str) -> Option<&'static str> {
    Some(match outcome {
        "ARI" => "Ariana Grande",
        "BAD" | "BBUN" => "Bad Bunny",
        "BIL" | "BEIL" => "Billie Eilish",
        "BRU" | "BMAR" => "Bruno Mars",
        "COL" | "COLD" => "Coldplay",
        "DRA" => "Drake",
        "ED" | "ESHE" => "Ed Sheeran",
        "KEN" | "KLAM" => "Kendrick Lamar",
        "LAD" | "LGAG" => "Lady Gaga",
        "RIH" | "RIHA" => "Rihanna",
        "TAY" | "TSWI" => "Taylor Swift",
        "WEE" | "TWEE" => "The Weeknd",
        _ => return None,
    })
}

/// The last parts of tickers that are in use today.
const CODES: [&str; 12] = ["ARI", "BAD", "BIL", "BRU", "COL", "DRA", "ED", "KEN", "LAD", "RIH", "TAY", "WEE"];

/// Returns the names of all artists whose tickers are known.
pub fn artists() -> impl Iterator<Item = &'static str> {
    CODES.into_iter().filter_map(artist)
}

/// Returns the last part of a ticker for an artist: Kalshi's where it is known, else the first letters of the name, as
/// many as it takes that none `is_taken`.
///
/// ```
/// use shared::market::code;
///
/// assert_eq!(code("The Weeknd", &|_| false), "WEE");
/// assert_eq!(code("Ezra Holm", &|_| false), "EZR");
/// assert_eq!(code("Ezra Hill", &|code| code == "EZR"), "EZRA");
/// assert_eq!(code("米津玄師", &|_| false), "X");
/// ```
pub fn code(name: &str, is_taken: &dyn Fn(&str) -> bool) -> String {
    if let Some(known) = CODES.into_iter().find(|code| artist(code) == Some(name))
        && !is_taken(known)
    {
        return known.to_owned();
    }
    let letters: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
    let letters = if letters.is_empty() { "X".to_owned() } else { letters };
    let shorter = (3.min(letters.len())..=letters.len()).map(|length| letters[..length].to_owned());
    let numbered = (2..).map(|number| format!("{letters}{number}"));
    shorter.chain(numbered).find(|code| !is_taken(code)).unwrap_or(letters.clone())
}
