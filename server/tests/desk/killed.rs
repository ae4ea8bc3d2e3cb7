//! The desk's process ends at any moment: nothing is unknown afterwards, nothing doubled, and no money lost.

use std::collections::BTreeSet;
use std::path::Path;

use crate::account::{agrees, shows_what_rests};
use crate::desk::{Desk, fresh};
use crate::journal::{export, placed, replay, unaccounted};
use crate::member::Member;

/// How many lives there are, unless `TAUROI_SOAK_LIVES` says otherwise.
const ROUNDS: usize = 20;
/// Far enough ahead that no order ends by itself between two lives of a desk.
const OPTIONS: [&str; 2] = ["--order-ttl-s", "86400"];

/// Lets so many frames of the exchange pass: of the books, of trades, of our orders and fills.
async fn load(member: &Member, frames: u64) {
    let mut listener = member.listen().await;
    listener.subscribe(&["fill", "user_orders", "trade"]).await;
    for _ in 0..frames {
        listener.hear().await;
    }
}

/// Every order that the exchange has ever heard of was written down before: nothing is written any more.
fn all_are_written_down(member: &Member, journal: &Path) {
    let lines = export(journal);
    let names = placed(&lines);
    for order in member.orders("") {
        assert!(names.contains(order.client_order_id.as_str()), "{order:?} is not in the journal");
    }
}

#[tokio::test]
async fn a_desk_that_is_killed_at_any_moment_finds_all_of_its_orders_and_its_money() {
    let member = Member::join("desk-killed", &["--speed", "1000", "--days", "31"]);
    let journal = fresh("desk-killed.sqlite");
    // Knuth's MMIX generator, seeded.
    let mut state = 13_u64;
    let mut below = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let rounds = std::env::var("TAUROI_SOAK_LIVES").map_or(ROUNDS, |lives| lives.parse().unwrap());
    for round in 0..rounds {
        // Every third life ends before it has found out what the one before has left.
        if round % 3 == 2 {
            let desk = Desk::start(&member.env, &journal, &OPTIONS);
            load(&member, below(6)).await;
            desk.kill_9();
            all_are_written_down(&member, &journal);
        }
        let desk = Desk::start(&member.env, &journal, &OPTIONS);
        let mut watch = desk.watch().await;
        let resting = shows_what_rests(&member, &mut watch).await;
        let sides: BTreeSet<_> = resting.iter().map(|(ticker, action, ..)| (ticker, *action)).collect();
        assert_eq!(sides.len(), resting.len(), "two orders of a side: {resting:?}");
        // Whatever rests is of this life, which is the journal's last run.
        let ours = member.orders("status=resting");
        let lines = export(&journal);
        let run = lines.last().unwrap().run;
        let names = placed(&lines);
        for order in &ours {
            let name = order.client_order_id.as_str();
            assert!(name.starts_with(&format!("tauroi-{run:x}-")), "{name} rests in run {run:x}");
            assert!(names.contains(name), "{name} is not in the journal");
        }
        assert_eq!(unaccounted(&lines), [""; 0]);
        assert_eq!(desk.tell("pause").status, 200);
        agrees(&member, &mut watch).await;
        assert_eq!(desk.tell("resume").status, 200);
        load(&member, 1 + below(25)).await;
        desk.kill_9();
        all_are_written_down(&member, &journal);
    }
    assert!(replay(&journal) >= rounds);
}
