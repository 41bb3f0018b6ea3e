//! The faults of a transaction.

use std::{collections::HashSet, sync::Arc, time::Duration};

use fake_aws::{Answer, Behaviour, Call};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    fault::{Fault, OF_TRANSACTIONS},
    process::Process,
    world::{LATENCY, World},
};

/// Longer than any caller waits.
const TOO_LATE: Duration = Duration::from_mins(2);

/// Carries out a transaction of `process`, or does what a fault demands.
pub(crate) async fn answer(world: &Arc<World>, process: &Arc<Process>, call: &Call) -> Answer {
    let Some(fault) = draw(world) else {
        return world.commit(call).after(LATENCY);
    };
    if matches!(fault, Fault::KilledBefore | Fault::KilledInside | Fault::KilledAfter) {
        process.kill.notify_one();
    }
    if fault == Fault::KilledInside {
        let (world, call) = (Arc::clone(world), call.clone());
        tokio::spawn(async move {
            sleep(LATENCY).await;
            drop(world.commit(&call));
        });
    }
    let carry_out = async { world.commit(call) };
    behaviour(fault, call).apply(carry_out).await
}

fn draw(world: &World) -> Option<Fault> {
    let mut state = world.state.lock().unwrap();
    if state.outages.table.is_on() {
        // A service that is down throttles, or does not answer at all.
        return fastrand::choice([Fault::TableDown, Fault::RequestHangs]);
    }
    if state.faults.draw(&[Fault::TableDown], 0.02).is_some() {
        state.outages.table.start(Duration::from_mins(1));
    }
    state.faults.draw(OF_TRANSACTIONS, 0.1)
}

fn behaviour(fault: Fault, call: &Call) -> Behaviour {
    let instead = |answer: Answer| Behaviour::Instead(answer.after(LATENCY));
    match fault {
        Fault::TableDown | Fault::Throttled => instead(Answer::error(400, "ThrottlingException")),
        Fault::ServerError => instead(Answer::error(500, "InternalServerError")),
        Fault::TransactionConflict => instead(cancelled(call, "TransactionConflict")),
        Fault::ItemThrottled => instead(cancelled(call, "ThrottlingError")),
        Fault::ConnectionBroken => Behaviour::reset(),
        Fault::AnswerLost => Behaviour::reset_after(),
        Fault::AnswerLate => Behaviour::Delay(TOO_LATE),
        Fault::RequestHangs | Fault::KilledBefore | Fault::KilledInside => Behaviour::hang(),
        Fault::KilledAfter => Behaviour::hang_after(),
        other => unreachable!("{other:?} is not a fault of a transaction"),
    }
}

/// A cancelled transaction: one item of it, chosen at random, has this reason.
fn cancelled(call: &Call, code: &str) -> Answer {
    let items = call.json()["TransactItems"].as_array().unwrap().len();
    let culprit = fastrand::usize(..items);
    let reason = |n| json!({"Code": if n == culprit { code } else { "None" }});
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "injected",
        "CancellationReasons": (0..items).map(reason).collect::<Vec<_>>(),
    });
    Answer::now(400, body.to_string())
}

/// The ids of the markers that a transaction writes.
pub(crate) fn markers(call: &Call) -> HashSet<String> {
    let request = call.json();
    let items = request["TransactItems"].as_array().unwrap();
    let id = |item: &Value| item["Put"]["Item"]["id"]["S"].as_str().map(str::to_owned);
    items.iter().filter_map(id).collect()
}
