//! AWS: the SDK's clients, direct invocation of another service, and a table of asset records.

mod asset_table;
mod clients;
pub mod invoke;

pub use asset_table::{AssetTable, Page};
pub use clients::{Clients, Service, credentials_from_env};
