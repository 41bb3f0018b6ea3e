//! The result of a campaign.

use std::collections::HashSet;

use fake_aws::{Counters, Difference};

use crate::{fault::Fault, world::World};

/// The result of a campaign.
#[derive(Debug)]
pub struct Report {
    /// Views that were played.
    pub events: u64,
    /// Times that a view came again, in whatever way.
    pub duplicates: u64,
    /// Faults raised, by kind.
    pub faults: Vec<(Fault, u64)>,
    /// Views that reached only the log and were recovered from it.
    pub recovered: u64,
    /// Views that a user's counter held when it was deleted.
    pub forgotten: u64,
    /// Poison messages that reached their queue with a reason.
    pub poison: u64,
    /// Views that were played and not counted.
    pub lost: u64,
    /// Views that were counted more than once.
    pub doubled: u64,
    /// Messages that count-views reported as failed though it had counted their views. In the end they would be dead
    /// letters.
    pub needless: u64,
    /// The counters that are wrong, those of views per day among them.
    pub differences: Vec<Difference>,
    /// The days on which views were played.
    pub days: usize,
}

impl Report {
    /// Compares the tables and queues with the history.
    pub(crate) fn of(world: &World, recovered: u64) -> Self {
        let differences = differences(world);
        let state = world.state.lock().unwrap();
        let history = &state.history;
        let sum = |views: fn(u64, u64) -> u64| {
            let assets = differences.iter().filter(|found| found.counter.starts_with("asset#"));
            assets.map(|found| views(found.played, found.counted)).sum::<u64>()
        };
        let poison = delivered(world, &history.poison);
        Self {
            events: history.events,
            duplicates: history.duplicates,
            faults: state.faults.by_kind(),
            recovered,
            forgotten: history.forgotten.iter().map(|(_, views)| views).sum(),
            poison,
            lost: sum(u64::saturating_sub) + (history.poison.len() as u64 - poison),
            doubled: sum(|played, counted| counted.saturating_sub(played)),
            needless: history.needless,
            differences,
            days: Counters::days_of_markers(&world.engine).days(),
        }
    }
}

/// The counters that do not hold what was played, and the days that do not hold what the markers say.
pub(crate) fn differences(world: &World) -> Vec<Difference> {
    let history = &world.state.lock().unwrap().history;
    let mut played = history.played.clone();
    for (user, views) in &history.forgotten {
        played.forget(user, *views);
    }
    let mut differences = played.differences(&Counters::read(&world.engine));
    let days = Counters::read_days(&world.engine);
    differences.extend(Counters::days_of_markers(&world.engine).differences(&days));
    differences
}

/// The number of these messages that are in the poison queue with a reason.
fn delivered(world: &World, poison: &[String]) -> u64 {
    let messages = world.poison.messages();
    let with_reason = messages
        .iter()
        .filter(|message| message.attribute("reason").is_some_and(|reason| !reason.is_empty()));
    let bodies: HashSet<_> = with_reason.map(|message| &message.body).collect();
    poison.iter().filter(|body| bodies.contains(body)).count() as u64
}
