//! `faults [EVENTS [SEED]]` runs the campaign and prints the report. After it, on a smaller campaign of its own, it damages
//! counters and repairs them. It exits with 1 if a view was lost or doubled, if some kind of fault was never raised, or if
//! a repair was wrong.

use std::{env::args, error::Error, process::ExitCode};

use faults::{Repairs, Report};
use indicatif::{ProgressBar, ProgressStyle};

/// The most plays before the repairs.
const PLAYS_BEFORE_REPAIRS: u64 = 10_000;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut words = args().skip(1);
    let events = words.next().map_or(Ok(1_000_000), |word| word.parse())?;
    let seed = words.next().map_or(Ok(1), |word| word.parse())?;
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} plays, {eta} left")?;
    let bar = ProgressBar::new(events).with_style(style);
    let shown = bar.clone();
    let report = faults::run(events, seed, move || shown.inc(1));
    bar.finish_and_clear();
    print(seed, &report);
    let every_kind = report.faults.iter().all(|(_, times)| *times > 0);
    let exact = report.differences.is_empty() && report.lost == 0 && report.needless == 0;
    let repairs = exact.then(|| faults::repairs_under_faults(events.min(PLAYS_BEFORE_REPAIRS), seed));
    repairs.iter().for_each(print_repairs);
    let are_exact = repairs.is_some_and(|repairs| repairs.are_exact());
    Ok(if are_exact && every_kind {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print(seed: u64, report: &Report) {
    println!("seed {seed}: {} views played", report.events);
    println!(
        "{:>9} duplicates, {} recovered from the log",
        report.duplicates, report.recovered
    );
    println!("{:>9} views forgotten with their user", report.forgotten);
    println!(
        "{:>9} poison messages in their queue, each with a reason",
        report.poison
    );
    for (fault, times) in &report.faults {
        println!("{times:>9} {fault:?}");
    }
    println!("{:>9} days, each compared per asset", report.days);
    for difference in report.differences.iter().take(10) {
        println!("wrong: {difference:?}");
    }
    println!("{:>9} reported as failed, but counted", report.needless);
    println!("{:>9} lost\n{:>9} doubled", report.lost, report.doubled);
}

fn print_repairs(repairs: &Repairs) {
    println!("{:>9} counters damaged", repairs.damage.len());
    println!(
        "{:>9} counters right at the end, {} counters whose right value nobody can know",
        repairs.damage.len() - repairs.left.len(),
        repairs.refused.len()
    );
    println!(
        "{:>9} repairs refused because the views were too recent",
        repairs.too_early
    );
    println!(
        "{:>9} repairs refused because a view came in between, {} repairs that the table failed, \
         {} repairs in which the operator died",
        repairs.overtaken, repairs.failed, repairs.died
    );
    for difference in repairs.harmed.iter().take(10) {
        println!("wrong: after a repair: {difference:?}");
    }
}
