//! Benchmarks, and the peers that they compare with.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a benchmark that can't go on should fail"
)]

pub mod engine;
pub mod peers;
