//! Recomputes the view counters from the markers and compares: `audit [--since SNAPSHOT] [--save SNAPSHOT]`, with
//! the stack's table names in the environment. Reads only; exits with 1 when a counter is wrong.
//!
//! Markers expire. From then on an audit has to start from the counters that an earlier one saved.

use std::{error::Error, fs, process::ExitCode, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use platform::aws::Clients;
use reporting::{
    Tables,
    audit::{Snapshot, audit},
};

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    let (since, save) = arguments()?;
    let base = since.map(|file| read(&file)).transpose()?.unwrap_or_default();
    let bar =
        ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {pos} items read {elapsed}")?);
    bar.enable_steady_tick(Duration::from_millis(200));
    let client = Clients::from_env()?.dynamodb();
    let found = audit(&client, &Tables::from_env()?, base, |items| {
        bar.inc(items as u64);
    })
    .await?;
    bar.finish_and_clear();
    if let Some(file) = save {
        fs::write(file, serde_json::to_string(&found.now)?)?;
    }
    for wrong in &found.differences {
        let (least, most) = wrong.should_hold.clone().into_inner();
        println!(
            "{}: holds {}, should hold {least} to {most}",
            wrong.counter, wrong.holds
        );
    }
    println!("{} markers, {} wrong counters", found.markers, found.differences.len());
    Ok(if found.differences.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The files after `--since` and `--save`.
fn arguments() -> Result<(Option<String>, Option<String>), Failure> {
    let (mut since, mut save) = (None, None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let file = words.next().ok_or_else(|| format!("{word} needs a file"))?;
        match word.as_str() {
            "--since" => since = Some(file),
            "--save" => save = Some(file),
            _ => return Err("usage: audit [--since SNAPSHOT] [--save SNAPSHOT]".into()),
        }
    }
    Ok((since, save))
}

fn read(file: &str) -> Result<Snapshot, Failure> {
    let text = fs::read_to_string(file).map_err(|error| format!("{file} can't be read: {error}"))?;
    Ok(serde_json::from_str(&text)?)
}
