//! The reporting service: how often an asset, and a user, was viewed. A view moves its counters exactly once.

pub mod audit;
mod chunk;
mod count_views;
mod counts;
mod dead_letters;
mod get_views;
mod items;
mod ledger;
mod post_view;
mod transaction;

pub use count_views::{NotCounted, Work, count_views};
pub use counts::Counts;
pub use dead_letters::DeadLetters;
pub use get_views::{get_asset_views, get_user_views, get_views};
pub use ledger::{Ledger, Outcome};
pub use post_view::post_view;
