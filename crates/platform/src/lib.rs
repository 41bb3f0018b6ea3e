//! The ground that every Lambda stands on: configuration, HTTP, AWS clients, telemetry.

pub mod asset_endpoints;
pub mod aws;
pub mod config;
pub mod http;
mod start;
pub mod telemetry;
mod time_left;

pub use start::start;
pub use time_left::time_left;

/// The one boxed error of the workspace, for failures that no caller decides on.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
