//! The fault campaign: plays and counts views with the functions' own code while everything behind them fails at
//! random, and then compares what was played with what is counted.
//!
//! All of it runs on one thread in virtual time: the same seed makes the same choices, and hours pass in seconds.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a campaign that can't go on should fail"
)]

mod counting;
mod fault;
mod history;
pub mod load;
mod plays;
mod sqs;
mod world;

use std::{
    io,
    sync::{Arc, Mutex},
};

use tokio::{runtime::Builder, task::JoinSet};
use tracing::Level;
use tracing_subscriber::{fmt, util::SubscriberInitExt};

pub use fault::Fault;
pub use history::Difference;
use world::World;

/// Function instances that count at once.
const COUNTING: usize = 4;
/// Viewers that play at once.
const PLAYING: usize = 8;

/// What a campaign found.
#[derive(Debug)]
pub struct Report {
    /// Views that were played.
    pub events: u64,
    /// Times that a view came again, in whatever way.
    pub duplicates: u64,
    /// Faults raised, by kind.
    pub faults: Vec<(Fault, u64)>,
    /// Views that reached the log only, and were recovered from it.
    pub recovered: u64,
    /// Messages that can never be counted: as many as were sent, each parked with a reason.
    pub parked: u64,
    /// Views played and not counted.
    pub lost: u64,
    /// Views counted more than once.
    pub doubled: u64,
    /// Messages that count-views let come again although it had counted their views: on and on, that makes dead letters
    /// of them.
    pub needless: u64,
    /// Some counters that are wrong.
    pub differences: Vec<Difference>,
}

/// Plays `events` views under faults that `seed` chooses. Calls `progress` with each view played.
#[must_use]
pub fn run(events: u64, seed: u64, progress: impl Fn() + Send + Sync + 'static) -> Report {
    fastrand::seed(seed);
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let log = Log::default();
    let writer = log.clone();
    let subscriber = fmt()
        .json()
        .with_max_level(Level::ERROR)
        .with_writer(move || writer.clone())
        .finish();
    let _logging = subscriber.set_default();
    runtime.block_on(async {
        let world = Arc::new(World::new());
        let plays = Arc::new(plays::Plays::new(events, progress));
        let mut tasks = JoinSet::new();
        for _ in 0..PLAYING {
            tasks.spawn(plays::play(Arc::clone(&world), Arc::clone(&plays)));
        }
        for _ in 0..COUNTING {
            tasks.spawn(counting::count_batches(Arc::clone(&world)));
        }
        tasks.spawn(counting::count_invocations(Arc::clone(&world)));
        while plays.are_going_on() {
            tokio::time::sleep(world::TICK).await;
        }
        let recovered = world.settle(|| log.take()).await;
        world.stop();
        while tasks.join_next().await.is_some() {}
        world.report(recovered)
    })
}

/// The functions' log.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What was logged since the last time.
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut self.0.lock().unwrap())).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
