//! The mutations that the campaign must notice.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{fs, path::Path, process::Command};

/// `make mutations` runs the campaign on each. That takes minutes, so this test only keeps the patches from going stale.
#[test]
fn each_mutation_applies_to_the_code_as_it_is() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut patches = 0;
    for patch in fs::read_dir(package.join("mutations")).unwrap() {
        let patch = patch.unwrap().path();
        let mut apply = Command::new("git");
        let apply = apply
            .args(["apply", "--check"])
            .arg(&patch)
            .current_dir(package.join("../.."));
        assert!(apply.status().unwrap().success(), "{} is stale", patch.display());
        patches += 1;
    }
    assert_eq!(patches, 5);
}
