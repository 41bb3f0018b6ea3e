//! Configuration out of the environment: a Lambda that lacks some fails at start and says what.

use std::str::FromStr;

/// An environment variable that is not set, or whose value does not parse.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Misconfigured {
    /// Not set, or set to the empty string where that means nothing.
    #[error("environment variable {0} is not set")]
    Missing(&'static str),
    /// Set to something that is not what it should be.
    #[error("environment variable {name} is {value:?}, which is not a number in its range")]
    NotANumber {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// Set to something that can't be used.
    #[error("environment variable {name} can't be used: {error}")]
    Unusable {
        /// The variable.
        name: &'static str,
        /// Why.
        error: String,
    },
}

/// The value of `name`.
///
/// # Errors
/// When it is not set, or empty.
pub fn required(name: &'static str) -> Result<String, Misconfigured> {
    optional(name).ok_or(Misconfigured::Missing(name))
}

/// The value of `name`, parsed as a number.
///
/// # Errors
/// When it is not set, or is no such number.
pub fn number<N: FromStr>(name: &'static str) -> Result<N, Misconfigured> {
    let value = required(name)?;
    value.parse().map_err(|_| Misconfigured::NotANumber { name, value })
}

/// The value of `name`, which may be empty.
///
/// # Errors
/// When it is not set.
pub fn maybe_empty(name: &'static str) -> Result<String, Misconfigured> {
    std::env::var(name).map_err(|_| Misconfigured::Missing(name))
}

/// The value of `name`; the empty string counts as not set, for that is what SAM makes of an absent value.
#[must_use]
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
