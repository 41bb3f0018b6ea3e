//! What every Lambda here needs: ids, requests and replies, AWS clients, telemetry.

pub mod aws;
pub mod backend;
pub mod connector;
pub mod correlation;
pub mod env;
pub mod error;
pub mod fields;
pub mod id;
pub mod metrics;
pub mod records;
pub mod reply;
pub mod request;
pub mod serve;
pub mod text;
pub mod timestamp;
pub mod view;

pub use error::{Error, Invalid};
pub use id::{AssetId, UserId};
pub use reply::Reply;
