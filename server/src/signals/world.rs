//! The sources of the demo's world: what they tell of artists is what settles the paper exchange's event.

use anyhow::Context;

use crate::clock::Clock;
use crate::database;
use crate::environment::cache_folder;
use crate::paper;
use crate::sources::vendors;
use crate::sources::{Collector, Settings, Source, Store, Wanted};

/// The sources of a simulated event; they end with this.
pub(crate) struct World {
    vendors: vendors::Running,
    clock: Clock,
}

impl World {
    /// Starts them, of the event of an exchange that was started with this seed and length.
    ///
    /// # Errors
    ///
    /// Says what of the event can't be, or that no port is free.
    pub(crate) async fn start(
        exchange: &paper::Running,
        rng_seed: u64,
        days: u32,
        clock: &Clock,
    ) -> anyhow::Result<Self> {
        let vendors = vendors::of_event(rng_seed, exchange.first_day(), days, clock.clone());
        let vendors = vendors.await.context("the demo's sources")?;
        Ok(Self { vendors, clock: clock.clone() })
    }

    /// Returns what asks them. What an earlier world told is forgotten; posts on TikTok of before come by import, as they do
    /// in life.
    ///
    /// # Errors
    ///
    /// Fails when there is no cache folder, or its file can't be written.
    pub(crate) async fn collector(&self, name: &str) -> anyhow::Result<Collector> {
        let file = cache_folder()?.join(format!("{name}-sources.sqlite"));
        database::begin_anew(&file)?;
        let store = Store::open(&file).await?;
        let now = self.clock.now();
        // Who asks the world outside learns this with the first answer, and goes slowly until then.
        store.hear_rate(Source::Chartmetric, f64::from(vendors::PER_SECOND), now).await?;
        for artist in self.vendors.artists() {
            if let Some(posts) = artist.posts_before(now) {
                store.import(&posts, now).await?;
            }
        }
        Collector::new(self.vendors.config()?, store, self.clock.clone(), Settings::default()).await
    }

    /// Returns the artist that is meant where none is named: the first.
    ///
    /// # Errors
    ///
    /// None in practice: an event has artists.
    pub(crate) fn target(&self) -> anyhow::Result<Wanted> {
        let first = self.vendors.artists().first().context("the demo has no artists")?;
        Ok(Wanted::Named(first.name.clone()))
    }
}
