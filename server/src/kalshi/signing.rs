//! A thread that signs, so that no private operation (an RSA one takes a millisecond) holds up what else runs.

use std::sync::mpsc;

use anyhow::Context;
use tokio::sync::oneshot;

use super::signer::Signer;

/// A text to sign, and who waits for the signature.
type Job = (String, oneshot::Sender<anyhow::Result<String>>);

/// A handle of the thread that holds the key. The thread ends, and the key with it, with the last handle.
#[derive(Clone)]
pub(super) struct Signing(mpsc::Sender<Job>);

impl Signing {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no thread.
    pub(super) fn start(signer: Signer) -> anyhow::Result<Self> {
        let (jobs, asked) = mpsc::channel::<Job>();
        let work = move || {
            for (text, wanted) in asked {
                // Whoever asked may have gone.
                let _ = wanted.send(signer.sign(&text));
            }
        };
        let thread = std::thread::Builder::new().name("signing".to_owned());
        thread.spawn(work).context("no thread can be started to sign on")?;
        Ok(Self(jobs))
    }

    /// Returns the signature of a text, in base64.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no entropy.
    pub(super) async fn sign(&self, text: String) -> anyhow::Result<String> {
        let (wanted, signed) = oneshot::channel();
        self.0.send((text, wanted)).ok().context("the thread that signs has ended")?;
        signed.await.context("the thread that signs has ended")?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_thread_signs_in_turn_and_ends_with_its_last_handle() {
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n";
        let signer = || Signer::from_pem(pem).unwrap();
        let signing = Signing::start(signer()).unwrap();
        let other = signing.clone();
        let (a, b) = tokio::join!(signing.sign("a".to_owned()), other.sign("b".to_owned()));
        assert_eq!((a.unwrap(), b.unwrap()), (signer().sign("a").unwrap(), signer().sign("b").unwrap()));
        // A job that is in the queue when the last handle goes is still done; then the receiver is dropped.
        let (wanted, last) = oneshot::channel();
        signing.0.send(("c".to_owned(), wanted)).unwrap();
        drop((signing, other));
        assert!(last.await.unwrap().is_ok());
    }
}
