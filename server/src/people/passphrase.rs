//! Passphrases: which are taken, and their slow hashes.

use std::sync::LazyLock;

use anyhow::anyhow;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use zxcvbn::{Score, zxcvbn};

use crate::environment::Secret;

/// The fewest and the most letters.
const LETTERS: std::ops::RangeInclusive<usize> = 12..=128;

/// Says what is wrong with a passphrase that somebody chooses, if anything is (OWASP ASVS 4.0.3, 2.1.1–2.1.7): its length, or that
/// it is soon guessed.
pub(crate) fn unfit(passphrase: &Secret, email: &str) -> Option<&'static str> {
    let text = passphrase.expose();
    if !LETTERS.contains(&text.chars().count()) {
        return Some("A passphrase has 12 to 128 letters.");
    }
    let guessed = zxcvbn(text, &[email, "tauroi", "kalshi"]).score() < Score::Three;
    guessed.then_some("That is soon guessed: take several words that don't belong together.")
}

/// Returns a passphrase's hash: Argon2id with 19 MiB, two passes and one lane (OWASP Password Storage Cheat Sheet), with a salt of its
/// own. It takes some tens of milliseconds.
///
/// # Errors
///
/// Fails where the operating system has no entropy to give.
pub(crate) fn hash(passphrase: &Secret) -> anyhow::Result<String> {
    let hash = Argon2::default().hash_password(passphrase.expose().as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| anyhow!("a passphrase can't be hashed: {error}"))
}

/// Returns whether a passphrase is the one of this hash. One for nobody takes as long, and is never right.
pub(crate) fn is_right(passphrase: &Secret, hash: Option<&str>) -> bool {
    static NOBODYS: LazyLock<String> =
        LazyLock::new(|| self::hash(&Secret::new("nobody's passphrase".to_owned())).unwrap_or_default());
    let is_somebodys = hash.is_some();
    let verified = PasswordHash::new(hash.unwrap_or(&NOBODYS))
        .is_ok_and(|hash| Argon2::default().verify_password(passphrase.expose().as_bytes(), &hash).is_ok());
    verified && is_somebodys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn only_what_is_long_and_not_soon_guessed_is_taken() {
        for bad in [
            "short",
            "passwordpassword",
            "aaaaaaaaaaaaaaaa",
            "ana@example.com",
            "tauroitauroi",
            "123456789012",
        ] {
            assert!(unfit(&secret(bad), "ana@example.com").is_some(), "{bad}");
        }
        assert!(unfit(&secret(&"é".repeat(129)), "a@b.c").is_some());
        assert_eq!(unfit(&secret("coral tuning lantern vacuum"), "ana@example.com"), None);
    }

    #[test]
    fn a_hash_is_of_one_passphrase_and_never_the_same_twice() {
        let (one, other) = (secret("coral tuning lantern vacuum"), secret("coral tuning lantern vacuuM"));
        let hashes = [hash(&one).unwrap(), hash(&one).unwrap()];
        assert_ne!(hashes[0], hashes[1]);
        assert!(hashes[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hashes[0]);
        assert!(hashes.iter().all(|hash| is_right(&one, Some(hash)) && !is_right(&other, Some(hash))));
        assert!(!is_right(&secret("nobody's passphrase"), None));
        assert!(!is_right(&one, Some("no hash")));
    }
}
