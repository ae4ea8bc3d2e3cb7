//! Recordings of others, read to their end.

use super::{Contents, Rebuild};
use crate::corpus;

/// Reads a file of the corpus, in which NO is told at NO's own prices; nothing of it may be odd.
fn contents(name: &str) -> Option<Contents> {
    let path = corpus::path(&format!("data/books/{name}.jsonl.gz"))?;
    let mut contents = Contents::default();
    let mut rebuild = Rebuild::new(None);
    contents.read(&path, &mut rebuild, |odd| panic!("{odd}")).unwrap();
    Some(contents)
}

#[test]
fn recorded_books_are_rebuilt_without_a_hole_and_have_the_best_prices_that_were_told() {
    for (name, frames, told, at_once) in [
        ("KXBTC15M_20260511T053741Z-long900.ws", 71_753, 788, 683),
        ("KXBTC15M_20260513T211949Z.ws", 77_725, 861, 775),
        ("KXBTC15M_20260514T043808Z.ws", 102_549, 842, 728),
        ("KXBTC-26APR1817.ws_frames", 74, 0, 0),
        ("KXNEXTTEAMNBA-26LJAM.ws", 2_896, 0, 0),
    ] {
        let Some(found) = contents(name) else { return };
        assert_eq!((found.frames, found.told()), (frames, told), "{name}");
        assert_eq!((found.gaps, found.holes, found.misfits, found.odd), (0, 0, 0, 0), "{name}");
        // Within two seconds all of them, as the two channels are not in step; at the very frame, this many.
        assert_eq!((found.agreeing(2_000), found.agreeing(0)), (told, at_once), "{name}");
    }
}
