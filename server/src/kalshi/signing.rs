//! Signing without holding up what else runs: with Ed25519 (some 20 µs) where the request is made, with RSA (a millisecond
//! and more) on a thread.

use std::sync::{Arc, mpsc};

use anyhow::Context;
use tokio::sync::oneshot;

use super::signer::Signer;

/// A text to sign, and who waits for the signature.
type Job = (String, oneshot::Sender<anyhow::Result<String>>);

/// A handle of the key, which is gone with the last one.
#[derive(Clone)]
pub(super) enum Signing {
    /// Whoever asks signs.
    Here(Arc<Signer>),
    /// A thread signs, which ends with the last handle.
    Thread(mpsc::Sender<Job>),
}

impl Signing {
    /// Takes a key, and starts a thread if signing with it takes long.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no thread.
    pub(super) fn start(signer: Signer) -> anyhow::Result<Self> {
        if matches!(signer, Signer::Ed25519(_)) {
            return Ok(Self::Here(Arc::new(signer)));
        }
        let (jobs, asked) = mpsc::channel::<Job>();
        let work = move || {
            for (text, wanted) in asked {
                // Whoever asked may have gone.
                let _ = wanted.send(signer.sign(&text));
            }
        };
        let thread = std::thread::Builder::new().name("signing".to_owned());
        thread.spawn(work).context("no thread can be started to sign on")?;
        Ok(Self::Thread(jobs))
    }

    /// Returns the signature of a text, in base64.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no entropy.
    pub(super) async fn sign(&self, text: String) -> anyhow::Result<String> {
        match self {
            Self::Here(signer) => signer.sign(&text),
            Self::Thread(jobs) => {
                let (wanted, signed) = oneshot::channel();
                jobs.send((text, wanted)).ok().context("the thread that signs has ended")?;
                signed.await.context("the thread that signs has ended")?
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{FreshKey, KeyKind};

    #[tokio::test]
    async fn ed25519_signs_at_once() {
        let signing = Signing::start(signer(KeyKind::Ed25519)).unwrap();
        let Signing::Here(signer) = &signing else { panic!("a thread was started") };
        assert_eq!(signing.sign("a".to_owned()).await.unwrap(), signer.sign("a").unwrap());
    }

    #[tokio::test]
    async fn the_thread_signs_in_turn_and_ends_with_its_last_handle() {
        let signing = Signing::start(signer(KeyKind::Rsa)).unwrap();
        let Signing::Thread(jobs) = signing.clone() else { panic!("no thread was started") };
        let (a, b) = tokio::join!(signing.sign("a".to_owned()), signing.sign("b".to_owned()));
        // A salt is in each.
        assert_ne!(a.unwrap(), b.unwrap());
        // A job that is in the queue when the last handle goes is still done; then the receiver is dropped.
        let (wanted, last) = oneshot::channel();
        jobs.send(("c".to_owned(), wanted)).unwrap();
        drop((signing, jobs));
        assert!(last.await.unwrap().is_ok());
    }

    fn signer(kind: KeyKind) -> Signer {
        Signer::from_pem(&FreshKey::generate(kind).unwrap().private_pem).unwrap()
    }
}
