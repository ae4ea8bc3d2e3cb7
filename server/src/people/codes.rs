//! Codes of an authenticator: six digits of every half minute (RFC 6238).

use anyhow::Context;
use shared::units::Timestamp;
use totp_rs::{Builder, Secret as Key, Totp};

/// Returns a new secret, in base 32, as authenticators read it.
///
/// # Errors
///
/// Fails where the operating system has no entropy to give.
pub(crate) fn draw() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 20];
    getrandom::fill(&mut bytes)?;
    Ok(Key::from(bytes.to_vec()).to_base32())
}

fn totp(secret: &str, email: &str) -> anyhow::Result<Totp> {
    let key = Key::try_from_base32(secret).ok().context("a kept secret is not in base 32")?;
    let name = email.replace(':', "");
    Ok(Builder::new().with_secret(key).with_account_name(name).with_issuer(Some("Tauroi")).build()?)
}

/// Returns what an authenticator reads, as a code to be seen or to be opened.
///
/// # Errors
///
/// Says that the secret is none.
pub(crate) fn address(secret: &str, email: &str) -> anyhow::Result<String> {
    Ok(totp(secret, email)?.to_url()?)
}

/// Returns the step of a code, if it is one of now, of the half minute before or of the one after.
pub(crate) fn step(secret: &str, code: &str, now: Timestamp) -> Option<i64> {
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    let seconds = u64::try_from(now.micros() / 1_000_000).ok()?;
    i64::try_from(totp(secret, "-").ok()?.check(&code, seconds)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret and the times of RFC 6238, appendix B, of whose eight digits the last six are shown here.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Key::from(b"12345678901234567890".to_vec()).to_base32();
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000).unwrap();
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            assert_eq!(step(&secret, code, at(seconds)), Some(seconds / 30), "{seconds}");
            assert_eq!(step(&secret, code, at(seconds + 30)), Some(seconds / 30), "{seconds}");
            assert_eq!(step(&secret, code, at(seconds + 61)), None, "{seconds}");
        }
        assert_eq!(step(&secret, "28 70 82", at(59)), Some(1));
        for none in ["", "28708", "2870822", "letter", "２８７０８２"] {
            assert_eq!(step(&secret, none, at(59)), None, "{none}");
        }
    }

    #[test]
    fn a_secret_is_new_each_time_and_says_whose_it_is() {
        let (one, other) = (draw().unwrap(), draw().unwrap());
        assert!(one.len() == 32 && one != other);
        let address = address(&one, "a:na@example.com").unwrap();
        assert!(address.starts_with("otpauth://totp/Tauroi:ana%40example.com?"), "{address}");
        assert!(address.contains(&one));
    }
}
