//! What Weir costs beside bare decompression, held against its goals.

mod data;
mod goals;
mod payloads;
mod run;
mod work;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// Measures `weir` and the CloudWatch path on generated flow logs, in child processes that take turns.
#[derive(Parser)]
struct Options {
    /// Lines of the large file; the small one has a fifth of them.
    #[arg(long, default_value_t = 5_000_000)]
    lines: u64,
    /// Rounds; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// The binary to measure; without it, the one beside this one.
    #[arg(long)]
    weir: Option<PathBuf>,
    /// A Python with the module `duckdb`.
    #[arg(long, default_value = "target/oracle/venv/bin/python")]
    python: PathBuf,
    /// Where the generated files are kept.
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
    #[command(subcommand)]
    child: Option<Child>,
}

/// What a child process does.
#[derive(Clone, Subcommand)]
#[command(hide = true)]
enum Child {
    /// Writes a flow log and the same lines as CloudWatch Logs payloads.
    Generate { lines: u64, file: PathBuf, payloads: PathBuf },
    /// Decompresses a file and does nothing with it.
    Inflate { file: PathBuf },
    /// Decodes and decompresses payloads and does nothing with them.
    InflatePayloads { file: PathBuf },
    /// Detects in payloads.
    DetectPayloads { file: PathBuf },
    /// Counts the windows and destinations of interfaces that are open at once.
    Live { file: PathBuf },
    /// Counts what detecting in a file allocates.
    Allocations { file: PathBuf },
}

fn main() -> Result<()> {
    let options = Options::parse();
    match &options.child {
        None => goals::run(&options),
        Some(Child::Generate { lines, file, payloads }) => data::generate(*lines, file, payloads),
        Some(Child::Inflate { file }) => work::inflate(file),
        Some(Child::InflatePayloads { file }) => work::inflate_payloads(file),
        Some(Child::DetectPayloads { file }) => work::detect_payloads(file),
        Some(Child::Live { file }) => work::live(file),
        Some(Child::Allocations { file }) => work::allocations(file, ALLOCATOR),
    }
}
