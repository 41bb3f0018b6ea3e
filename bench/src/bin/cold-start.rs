//! From a function's start to its first request for an event, beside a bare function on the same runtime. Prints a Markdown table.
//!
//! `cold-start DIRECTORY`: what `cargo lambda build` has made, `hello` among it.

use std::{env::args, path::PathBuf, time::Duration};

use bench::{
    bootstrap::{Bootstrap, Start},
    median,
};
use indicatif::{ProgressBar, ProgressStyle};

/// Starts of each function, one after the other in turn, so that what the machine does besides falls on all.
const ROUNDS: usize = 31;
const FLOOR: &str = "hello";

/// The median over the rounds.
struct Median {
    wall: f64,
    cpu: f64,
}

impl Median {
    fn of(starts: &[Start]) -> Self {
        Self {
            wall: median(starts.iter().map(|start| start.wall)),
            cpu: median(starts.iter().map(|start| start.cpu)),
        }
    }
}

fn main() {
    let directory = args().nth(1).map_or_else(|| "target/lambda".into(), PathBuf::from);
    let functions = Bootstrap::all_in(&directory);
    let medians = measure(&functions);
    let floor = functions
        .iter()
        .zip(&medians)
        .find(|(function, _)| function.name == FLOOR);
    let Some((_, floor)) = floor else {
        eprintln!(
            "error: no {FLOOR} in {}: `make bench-cold-start` builds it",
            directory.display()
        );
        std::process::exit(1);
    };
    println!("| function | to the first poll, ms | times `{FLOOR}` | CPU ms | times `{FLOOR}` | binary, MB |");
    println!("|---|---|---|---|---|---|");
    for (function, Median { wall, cpu }) in functions.iter().zip(&medians) {
        let megabytes = Duration::from_micros(function.size()).as_secs_f64();
        println!(
            "| {} | {wall:.2} | {:.2} | {cpu:.2} | {:.2} | {megabytes:.1} |",
            function.name,
            wall / floor.wall,
            cpu / floor.cpu,
        );
    }
}

fn measure(functions: &[Bootstrap]) -> Vec<Median> {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rounds, {elapsed}");
    let bar = ProgressBar::new(ROUNDS as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut starts = vec![Vec::with_capacity(ROUNDS); functions.len()];
    for function in functions {
        let _ = function.start(); // from here on its file is in memory
    }
    for _ in 0..ROUNDS {
        for (function, starts) in functions.iter().zip(&mut starts) {
            starts.push(function.start());
        }
        bar.inc(1);
    }
    bar.finish();
    starts.iter().map(|starts| Median::of(starts)).collect()
}
