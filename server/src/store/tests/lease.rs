//! The lease of a journal that several desks share: one has it, and nothing is written under an older one.

use std::time::Duration;

use super::places::Place;
use super::*;
use crate::store::connection::Connection;
use crate::store::{Address, Applicant, Journal, Leases, Token, look_at_lease};

/// A time in which no lease of a test ends by itself, and one that is over at once.
const LONG: Duration = Duration::from_secs(600);
const OVER: Duration = Duration::ZERO;

fn applicant(who: &str) -> Applicant {
    Applicant { who: who.to_owned(), account: "an account".to_owned() }
}

async fn leases(place: &Place) -> Leases {
    Leases::open(&place.address).await.unwrap().unwrap()
}

async fn take(leases: &mut Leases, who: &str, lasts: Duration) -> Option<Token> {
    leases.take(&applicant(who), lasts, None).await.unwrap().map(|(token, _)| token)
}

/// Returns the journal of a holder in the middle of a commit of such an entry, and its run.
async fn within_a_commit(place: &Place, leases: &mut Leases, entry: &str) -> (Journal, i64) {
    let mut journal = place.open().await;
    journal.hold(take(leases, "one", OVER).await.unwrap());
    let run = journal.begin(1).await.unwrap();
    journal.connection.begin().await.unwrap();
    journal.commit(&[told(1, entry)]).await.unwrap();
    (journal, run)
}

#[tokio::test]
async fn one_has_the_lease_until_it_is_over_or_given_back() {
    let Some(place) = Place::postgres("lease").await else { return };
    let (mut one, mut other) = (leases(&place).await, leases(&place).await);
    assert_eq!(look_at_lease(&place.address).await.unwrap(), None);
    let first = take(&mut one, "one", LONG).await.unwrap();
    assert_eq!(first.epoch, 1);
    assert_eq!(take(&mut other, "other", LONG).await, None);
    assert!(one.renew(&first, LONG).await.unwrap());
    let row = other.look().await.unwrap().unwrap();
    assert_eq!((row.epoch, row.who.as_str(), row.is_free()), (1, "one", false));

    one.release(&first).await.unwrap();
    assert!(other.look().await.unwrap().unwrap().is_free());
    let second = take(&mut other, "other", OVER).await.unwrap();
    assert_eq!(second.epoch, 2);
    // What is over is renewed by who had it last, unless another one has taken it.
    assert!(other.renew(&second, OVER).await.unwrap());
    assert!(!one.renew(&first, LONG).await.unwrap());
    let third = take(&mut one, "one", LONG).await.unwrap();
    assert_eq!(third.epoch, 3);
    assert!(!other.renew(&second, LONG).await.unwrap());
    // Who has lost it gives nothing back.
    other.release(&second).await.unwrap();
    assert!(!other.look().await.unwrap().unwrap().is_free());

    // Whoever has watched a row that nobody changes needs no clock: if it has changed meanwhile nothing comes of it.
    let seen = other.look().await.unwrap().unwrap();
    assert!(one.renew(&third, LONG).await.unwrap());
    assert!(other.take(&applicant("other"), LONG, Some(&seen)).await.unwrap().is_none());
    let seen = other.look().await.unwrap().unwrap();
    let (fourth, _) = other.take(&applicant("other"), LONG, Some(&seen)).await.unwrap().unwrap();
    assert_eq!(fourth.epoch, 4);
    let row = look_at_lease(&place.address).await.unwrap().unwrap();
    assert_eq!((row.who.as_str(), row.account.as_str(), row.is_free()), ("other", "an account", false));
}

#[tokio::test]
async fn nothing_is_written_under_an_older_lease() {
    let Some(place) = Place::postgres("lease_fences").await else { return };
    let (mut one, mut other) = (leases(&place).await, leases(&place).await);
    let first = take(&mut one, "one", OVER).await.unwrap();
    let mut journal = place.open().await;
    journal.hold(first);
    let run = journal.begin(1).await.unwrap();
    // Also where nobody has taken it yet: it is still the last one's.
    journal.commit(&[told(1, "first")]).await.unwrap();
    let second = take(&mut other, "other", LONG).await.unwrap();
    for many in [1, 30_000] {
        let entries: Vec<Entry> = (0..many).map(|at| told(at, "late")).collect();
        let refused = journal.commit(&entries).await.unwrap_err();
        assert!(format!("{refused:#}").contains("another desk has taken over"), "{refused:#}");
    }
    assert_eq!(journal.entries(run, 0, 10).await.unwrap(), [told(1, "first")]);
    other.release(&second).await.unwrap();
    assert!(journal.commit(&[told(2, "late")]).await.is_err());
}

#[tokio::test]
async fn a_take_over_waits_for_an_entry_that_is_being_written_and_it_stands_before() {
    let Some(place) = Place::postgres("lease_waits").await else { return };
    let (mut one, mut other) = (leases(&place).await, leases(&place).await);
    let (mut journal, run) = within_a_commit(&place, &mut one, "in time").await;
    let taking = tokio::spawn(async move { take(&mut other, "other", LONG).await });
    let mut watching = place.connect().await;
    let Connection::Postgres(watching) = &mut watching else { panic!("it is no server") };
    let waits = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE \
                 'INSERT INTO lease%')";
    while !sqlx::query_as::<_, (bool,)>(waits).fetch_one(&mut *watching).await.unwrap().0 {}
    journal.connection.end(Ok(())).await.unwrap();
    assert_eq!(taking.await.unwrap().unwrap().epoch, 2);
    assert_eq!(place.open().await.entries(run, 0, 10).await.unwrap(), [told(1, "in time")]);
}

#[tokio::test]
async fn a_holder_that_stands_still_within_a_commit_is_cut_off_and_nothing_of_it_is_written() {
    let Some(place) = Place::postgres("lease_stuck").await else { return };
    let (mut one, mut other) = (leases(&place).await, leases(&place).await);
    let (mut journal, run) = within_a_commit(&place, &mut one, "half").await;
    // Each try waits for a second itself.
    let second = loop {
        if let Some(second) = take(&mut other, "other", LONG).await {
            break second;
        }
    };
    assert_eq!(second.epoch, 2);
    assert!(journal.connection.end(Ok(())).await.is_err());
    assert!(place.open().await.entries(run, 0, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_file_has_no_lease() {
    let place = Place::sqlite("lease");
    assert!(Leases::open(&place.address).await.unwrap().is_none());
    let mut journal = place.open().await;
    journal.begin(1).await.unwrap();
    journal.commit(&[told(1, "alone")]).await.unwrap();
    assert!(matches!(place.address, Address::Sqlite(_)));
    assert_eq!(look_at_lease(&place.address).await.unwrap(), None);
}
