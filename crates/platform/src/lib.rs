//! The ground that every Lambda stands on: configuration, HTTP, AWS clients, telemetry.

pub mod asset_endpoints;
pub mod aws;
pub mod config;
pub mod http;
pub mod telemetry;

/// The one boxed error of the workspace, for failures that no caller decides on.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
