//! The play service: answers a play with the asset and its view counts, and publishes the view.

mod asset;
mod cache;
mod catalogue;
mod counts;
mod dependencies;
mod handler;
mod publisher;
mod viewers;

use std::time::Duration;

pub use asset::Asset;
pub use cache::Cache;
pub use catalogue::Catalogue;
pub use counts::{Counts, Reporting};
pub use dependencies::{Dependencies, Names};
pub use handler::play;
pub use publisher::{Delivery, Publisher};
pub use viewers::Viewers;

/// The longest a play waits for metadata and URL: well under the function's own timeout, cold starts included.
pub const ASSET_LIMIT: Duration = Duration::from_secs(4);
/// The longest a play waits for the counts, which it can do without.
pub const COUNTS_LIMIT: Duration = Duration::from_secs(2);
