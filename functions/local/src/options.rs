//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use weir_records::Source;

/// Finds bandwidth hijacking (MITRE ATT&CK T1496.002) in flow logs.
#[derive(Debug, Parser)]
#[command(name = "weir", version)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read files or folders in event-time order, detect, print findings.
    Replay(Replay),
    /// Hold what is found against a file of expectations, for CI; status 3 if one is not held.
    Backtest(Backtest),
    /// Propose thresholds from history: what each value of a small grid would have told and missed.
    Tune(Tune),
    /// One finding again from its records: how its evidence adds up, and what each setting would have changed.
    Explain(Explain),
    /// Print what Weir understands, one normalised record a line.
    Parse(Parse),
    /// What each entity usually sends to the outside in five minutes.
    ///
    /// Counts external egress: accepted records that leave the interface for an address outside the private and
    /// own networks that is none of the AWS services an account works with (S3, DynamoDB and the like). An
    /// entity is an instance where the log names it, else the interface; what only passes through a NAT gateway,
    /// load balancer or endpoint counts where it starts, and as ADDRESS@INTERFACE where only the gateway logs.
    /// Every record counts as often as it is there. USD projects the total from the time that the logs span to
    /// a month of 730 hours, at 0.09 USD a GB.
    Baselines(Baselines),
    /// List the settings, or check a file of them.
    #[command(subcommand)]
    Settings(SettingsCommand),
}

/// What is read, and where its account goes; common to the commands that read logs.
#[derive(Debug, Args)]
pub(crate) struct Input {
    /// Files, folders, or `-` for standard input; gzip and zstd are recognised by content.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// What the input holds: auto (decided by content), or one source alone.
    ///
    /// One of auto, vpc-flow, sysmon, auditd, zeek, suricata, nfdump, binetflow, goflow2, macos-log, nettop,
    /// eslogger, santa, osquery, docker-stats, kubelet, falco, otlp, ocsf, prometheus, telegraf, collectd,
    /// fluent-bit, vm-connection, envelope (Lambda events alone).
    #[arg(long, default_value_t = Source::Auto)]
    pub(crate) source: Source,
    /// Field order of header-less custom flow logs: `${version} ${account-id} …`.
    #[arg(long, value_name = "FIELDS")]
    pub(crate) flow_format: Option<String>,
    /// Where to write refused lines, one JSON object each.
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Where to write the summary as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,
}

/// Settings and intelligence.
#[derive(Debug, Args)]
pub(crate) struct Tuning {
    /// Settings file (TOML, the same paths as in SSM; see `weir settings list`).
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// One setting, lists by comma; wins over the file.
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,
    /// Folder with tor.txt, tor-exit.txt, vpn.txt, proxy.txt, ip-ranges.json, country.mmdb, asn.mmdb,
    /// catalogue.toml and inventory*.json.
    #[arg(long, value_name = "DIR")]
    pub(crate) intel: Option<PathBuf>,
}

/// `weir replay`.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) tuning: Tuning,
    /// A table for people, or one OCSF Detection Finding a line.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
    /// Print info findings, suppressed ones and those of a dry run too, and in JSON the ends of incidents.
    #[arg(long)]
    pub(crate) all: bool,
    /// Where to write one page of HTML with every incident, its plots, the settings and the data's health.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// File that keeps what was learned between runs; without it a run begins from nothing.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Threads: all but one decompress files ahead. What is found is the same.
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) jobs: std::num::NonZeroUsize,
}

/// `weir backtest`.
#[derive(Debug, Args)]
pub(crate) struct Backtest {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) tuning: Tuning,
    /// What must be found and what must stay quiet (TOML or JSON; docs/backtest.md).
    #[arg(long, value_name = "FILE")]
    pub(crate) expect: PathBuf,
    /// Where to write the outcome as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
}

/// `weir tune`.
#[derive(Debug, Args)]
pub(crate) struct Tune {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) tuning: Tuning,
    /// What must not be missed, as for `weir backtest`; without it, what is told at medium and above now.
    #[arg(long, value_name = "FILE")]
    pub(crate) expect: Option<PathBuf>,
    /// Where to write the proposed settings (TOML).
    #[arg(long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
    /// Points of the grid that are stepped at a time; by default one for each processor.
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
}

/// `weir explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A file with one finding (`weir replay --format json`), or its id: finding_info.uid or metadata.uid.
    #[arg(value_name = "FINDING")]
    pub(crate) finding: String,
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) tuning: Tuning,
}

/// `weir parse`.
#[derive(Debug, Args)]
pub(crate) struct Parse {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Folder with a catalogue.toml that adds tools to the catalogue or takes some out.
    #[arg(long, value_name = "DIR")]
    pub(crate) intel: Option<PathBuf>,
    /// One JSON object a record with the attributes of OCSF 1.8, or columns for people.
    #[arg(long, value_enum, default_value = "json")]
    pub(crate) format: Format,
}

/// `weir baselines`.
#[derive(Debug, Args)]
pub(crate) struct Baselines {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) tuning: Tuning,
    /// Print each window's bytes instead.
    #[arg(long)]
    pub(crate) windows: bool,
    /// How a record that spans windows counts.
    #[arg(long, value_enum, default_value = "share")]
    pub(crate) by: By,
    /// Count silent windows too, between the first and the last record of the entity.
    #[arg(long)]
    pub(crate) zero_fill: bool,
    /// A table for people, or one JSON object a line.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// How a record that spans windows counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum By {
    /// By its share of each window's time.
    Share,
    /// Whole, in the window of its start.
    Start,
}

/// `weir settings`.
#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// Every setting with its default, what is allowed and what it means.
    List {
        /// A table for people, or one JSON object a setting.
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Name every fault of a settings file; status 2 if there is one.
    Check {
        /// A TOML file.
        file: PathBuf,
    },
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// One JSON object a line.
    Json,
}

/// The command line or the settings are wrong.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}
