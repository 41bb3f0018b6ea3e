//! A Lambda host: runs a function's instances as processes and hands them events by the Runtime API.

mod bootstrap;
mod function;
mod instance;
mod log;

pub use bootstrap::Bootstrap;
pub use function::{Failure, Function, Outcome, Start, Usage};
pub use instance::{cpu_time, page_faults};
pub use log::Log;
