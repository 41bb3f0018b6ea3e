//! Logs, the correlation id that joins them, and metrics.

mod chain;
pub mod correlation;
mod log;
pub mod metrics;

pub use chain::chain;
pub(crate) use log::init;
