//! The plays: started at a fixed rate, whether or not earlier ones have been answered, and each tried until it is.

use std::{sync::Arc, time::Duration};

use anyhow::bail;
use hdrhistogram::Histogram;
use tokio::{
    sync::{Mutex, Semaphore},
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{Load, api::Api, backoff::Backoff, counts::Counts};
use crate::zipf::Zipf;

/// Plays under way at once. More would exhaust this machine, not the API. A play that has to wait for others is late, and
/// its latency says so.
const UNDER_WAY: usize = 256;
/// The longest latency that is told apart, in microseconds: an hour.
const LONGEST: u64 = 3_600_000_000;

/// What became of the plays.
#[derive(Debug)]
pub struct Played {
    pub expected: Counts,
    pub answered: u64,
    pub unanswered: u64,
    /// From the moment at which a play was due to its answer, in microseconds.
    pub latency: Histogram<u64>,
    /// Attempts that the gateway refused with 429.
    pub throttled: u64,
    /// Attempts that failed otherwise.
    pub failed: u64,
    /// The first such failure.
    pub failure: Option<String>,
    /// The status of a play that no further attempt would help.
    refused: Option<u16>,
    /// From the first play to the last answer.
    pub elapsed: Duration,
}

/// A play that is due.
struct Play {
    asset: String,
    user: String,
    key: String,
    due: Instant,
}

pub(crate) async fn play(
    api: &Arc<Api>,
    load: &Load,
    watch: impl Fn() + Clone + Send + 'static,
) -> anyhow::Result<Played> {
    let played = Arc::new(Mutex::new(Played::new()?));
    let (assets, users) = (Zipf::of(load.assets), Zipf::of(load.users));
    let places = Arc::new(Semaphore::new(UNDER_WAY));
    let start = Instant::now();
    let mut plays = JoinSet::new();
    for number in 0..load.plays {
        let due = start + Duration::from_secs(number.into()) / load.rate;
        sleep_until(due).await;
        let play = Play {
            asset: load.asset(assets.draw()),
            user: load.user(users.draw()),
            key: format!("{}-{number}", load.run),
            due,
        };
        let place = Arc::clone(&places).acquire_owned().await?;
        check(&*played.lock().await)?;
        let (api, played, patience, watch) = (Arc::clone(api), Arc::clone(&played), load.patience, watch.clone());
        plays.spawn(async move {
            play.until_answered(&api, patience, &played).await;
            watch();
            drop(place);
        });
        while plays.try_join_next().is_some() {}
    }
    plays.join_all().await;
    let mut played = std::mem::replace(&mut *played.lock().await, Played::new()?);
    check(&played)?;
    played.elapsed = start.elapsed();
    Ok(played)
}

/// Whether plays are still worth sending.
fn check(played: &Played) -> anyhow::Result<()> {
    match played.refused {
        Some(status) => bail!("A play is refused with {status}. A load needs plays that are open, without a token"),
        None => Ok(()),
    }
}

impl Play {
    /// Tries until the play is answered, under one key, so that it counts once however often it arrives.
    async fn until_answered(self, api: &Api, patience: Duration, played: &Mutex<Played>) {
        let mut backoff = Backoff::lasting(patience);
        let answered = loop {
            let failure = match api.play(&self.asset, &self.user, &self.key).await {
                Ok(200) => break true,
                Ok(429) => None,
                Ok(status) if (400..500).contains(&status) && status != 408 => {
                    played.lock().await.refused = Some(status);
                    break false;
                }
                Ok(status) => Some(format!("status {status}")),
                Err(error) => Some(crate::error::sentence(&error)),
            };
            played.lock().await.attempt_failed(failure);
            if !backoff.pause().await {
                break false;
            }
        };
        played.lock().await.ended(&self, answered);
    }
}

impl Played {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            expected: Counts::default(),
            answered: 0,
            unanswered: 0,
            latency: Histogram::new_with_bounds(1, LONGEST, 3)?,
            throttled: 0,
            failed: 0,
            failure: None,
            refused: None,
            elapsed: Duration::ZERO,
        })
    }

    fn attempt_failed(&mut self, failure: Option<String>) {
        match failure {
            None => self.throttled += 1,
            Some(failure) => {
                self.failed += 1;
                self.failure.get_or_insert(failure);
            }
        }
    }

    fn ended(&mut self, play: &Play, answered: bool) {
        self.expected.add(&play.asset, &play.user, answered);
        if answered {
            self.answered += 1;
            let latency = play.due.elapsed().as_micros();
            self.latency
                .saturating_record(u64::try_from(latency).unwrap_or(LONGEST));
        } else {
            self.unanswered += 1;
        }
    }
}
