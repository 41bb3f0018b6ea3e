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
    /// SQS accepts the message, and the sender never hears of it.
    SendAnswerLost,
    /// Lambda accepts no invocation for a while.
    LambdaDown,
    /// The queue delivers a message while it is being worked on.
    DeliveredTwice,
    /// The queue misses that a message was deleted and delivers it again after the visibility timeout.
    DeliveredAgain,
    /// The same, more than ten minutes later, when DynamoDB has forgotten the transaction's token.
    DeliveredLate,
}

/// Every kind.
pub(crate) const ALL: [Fault; 17] = [
    Fault::Throttled,
    Fault::TransactionConflict,
    Fault::ItemThrottled,
    Fault::ServerError,
    Fault::ConnectionBroken,
    Fault::AnswerLost,
    Fault::AnswerLate,
    Fault::KilledBefore,
    Fault::KilledInside,
    Fault::KilledAfter,
    Fault::TableDown,
    Fault::QueueDown,
    Fault::SendAnswerLost,
    Fault::LambdaDown,
    Fault::DeliveredTwice,
    Fault::DeliveredAgain,
    Fault::DeliveredLate,
];

/// The faults of a transaction.
pub(crate) const OF_TRANSACTIONS: &[Fault] = ALL.split_at(10).0;

/// The faults raised so far.
#[derive(Debug, Default)]
pub(crate) struct Faults([u64; ALL.len()]);

impl Faults {
    /// Raises one of `kinds` with this probability.
    pub(crate) fn draw(&mut self, kinds: &[Fault], probability: f64) -> Option<Fault> {
        if fastrand::f64() >= probability {
            return None;
        }
        let fault = fastrand::choice(kinds).copied()?;
        self.0[fault as usize] += 1;
        Some(fault)
    }

    pub(crate) fn by_kind(&self) -> Vec<(Fault, u64)> {
        ALL.into_iter().zip(self.0).collect()
    }
}
