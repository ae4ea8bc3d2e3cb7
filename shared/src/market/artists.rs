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
