//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

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
}

/// `weir replay`.
#[derive(Debug, clap::Args)]
pub(crate) struct Replay {
    /// Files, folders, or `-` for standard input.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Field order of header-less custom flow logs: `${version} ${account-id} …`.
    #[arg(long)]
    pub(crate) flow_format: Option<String>,
    /// Settings file (TOML, the same paths as in SSM; see docs/settings.md).
    #[arg(long)]
    pub(crate) settings: Option<PathBuf>,
    /// One setting: PATH=VALUE, lists by comma; wins over the file.
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,
    /// Folder with tor.txt, vpn.txt, proxy.txt, country.mmdb, asn.mmdb and inventory*.json.
    #[arg(long)]
    pub(crate) intel: Option<PathBuf>,
    /// How findings are printed.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
    /// Where to write the summary as JSON.
    #[arg(long)]
    pub(crate) summary: Option<PathBuf>,
    /// Where to write refused lines.
    #[arg(long)]
    pub(crate) rejects: Option<PathBuf>,
    /// Print info findings too.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// One OCSF Detection Finding a line.
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
