//! A function's program and its environment, as Lambda starts it.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// The variables that Lambda sets and those of the template. The access key is the function's name: so a call tells who
/// made it.
const ENVIRONMENT: [(&str, &str); 25] = [
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
    ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "fake"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "fake"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
    ("METADATA_TABLE", "metadata"),
    ("URL_TABLE", "url"),
    ("MARKERS_TABLE", "markers"),
    ("USER_COUNTERS_TABLE", "user-counters"),
    ("ASSET_COUNTERS_TABLE", "asset-counters"),
    ("RANKINGS_TABLE", "rankings"),
    ("COUNTER_SHARDS", "16"),
    ("GET_CONTENT_FUNCTION", "get-content"),
    ("GET_URL_FUNCTION", "get-url"),
    ("GET_VIEWS_FUNCTION", "get-views"),
    ("COUNT_VIEWS_FUNCTION", "count-views"),
    ("EVENTS_QUEUE_URL", "http://127.0.0.1/events"),
    ("DEAD_LETTER_QUEUE_URL", "http://127.0.0.1/dead-letters"),
    ("POISON_QUEUE_URL", "http://127.0.0.1/poison"),
    ("VIEWER_TOKEN_REQUIRED", "false"),
    ("CACHE_SECONDS", "30"),
    ("VIEW_WINDOW_MINUTES", "0"),
];

/// The timeout of a function that has no other.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A function's program and its environment.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    /// The function's name, as of the binary in the workspace.
    pub name: String,
    /// The longest invocation. Lambda ends the process then.
    pub timeout: Duration,
    command: Vec<PathBuf>,
    environment: Vec<(String, String)>,
}

impl Bootstrap {
    /// The release binary `name`, as `cargo lambda build` has left it in the workspace.
    #[must_use]
    pub fn built(name: &str) -> Self {
        let binary = directory().join(name).join("bootstrap");
        assert!(binary.is_file(), "there is no {}: build it first", binary.display());
        Self::new(name, vec![binary])
    }

    /// All release binaries, sorted by name.
    #[must_use]
    pub fn all_built() -> Vec<Self> {
        let entries = fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path());
        let functions = entries.filter(|entry| entry.join("bootstrap").is_file());
        let names = functions.map(|entry| entry.file_name().unwrap().to_string_lossy().into_owned());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names.iter().map(|name| Self::built(name)).collect()
    }

    /// Any program that speaks to the Runtime API, with its arguments.
    #[must_use]
    pub fn new(name: &str, command: Vec<PathBuf>) -> Self {
        Self {
            name: name.to_owned(),
            timeout: TIMEOUT,
            command,
            environment: Vec::new(),
        }
    }

    /// The same with another value of an environment variable.
    #[must_use]
    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.environment.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// The same with another timeout.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The same under another name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        let name = name.to_owned();
        Self { name, ..self }
    }

    /// The same, started by a program with these arguments.
    #[must_use]
    pub fn started_by(mut self, starter: &[&str]) -> Self {
        let starter = starter.iter().map(PathBuf::from);
        self.command = starter.chain(self.command).collect();
        self
    }

    /// The process that Lambda would start, with its Runtime API at `runtime_api`.
    #[must_use]
    pub fn command(&self, runtime_api: SocketAddr) -> Command {
        let mut command = Command::new(&self.command[0]);
        command
            .args(&self.command[1..])
            .env_clear()
            .envs(ENVIRONMENT)
            .env("AWS_ACCESS_KEY_ID", &self.name)
            .env("AWS_LAMBDA_FUNCTION_NAME", &self.name)
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
            .envs(self.environment.iter().map(|(variable, value)| (variable, value)));
        command
    }
}

/// The directory in which `cargo lambda build` leaves the release binaries.
fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/lambda")
}
