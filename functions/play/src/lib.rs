//! The play service: answers a play with the asset and its view counts, and publishes the view.

mod asset;
mod budget;
mod cache;
mod catalogue;
mod counts;
mod dependencies;
mod handler;
mod publisher;
mod viewers;

pub use asset::Asset;
pub use budget::{Budget, MARGIN, TIMEOUT};
pub use cache::Cache;
pub use catalogue::Catalogue;
pub use counts::{Counts, Reporting};
pub use dependencies::{Dependencies, Names};
pub use handler::play;
pub use publisher::{Delivery, Publisher};
pub use viewers::Viewers;
