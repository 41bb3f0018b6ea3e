//! The program of an operator: one file per command of `ops`.

pub mod audit;
pub mod error;
pub mod export_user;
pub mod load;
mod progress;
mod queue;
pub mod recover;
pub mod redrive;
mod words;
pub mod zipf;
