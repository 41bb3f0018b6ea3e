//! A share of a CPU, as Lambda gives it by memory: a control group that a process enters before it becomes the function.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process,
};

use crate::bootstrap::Bootstrap;

/// The memory that comes with one whole vCPU, in MB: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>.
const ONE_CPU: u64 = 1_769;
/// In microseconds.
const PERIOD: u64 = 20_000;

/// A control group, gone when dropped.
pub struct Quota {
    group: PathBuf,
}

impl Quota {
    /// The CPU of a function with that much memory.
    ///
    /// # Errors
    /// Where this process may make no control groups.
    pub fn of_memory(megabytes: u64) -> io::Result<Self> {
        let quota = PERIOD * megabytes / ONE_CPU;
        let name = format!("videoms-bench-{}-{megabytes}", process::id());
        let root = Path::new("/sys/fs/cgroup");
        if root.join("cgroup.controllers").exists() {
            let group = root.join(name);
            fs::create_dir(&group)?;
            fs::write(group.join("cpu.max"), format!("{quota} {PERIOD}"))?;
            Ok(Self { group })
        } else {
            let group = root.join("cpu").join(name);
            fs::create_dir(&group)?;
            fs::write(group.join("cpu.cfs_period_us"), PERIOD.to_string())?;
            fs::write(group.join("cpu.cfs_quota_us"), quota.to_string())?;
            Ok(Self { group })
        }
    }

    /// `function`, but started in the group.
    #[must_use]
    pub fn limit(&self, function: Bootstrap) -> Bootstrap {
        let enter = format!("echo $$ > {}/cgroup.procs && exec \"$0\" \"$@\"", self.group.display());
        function.started_by(&["/bin/sh", "-c", &enter])
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.group);
    }
}
