//! The time until a function asks for its first event, its CPU time and its page faults, beside a bare function's. Every
//! connection is refused meanwhile.
#![expect(clippy::unwrap_used, reason = "a benchmark that can't go on should fail")]

use bench::{
    first_poll, progress,
    statistics::{median, median_count},
};
use fake_aws::host::{Bootstrap, Start};
use serde_json::json;

/// Starts per function. The functions take turns.
const STARTS: usize = 61;

fn main() {
    let nobody = first_poll::closed_port();
    let nobody = format!("http://{}", nobody.local_addr().unwrap());
    let mut functions = Bootstrap::all_built();
    let play = Bootstrap::built("play").named("play, traced");
    functions.push(
        play.with("AWS_XRAY_DAEMON_ADDRESS", "169.254.79.129:2000")
            .with("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
    );
    let functions: Vec<_> = functions
        .into_iter()
        .map(|function| function.with("AWS_ENDPOINT_URL", &nobody))
        .collect();
    let mut starts: Vec<Vec<Start>> = vec![Vec::new(); functions.len()];
    let bar = progress("first poll", STARTS);
    for _ in 0..STARTS {
        for (function, starts) in functions.iter().zip(&mut starts) {
            starts.push(first_poll::measure(function));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let rows: Vec<_> = functions
        .iter()
        .zip(&starts)
        .map(|(function, starts)| {
            let wall = median(starts.iter().map(|start| start.wall));
            let cpu = median(starts.iter().map(|start| start.cpu));
            let faults = median_count(starts.iter().map(|start| start.faults));
            json!({"function": function.name, "wall_ms": wall, "cpu_ms": cpu, "faults": faults})
        })
        .collect();
    println!("{}", json!(rows));
}
