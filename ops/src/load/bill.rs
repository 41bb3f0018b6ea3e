//! What a load costs on AWS.

use super::Load;

/// Dollars for a million plays, each counted alone, which is the most expensive way (docs/operations.md, Cost).
const PER_MILLION_PLAYS: f64 = 8.0;
/// Dollars for a million other requests: the API, one invocation, and a read or a write.
const PER_MILLION_REQUESTS: f64 = 3.0;
/// Reads of each counter. Most loads need fewer.
const READS: usize = 10;

/// About the most that a load costs, in dollars.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
pub(crate) fn estimate(load: &Load) -> f64 {
    // Each asset is published and withdrawn, its metadata and its URL.
    let changes = 4 * load.assets;
    let requests = (changes + READS * (load.assets + load.users)) as f64;
    (f64::from(load.plays) * PER_MILLION_PLAYS + requests * PER_MILLION_REQUESTS) / 1e6
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn a_million_plays_cost_what_the_runbook_says_and_the_reads_come_on_top() {
        let load = Load::new(1_000_000, 1_000, 100, 50);
        assert!((estimate(&load) - 8.034_2).abs() < 1e-6, "{}", estimate(&load));
        let runbook = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md");
        let runbook = fs::read_to_string(runbook).unwrap();
        assert!(runbook.contains("| low, each view alone | $7.5 to $8 per million plays |"));
    }
}
