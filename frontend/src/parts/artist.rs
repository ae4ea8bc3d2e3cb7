//! How artists look: the same colour on every page.

use std::rc::Rc;

use crate::desk::Desk;
use crate::parts::table::Choosing;

/// The categorical palette; an artist beyond it shares a colour with an earlier one.
const COLOURS: [&str; 12] = [
    "--artist-1",
    "--artist-2",
    "--artist-3",
    "--artist-4",
    "--artist-5",
    "--artist-6",
    "--artist-7",
    "--artist-8",
    "--artist-9",
    "--artist-10",
    "--artist-11",
    "--artist-12",
];

/// The colour of artists who are not listed.
pub(crate) const OTHER: &str = "--other";

/// Returns the token of the colour of a scenario's artist at `place`.
pub(crate) fn colour(place: usize) -> &'static str {
    COLOURS[place % COLOURS.len()]
}

/// Returns the colour as CSS writes it.
pub(crate) fn css(token: &str) -> String {
    format!("var({token})")
}

/// Returns how rows of artists are chosen: the one that the page is about is marked, wherever it is pointed at.
pub(crate) fn choosing(desk: Desk) -> Choosing {
    Choosing {
        choose: Rc::new(move |place| desk.choose_artist(place)),
        meaning: "",
        chosen: Rc::new(move || Some(desk.artist.get())),
        pointed: Rc::new(move || desk.pointed.get()),
        point: Rc::new(move |place| desk.point(place)),
    }
}
