//! Compares two builds in one run: `compare BEFORE AFTER`, each a directory such as `target/lambda`. Prints a Markdown
//! table of a warm play's instructions and CPU time, and of a start's CPU time and page faults. Needs valgrind.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a benchmark that can't go on should fail, and counts are small"
)]

use std::{env::args, fs, path::PathBuf, time::Duration};

use bench::{
    downstream, first_poll,
    statistics::{median, median_count},
};
use fake_aws::{
    host::{Bootstrap, Function, Start},
    requests::sample_event,
};
use hyper::body::Bytes;

/// The time that each downstream takes to answer.
const ROUND_TRIP: Duration = Duration::from_millis(5);
/// Plays before a measurement. They open the connections and fill the cache.
const WARM_UP: usize = 20;
/// Plays under callgrind per build.
const COUNTED: usize = 100;
/// Plays on the clock per build, the builds in turn.
const PLAYS: usize = 1_001;
/// Starts per build, the builds in turn.
const STARTS: usize = 101;

/// The two builds of a function.
type Builds = [Bootstrap; 2];
/// A figure of both builds.
type Pair = [f64; 2];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("| | before | after | after / before |\n|---|---|---|---|");
    let server = downstream::serve(ROUND_TRIP);
    let play = builds("play", &server.url());
    let instructions = [instructions(&play[0]).await, instructions(&play[1]).await];
    row("warm play, million instructions", instructions);
    row("warm play, CPU ms", cpu(&play).await);
    let nobody = first_poll::closed_port();
    let nobody = format!("http://{}", nobody.local_addr().unwrap());
    for name in ["play", "get-content"] {
        let [cpu, faults] = starts(&builds(name, &nobody));
        row(&format!("start of {name}, CPU ms"), cpu);
        row(&format!("start of {name}, page faults"), faults);
    }
}

fn builds(name: &str, endpoint: &str) -> Builds {
    [1, 2].map(|number| {
        let directory = PathBuf::from(args().nth(number).expect("two directories: BEFORE and AFTER"));
        let build = Bootstrap::new(name, vec![directory.join(name).join("bootstrap")]);
        build.with("AWS_ENDPOINT_URL", endpoint)
    })
}

fn row(what: &str, [before, after]: Pair) {
    println!("| {what} | {before:.3} | {after:.3} | {:.3} |", after / before);
}

/// Millions of instructions of a warm play, of the user's side. Two counts have the start and the first plays in common,
/// so their difference is free of them.
async fn instructions(play: &Bootstrap) -> f64 {
    let (few, many) = (count(play, WARM_UP).await, count(play, WARM_UP + COUNTED).await);
    (many - few) / COUNTED as f64 / 1e6
}

/// All instructions of an instance that answers `plays` plays.
async fn count(play: &Bootstrap, plays: usize) -> f64 {
    let directory = tempfile::tempdir().unwrap();
    let report = directory.path().join("report");
    let output = format!("--callgrind-out-file={}", report.display());
    let callgrind = ["valgrind", "--quiet", "--tool=callgrind", &output];
    let function = Function::new(play.clone().started_by(&callgrind));
    for _ in 0..plays {
        answer(&function).await;
    }
    function.terminate().await;
    let report = fs::read_to_string(report).unwrap();
    let total = report.lines().find_map(|line| line.strip_prefix("totals: "));
    total.unwrap().parse().unwrap()
}

/// The median CPU time of a warm play.
async fn cpu(play: &Builds) -> Pair {
    let functions = play.clone().map(Function::new);
    let mut times = [Vec::new(), Vec::new()];
    for number in 0..WARM_UP + PLAYS {
        for (function, times) in functions.iter().zip(&mut times) {
            let before = function.usage();
            answer(function).await;
            if number >= WARM_UP {
                times.push(function.usage().since(before).cpu);
            }
        }
    }
    times.map(|times| median(times.into_iter()))
}

async fn answer(function: &Function) {
    let answer = function.invoke(Bytes::from(sample_event("play"))).await.json();
    assert_eq!(answer["statusCode"], 200, "{answer}");
}

/// The median CPU time and page faults of a start.
fn starts(function: &Builds) -> [Pair; 2] {
    let mut starts: [Vec<Start>; 2] = Default::default();
    for _ in 0..STARTS {
        for (function, starts) in function.iter().zip(&mut starts) {
            starts.push(first_poll::measure(function));
        }
    }
    let cpu = |starts: &Vec<Start>| median(starts.iter().map(|start| start.cpu));
    let faults = |starts: &Vec<Start>| median_count(starts.iter().map(|start| start.faults)) as f64;
    [starts.each_ref().map(cpu), starts.each_ref().map(faults)]
}
