//! Signing: RSA-PSS (SHA-256, a salt of 32 bytes) or Ed25519, whichever the key is.

use anyhow::{Context, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _};
use sha2::Sha256;

/// A private key that signs requests. It is never shown, and both kinds wipe themselves from memory when they are dropped.
pub(crate) enum Signer {
    /// RSA.
    Rsa(Box<rsa::pss::SigningKey<Sha256>>),
    /// Ed25519.
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

impl core::fmt::Debug for Signer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("***")
    }
}

impl Signer {
    /// Reads a private key in PEM, PKCS#8 or PKCS#1, whatever its header says that it is.
    ///
    /// # Errors
    ///
    /// Says that it is neither; the text itself is not repeated.
    pub(crate) fn from_pem(pem: &str) -> anyhow::Result<Self> {
        if let Ok(key) = ed25519_dalek::SigningKey::from_pkcs8_pem(pem) {
            return Ok(Self::Ed25519(Box::new(key)));
        }
        let key = rsa::PrivateKey::from_pkcs8_pem(pem).or_else(|_| rsa::PrivateKey::from_pkcs1_pem(pem));
        match key {
            // `SigningKey` blinds each private operation, base, exponent and moduli, with the generator that it is given
            // to sign with: rsa 0.10.0, `pss::sign_digest` and `algorithms::rsa::rsa_decrypt`.
            Ok(key) => Ok(Self::Rsa(Box::new(rsa::pss::SigningKey::new(key)))),
            Err(_) => bail!("the secret is neither an RSA nor an Ed25519 private key in PEM"),
        }
    }

    /// Returns the signature of a text, in base64.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no entropy.
    pub(crate) fn sign(&self, text: &str) -> anyhow::Result<String> {
        match self {
            Self::Ed25519(key) => Ok(STANDARD.encode(key.sign(text.as_bytes()).to_bytes())),
            Self::Rsa(key) => {
                let signed = key.try_sign_with_rng(&mut getrandom::SysRng, text.as_bytes());
                Ok(STANDARD.encode(signed.context("a request can't be signed")?.to_bytes()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ed25519_signs_as_openssl_does() {
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n";
        let signer = Signer::from_pem(pem).unwrap();
        assert_eq!(
            signer.sign("1703123456789GET/trade-api/v2/portfolio/balance").unwrap(),
            "hkBtGNHKCfMll7XdniCzUygg/ek7JdCINuVOaGq0bDS3feQIdYVMirJSybX93bQtj8CMmr3q0RiAToeTeMOwBg=="
        );
    }

    #[test]
    fn a_key_is_not_shown_and_is_wiped_when_it_is_dropped() {
        const fn wipes<T: zeroize::ZeroizeOnDrop>() {}
        wipes::<ed25519_dalek::SigningKey>();
        wipes::<rsa::PrivateKey>();
        let key = crate::paper::FreshKey::generate(crate::paper::KeyKind::Ed25519).unwrap();
        assert_eq!(format!("{:?}", Signer::from_pem(&key.private_pem).unwrap()), "***");
    }

    #[test]
    fn a_secret_that_is_no_key_is_refused_and_not_repeated() {
        let Err(error) = Signer::from_pem("hunter2") else { panic!("a key was read") };
        assert!(!format!("{error:#}").contains("hunter2"));
    }
}
