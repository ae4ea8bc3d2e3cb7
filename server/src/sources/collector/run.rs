//! Asking for what is stale, and writing down what comes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use futures_util::StreamExt as _;
use shared::names::folded;
use shared::units::{Date, Timestamp};

use super::super::Source;
use super::super::chartmetric::{Candidate, Chartmetric, Window};
use super::super::failure::Failure;
use super::super::spotify::{NEW_DAYS, Spotify};
use super::super::store::{ArtistKey, Field, Question};
use super::plan::{Job, Plan, Work};
use super::{Collected, Collector, OfArtist, State, Wanted};

/// For how many days back playlists are asked for.
const PLAYLIST_DAYS: i32 = 30;

/// What a run has found out that concerns what is still to be asked.
#[derive(Debug, Default)]
struct Run {
    /// Why nothing more is asked of a source, or nothing of one kind.
    stopped: Mutex<BTreeMap<(Source, Option<Question>), String>>,
}

impl Run {
    fn stopped(&self) -> std::sync::MutexGuard<'_, BTreeMap<(Source, Option<Question>), String>> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether a question may still be asked.
    fn may_ask(&self, source: Source, what: Question) -> bool {
        let stopped = self.stopped();
        !stopped.contains_key(&(source, None)) && !stopped.contains_key(&(source, Some(what)))
    }

    /// Takes note of a failure; returns whether it concerns more than one artist.
    fn stop(&self, source: Source, what: Question, failure: &Failure) -> bool {
        let of = if failure.is_of_source() {
            None
        } else if failure.is_of_question() {
            Some(what)
        } else {
            return false;
        };
        self.stopped().entry((source, of)).or_insert_with(|| failure.to_string());
        true
    }
}

/// An artist on the way: the work, and what went wrong.
struct Progress {
    work: Work,
    problems: Vec<String>,
    answered: Vec<Job>,
}

/// What a request brought, or why it brought nothing that concerns this artist alone.
enum Brought {
    Done,
    Failed(String),
    /// Not asked, or failed for a reason that is said of the source.
    Nothing,
}

impl Collector {
    /// Asks for what is stale, several things at a time within the sources' limits, and returns what is known then.
    ///
    /// A source that fails is left alone for the rest of the run; what it should have told is as old as it was. Each answer is
    /// written down as it comes, so that a run that is broken off is not lost.
    ///
    /// # Errors
    ///
    /// Says that the store can't be read or written: nothing else makes it fail.
    pub(crate) async fn collect(&self, plan: Plan) -> anyhow::Result<Collected> {
        let before = self.requests();
        let run = Run::default();
        for (source, again) in &plan.resting {
            let why = format!("{} is left alone until {again}, as it wants it", source.name());
            run.stopped().insert((*source, None), why);
        }
        let at_once = self.settings.at_once.max(1);
        let identified = plan.work.into_iter().map(|work| self.identify(work, &run));
        let identified: Vec<anyhow::Result<Progress>> =
            futures_util::stream::iter(identified).buffered(at_once).collect().await;
        let mut all: Vec<Progress> = identified.into_iter().collect::<anyhow::Result<_>>()?;
        // The first job of each artist, then the second of each: a run that is broken off has the most useful of all.
        let mut jobs: Vec<(usize, usize, Job)> = Vec::new();
        for (artist, progress) in all.iter().enumerate() {
            jobs.extend(progress.work.jobs.iter().enumerate().map(|(rank, job)| (rank, artist, *job)));
        }
        jobs.sort_by_key(|(rank, artist, _)| (*rank, *artist));
        let asked = jobs.into_iter().map(|(_, artist, job)| {
            let work = all.get(artist).map(|progress| &progress.work);
            let run = &run;
            async move {
                let brought = match work {
                    Some(work) => self.ask(work, job, run).await?,
                    None => Brought::Nothing,
                };
                anyhow::Ok((artist, job, brought))
            }
        });
        // Collected before any of it is looked at: the futures borrow the work.
        let asked: Vec<_> = asked.collect();
        let done: Vec<_> = futures_util::stream::iter(asked).buffer_unordered(at_once).collect().await;
        for outcome in done {
            let (artist, job, brought) = outcome?;
            let Some(progress) = all.get_mut(artist) else { continue };
            match brought {
                Brought::Done => progress.answered.push(job),
                Brought::Failed(problem) => progress.problems.push(problem),
                Brought::Nothing => {}
            }
        }
        self.finish(all, &run, before).await
    }

    fn requests(&self) -> [u32; 2] {
        let chartmetric = self.chartmetric.as_ref().map_or(0, Chartmetric::requests);
        [chartmetric, self.spotify.as_ref().map_or(0, Spotify::requests)]
    }

    /// Notes what became of a question, and hands on what it brought.
    async fn heard<T>(
        &self,
        run: &Run,
        (source, what): (Source, Question),
        artist: Option<ArtistKey>,
        days: Option<(Date, Date)>,
        outcome: Result<T, Failure>,
    ) -> anyhow::Result<Result<(T, Timestamp), Brought>> {
        let now = self.clock.now();
        self.store.note(source, what, artist, days, now, outcome.as_ref().err()).await?;
        Ok(match outcome {
            Ok(brought) => Ok((brought, now)),
            Err(failure) if run.stop(source, what, &failure) => Err(Brought::Nothing),
            Err(failure) => Err(Brought::Failed(failure.to_string())),
        })
    }

    /// Finds out who an artist is to the sources, as far as that isn't known.
    async fn identify(&self, mut work: Work, run: &Run) -> anyhow::Result<Progress> {
        let mut problems = Vec::new();
        let Some(chartmetric) = &self.chartmetric else {
            return Ok(Progress { work, problems, answered: Vec::new() });
        };
        if work.is_searched()
            && let (Some(key), Wanted::Named(name)) = (work.key, &work.wanted)
            && run.may_ask(Source::Chartmetric, Question::Search)
        {
            let found = chartmetric.search(name).await;
            match self.heard(run, (Source::Chartmetric, Question::Search), Some(key), None, found).await? {
                Ok((found, now)) => match best(&found, name) {
                    Some(found) => {
                        work.chartmetric = Some(found.id);
                        self.store.know(key, Source::Chartmetric, &found.id.to_string(), now).await?;
                    }
                    None => problems.push(format!("Chartmetric knows no artist called {name}")),
                },
                Err(Brought::Failed(problem)) => problems.push(problem),
                Err(_) => {}
            }
        }
        if work.asks_who
            && let Some(id) = work.chartmetric
            && run.may_ask(Source::Chartmetric, Question::Ids)
        {
            let known = chartmetric.ids(id).await;
            match self.heard(run, (Source::Chartmetric, Question::Ids), work.key, None, known).await? {
                Ok((known, now)) => {
                    let key = match (work.key, &known.name) {
                        (Some(key), _) => Some(key),
                        (None, Some(name)) => Some(self.store.artist(name).await?),
                        (None, None) => None,
                    };
                    match key {
                        Some(key) => {
                            work.key = Some(key);
                            self.store.know(key, Source::Chartmetric, &id.to_string(), now).await?;
                            if let Some(spotify) = known.spotify.first() {
                                self.store.know(key, Source::Spotify, spotify, now).await?;
                                work.spotify = Some(spotify.clone());
                            }
                        }
                        None => problems.push(format!("Chartmetric has no name for its artist {id}")),
                    }
                }
                Err(Brought::Failed(problem)) => problems.push(problem),
                Err(_) => {}
            }
        }
        Ok(Progress { work, problems, answered: Vec::new() })
    }

    /// Makes a request and writes down what it brings.
    async fn ask(&self, work: &Work, job: Job, run: &Run) -> anyhow::Result<Brought> {
        let (source, what) = (job.source(), job.question());
        let Some(key) = work.key.filter(|_| run.may_ask(source, what)) else { return Ok(Brought::Nothing) };
        let today = self.clock.now().date();
        let outcome = match job.source() {
            Source::Chartmetric => {
                let (Some(from), Some(id)) = (&self.chartmetric, work.chartmetric) else {
                    return Ok(Brought::Nothing);
                };
                self.ask_chartmetric(from, key, id, job, today, run).await
            }
            Source::Spotify => {
                let Some(from) = &self.spotify else { return Ok(Brought::Nothing) };
                let Some(id) = &work.spotify else {
                    // Without Chartmetric, or with one that doesn't answer, nobody says who it is.
                    let first = job == Job::SpotifyReleases;
                    let who = format!("nobody has said who {} is at Spotify", work.wanted);
                    return Ok(if first { Brought::Failed(who) } else { Brought::Nothing });
                };
                self.ask_spotify(from, key, id, job, today, run).await
            }
            Source::Import => Ok(Brought::Nothing),
        }?;
        Ok(match outcome {
            Brought::Failed(problem) => Brought::Failed(format!("{}: {problem}", work.wanted)),
            other => other,
        })
    }

    async fn ask_chartmetric(
        &self,
        from: &Chartmetric,
        key: ArtistKey,
        id: u64,
        job: Job,
        today: Date,
        run: &Run,
    ) -> anyhow::Result<Brought> {
        let asked = (Source::Chartmetric, job.question());
        let store = &self.store;
        match job {
            Job::Counts(window) => return self.ask_counts(from, key, id, window, run).await,
            Job::Posts => match self.heard(run, asked, Some(key), None, from.posts(id).await).await? {
                Ok((posts, now)) => {
                    // The number may be of an earlier day, kept: then it is that day's.
                    let day = posts.day.filter(|day| *day <= today).unwrap_or(today);
                    let numbers = posts.total.map(|total| (day, total)).into_iter().collect();
                    store.record(key, Source::Chartmetric, Field::PostsTotal, now, &numbers).await?;
                }
                Err(brought) => return Ok(brought),
            },
            Job::Releases => match self.heard(run, asked, Some(key), None, from.releases(id).await).await? {
                Ok((releases, now)) => {
                    store.record_releases(key, Source::Chartmetric, now, &releases).await?;
                }
                Err(brought) => return Ok(brought),
            },
            Job::Playlists => {
                let adds = from.playlists(id, today.plus_days(-PLAYLIST_DAYS)).await;
                match self.heard(run, asked, Some(key), None, adds).await? {
                    Ok((adds, now)) => store.record_playlists(key, Source::Chartmetric, now, &adds).await?,
                    Err(brought) => return Ok(brought),
                }
            }
            Job::SpotifyReleases | Job::SpotifyArtist => return Ok(Brought::Nothing),
        }
        Ok(Brought::Done)
    }

    async fn ask_counts(
        &self,
        from: &Chartmetric,
        key: ArtistKey,
        id: u64,
        window: Window,
        run: &Run,
    ) -> anyhow::Result<Brought> {
        let asked = (Source::Chartmetric, Question::Counts);
        let days = Some((window.since, window.until));
        let series = match self.heard(run, asked, Some(key), days, from.counts(id, window).await).await? {
            Ok((series, now)) => {
                for (field, numbers) in [
                    (Field::Listeners, &series.listeners),
                    (Field::Followers, &series.followers),
                    (Field::Popularity, &series.popularity),
                ] {
                    self.store.record(key, Source::Chartmetric, field, now, numbers).await?;
                }
                series
            }
            Err(brought) => return Ok(brought),
        };
        Ok(match series.left_out {
            0 => Brought::Done,
            count => Brought::Failed(format!(
                "Chartmetric, counts from {} to {}: left out {count} that can't be",
                window.since, window.until
            )),
        })
    }

    async fn ask_spotify(
        &self,
        from: &Spotify,
        key: ArtistKey,
        id: &str,
        job: Job,
        today: Date,
        run: &Run,
    ) -> anyhow::Result<Brought> {
        let asked = (Source::Spotify, job.question());
        match job {
            Job::SpotifyReleases => {
                match self.heard(run, asked, Some(key), None, from.releases(id, today).await).await? {
                    Ok((new, now)) => {
                        self.store.record_releases(key, Source::Spotify, now, &new.releases).await?;
                        if new.unseen > 0 && new.releases.is_empty() {
                            return Ok(Brought::Failed(format!(
                                "Spotify: {} older pages of releases were not asked for; singles of the last {NEW_DAYS} days may be on them",
                                new.unseen.div_ceil(50)
                            )));
                        }
                    }
                    Err(brought) => return Ok(brought),
                }
            }
            Job::SpotifyArtist => match self.heard(run, asked, Some(key), None, from.artist(id).await).await?
            {
                Ok((artist, now)) => {
                    for (field, number) in
                        [(Field::Followers, artist.followers), (Field::Popularity, artist.popularity)]
                    {
                        let numbers = number.map(|number| (today, number)).into_iter().collect();
                        self.store.record(key, Source::Spotify, field, now, &numbers).await?;
                    }
                }
                Err(brought) => return Ok(brought),
            },
            _ => return Ok(Brought::Nothing),
        }
        Ok(Brought::Done)
    }

    /// Reads what is known now.
    async fn finish(&self, all: Vec<Progress>, run: &Run, before: [u32; 2]) -> anyhow::Result<Collected> {
        let at = self.clock.now();
        let keys: Vec<ArtistKey> = all.iter().filter_map(|progress| progress.work.key).collect();
        let histories = self.store.histories_as_of(&keys, at).await?;
        let questions = self.store.answered(&keys).await?;
        let mut artists = Vec::with_capacity(all.len());
        for Progress { work, mut problems, answered } in all {
            let (mut history, mut good) = (None, Vec::new());
            if let Some(key) = work.key {
                history = histories.get(&key).cloned();
                let mut newest = BTreeMap::new();
                for asked in questions.get(&key).into_iter().flatten() {
                    // An import tells of days that are over, whenever it is made.
                    let of_import = (asked.source == Source::Import).then_some(asked.answered);
                    if let Some(at) = asked.reached.or(of_import) {
                        let entry = newest.entry((asked.source, asked.what)).or_insert(at);
                        *entry = at.max(*entry);
                    }
                }
                good.extend(newest.into_iter().map(|((source, what), at)| (source, what, at)));
            }
            let mut unanswered: Vec<(Source, Question)> = Vec::new();
            let is_open = |job: &&Job| !answered.contains(job) && !job.is_past(at);
            for job in work.jobs.iter().filter(is_open) {
                let asked = (job.source(), job.question());
                if !unanswered.contains(&asked) {
                    unanswered.push(asked);
                }
            }
            problems.sort();
            problems.dedup();
            artists.push(OfArtist { key: work.key, history, good, unanswered, problems });
        }
        let after = self.requests();
        let mut sources = Vec::new();
        for ((source, before), after) in
            [Source::Chartmetric, Source::Spotify].into_iter().zip(before).zip(after)
        {
            let per_second = match (source, &self.chartmetric) {
                (Source::Chartmetric, Some(chartmetric)) if after > before => Some(chartmetric.per_second()),
                _ => self.store.rate(source).await?,
            };
            if let (Source::Chartmetric, true, Some(heard)) = (source, after > before, per_second) {
                self.store.hear_rate(source, heard, at).await?;
            }
            let stopped = run.stopped();
            let why: Vec<&str> =
                stopped.iter().filter(|((of, _), _)| *of == source).map(|(_, why)| why.as_str()).collect();
            let problem = (!why.is_empty()).then(|| why.join("; "));
            let (is_set_up, requests) = (self.is_set_up(source), after.saturating_sub(before));
            sources.push(State { source, is_set_up, requests, per_second, problem });
        }
        Ok(Collected { artists, sources, at })
    }
}

/// Returns the artist of that name, the one with the most listeners if there are several.
fn best<'a>(found: &'a [Candidate], name: &str) -> Option<&'a Candidate> {
    let name = folded(name);
    let listeners = |candidate: &&Candidate| candidate.listeners.unwrap_or(0.0);
    let named = found.iter().filter(|candidate| folded(&candidate.name) == name);
    // Of equal ones the first: a search has the best match first.
    named.rev().max_by(|a, b| listeners(a).total_cmp(&listeners(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_of_a_name_the_one_most_listened_to_is_meant() {
        let candidate = |id, name: &str, listeners| Candidate { id, name: name.to_owned(), listeners };
        let found = [
            candidate(1, "Rosalia", Some(9e9)),
            candidate(2, "ROSALI\u{301}A", None),
            candidate(3, "Rosalía", Some(30.0)),
            candidate(4, "rosalía", Some(40.0)),
            candidate(5, "Rosalía", Some(40.0)),
        ];
        assert_eq!(best(&found, "Rosalía").map(|found| found.id), Some(4));
        assert_eq!(best(&found, "Nobody"), None);
    }
}
