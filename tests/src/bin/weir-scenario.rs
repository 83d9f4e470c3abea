//! `weir-scenario`: makes synthetic worlds and scores findings against their truth.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Parser, Subcommand};
use weir_tests::fleet::{self, cast::Size};
use weir_tests::labels::Labels;
use weir_tests::scenario::envelopes::envelopes;
use weir_tests::scenario::internet::Rotation;
use weir_tests::scenario::row::Layout;
use weir_tests::scenario::run::generate;
use weir_tests::scenario::world::World;
use weir_tests::score::{read, score, text};

#[derive(Parser)]
#[command(about = "make synthetic flow logs with known hijacks, and score findings against them")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a world: flow logs, inventory, intelligence lists and labels.
    Generate(Generate),
    /// Write the logs of a fleet of hosts: endpoints and containers, with settings and labels.
    Fleet {
        /// Seed.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Days of logs, at least 4.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(i64).range(4..))]
        days: i64,
        /// Hosts of Windows and of Linux each; there are two thirds as many Macs and a third as many nodes.
        #[arg(long, default_value_t = 120)]
        hosts: usize,
        /// Hijacks of each kind.
        #[arg(long, default_value_t = 1)]
        hijacks: usize,
        /// Folder to write to.
        #[arg(long)]
        out: PathBuf,
    },
    /// Write small Lambda event files, one per envelope.
    Envelopes {
        /// Folder to write to.
        #[arg(long)]
        out: PathBuf,
    },
    /// Score findings (JSON lines of `weir replay --format json`) against labels.
    Score {
        /// Findings, or `-` for standard input.
        findings: PathBuf,
        /// `labels.json` of the world.
        labels: PathBuf,
        /// Print JSON instead of tables.
        #[arg(long)]
        json: bool,
    },
}

#[derive(clap::Args)]
struct Generate {
    /// Name of the world.
    #[arg(long)]
    world: String,
    /// Seed; each world has its own by default.
    #[arg(long)]
    seed: Option<u64>,
    /// Days of data.
    #[arg(long)]
    days: Option<i64>,
    /// Instances, victims included.
    #[arg(long)]
    entities: Option<usize>,
    /// Share of interfaces with 600-second records.
    #[arg(long)]
    slow_share: Option<f64>,
    /// Share of instances born within the data.
    #[arg(long)]
    newborn: Option<f64>,
    /// Every large fetcher starts to push what it pulls.
    #[arg(long)]
    twins: bool,
    /// How often known services change addresses.
    #[arg(long, value_parser = ["never", "daily", "6h"])]
    rotation: Option<String>,
    /// Fields of the flow logs.
    #[arg(long, value_parser = ["v2", "v5"])]
    layout: Option<String>,
    /// Factor on the request rates of busy services.
    #[arg(long)]
    busy: Option<f64>,
    /// Place no hijack.
    #[arg(long)]
    calm: bool,
    /// Folder to write to.
    #[arg(long)]
    out: PathBuf,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Generate(args) => run_generate(args),
        Command::Fleet { seed, days, hosts, hijacks, out } => {
            let (labels, lines) = fleet::run::generate(&Size { seed, days, hosts, hijacks }, &out)?;
            let days: f64 = labels.entities.iter().map(|e| e.benign_days).sum();
            eprintln!(
                "fleet {seed}: {lines} lines, {} hijacks, {days:.0} benign host-days",
                labels.hijacks.len()
            );
            Ok(())
        }
        Command::Envelopes { out } => run_envelopes(&out),
        Command::Score { findings, labels, json } => run_score(&findings, &labels, json),
    }
}

fn run_generate(args: Generate) -> anyhow::Result<()> {
    let mut world = World::named(&args.world)
        .with_context(|| format!("no world is called {:?}; known ones are {}", args.world, World::names()))?;
    world.seed = args.seed.unwrap_or(world.seed);
    world.days = args.days.unwrap_or(world.days);
    world.entities = args.entities.unwrap_or(world.entities);
    world.slow_share = args.slow_share.unwrap_or(world.slow_share);
    world.newborn = args.newborn.unwrap_or(world.newborn);
    world.busy = args.busy.unwrap_or(world.busy);
    world.twins |= args.twins;
    world.rotation = match args.rotation.as_deref() {
        Some("never") => Rotation::Never,
        Some("daily") => Rotation::Daily,
        Some(_) => Rotation::SixHours,
        None => world.rotation,
    };
    world.layout = if args.layout.as_deref() == Some("v2") { Layout::V2 } else { world.layout };
    if args.calm {
        world.hijacks.clear();
    }
    let (labels, rows) = generate(&world, &args.out)?;
    let days: f64 = labels.entities.iter().map(|e| e.benign_days).sum();
    eprintln!("{}: {rows} rows, {} hijacks, {days:.0} benign entity-days", world.name, labels.hijacks.len());
    Ok(())
}

fn run_envelopes(out: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
    for (name, text) in envelopes()? {
        let path = out.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn run_score(findings: &Path, labels: &Path, json: bool) -> anyhow::Result<()> {
    let mut lines = String::new();
    if findings == Path::new("-") {
        std::io::stdin().read_to_string(&mut lines).context("cannot read findings from standard input")?;
    } else {
        lines =
            fs::read_to_string(findings).with_context(|| format!("cannot read {}", findings.display()))?;
    }
    let truth = fs::read_to_string(labels).with_context(|| format!("cannot read {}", labels.display()))?;
    let truth: Labels =
        serde_json::from_str(&truth).with_context(|| format!("{} holds no labels", labels.display()))?;
    let score = score(&truth, &read(&lines)?);
    let shown = if json { serde_json::to_string_pretty(&score)? + "\n" } else { text(&score) };
    Ok(std::io::stdout().write_all(shown.as_bytes())?)
}
