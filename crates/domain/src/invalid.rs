//! Input that breaks the contract.

/// A part of a request that breaks the contract.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("{field} {problem}")]
pub struct Invalid {
    /// The path parameter, header or body field.
    pub field: String,
    /// A stable, `snake_case` code for programs.
    pub code: &'static str,
    /// A message that continues the field's name, such as "must be 1 to 200 characters".
    pub problem: String,
}

/// The problem with a value whose field is not known yet. The message continues the field's name.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct Problem(pub String);
