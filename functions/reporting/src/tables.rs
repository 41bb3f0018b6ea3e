//! The names of the three tables that counting writes.

use platform::config::{self, ConfigError};

/// One table per kind of item. Only markers expire, and assets' counters can be scanned without the rest.
#[derive(Debug, Clone)]
pub struct Tables {
    pub markers: String,
    pub user_counters: String,
    pub asset_counters: String,
}

impl Tables {
    /// `<prefix>markers`, `<prefix>user-counters` and `<prefix>asset-counters`, the template's names for a stack.
    #[must_use]
    pub fn with_prefix(prefix: &str) -> Self {
        Self {
            markers: format!("{prefix}markers"),
            user_counters: format!("{prefix}user-counters"),
            asset_counters: format!("{prefix}asset-counters"),
        }
    }

    pub(crate) const MARKERS: &str = "MARKERS_TABLE";
    pub(crate) const USER_COUNTERS: &str = "USER_COUNTERS_TABLE";
    pub(crate) const ASSET_COUNTERS: &str = "ASSET_COUNTERS_TABLE";

    /// Reads `MARKERS_TABLE`, `USER_COUNTERS_TABLE` and `ASSET_COUNTERS_TABLE`.
    ///
    /// # Errors
    /// When one of them is not set.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            markers: config::required(Self::MARKERS)?,
            user_counters: config::required(Self::USER_COUNTERS)?,
            asset_counters: config::required(Self::ASSET_COUNTERS)?,
        })
    }
}
