//! HTTP: the request parsed into types, the reply, and errors as replies.

mod error;
mod event;
mod fields;
mod query;
mod reply;
mod request;
mod run;

pub use error::Error;
pub use event::read_event;
pub use fields::Fields;
pub use query::Query;
pub use reply::Reply;
pub use request::{asset_id, correlation_id, event_id, fields, idempotency_key, subject, user_id};
pub use run::{answer, run};
