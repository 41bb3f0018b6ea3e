//! Fake AWS parts for tests and benchmarks, each written once.
//!
//! A [`Service`] answers a [`Call`] with an [`Answer`]. DynamoDB ([`Engine`]), SQS ([`Sqs`]) and Lambda ([`Lambda`]) are
//! services, and [`Cloud`] is all of them behind one endpoint, with a [`Script`] that makes calls hang, break or fail. A
//! client reaches a service in process ([`connector`]) or over a network ([`server`]). The [`host`] runs release
//! binaries.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that can't be set up should fail"
)]

mod answer;
pub mod backends;
mod behaviour;
mod call;
mod cloud;
pub mod connector;
mod counters;
mod engine;
pub mod gateway;
pub mod host;
mod lambda;
mod metered;
pub mod mutations;
mod recorder;
pub mod refusals;
pub mod requests;
mod script;
pub mod server;
mod service;
pub mod sqs;
pub mod tls;

pub use answer::{Answer, Ending};
pub use behaviour::Behaviour;
pub use call::Call;
pub use cloud::{Cloud, Latency, MAX_RECEIVES};
pub use connector::answering;
pub use counters::{Counters, Difference};
pub use engine::{Engine, TABLE};
pub use lambda::{Asynchronous, Invocation, Lambda};
pub use metered::{Capacity, Metered};
pub use recorder::Recorder;
pub use script::{Calls, Script};
pub use service::Service;
pub use sqs::{Message, Queue, Redrive, Sqs};
