//! The instances that count: they take batches and invocations, die, and leave the rest to the ones that come after.

use std::{collections::HashSet, sync::Arc, time::Duration};

use aws_lambda_events::sqs::SqsBatchResponse;
use domain::View;
use fake_aws::{
    Message,
    sqs::{Batch, VISIBILITY},
};
use reporting::{Budget, CountViews, EventsQueue, Input, Ledger, NotCounted, PoisonQueue, Tables};
use tokio::{
    select,
    time::{sleep, timeout},
};

use crate::{
    fault::Fault,
    process::Process,
    world::{EVENTS_URL, POISON_URL, TICK, World},
};

/// The timeout of count-views, as in the template.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The pause of a trigger after an error. AWS documents that there is one, and no figure.
const BACK_OFF: Duration = Duration::from_mins(5);
/// The shards of an asset's counter.
pub(crate) const SHARDS: u32 = 4;

/// Takes batches from the events queue until the world is over.
pub(crate) async fn count_batches(world: Arc<World>) {
    while !world.is_over() {
        // A queue hands out small batches at low load and large ones at high load.
        let most = *fastrand::choice(&[1, 10, 100, 1_000]).unwrap();
        let batch = Batch(world.events.receive(most));
        if batch.0.is_empty() {
            sleep(TICK).await;
            continue;
        }
        let _working = world.work();
        deliver_twice(&world, &batch);
        match count_batch(&world, &batch).await {
            Ok(counted) => delete(&world, &counted),
            // Lambda slows the trigger down after an error.
            Err(_) => sleep(BACK_OFF).await,
        }
    }
}

/// Makes some messages visible while they are worked on.
fn deliver_twice(world: &World, batch: &Batch) {
    for message in &batch.0 {
        let mut state = world.state.lock().unwrap();
        if state.faults.draw(&[Fault::DeliveredTwice], 0.01).is_some() {
            state.history.duplicates += 1;
            world.events.show(message.id, Duration::ZERO);
        }
    }
}

/// Deletes messages, except for some that come again.
fn delete(world: &World, counted: &[&Message]) {
    let mut state = world.state.lock().unwrap();
    let mut done = Vec::new();
    for message in counted {
        match state.faults.draw(&[Fault::DeliveredAgain, Fault::DeliveredLate], 0.01) {
            None => done.push(message.id),
            Some(Fault::DeliveredLate) => world.events.show(message.id, Duration::from_mins(11)),
            Some(_) => world.events.show(message.id, VISIBILITY),
        }
    }
    state.history.duplicates += (counted.len() - done.len()) as u64;
    world.events.delete(done);
}

/// Invokes count-views with a batch. Returns the messages that need not come again: none if the process died or ran out
/// of time.
///
/// # Errors
/// When the function reports an error, which is for the whole batch.
async fn count_batch<'a>(world: &Arc<World>, batch: &'a Batch) -> Result<Vec<&'a Message>, NotCounted> {
    let process = Arc::default();
    let Some(response) = invoke(world, &process, &batch.event().to_string()).await else {
        return Ok(Vec::new());
    };
    let response = response.inspect_err(|_| note_needless(world, &process, &batch.0.iter().collect::<Vec<_>>()))?;
    let (counted, failed) = batch.split(&response);
    note_needless(world, &process, &failed);
    Ok(counted)
}

/// Notes the messages that are reported as failed though their views are counted.
fn note_needless(world: &World, process: &Process, failed: &[&Message]) {
    let committed = process.committed.lock().unwrap();
    let needless = failed.iter().filter(|message| is_in(&committed, &message.body));
    world.state.lock().unwrap().history.needless += needless.count() as u64;
}

/// Whether the marker of the view in a message is one of these.
fn is_in(markers: &HashSet<String>, body: &str) -> bool {
    let view = serde_json::from_str::<View>(body);
    view.is_ok_and(|view| markers.contains(&view.event_id.to_string()))
}

/// Takes asynchronous invocations until the world is over.
pub(crate) async fn count_invocations(world: Arc<World>) {
    while !world.is_over() {
        let Some(invocation) = world.lambda.asynchronous.next() else {
            sleep(TICK).await;
            continue;
        };
        let _working = world.work();
        let counted = invoke(&world, &Arc::default(), &invocation.payload).await;
        if matches!(counted, Some(Ok(_))) {
            continue;
        }
        if let Some(dead_letter) = world.lambda.asynchronous.failed(invocation) {
            world.dead_letters.send(dead_letter);
        }
    }
}

/// Runs the code of count-views in a process of its own. None if it died or ran out of time.
async fn invoke(
    world: &Arc<World>,
    process: &Arc<Process>,
    event: &str,
) -> Option<Result<SqsBatchResponse, NotCounted>> {
    let input: Input = serde_json::from_str(event).unwrap();
    let clients = world.clients(process);
    let handler = CountViews {
        ledger: Ledger::new(clients.dynamodb(), Tables::with_prefix(""), SHARDS),
        events: EventsQueue::new(clients.sqs(), EVENTS_URL.to_owned()),
        poison: PoisonQueue::new(clients.sqs(), POISON_URL.to_owned()),
    };
    let counting = Box::pin(handler.handle(input, Budget::within(TIMEOUT)));
    select! {
        biased;
        counted = timeout(TIMEOUT, counting) => counted.ok(),
        () = process.kill.notified() => None,
    }
}
