//! The functions' log, at level ERROR.

use std::{
    io,
    mem::take,
    sync::{Arc, Mutex},
};

use tracing::{Level, subscriber::DefaultGuard};
use tracing_subscriber::{fmt, util::SubscriberInitExt};

/// The log of all functions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Receives what this thread logs until the guard is dropped.
    pub(crate) fn attach(&self) -> DefaultGuard {
        let log = self.clone();
        let subscriber = fmt()
            .json()
            .with_max_level(Level::ERROR)
            .with_writer(move || log.clone());
        subscriber.finish().set_default()
    }

    /// The lines since the last time.
    pub(crate) fn take(&self) -> String {
        String::from_utf8(take(&mut self.0.lock().unwrap())).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
