//! The functions' instances that count: they take batches, die, and leave the rest to those that come after.

use std::{collections::HashSet, sync::Arc, time::Duration};

use domain::View;
use platform::aws::Clients;
use reporting::{Budget, CountViews, EventsQueue, Input, Ledger, PoisonQueue, Tables};
use serde_json::json;
use tokio::{
    select,
    time::{sleep, timeout},
};

use crate::{
    fault::Fault,
    sqs::{Message, VISIBILITY},
    world::{Process, TICK, World},
};

/// count-views' timeout, as in the template.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Shards of an asset's counter.
pub(crate) const SHARDS: u32 = 4;

/// Works on the events queue until the world is over.
pub(crate) async fn count_batches(world: Arc<World>) {
    while !world.is_over() {
        // Small and large batches in turns, as a queue hands them out at low and at high load.
        let most = *fastrand::choice(&[1, 10, 100, 1_000]).unwrap();
        let batch = {
            let mut state = world.state.lock().unwrap();
            let batch = state.queue.receive(most);
            state.working += usize::from(!batch.is_empty());
            batch
        };
        if batch.is_empty() {
            sleep(TICK).await;
            continue;
        }
        let failures = count_batch(&world, &batch).await;
        let mut state = world.state.lock().unwrap();
        state.working -= 1;
        let Some(failures) = failures else { continue };
        let mut done = HashSet::new();
        for message in &batch {
            if failures.contains(&message.id.to_string()) {
                continue;
            }
            match state.faults.draw(&[Fault::DeliveredAgain, Fault::DeliveredLate], 0.01) {
                None => drop(done.insert(message.id)),
                Some(Fault::DeliveredLate) => state.queue.show(message.id, Duration::from_mins(11)),
                Some(_) => state.queue.show(message.id, VISIBILITY),
            }
        }
        state.history.duplicates += (batch.len() - done.len() - failures.len()) as u64;
        state.queue.delete(&done);
    }
}

/// Invokes count-views with a batch. The ids of the messages that failed; None if it died or ran out of time.
async fn count_batch(world: &Arc<World>, batch: &[Message]) -> Option<HashSet<String>> {
    for message in batch {
        let mut state = world.state.lock().unwrap();
        if state.faults.draw(&[Fault::DeliveredTwice], 0.01).is_some() {
            state.history.duplicates += 1;
            state.queue.show(message.id, Duration::ZERO);
        }
    }
    let record = |message: &Message| json!({"messageId": message.id.to_string(), "body": message.body});
    let event = json!({"Records": batch.iter().map(record).collect::<Vec<_>>()});
    let process = Arc::default();
    let response = invoke(world, &process, serde_json::from_str(&event.to_string()).unwrap()).await?;
    // An error is for the whole batch.
    let failures: HashSet<_> = match response {
        Ok(response) => response
            .batch_item_failures
            .into_iter()
            .map(|failure| failure.item_identifier)
            .collect(),
        Err(_) => batch.iter().map(|message| message.id.to_string()).collect(),
    };
    let counted = process.counted.lock().unwrap();
    let failed = batch
        .iter()
        .filter(|message| failures.contains(&message.id.to_string()));
    let needless = failed.filter(|message| marker(&message.body).is_some_and(|marker| counted.contains(&marker)));
    world.state.lock().unwrap().history.needless += needless.count() as u64;
    Some(failures)
}

/// The key of the marker of the view in a message, if there is one.
fn marker(body: &str) -> Option<String> {
    let view: View = serde_json::from_str(body).ok()?;
    Some(view.event_id.to_string())
}

/// Works on asynchronous invocations until the world is over: each is tried three times, and then a dead letter.
pub(crate) async fn count_invocations(world: Arc<World>) {
    while !world.is_over() {
        let next = {
            let mut state = world.state.lock().unwrap();
            let next = state.invocations.pop_front();
            state.working += usize::from(next.is_some());
            next
        };
        let Some((payload, tries)) = next else {
            sleep(TICK).await;
            continue;
        };
        let counted = invoke(&world, &Arc::default(), serde_json::from_str(&payload).unwrap()).await;
        let mut state = world.state.lock().unwrap();
        state.working -= 1;
        match counted {
            Some(Ok(_)) => {}
            _ if tries < 2 => state.invocations.push_back((payload, tries + 1)),
            _ => state.queue.kill(payload),
        }
    }
}

/// Runs count-views' code in a process of its own. None if it died or ran out of time.
async fn invoke(
    world: &Arc<World>,
    process: &Arc<Process>,
    work: Input,
) -> Option<Result<aws_lambda_events::sqs::SqsBatchResponse, reporting::NotCounted>> {
    let aws: Clients = world.aws(process);
    let handler = CountViews {
        ledger: Ledger::new(aws.dynamodb(), Tables::with_prefix(""), SHARDS),
        events: EventsQueue::new(aws.sqs(), "https://sqs.us-east-1.amazonaws.com/1/events".to_owned()),
        poison: PoisonQueue::new(aws.sqs(), "https://sqs.us-east-1.amazonaws.com/1/poison".to_owned()),
    };
    select! {
        biased;
        done = timeout(TIMEOUT, handler.handle(work, Budget::within(TIMEOUT))) => done.ok(),
        () = process.kill.notified() => None,
    }
}
