//! Logs, the correlation id that joins them, and metrics.

mod chain;
pub mod correlation;
mod init;
pub mod metrics;

pub use chain::chain;
pub use init::init;
