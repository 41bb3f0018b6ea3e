//! The play service: answers a play with the asset and its counts, and publishes the view.

mod asset;
mod cache;
mod catalogue;
mod counts;
mod play;
mod publisher;
mod viewers;

pub use asset::Asset;
pub use cache::Cache;
pub use catalogue::Catalogue;
pub use counts::{Counts, Reporting};
pub use play::{Services, play};
pub use publisher::{Publisher, Route};
pub use viewers::Viewers;
