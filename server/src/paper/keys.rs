//! The keys that requests are signed with: RSA-PSS (SHA-256, a salt of 32 bytes) and Ed25519.

use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePublicKey as _, EncodePrivateKey as _, KeypairBytes};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::rand_core::UnwrapErr;
use rsa::signature::Verifier as _;
use rsa::traits::PublicKeyParts as _;
use sha2::Sha256;

/// The bits of an RSA key.
const RSA_BITS: usize = 2_048;

/// The kinds of keys that a member may sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyKind {
    /// Small and quick
    Ed25519,
    /// As most keys that are in use
    Rsa,
}

/// A public key, as a member registers it.
#[derive(Debug, Clone)]
pub(super) enum PublicKey {
    /// RSA.
    Rsa(Box<rsa::pss::VerifyingKey<Sha256>>),
    /// Ed25519.
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl PublicKey {
    /// Reads a key in PEM, as `-----BEGIN PUBLIC KEY-----` has it; RSA of 2,048 to 4,096 bits.
    pub(super) fn from_pem(pem: &str) -> Option<Self> {
        if let Ok(key) = ed25519_dalek::VerifyingKey::from_public_key_pem(pem) {
            return Some(Self::Ed25519(key));
        }
        let key = rsa::PublicKey::from_public_key_pem(pem).ok()?;
        let bits = key.size() * 8;
        (RSA_BITS..=2 * RSA_BITS)
            .contains(&bits)
            .then(|| Self::Rsa(Box::new(rsa::pss::VerifyingKey::new(key))))
    }

    /// Returns whether `signature`, in base64, is this key's of `text`.
    pub(super) fn verifies(&self, text: &str, signature: &str) -> bool {
        let Ok(bytes) = STANDARD.decode(signature) else { return false };
        match self {
            Self::Rsa(key) => rsa::pss::Signature::try_from(&bytes[..])
                .is_ok_and(|signature| key.verify(text.as_bytes(), &signature).is_ok()),
            Self::Ed25519(key) => ed25519_dalek::Signature::from_slice(&bytes)
                .is_ok_and(|signature| key.verify_strict(text.as_bytes(), &signature).is_ok()),
        }
    }
}

/// A fresh key: its private half in PEM, for whoever signs, and its public half.
pub(crate) struct FreshKey {
    pub(crate) private_pem: String,
    pub(super) public: PublicKey,
}

impl FreshKey {
    /// Makes a key of entropy, written as Kalshi hands keys out: Ed25519 in PKCS#8, RSA in PKCS#1.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no entropy.
    pub(crate) fn generate(kind: KeyKind) -> anyhow::Result<Self> {
        const UNWRITTEN: &str = "a key can't be written";
        match kind {
            KeyKind::Ed25519 => {
                let mut secret = [0; 32];
                getrandom::fill(&mut secret).context("no entropy for a key")?;
                let key = ed25519_dalek::SigningKey::from_bytes(&secret);
                // Without the public half, as OpenSSL and Kalshi write it: not every reader knows the form with it.
                let alone = KeypairBytes { secret_key: secret, public_key: None };
                let private_pem = alone.to_pkcs8_pem(LineEnding::LF).context(UNWRITTEN)?.to_string();
                Ok(Self { private_pem, public: PublicKey::Ed25519(key.verifying_key()) })
            }
            KeyKind::Rsa => {
                let mut random = UnwrapErr(getrandom::SysRng);
                let key = rsa::PrivateKey::new(&mut random, RSA_BITS).context("no RSA key was found")?;
                let private_pem = key.to_pkcs1_pem(LineEnding::LF).context(UNWRITTEN)?.to_string();
                let public = rsa::pss::VerifyingKey::new(key.to_public_key());
                Ok(Self { private_pem, public: PublicKey::Rsa(Box::new(public)) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key whose secret is the bytes 0 to 31, and signatures of it that OpenSSL made.
    const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n-----END PUBLIC KEY-----\n";
    const SIGNED: [(&str, &str); 2] = [
        (
            "1703123456789GET/trade-api/v2/portfolio/balance",
            "hkBtGNHKCfMll7XdniCzUygg/ek7JdCINuVOaGq0bDS3feQIdYVMirJSybX93bQtj8CMmr3q0RiAToeTeMOwBg==",
        ),
        (
            "1703123456789GET/trade-api/ws/v2",
            "GpkXLSIK8avqVF1CPnKos7fulth1qYoYZjI5qzovCmuzcKV0/qCnl8R5kVmiu2d6dLYPcYVo2r2OgcCWv1uwAw==",
        ),
    ];

    #[test]
    fn signatures_that_openssl_made_are_verified() {
        let key = PublicKey::Ed25519(ed25519_dalek::VerifyingKey::from_public_key_pem(PUBLIC).unwrap());
        for (text, signature) in SIGNED {
            assert!(key.verifies(text, signature));
            assert!(!key.verifies(&format!("{text}?"), signature));
            assert!(!key.verifies(text, &signature[4..]));
            assert!(!key.verifies(text, "not base64!"));
        }
    }

    #[test]
    fn a_fresh_key_is_another_one_each_time() {
        let fresh = || FreshKey::generate(KeyKind::Ed25519).unwrap();
        let (one, two) = (fresh(), fresh());
        assert_ne!(one.private_pem, two.private_pem);
        // As long as OpenSSL's: the line of base 64 is of 48 bytes.
        let lines: Vec<&str> = one.private_pem.lines().collect();
        assert_eq!((lines.len(), lines[0], lines[1].len()), (3, "-----BEGIN PRIVATE KEY-----", 64));
    }
}
