//! Errors as an operator reads them.

use aws_sdk_sqs::error::ErrorMetadata;

/// An error and its causes on one line, outermost first. What AWS said is its code and its message: the SDK shows them
/// as a Rust struct.
#[must_use]
pub fn sentence(error: &anyhow::Error) -> String {
    let causes = error.chain().map(|cause| match cause.downcast_ref::<ErrorMetadata>() {
        Some(said) => said.message().or(said.code()).unwrap_or("no message").to_owned(),
        None => cause.to_string(),
    });
    causes.collect::<Vec<_>>().join(": ")
}
