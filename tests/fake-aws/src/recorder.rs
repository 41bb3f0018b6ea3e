//! A record of the calls that were made.

use std::{mem::take, sync::Mutex};

use crate::Call;

/// Records calls once it has been started. A benchmark makes too many to keep.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<Option<Vec<Call>>>);

impl Recorder {
    /// Records all further calls.
    pub fn start(&self) {
        self.0.lock().unwrap().get_or_insert_default();
    }

    /// The calls since the start or the last time.
    pub fn take(&self) -> Vec<Call> {
        self.0.lock().unwrap().as_mut().map(take).unwrap_or_default()
    }

    pub(crate) fn add(&self, call: &Call) {
        if let Some(calls) = &mut *self.0.lock().unwrap() {
            calls.push(call.clone());
        }
    }
}
