//! What an operator runs: audit, recover, redrive.

pub mod recover;
pub mod redrive;
