//! The exchange against a second one that is too simple to be wrong, and its money to the microdollar: millions of random
//! actions each, of everything that can happen there. What fails names its seed, and the seed does it again.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use shared::exchange::matching::{AccountNumber, Listing, Matching};
use shared::fees::{FeeMultiplier, FeeSchedule, FeeType};
use shared::market::PriceGrid;
use shared::units::{Cash, Timestamp};

mod conservation;
mod differential;
mod naive;
mod steps;

use steps::{ACCOUNTS, MARKETS};

const START: i64 = 1_796_000_000_000_000;
/// How many actions each of both takes, and how many of them happen at one exchange.
const ACTIONS: u64 = 5_000_000;
const AT_ONE: u64 = 1_000;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

/// Runs `episode` with each seed, on two threads.
fn with_each_seed(episode: impl Fn(u64) + Sync) {
    std::thread::scope(|scope| {
        for first in 0..2 {
            let episode = &episode;
            scope.spawn(move || (first..ACTIONS / AT_ONE).step_by(2).for_each(episode));
        }
    });
}

/// Returns what an exchange charges, and what each account has there, in microdollars: one kind in two charges makers, and
/// one in two leaves accounts so poor that much is refused.
fn kind(seed: u64) -> (FeeSchedule, i64) {
    let fee_type = if seed.is_multiple_of(2) { FeeType::Quadratic } else { FeeType::QuadraticWithMakerFees };
    let purse = if (seed / 2).is_multiple_of(2) { 9_370_000 } else { 1_000_000_000_000 };
    (FeeSchedule::new(fee_type, FeeMultiplier::ONE).unwrap(), purse)
}

fn listing(fees: FeeSchedule, closes: Option<i64>) -> Listing {
    Listing { grid: PriceGrid::linear_cent(), fees, closes: closes.map(at) }
}

/// Opens an exchange with its first contracts.
fn exchange(fees: FeeSchedule, purse: i64) -> (Matching, Vec<AccountNumber>) {
    let mut exchange = Matching::new(at(START));
    let accounts = (0..ACCOUNTS).map(|_| {
        let account = exchange.open_account();
        exchange.pay(account, Cash::from_microdollars(purse)).unwrap();
        account
    });
    let accounts = accounts.collect();
    for _ in 0..MARKETS {
        exchange.list(at(START), listing(fees, None));
    }
    (exchange, accounts)
}
