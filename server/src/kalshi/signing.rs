//! Signing without holding up what else runs: with Ed25519 (some 20 µs) where the request is made; with RSA (a millisecond
//! and more) on a thread, which has signatures of orders ready before they are asked for ([`Stock`]).

use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use anyhow::Context;
use shared::wire::signed_text;
use tokio::sync::oneshot;

use super::signer::Signer;
use super::stock::{Signature, Stock};
use crate::clock::machine_time;

/// How often the thread looks whether a signature has become old.
const LOOK: Duration = Duration::from_millis(200);

/// What the thread is asked.
enum Job {
    /// To sign a text, for who waits for the signature.
    Sign(String, oneshot::Sender<anyhow::Result<String>>),
    /// To look whether signatures are wanted.
    Look,
}

/// A handle of the key, which is gone with the last one.
#[derive(Clone)]
pub(super) enum Signing {
    /// Whoever asks signs.
    Here(Arc<Signer>),
    /// A thread signs, which ends with the last handle.
    Thread(Arc<Thread>),
}

/// The way to the thread.
pub(super) struct Thread {
    jobs: mpsc::Sender<Job>,
    stock: Arc<Stock>,
}

/// While it is there, signatures of orders are kept ready.
pub(crate) struct Ready(Option<Arc<Thread>>);

impl Drop for Ready {
    fn drop(&mut self) {
        if let Some(thread) = &self.0 {
            thread.stock.forgo();
        }
    }
}

/// Returns the machine's time, by which signatures are dated, in milliseconds since 1970.
fn now() -> i64 {
    machine_time().micros().div_euclid(1_000)
}

impl Signing {
    /// Takes a key for an exchange whose paths begin with `base`, and starts a thread if signing with it takes long.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no thread.
    pub(super) fn start(signer: Signer, base: &str) -> anyhow::Result<Self> {
        if matches!(signer, Signer::Ed25519(_)) {
            return Ok(Self::Here(Arc::new(signer)));
        }
        let (jobs, asked) = mpsc::channel::<Job>();
        let stock = Arc::new(Stock::new(base));
        let of_thread = Arc::clone(&stock);
        let thread = std::thread::Builder::new().name("signing".to_owned());
        thread
            .spawn(move || work(&signer, &asked, &of_thread))
            .context("no thread can be started to sign on")?;
        Ok(Self::Thread(Arc::new(Thread { jobs, stock })))
    }

    /// Returns a signature of a request: one that is ready, or else one of this instant.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no entropy.
    pub(super) async fn sign(&self, method: &str, path: &str) -> anyhow::Result<Signature> {
        let at = now();
        let text = || signed_text(&at.to_string(), method, path);
        match self {
            Self::Here(signer) => Ok(Signature { at, text: signer.sign(&text())? }),
            Self::Thread(thread) => {
                if let Some(ready) = thread.stock.take(method, path, at) {
                    // Another one is made in its place.
                    let _ = thread.jobs.send(Job::Look);
                    return Ok(ready);
                }
                let (wanted, signed) = oneshot::channel();
                let gone = "the thread that signs has ended";
                thread.jobs.send(Job::Sign(text(), wanted)).ok().context(gone)?;
                Ok(Signature { at, text: signed.await.context(gone)?? })
            }
        }
    }

    /// Keeps signatures of orders ready while what is returned is there; those of Ed25519 are made when they are needed.
    pub(super) fn keep_ready(&self) -> Ready {
        let Self::Thread(thread) = self else { return Ready(None) };
        if thread.stock.want() {
            let _ = thread.jobs.send(Job::Look);
        }
        Ready(Some(Arc::clone(thread)))
    }

    /// Returns whether a signature of a path that isn't known ahead takes long.
    pub(super) const fn is_slow(&self) -> bool {
        matches!(self, Self::Thread(_))
    }
}

/// Signs what is asked for, and between that what is wanted ahead, until nobody can ask any more.
fn work(signer: &Signer, asked: &Receiver<Job>, stock: &Stock) {
    loop {
        let job = if !stock.is_wanted() {
            asked.recv().map_err(|_| TryRecvError::Disconnected)
        } else if let Some((method, path)) = stock.lacks(now()) {
            // Whoever waits comes first.
            let waiting = asked.try_recv();
            if matches!(waiting, Err(TryRecvError::Empty) | Ok(Job::Look)) {
                let at = now();
                match signer.sign(&signed_text(&at.to_string(), method, &path)) {
                    Ok(text) => stock.put(method, &path, Signature { at, text }),
                    // Whoever needs one asks for it, and is told why there is none.
                    Err(_) => std::thread::sleep(LOOK),
                }
                continue;
            }
            waiting
        } else {
            asked.recv_timeout(LOOK).map_err(|why| match why {
                RecvTimeoutError::Timeout => TryRecvError::Empty,
                RecvTimeoutError::Disconnected => TryRecvError::Disconnected,
            })
        };
        match job {
            // Whoever asked may have gone.
            Ok(Job::Sign(text, wanted)) => drop(wanted.send(signer.sign(&text))),
            Ok(Job::Look) | Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{FreshKey, KeyKind};

    const ORDERS: (&str, &str) = ("POST", "/trade-api/v2/portfolio/events/orders");

    fn signing(kind: KeyKind) -> Signing {
        let signer = Signer::from_pem(&FreshKey::generate(kind).unwrap().private_pem).unwrap();
        Signing::start(signer, "/trade-api/v2").unwrap()
    }

    #[tokio::test]
    async fn ed25519_signs_at_once() {
        let signing = signing(KeyKind::Ed25519);
        let Signing::Here(signer) = &signing else { panic!("a thread was started") };
        let signed = signing.sign("GET", "/a").await.unwrap();
        assert_eq!(signed.text, signer.sign(&format!("{}GET/a", signed.at)).unwrap());
        assert!(!signing.is_slow());
    }

    #[tokio::test]
    async fn the_thread_signs_in_turn_and_ends_with_its_last_handle() {
        let signing = signing(KeyKind::Rsa);
        let Signing::Thread(thread) = signing.clone() else { panic!("no thread was started") };
        let (a, b) = tokio::join!(signing.sign("GET", "/a"), signing.sign("GET", "/a"));
        // A salt is in each.
        assert_ne!(a.unwrap().text, b.unwrap().text);
        // A job that is in the queue when the last handle goes is still done; then the receiver is dropped.
        let (wanted, last) = oneshot::channel();
        thread.jobs.send(Job::Sign("c".to_owned(), wanted)).unwrap();
        drop((signing, thread));
        assert!(last.await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn orders_are_signed_ahead_while_somebody_wants_it_and_no_signature_comes_twice() {
        let signing = signing(KeyKind::Rsa);
        let Signing::Thread(thread) = &signing else { panic!("no thread was started") };
        assert_eq!(thread.stock.take(ORDERS.0, ORDERS.1, now()), None);
        let ready = signing.keep_ready();
        let mut seen = std::collections::BTreeSet::new();
        // Those that are ready are of a time before they are asked for.
        let began = std::time::Instant::now();
        while seen.len() < 20 {
            assert!(began.elapsed() < Duration::from_secs(30), "only {} were ready", seen.len());
            if let Some(signature) = thread.stock.take(ORDERS.0, ORDERS.1, now()) {
                assert!(seen.insert(signature.text), "one came twice");
            }
            tokio::task::yield_now().await;
        }
        // Whoever asks while none is ready waits for one.
        for _ in 0..12 {
            assert!(seen.insert(signing.sign(ORDERS.0, ORDERS.1).await.unwrap().text));
        }
        drop(ready);
        assert!(!thread.stock.is_wanted());
    }
}
