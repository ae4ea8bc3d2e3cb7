//! Who guesses waits longer each time.
//!
//! Attempts are counted where they begin, so that many at once count as many. An account is never locked: whoever knows its address
//! could lock it. It waits half a minute at most, an address of the network a quarter of an hour.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// How many attempts cost nothing.
const FREE: u32 = 5;
/// How long the first one after them waits.
const FIRST: Duration = Duration::from_secs(1);
/// After so long without an attempt all of them are forgotten.
const FORGOTTEN: Duration = Duration::from_secs(3_600);
/// How many are remembered at most, of either kind.
const MOST: usize = 20_000;

/// Whose attempts are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Whose {
    /// Those on an account, there or not.
    Account(String),
    /// Those from an address of the network.
    Address(IpAddr),
}

impl Whose {
    /// Returns that of an address: of one of version 6 the network that is one household's, as it has as many as it likes.
    pub(super) fn address(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => Self::Address(IpAddr::V6((u128::from(address) >> 64 << 64).into())),
            address @ IpAddr::V4(_) => Self::Address(address),
        }
    }

    const fn longest(&self) -> Duration {
        match self {
            Self::Account(_) => Duration::from_secs(30),
            Self::Address(_) => Duration::from_secs(900),
        }
    }
}

#[derive(Debug)]
struct Attempts {
    count: u32,
    last: Instant,
}

/// The attempts of all that are remembered.
#[derive(Debug, Default)]
pub(super) struct BackOff(HashMap<Whose, Attempts>);

impl BackOff {
    /// Returns how long this one must still wait, if it must.
    fn waits(&self, whose: &Whose, now: Instant) -> Option<Duration> {
        let attempts = self.0.get(whose)?;
        let over = attempts.count.checked_sub(FREE)?;
        let wait = FIRST.saturating_mul(1_u32.checked_shl(over).unwrap_or(u32::MAX)).min(whose.longest());
        let left = wait.saturating_sub(now.saturating_duration_since(attempts.last));
        (!left.is_zero()).then_some(left)
    }

    /// Counts an attempt of all of these, unless one must wait: then returns how long.
    pub(super) fn begin(&mut self, all: &[Whose], now: Instant) -> Result<(), Duration> {
        if let Some(left) = all.iter().filter_map(|whose| self.waits(whose, now)).max() {
            return Err(left);
        }
        if self.0.len() + all.len() > MOST {
            self.forget(now);
        }
        for whose in all {
            let attempts = self.0.entry(whose.clone()).or_insert(Attempts { count: 0, last: now });
            if now.saturating_duration_since(attempts.last) >= FORGOTTEN {
                attempts.count = 0;
            }
            *attempts = Attempts { count: attempts.count.saturating_add(1), last: now };
        }
        Ok(())
    }

    /// Takes note that an attempt was right: the account's are forgotten, and of the others this one, so that nobody can guess at
    /// others' between signing in to their own.
    pub(super) fn right(&mut self, all: &[Whose]) {
        for whose in all {
            match (whose, self.0.get_mut(whose)) {
                (Whose::Account(_), _) => {
                    self.0.remove(whose);
                }
                (Whose::Address(_), Some(attempts)) => attempts.count = attempts.count.saturating_sub(1),
                (Whose::Address(_), None) => {}
            }
        }
    }

    /// Makes room: forgets what is old, and where that is not enough those with the fewest attempts.
    fn forget(&mut self, now: Instant) {
        self.0.retain(|_, attempts| now.saturating_duration_since(attempts.last) < FORGOTTEN);
        let mut least = 1;
        while self.0.len() > MOST / 2 {
            self.0.retain(|_, attempts| attempts.count > least);
            least = least.saturating_mul(2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attempt_after_the_fifth_waits_twice_as_long() {
        let (mut all, mut now) = (BackOff::default(), Instant::now());
        let address = [Whose::address("203.0.113.9".parse().unwrap())];
        for _ in 0..5 {
            assert_eq!(all.begin(&address, now), Ok(()));
        }
        for exponent in 0..12 {
            let wait = Duration::from_secs((1 << exponent).min(900));
            assert_eq!(all.begin(&address, now), Err(wait));
            now += wait;
            assert_eq!(all.begin(&address, now), Ok(()));
        }
        now += FORGOTTEN;
        assert_eq!(all.begin(&address, now), Ok(()));
        assert_eq!(all.begin(&address, now), Ok(()));
    }

    #[test]
    fn an_account_waits_half_a_minute_at_most_and_forgets_when_its_owner_comes() {
        let (mut all, mut now) = (BackOff::default(), Instant::now());
        let both = |n: u8| [Whose::Account("ana".to_owned()), Whose::address([198, 51, 100, n].into())];
        for n in 0..100 {
            // Each from another address.
            now += Duration::from_secs(30);
            assert_eq!(all.begin(&both(n), now), Ok(()), "{n}");
        }
        assert_eq!(all.begin(&both(200), now), Err(Duration::from_secs(30)));
        now += Duration::from_secs(30);
        assert_eq!(all.begin(&both(200), now), Ok(()));
        all.right(&both(200));
        assert_eq!(all.begin(&both(201), now), Ok(()));
    }

    #[test]
    fn signing_in_to_ones_own_account_does_not_free_an_address() {
        let (mut all, now) = (BackOff::default(), Instant::now());
        let at = |who: &str| [Whose::Account(who.to_owned()), Whose::address([198, 51, 100, 1].into())];
        let mut guesses = 0;
        for n in 0..50 {
            if all.begin(&at("mine"), now).is_ok() {
                all.right(&at("mine"));
            }
            guesses += u32::from(all.begin(&at(&format!("other {n}")), now).is_ok());
        }
        assert_eq!(guesses, FREE);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_one_household_is_one() {
        let (mut all, now) = (BackOff::default(), Instant::now());
        let guessed = [Whose::Account("guessed".to_owned())];
        for _ in 0..5 {
            all.begin(&guessed, now).unwrap();
        }
        for n in 0..3 * u32::try_from(MOST).unwrap() {
            all.begin(&[Whose::address(IpAddr::V4(n.into()))], now).unwrap();
            assert!(all.0.len() <= MOST + 1);
        }
        assert!(all.begin(&guessed, now).is_err());
        let six = |text: &str| Whose::address(text.parse().unwrap());
        assert_eq!(six("2001:db8:1:2::1"), six("2001:db8:1:2:ffff::2"));
        assert_ne!(six("2001:db8:1:2::1"), six("2001:db8:1:3::1"));
        assert_eq!(six("::ffff:203.0.113.9"), six("203.0.113.9"));
    }
}
