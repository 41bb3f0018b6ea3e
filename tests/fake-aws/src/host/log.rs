//! The log of an instance: everything that its process writes to stdout and stderr.

use std::{fs::File, ops::Range, os::unix::fs::FileExt, process::Stdio, sync::Arc};

use serde_json::Value;

/// A part of an instance's log.
#[derive(Debug, Clone)]
pub struct Log {
    file: Arc<File>,
    part: Range<u64>,
}

impl Log {
    /// An empty log.
    pub(super) fn create() -> Self {
        Self {
            file: Arc::new(tempfile::tempfile().unwrap()),
            part: 0..0,
        }
    }

    /// A stream that a process can write to.
    pub(super) fn stream(&self) -> Stdio {
        self.file.try_clone().unwrap().into()
    }

    /// The bytes written up to now.
    pub(super) fn len(&self) -> u64 {
        self.file.metadata().unwrap().len()
    }

    /// The part that was written since the log had `from` bytes.
    pub(super) fn since(&self, from: u64) -> Self {
        Self {
            file: Arc::clone(&self.file),
            part: from..self.len(),
        }
    }

    #[must_use]
    pub fn text(&self) -> String {
        let length = usize::try_from(self.part.end - self.part.start).unwrap();
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, self.part.start).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The lines that are JSON.
    #[must_use]
    pub fn json(&self) -> Vec<Value> {
        let text = self.text();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }
}
