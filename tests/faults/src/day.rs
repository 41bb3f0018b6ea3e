//! A day without the table. Nobody but the functions does anything about it.

use std::{sync::Arc, time::Duration};

use fake_aws::Counters;
use tokio::{task::JoinSet, time::sleep};

use crate::{
    counting,
    fault::Faults,
    in_virtual_time,
    plays::{self, Plays},
    world::{TICK, World},
};

/// The time without the table.
const DAY: Duration = Duration::from_hours(24);

/// The end of the day: what was played, what is counted, and what is left for an operator.
#[derive(Debug)]
pub struct Day {
    pub played: Counters,
    pub counted: Counters,
    pub dead_letters: usize,
}

/// Plays `events` views while the table throttles or does not answer for a day, and lets the queue run empty after it.
#[must_use]
pub fn day_without_the_table(events: u64, seed: u64) -> Day {
    in_virtual_time(seed, async {
        let world = Arc::new(World::new());
        {
            let mut state = world.state.lock().unwrap();
            state.faults = Faults::none();
            state.outages.table.start(DAY);
        }
        let mut tasks = JoinSet::new();
        for _ in 0..2 {
            tasks.spawn(counting::count_batches(Arc::clone(&world)));
        }
        plays::play_simply(&world, &Plays::new(events, || ())).await;
        world.until_idle().await;
        // Every view was counted only after the day.
        assert!(!world.state.lock().unwrap().outages.table.is_on());
        world.stop();
        while let Some(task) = tasks.join_next().await {
            task.unwrap();
        }
        sleep(TICK).await;
        let played = world.state.lock().unwrap().history.played.clone();
        Day {
            played,
            counted: Counters::read(&world.engine),
            dead_letters: world.dead_letters.len(),
        }
    })
}
