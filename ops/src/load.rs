//! `ops load`: plays at a fixed rate and compares what was played with what is counted.

mod api;
mod backoff;
mod bill;
mod counts;
mod plays;
mod report;

use std::{process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use futures_util::{TryStreamExt, stream};

use crate::{progress, words::counted};
pub use api::Api;
pub use counts::{Counter, Counts, Difference, Expected};
pub use plays::Played;
pub use report::Report;

/// Assets published or withdrawn at once.
const ASSETS_AT_ONCE: usize = 8;
/// The time for which a play is tried.
const PATIENCE: Duration = Duration::from_mins(1);

/// Play at a fixed rate and check that each view is counted exactly once
///
/// Plays start at the rate whether or not earlier ones are answered (up to 256 wait at once), and a latency counts from
/// the moment at which its play was due. So an API that is too slow shows as such. Each play has an Idempotency-Key and
/// is tried for a minute. At the end the counts of each asset and user are compared with the plays that were answered.
///
/// The assets and users are new ones. The assets leave the catalogue at the end, their counts stay. On a deployment a
/// load costs money, and `RequestsAlarm` may go off.
///
/// Exits with 0 if all plays were answered and all counts are exact, with 1 if not, and with 2 if it could not play.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The base URL of the API
    #[arg(long, value_name = "URL", env = "API_URL")]
    api: String,
    /// How many plays
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    plays: u32,
    /// How many users. A few of them play most
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    users: u32,
    /// How many assets. A few of them are played most
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    assets: u32,
    /// Plays per second
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// Seconds without a change after which a count that is not right is taken for wrong
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    settle: u64,
    /// Load a deployment and pay for it
    #[arg(long)]
    yes: bool,
}

/// A load.
#[derive(Debug, Clone)]
pub struct Load {
    pub plays: u32,
    pub users: usize,
    pub assets: usize,
    /// Plays per second.
    pub rate: u32,
    /// The time for which a play is tried.
    pub patience: Duration,
    /// The time without a change after which a count that is not right is taken for wrong.
    pub settle: Duration,
    /// The beginning of every id, so that no other play is in the counts.
    pub run: String,
}

impl Load {
    #[must_use]
    pub fn new(plays: u32, users: usize, assets: usize, rate: u32) -> Self {
        Self {
            plays,
            users,
            assets,
            rate,
            patience: PATIENCE,
            settle: PATIENCE,
            run: format!("load-{:08x}", fastrand::u32(..)),
        }
    }

    /// Does `work` for each asset, for a few of them at once.
    async fn for_each_asset(&self, work: impl AsyncFn(String) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let assets = stream::iter((0..self.assets).map(|rank| Ok(self.asset(rank))));
        assets
            .try_for_each_concurrent(ASSETS_AT_ONCE, |asset| work(asset))
            .await
    }

    fn asset(&self, rank: usize) -> String {
        format!("{}-a{rank}", self.run)
    }

    fn user(&self, rank: usize) -> String {
        format!("{}-u{rank}", self.run)
    }
}

/// Loads an API and prints the result.
///
/// # Errors
/// When the API is a deployment and nobody agreed to its bill, or when no asset can be published.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut load = Load::new(args.plays, args.users as usize, args.assets as usize, args.rate);
    load.settle = Duration::from_secs(args.settle);
    if !is_local(&args.api) {
        let (api, plays, dollars) = (&args.api, counted(load.plays, "play"), bill::estimate(&load));
        println!("{plays} on {api} cost about ${dollars:.2} at most, by list prices");
        if !args.yes {
            bail!("Add --yes (make load YES=1) to load a deployment");
        }
    }
    let api = Arc::new(Api::from_env(&args.api)?);
    println!(
        "{} at {} per second, all ids begin with {}",
        counted(load.plays, "play"),
        load.rate,
        load.run
    );
    let loaded = self::load(&api, load.clone()).await;
    if let Ok(report) = &loaded {
        print!("{report}");
    }
    // Whatever happened, because the catalogue is everybody's.
    let withdrawn = withdraw(&api, &load).await;
    let report = loaded?;
    withdrawn?;
    Ok(if report.is_exact() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Plays and compares.
///
/// # Errors
/// When an asset can't be published or plays are refused, as without a token that the API requires.
pub async fn load(api: &Arc<Api>, load: Load) -> anyhow::Result<Report> {
    publish(api, &load).await?;
    let bar = progress::bar(load.plays as usize, "Plays answered:");
    let tick = bar.clone();
    let played = plays::play(api, &load, move || tick.inc(1)).await?;
    bar.finish_and_clear();
    let bar = progress::bar(played.expected.counters(), "Counts that are right:");
    let watch = |right: usize| bar.set_position(right as u64);
    let differences = played.expected.compare(api, load.settle, watch).await;
    bar.finish_and_clear();
    Ok(Report {
        load,
        played,
        differences,
    })
}

/// Takes the assets of a load out of the catalogue. Their counts stay.
///
/// # Errors
/// When the API does not delete one.
pub async fn withdraw(api: &Api, load: &Load) -> anyhow::Result<()> {
    let withdrawn = load.for_each_asset(async |asset| api.withdraw(&asset).await);
    withdrawn
        .await
        .context("Failed to take an asset of the load out of the catalogue")
}

async fn publish(api: &Api, load: &Load) -> anyhow::Result<()> {
    let published = load.for_each_asset(async |asset| api.publish(&asset).await);
    published.await.context("Failed to publish an asset")
}

/// Whether an API is on this machine, where plays cost nothing.
fn is_local(url: &str) -> bool {
    let authority = url.split('/').nth(2).unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    url.starts_with("http://") && ["127.0.0.1", "localhost", "[::1]"].contains(&host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loaded_without_asking() {
        for local in [
            "http://127.0.0.1:4566/_aws/execute-api/abc",
            "http://localhost",
            "http://[::1]:4566",
        ] {
            assert!(is_local(local), "{local}");
        }
        for deployed in [
            "https://abc.execute-api.eu-west-1.amazonaws.com",
            "http://127.0.0.1.evil.example",
            "http://127.0.0.1@evil.example/",
            "https://localhost",
            "",
        ] {
            assert!(!is_local(deployed), "{deployed}");
        }
    }
}
