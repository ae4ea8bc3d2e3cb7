//! When two texts are the same name.

/// Marks on letters: the mark as a letter of its own, the small Latin letters that have it, and these without it.
const MARKS: [(char, &str, &str); 13] = [
    ('\u{300}', "àèìòù", "aeiou"),
    ('\u{301}', "áéíóúýćĺńŕśź", "aeiouyclnrsz"),
    ('\u{302}', "âêîôûĉĝĥĵŝŵŷ", "aeioucghjswy"),
    ('\u{303}', "ãñõĩũ", "anoiu"),
    ('\u{304}', "āēīōū", "aeiou"),
    ('\u{306}', "ăĕğĭŏŭ", "aegiou"),
    ('\u{307}', "ċėġż", "cegz"),
    ('\u{308}', "äëïöüÿ", "aeiouy"),
    ('\u{30a}', "åů", "au"),
    ('\u{30b}', "őű", "ou"),
    ('\u{30c}', "čďěľňřšťž", "cdelnrstz"),
    ('\u{327}', "çģķļņŗşţ", "cgklnrst"),
    ('\u{328}', "ąęįų", "aeiu"),
];

/// Returns what all spellings of one name have in common: two texts are the same name if this is the same.
///
/// Case doesn't count, nor whether a mark is a part of its letter or follows it, as Unicode's normal forms C and D have
/// it. That is known of Latin letters up to U+017F, and case of Greek and Cyrillic ones too; other letters must be the
/// same. The whole of Unicode's tables would weigh more in the page than all readers together.
///
/// ```
/// use shared::names::folded;
///
/// assert_eq!(folded("BEYONC\u{c9}"), folded("Beyonce\u{301}"));
/// assert_ne!(folded("Beyoncé"), folded("Beyonce"));
/// ```
pub fn folded(name: &str) -> String {
    let mut folded = String::with_capacity(name.len() + 4);
    for letter in name.trim().chars().map(small) {
        let marked = MARKS.iter().find_map(|(mark, with, without)| {
            let place = with.chars().position(|other| other == letter)?;
            Some((without.chars().nth(place)?, *mark))
        });
        match marked {
            Some((plain, mark)) if !letter.is_ascii() => folded.extend([plain, mark]),
            _ => folded.push(letter),
        }
    }
    folded
}

/// Returns a letter's small form, where it is one whose is known.
fn small(letter: char) -> char {
    let code = u32::from(letter);
    let small = match code {
        _ if letter.is_ascii() => return letter.to_ascii_lowercase(),
        // Multiplication stands among them.
        0xd7 => code,
        0xc0..=0xde | 0x391..=0x3a9 | 0x410..=0x42f => code + 0x20,
        0x400..=0x40f => code + 0x50,
        0x178 => 0xff,
        // Capitals and small letters take turns.
        0x100..=0x137 | 0x14a..=0x177 => code | 1,
        0x139..=0x148 | 0x179..=0x17e => code + (code & 1),
        _ => code,
    };
    char::from_u32(small).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_the_place_of_a_mark_do_not_count() {
        for (one, other) in [
            ("Rosalía", "ROSALI\u{301}A"),
            ("Ænima", "ænima"),
            ("Žižek", "Z\u{30c}iz\u{30c}ek"),
            ("Mötley Crüe", "mo\u{308}tley cru\u{308}e"),
            ("Кино", "КИНО"),
            ("ΣΟΦΙΑ", "σοφια"),
            ("\u{178}", "y\u{308}"),
            (" 米津玄師", "米津玄師"),
        ] {
            assert_eq!(folded(one), folded(other));
        }
        for (one, other) in [("Ed", "Ed S"), ("Måneskin", "Maneskin"), ("×", "÷"), ("米津", "玄師")] {
            assert_ne!(folded(one), folded(other));
        }
    }

    #[test]
    fn the_table_has_a_plain_letter_for_each_marked_one() {
        let all: String = MARKS.iter().map(|(_, with, _)| *with).collect();
        for (_, with, without) in MARKS {
            assert_eq!(with.chars().count(), without.chars().count());
            assert!(without.is_ascii());
        }
        for letter in all.chars() {
            // The standard library knows case, though not marks.
            for capital in letter.to_uppercase() {
                assert_eq!(small(capital), letter);
            }
            assert_eq!(all.chars().filter(|other| *other == letter).count(), 1);
        }
    }
}
