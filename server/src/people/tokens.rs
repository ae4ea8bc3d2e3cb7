//! Tokens: 256 random bits that whoever has them shows, and of which nothing but the hash is kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::environment::Secret;
use crate::hexadecimal::hexadecimal;

/// How many letters a token has.
const LETTERS: usize = 43;

/// Returns a new one.
///
/// # Errors
///
/// Fails where the operating system has no entropy to give.
pub(crate) fn draw() -> anyhow::Result<Secret> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}

/// Returns what is kept of a token: its SHA-256. It is looked for by that, so that how long a look takes says nothing of the token.
pub(crate) fn hash(token: &Secret) -> String {
    hexadecimal(&Sha256::digest(token.expose()))
}

/// Returns whether a text could be a token: what can't be is not looked for.
pub(crate) fn could_be(text: &str) -> bool {
    text.len() == LETTERS
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_new_each_time_and_could_be_one() {
        let (one, other) = (draw().unwrap(), draw().unwrap());
        assert_ne!(one.expose(), other.expose());
        assert!(
            could_be(one.expose())
                && !could_be("")
                && !could_be(&"é".repeat(43))
                && !could_be(&"a".repeat(44))
        );
        assert_eq!(hash(&one).len(), 64);
        assert_eq!(format!("{one:?}"), "***");
    }
}
