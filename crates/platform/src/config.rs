//! Settings from the environment. A Lambda that lacks one fails at start and names it.

use std::str::FromStr;

use crate::BoxError;

/// An environment variable that is missing or unusable.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("environment variable {0} is not set")]
    Missing(&'static str),
    #[error("environment variable {name} is invalid")]
    Invalid {
        name: &'static str,
        #[source]
        source: BoxError,
    },
}

/// The value of `name`, which may not be empty.
///
/// # Errors
/// [`ConfigError::Missing`] when it is not set or empty.
pub fn required(name: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or(ConfigError::Missing(name))
}

/// The value of `name`, parsed.
///
/// # Errors
/// [`ConfigError::Missing`] when it is not set, [`ConfigError::Invalid`] when it does not parse.
pub fn parsed<T: FromStr<Err: Into<BoxError>>>(name: &'static str) -> Result<T, ConfigError> {
    let value = required(name)?;
    value.parse().map_err(|error: T::Err| ConfigError::Invalid {
        name,
        source: error.into(),
    })
}

/// The value of `name`, if there is one. SAM turns an absent value into an empty string, so empty counts as absent.
#[must_use]
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
