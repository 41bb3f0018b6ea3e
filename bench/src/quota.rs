//! The share of a CPU that Lambda gives by memory. A process enters a control group and then becomes the function.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process,
};

use fake_aws::host::Bootstrap;

/// The memory in MB that comes with one whole vCPU: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>.
const ONE_CPU: u64 = 1_769;
/// The period of the quota in microseconds.
const PERIOD: u64 = 20_000;

/// A control group. It is removed when it is dropped.
pub struct Quota {
    group: PathBuf,
}

impl Quota {
    /// The CPU of a function with this memory.
    ///
    /// # Errors
    /// When this process may not create control groups.
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

    /// Starts `function` in the group.
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
