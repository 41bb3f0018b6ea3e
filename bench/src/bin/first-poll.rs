//! The time until a function asks for its first event, beside a bare one. No connection can be opened meanwhile.

use std::net::TcpListener;

use bench::{first_poll, progress, statistics::median};
use fake_aws::host::{Bootstrap, Start};
use serde_json::json;

/// Starts per function. The functions take turns.
const STARTS: usize = 61;

fn main() {
    let nobody = format!("http://{}", closed_port());
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
            json!({"function": function.name, "wall_ms": wall, "cpu_ms": cpu, "bytes": function.size()})
        })
        .collect();
    println!("{}", json!(rows));
}

/// A port on which nobody listens. It refuses connections at once.
fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0");
    let address = listener.and_then(|listener| listener.local_addr());
    address.map_or_else(|_| "127.0.0.1:9".to_owned(), |address| address.to_string())
}
