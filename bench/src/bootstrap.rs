//! Functions as Lambda starts them: ours are release binaries, the peers are run by their own runtimes.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use nix::{
    time::{clock_getcpuclockid, clock_gettime},
    unistd::Pid,
};

/// What Lambda sets, and the template.
const ENVIRONMENT: [(&str, &str); 24] = [
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
    ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_ACCESS_KEY_ID", "bench"),
    ("AWS_SECRET_ACCESS_KEY", "bench"),
    ("METADATA_TABLE", "metadata"),
    ("URL_TABLE", "url"),
    ("MARKERS_TABLE", "markers"),
    ("USER_COUNTERS_TABLE", "user-counters"),
    ("ASSET_COUNTERS_TABLE", "asset-counters"),
    ("COUNTER_SHARDS", "16"),
    ("GET_CONTENT_FUNCTION", "get-content"),
    ("GET_URL_FUNCTION", "get-url"),
    ("GET_VIEWS_FUNCTION", "get-views"),
    ("COUNT_VIEWS_FUNCTION", "count-views"),
    ("EVENTS_QUEUE_URL", "http://127.0.0.1/queue"),
    ("DEAD_LETTER_QUEUE_URL", "http://127.0.0.1/dead-letters"),
    ("POISON_QUEUE_URL", "http://127.0.0.1/poison"),
    ("VIEWER_TOKEN_REQUIRED", "false"),
    ("CACHE_SECONDS", "30"),
];

/// A function: how its process is started.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    /// The function's name, as the binary's in the workspace.
    pub name: String,
    command: Vec<PathBuf>,
    environment: Vec<(String, String)>,
}

/// What a start took.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// From the process's creation.
    pub wall: Duration,
    /// CPU time of the process over the same span.
    pub cpu: Duration,
}

impl Bootstrap {
    /// All that `cargo lambda build` left under `directory`, sorted by name.
    #[must_use]
    pub fn all_in(directory: &Path) -> Vec<Self> {
        let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        let mut found: Vec<_> = entries
            .filter(|entry| entry.join("bootstrap").is_file())
            .map(|entry| {
                let name = entry.file_name().unwrap().to_string_lossy().into_owned();
                Self::new(name, vec![entry.join("bootstrap")])
            })
            .collect();
        found.sort_by(|left, right| left.name.cmp(&right.name));
        found
    }

    /// One of those.
    #[must_use]
    pub fn named(directory: &Path, name: &str) -> Self {
        let found = Self::all_in(directory);
        let function = found.into_iter().find(|function| function.name == name);
        function.unwrap_or_else(|| panic!("no {name} in {}: `make bench` builds it", directory.display()))
    }

    /// Something else that speaks to the Runtime API: a program and its arguments.
    #[must_use]
    pub fn new(name: String, command: Vec<PathBuf>) -> Self {
        Self {
            name,
            command,
            environment: Vec::new(),
        }
    }

    /// The same with an environment variable more.
    #[must_use]
    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.environment.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// The same under another name.
    #[must_use]
    pub fn named_as(self, name: &str) -> Self {
        let name = name.to_owned();
        Self { name, ..self }
    }

    /// The same started by `starter`, a program and its arguments.
    #[must_use]
    pub fn started_by(mut self, starter: &[&str]) -> Self {
        let starter = starter.iter().map(PathBuf::from);
        self.command = starter.chain(self.command).collect();
        self
    }

    /// Bytes of the binary.
    #[must_use]
    pub fn size(&self) -> u64 {
        fs::metadata(&self.command[0]).unwrap().len()
    }

    /// The process that Lambda would start, with its Runtime API at `runtime_api`.
    #[must_use]
    pub fn command(&self, runtime_api: SocketAddr) -> Command {
        let mut command = Command::new(&self.command[0]);
        command
            .args(&self.command[1..])
            .env_clear()
            .envs(ENVIRONMENT)
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", &self.name)
            .envs(self.environment.iter().map(|(variable, value)| (variable, value)))
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

/// CPU time that a process has used, all its threads together.
#[must_use]
pub fn cpu_time(process: u32) -> Duration {
    let process = Pid::from_raw(process.try_into().unwrap());
    clock_gettime(clock_getcpuclockid(process).unwrap()).unwrap().into()
}
