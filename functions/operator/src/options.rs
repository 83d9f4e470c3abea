//! The command line.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use weir_records::Source;

/// Operates a deployment of Weir.
///
/// Credentials, region and profile are those of the AWS CLI: environment variables, or its files.
#[derive(Debug, Parser)]
#[command(name = "weirctl", version)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Which deployment.
#[derive(Clone, Debug, Args)]
pub(crate) struct Place {
    /// The deployment's stage.
    #[arg(long, global = true, default_value = "prod")]
    pub(crate) stage: String,
    /// Region of the deployment; by default that of the profile or environment.
    #[arg(long, global = true)]
    pub(crate) region: Option<String>,
    /// Profile of the AWS CLI's files.
    #[arg(long, global = true)]
    pub(crate) profile: Option<String>,
    /// Table of the deployment; by default as the function `weir-<stage>-flow-logs` is configured.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// Topic of the deployment; by default as that function is configured.
    #[arg(long, global = true, value_name = "ARN")]
    pub(crate) topic_arn: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Teach baselines and what is known by history, without alerting.
    ///
    /// Reads a log group or a prefix of a bucket in time order, detects in a file on this machine, and puts what was
    /// learned into the deployment's table: baselines, since when an entity is there, where it pushes to, who calls
    /// what from where. Hours that the deployment saw itself are left to it. Repeating it changes nothing.
    Backfill(Backfill),
    /// Read the deployment's settings, or change them.
    #[command(subcommand)]
    Settings(Settings),
    /// Look at what the deployment has learned.
    #[command(subcommand)]
    Baseline(Baseline),
    /// Say what an incident was worth; what is planned or not useful is not told again for a while.
    Feedback(Feedback),
    /// Print what the last seven days came to, as the weekly digest says it.
    ///
    /// Reads one document an entity; nobody is told.
    Digest(Digest),
    /// Publish a marked sample finding through the real topic, and say who is subscribed.
    TestFire(TestFire),
    /// Give events that failed for good to their function again.
    ///
    /// What succeeds is removed from the queue, what fails stays. A call or record that was applied before changes
    /// nothing.
    Redrive(Redrive),
    /// Check the deployment: who is told, what arrives, what is refused, how old the lists are, what is learned.
    ///
    /// Status 1 if a check fails, 0 with warnings alone.
    Doctor(Doctor),
}

/// `weirctl settings`.
#[derive(Debug, Subcommand)]
pub(crate) enum Settings {
    /// Write the settings of a file (TOML) that differ; settings that the file does not name stay as they are.
    Push {
        /// A TOML file, the same paths as for `weir --settings`.
        file: PathBuf,
        /// Show what would change, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the settings that differ from their defaults, as such a file; status 2 if the deployment refuses one.
    Pull {
        /// Print those at their defaults too.
        #[arg(long)]
        all: bool,
    },
}

/// `weirctl baseline`.
#[derive(Debug, Subcommand)]
pub(crate) enum Baseline {
    /// What is usual for an entity, at all hours and by the hours of the week.
    Show {
        /// `i-…`, `eni-…`, or ACCOUNT/ID of another account.
        entity: String,
    },
}

/// `weirctl digest`.
#[derive(Debug, Args)]
pub(crate) struct Digest {
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub(crate) format: Form,
}

/// How something is printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// `weirctl feedback`.
#[derive(Debug, Args)]
pub(crate) struct Feedback {
    /// `finding_info.uid` of the incident, or `metadata.uid` of one of its reports.
    pub(crate) finding: String,
    /// What it was.
    #[arg(value_enum)]
    pub(crate) opinion: Opinion,
    /// Why, for who reads the suppression.
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// Until when it is not told: a date, a time, or days as `30d`; by default 7 days where it is planned, 90 where it is
    /// not useful.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Who answers for it; by default who the credentials are of.
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,
}

/// What somebody says of an incident.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Opinion {
    /// It was worth the look: it is told on.
    Useful,
    /// It was not: it is held back up to the severity that it had.
    NotUseful,
    /// It is meant to be so: the same, and for a shorter time.
    Planned,
}

impl From<Opinion> for weir_state::Opinion {
    fn from(opinion: Opinion) -> Self {
        match opinion {
            Opinion::Useful => Self::Useful,
            Opinion::NotUseful => Self::NotUseful,
            Opinion::Planned => Self::Planned,
        }
    }
}

/// `weirctl test-fire`.
#[derive(Debug, Args)]
pub(crate) struct TestFire {
    /// Severity of the sample, for subscribers that filter by it.
    #[arg(long, value_enum, default_value = "low")]
    pub(crate) severity: Level,
}

/// A severity that is published.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Level {
    Low,
    Medium,
    High,
    Critical,
}

/// `weirctl redrive`.
#[derive(Debug, Args)]
pub(crate) struct Redrive {
    /// Queue of the deployment: failed-events, failed-objects or failed-trail-objects.
    #[arg(default_value = "failed-events")]
    pub(crate) queue: String,
    /// Events at most.
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub(crate) limit: usize,
    /// Say what is in the queue, and invoke nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `weirctl doctor`.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Log groups that should be subscribed, beside the deployment's own.
    #[arg(long, value_name = "NAME")]
    pub(crate) log_group: Vec<String>,
}

/// `weirctl backfill`.
#[derive(Debug, Args)]
pub(crate) struct Backfill {
    /// A log group's name, or s3://BUCKET/PREFIX.
    pub(crate) history: String,
    /// Where history begins: a date, a time, or an age as `21d` or `12h`.
    #[arg(long, default_value = "21d", value_name = "TIME")]
    pub(crate) from: String,
    /// Where it ends, in the same forms; what is later may still be on its way to the deployment, and is left to it.
    #[arg(long, default_value = "1h", value_name = "TIME")]
    pub(crate) to: String,
    /// File that keeps what was read, so that the same command goes on where it was interrupted.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Requests a second at most; by default 100 objects, or 5 pages of a log group.
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<NonZeroU32>,
    /// What history holds: auto (decided by content), vpc-flow, cloudtrail or another source of `weir parse`.
    #[arg(long, default_value_t = Source::Auto)]
    pub(crate) source: Source,
    /// Field order of flow logs without a header; by default as the deployment is configured.
    #[arg(long, value_name = "FIELDS")]
    pub(crate) flow_format: Option<String>,
    /// Read and learn, and leave the deployment as it is.
    #[arg(long)]
    pub(crate) dry_run: bool,
}
