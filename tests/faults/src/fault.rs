//! The kinds of faults, and the choice of one.

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// DynamoDB throttles the request.
    Throttled,
    /// DynamoDB cancels the transaction: another one holds an item.
    TransactionConflict,
    /// DynamoDB cancels the transaction: an item's partition is too hot.
    ItemThrottled,
    /// DynamoDB fails with a 500.
    ServerError,
    /// The connection breaks before the request arrives.
    ConnectionBroken,
    /// The connection breaks after the request was carried out.
    AnswerLost,
    /// The answer comes after the caller gave up.
    AnswerLate,
    /// The request hangs and is never carried out.
    RequestHangs,
    /// The process dies before its transaction.
    KilledBefore,
    /// The process dies while its transaction is under way, and the transaction is carried out.
    KilledInside,
    /// The process dies after its transaction.
    KilledAfter,
    /// DynamoDB throttles every transaction for a minute, longer than a function lives.
    TableDown,
    /// SQS accepts no message for a while.
    QueueDown,
    /// A message hangs on its way to SQS and never arrives.
    SendHangs,
    /// SQS accepts the message, and the sender never hears of it.
    SendAnswerLost,
    /// Lambda accepts no invocation for a while.
    LambdaDown,
    /// An asynchronous invocation hangs on its way to Lambda and never arrives.
    InvocationHangs,
    /// The queue delivers a message while it is being worked on.
    DeliveredTwice,
    /// The queue misses that a message was deleted and delivers it again after the visibility timeout.
    DeliveredAgain,
    /// The same, eleven minutes later.
    DeliveredLate,
}

/// Every kind.
pub(crate) const ALL: [Fault; 20] = [
    Fault::Throttled,
    Fault::TransactionConflict,
    Fault::ItemThrottled,
    Fault::ServerError,
    Fault::ConnectionBroken,
    Fault::AnswerLost,
    Fault::AnswerLate,
    Fault::RequestHangs,
    Fault::KilledBefore,
    Fault::KilledInside,
    Fault::KilledAfter,
    Fault::TableDown,
    Fault::QueueDown,
    Fault::SendHangs,
    Fault::SendAnswerLost,
    Fault::LambdaDown,
    Fault::InvocationHangs,
    Fault::DeliveredTwice,
    Fault::DeliveredAgain,
    Fault::DeliveredLate,
];

/// The faults of a transaction.
pub(crate) const OF_TRANSACTIONS: &[Fault] = ALL.split_at(11).0;

/// The faults raised so far.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    raised: [u64; ALL.len()],
    /// Whether none is raised at random.
    off: bool,
}

impl Faults {
    /// Never raises a fault.
    pub(crate) fn none() -> Self {
        Self {
            off: true,
            ..Self::default()
        }
    }

    /// Raises one of `kinds` with this probability.
    pub(crate) fn draw(&mut self, kinds: &[Fault], probability: f64) -> Option<Fault> {
        if self.off || fastrand::f64() >= probability {
            return None;
        }
        let fault = fastrand::choice(kinds).copied()?;
        self.raised[fault as usize] += 1;
        Some(fault)
    }

    pub(crate) fn by_kind(&self) -> Vec<(Fault, u64)> {
        ALL.into_iter().zip(self.raised).collect()
    }
}
