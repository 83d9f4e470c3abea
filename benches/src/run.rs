//! One run of a child process, and what it cost.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use wait4::Wait4;

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// User and system time, seconds.
    pub(crate) cpu: f64,
    /// Most resident memory, bytes.
    pub(crate) peak: f64,
}

/// A command to measure.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    program: std::path::PathBuf,
    arguments: Vec<std::ffi::OsString>,
}

impl Job {
    pub(crate) fn new<S: AsRef<OsStr>>(
        program: impl Into<std::path::PathBuf>,
        arguments: impl IntoIterator<Item = S>,
    ) -> Self {
        let arguments = arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
        Self { program: program.into(), arguments }
    }

    /// Runs it to its end.
    ///
    /// The kernel hands the peak of this process down to the child, so this one must stay small.
    pub(crate) fn cost(&self) -> Result<Cost> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().with_context(|| format!("cannot run {}", self.program.display()))?;
        let ended = child.wait4()?;
        ensure!(ended.status.success(), "{} failed: {}", self.program.display(), ended.status);
        let used = ended.rusage;
        Ok(Cost { cpu: (used.utime + used.stime).as_secs_f64(), peak: used.maxrss as f64 })
    }

    /// Runs it to its end and gives what it printed.
    pub(crate) fn output(&self) -> Result<String> {
        let output = Command::new(&self.program).args(&self.arguments).stderr(Stdio::null()).output()?;
        ensure!(output.status.success(), "{} failed: {}", self.program.display(), output.status);
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// Runs all jobs in turn, round after round; each one's costs.
pub(crate) fn interleaved(jobs: &[Job], rounds: usize) -> Result<Vec<Vec<Cost>>> {
    let mut costs = vec![Vec::new(); jobs.len()];
    for _ in 0..rounds.max(1) {
        for (job, costs) in jobs.iter().zip(&mut costs) {
            costs.push(job.cost()?);
        }
    }
    Ok(costs)
}

/// The value in the middle.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
