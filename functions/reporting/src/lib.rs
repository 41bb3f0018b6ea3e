//! The reporting service: view counts per asset and per user. A view moves its counters exactly once.

pub mod audit;
mod budget;
mod chunk;
mod count_views;
mod counts;
mod days;
mod events_queue;
mod get_asset_days;
mod get_top_assets;
mod get_views;
mod ledger;
mod markers;
mod message;
mod poison_queue;
mod post_view;
mod rank_assets;
mod ranking;
mod rankings;
mod schema;
mod tables;
mod transaction;

pub use budget::Budget;
pub use count_views::{CountViews, Input, NotCounted};
pub use counts::{AssetCounters, Counts, DayViews, UserCounters, ViewCounts};
pub use events_queue::EventsQueue;
pub use get_asset_days::get_asset_days;
pub use get_top_assets::get_top_assets;
pub use get_views::{get_asset_views, get_user_views, get_views};
pub use ledger::{Ledger, Outcome};
pub use poison_queue::PoisonQueue;
pub use post_view::post_view;
pub use rank_assets::RankAssets;
pub use rankings::Rankings;
pub use tables::Tables;
