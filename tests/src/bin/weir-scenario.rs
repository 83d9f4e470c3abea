//! `weir-scenario`: makes synthetic worlds and scores findings against their truth.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};
use weir_tests::scenario::run::generate;
use weir_tests::scenario::world::World;

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
    /// Folder to write to.
    #[arg(long)]
    out: PathBuf,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Generate(args) => run_generate(args),
    }
}

fn run_generate(args: Generate) -> anyhow::Result<()> {
    let mut world = World::named(&args.world)
        .with_context(|| format!("no world is called {:?}; known ones are {}", args.world, World::names()))?;
    world.seed = args.seed.unwrap_or(world.seed);
    world.days = args.days.unwrap_or(world.days);
    world.entities = args.entities.unwrap_or(world.entities);
    let (labels, rows) = generate(&world, &args.out)?;
    let days: f64 = labels.entities.iter().map(|e| e.benign_days).sum();
    eprintln!("{}: {rows} rows, {} hijacks, {days:.0} benign entity-days", world.name, labels.hijacks.len());
    Ok(())
}
