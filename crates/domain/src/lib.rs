//! The types that the services agree on. No AWS, no HTTP, no async runtime.

mod day;
mod event_id;
mod id;
mod idempotency;
mod invalid;
mod number;
mod text;
mod timestamp;
mod view;
mod view_window;

pub use day::Day;
pub use event_id::EventId;
pub use id::{AssetId, UserId};
pub use idempotency::IdempotencyKey;
pub use invalid::{Invalid, Problem};
pub use number::Number;
pub use text::Text;
pub use timestamp::Timestamp;
pub use view::{CorrelationId, View};
pub use view_window::ViewWindow;
