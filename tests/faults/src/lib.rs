//! The fault campaign: plays and counts views with the functions' own code while everything behind them fails at random,
//! and compares the plays with the counters.
//!
//! The campaign runs on one thread in virtual time. The same seed makes the same choices, and hours pass in seconds.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a campaign that can't go on should fail"
)]

mod counting;
mod day;
mod fault;
mod forgetting;
mod history;
mod log;
mod operator;
mod outage;
mod plays;
mod process;
mod repairs;
mod report;
mod transactions;
mod world;

use std::sync::Arc;

use tokio::{runtime::Builder, task::JoinSet};

pub use day::day_without_the_table;
pub use fault::Fault;
pub use repairs::{Repairs, repairs_under_faults};
pub use report::Report;

use log::Log;
use plays::Plays;
use world::World;

/// The instances that count at once.
const COUNTING: usize = 4;
/// The viewers that play at once.
const PLAYING: usize = 8;

/// Plays `events` views under faults that `seed` chooses. Calls `progress` with each view played.
#[must_use]
pub fn run(events: u64, seed: u64, progress: impl Fn() + Send + Sync + 'static) -> Report {
    in_virtual_time(seed, async {
        let (world, recovered) = play_and_count(events, progress).await;
        Report::of(&world, recovered)
    })
}

/// Runs on one thread, where hours pass in seconds and `seed` makes all choices.
fn in_virtual_time<T>(seed: u64, work: impl Future<Output = T>) -> T {
    fastrand::seed(seed);
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(work)
}

/// Plays `events` views under faults and lets all of them be counted. Returns the number of views that were recovered
/// from the log.
async fn play_and_count(events: u64, progress: impl Fn() + Send + Sync + 'static) -> (Arc<World>, u64) {
    let log = Log::default();
    let _attached = log.attach();
    let world = Arc::new(World::new());
    let plays = Arc::new(Plays::new(events, progress));
    let mut tasks = JoinSet::new();
    for _ in 0..PLAYING {
        tasks.spawn(plays::play(Arc::clone(&world), Arc::clone(&plays)));
    }
    for _ in 0..COUNTING {
        tasks.spawn(counting::count_batches(Arc::clone(&world)));
    }
    tasks.spawn(counting::count_invocations(Arc::clone(&world)));
    tasks.spawn(forgetting::forget_in_the_middle(
        Arc::clone(&world),
        Arc::clone(&plays),
        events / 2,
    ));
    while plays.are_going_on() {
        tokio::time::sleep(world::TICK).await;
    }
    let recovered = operator::clean_up(&world, || log.take()).await;
    world.stop();
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    (world, recovered)
}
