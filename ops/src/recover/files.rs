//! Reads the views in files, in directories of files and from standard input.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::{Found, find, text};

/// Finds the views in all `paths`. `-` is standard input.
///
/// # Errors
/// When a path can't be read or its compressed data is damaged.
pub fn read(paths: &[PathBuf]) -> anyhow::Result<Found> {
    let mut found = Found::default();
    for path in paths {
        add(&mut found, path).with_context(|| format!("Failed to read {}", path.display()))?;
    }
    Ok(found)
}

fn add(found: &mut Found, path: &Path) -> anyhow::Result<()> {
    if path.is_dir() {
        let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
        found.add(read(&entries.collect::<io::Result<Vec<_>>>()?)?);
        return Ok(());
    }
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes)?;
        bytes
    } else {
        fs::read(path)?
    };
    found.add(find(&text(bytes)?));
    Ok(())
}
