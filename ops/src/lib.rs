//! What an operator runs: audit, recover, redrive.

pub mod recover;
