//! The reporting service: view counts per asset and per user. A view moves its counters exactly once.

pub mod audit;
mod chunk;
mod count_views;
mod counts;
mod dead_letters;
mod deadline;
mod get_views;
mod ledger;
mod post_view;
mod schema;
mod tables;
mod transaction;

pub use count_views::{Input, NotCounted, count_views};
pub use counts::{AssetCounters, Counts, UserCounters, ViewCounts};
pub use dead_letters::DeadLetters;
pub use deadline::deadline;
pub use get_views::{get_asset_views, get_user_views, get_views};
pub use ledger::{Ledger, Outcome};
pub use post_view::post_view;
pub use tables::Tables;
