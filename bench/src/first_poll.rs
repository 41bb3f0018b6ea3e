//! The start of a function up to its first request for an event.

use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    process::Stdio,
    time::Instant,
};

use fake_aws::host::{Bootstrap, Start, cpu_time, page_faults};
use tokio::net::TcpSocket;

/// A port that refuses every connection at once. It stays taken for as long as the socket lives.
#[must_use]
pub fn closed_port() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    socket
}

/// Starts a function under a Runtime API of its own, waits for the first `GET /next`, and ends it.
#[must_use]
pub fn measure(function: &Bootstrap) -> Start {
    let runtime_api = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = function.command(runtime_api.local_addr().unwrap());
    let started = Instant::now();
    let mut process = command.stdout(Stdio::null()).spawn().unwrap();
    let (poll, _) = runtime_api.accept().unwrap();
    let mut poll = BufReader::new(poll);
    let mut request = String::new();
    poll.read_line(&mut request).unwrap();
    let wall = started.elapsed();
    let (cpu, faults) = (cpu_time(process.id()), page_faults(process.id()));
    // The connection stays open until the process has ended. Otherwise the function would log an error.
    process.kill().unwrap();
    process.wait().unwrap();
    let name = &function.name;
    assert!(request.contains("/invocation/next"), "{name} asked for {request}");
    Start { wall, cpu, faults }
}
