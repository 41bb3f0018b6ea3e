//! Starts a function's release binary as Lambda does, and sees how long it takes to ask for its first event.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// What Lambda sets, and the template. Nothing answers behind these names: a start opens no connection.
const ENVIRONMENT: [(&str, &str); 20] = [
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
    ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_ACCESS_KEY_ID", "bench"),
    ("AWS_SECRET_ACCESS_KEY", "bench"),
    ("METADATA_TABLE", "metadata"),
    ("URL_TABLE", "url"),
    ("VIEWS_TABLE", "views"),
    ("COUNTER_SHARDS", "16"),
    ("GET_CONTENT_FUNCTION", "get-content"),
    ("GET_URL_FUNCTION", "get-url"),
    ("GET_VIEWS_FUNCTION", "get-views"),
    ("COUNT_VIEWS_FUNCTION", "count-views"),
    ("EVENTS_QUEUE_URL", "http://127.0.0.1/queue"),
    ("DEAD_LETTER_QUEUE_URL", "http://127.0.0.1/dead-letters"),
    ("VIEWER_TOKEN_ISSUER", ""),
    ("CACHE_SECONDS", "30"),
];

/// A function's binary.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    /// The function's name, as the binary's in the workspace.
    pub name: String,
    path: PathBuf,
}

/// What a start took.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// From the process's creation to its first request for an event.
    pub wall: Duration,
    /// CPU time over the same span, of the main thread: the functions have one.
    pub cpu: Duration,
}

impl Bootstrap {
    /// All that `cargo lambda build` left under `directory`, sorted by name.
    #[must_use]
    pub fn all_in(directory: &Path) -> Vec<Self> {
        let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        let mut found: Vec<_> = entries
            .filter(|entry| entry.join("bootstrap").is_file())
            .map(|entry| Self {
                name: entry.file_name().unwrap().to_string_lossy().into_owned(),
                path: entry.join("bootstrap"),
            })
            .collect();
        found.sort_by(|left, right| left.name.cmp(&right.name));
        found
    }

    /// Bytes of the binary.
    #[must_use]
    pub fn size(&self) -> u64 {
        fs::metadata(&self.path).unwrap().len()
    }

    /// The process that Lambda would start, with its Runtime API at `runtime_api`.
    #[must_use]
    pub fn command(&self, runtime_api: SocketAddr) -> Command {
        let mut command = Command::new(&self.path);
        command
            .env_clear()
            .envs(ENVIRONMENT)
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", &self.name)
            .stdout(Stdio::null());
        command
    }

    /// Starts it under a Runtime API of its own, waits for the first `GET /next`, and ends it.
    #[must_use]
    pub fn start(&self) -> Start {
        let runtime_api = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut command = self.command(runtime_api.local_addr().unwrap());
        let started = Instant::now();
        let mut process = command.spawn().unwrap();
        let (poll, _) = runtime_api.accept().unwrap();
        let mut poll = BufReader::new(poll); // open until the process has ended, which would complain
        let mut request = String::new();
        poll.read_line(&mut request).unwrap();
        let wall = started.elapsed();
        let cpu = cpu_time(process.id());
        process.kill().unwrap();
        process.wait().unwrap();
        assert!(
            request.contains("/invocation/next"),
            "{} asked for {request}",
            self.name
        );
        Start { wall, cpu }
    }
}

/// CPU time of a process's main thread; see `Documentation/scheduler/sched-stats.rst` of the kernel.
#[must_use]
pub fn cpu_time(process: u32) -> Duration {
    let statistics = fs::read_to_string(format!("/proc/{process}/schedstat")).unwrap();
    let nanoseconds = statistics.split(' ').next().unwrap().parse().unwrap();
    Duration::from_nanos(nanoseconds)
}
