//! `faults [EVENTS [SEED]]` runs the campaign and prints the report. It exits with 1 if a view was lost or doubled, or if
//! some kind of fault was never raised.

use std::{env::args, error::Error, process::ExitCode};

use faults::Report;
use indicatif::{ProgressBar, ProgressStyle};

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
    Ok(if exact && every_kind {
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
    println!("{:>9} forgotten with a user in the middle", report.forgotten);
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
