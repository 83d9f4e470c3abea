//! `weir-eval`: measures detection on worlds of many seeds, beside the methods of others.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Parser, Subcommand};
use weir_tests::eval::ablation;
use weir_tests::eval::curve::points;
use weir_tests::eval::measure::{Measured, measure};
use weir_tests::eval::tables::markdown;
use weir_tests::scenario::row::Layout;
use weir_tests::scenario::world::World;

#[derive(Parser)]
#[command(about = "measure detection on synthetic worlds of many seeds, and print tables")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play worlds before Weir, and before others if asked; print the tables.
    Run(Run),
    /// Print the tables of what `run --keep` kept.
    Tables {
        /// Files; a world that is in several counts once.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Worlds to pool; all by default.
        #[arg(long, value_delimiter = ',')]
        world: Vec<String>,
    },
    /// Measure how far one evasion can be taken: recall by degree.
    Curve {
        /// Seeds, the last one not included.
        #[arg(long, value_parser = seeds)]
        seeds: Range<u64>,
        /// Hijacks of a world.
        #[arg(long, default_value_t = 10)]
        hijacks: usize,
        /// Only what has these words in its name.
        #[arg(long, default_value = "")]
        only: String,
    },
}

#[derive(clap::Args)]
struct Run {
    /// Seeds, the last one not included.
    #[arg(long, value_parser = seeds)]
    seeds: Range<u64>,
    /// Worlds: dev, hard, calm, undeclared.
    #[arg(long, value_delimiter = ',', default_value = "dev,calm,hard")]
    world: Vec<String>,
    /// Run the methods of others on the same rows.
    #[arg(long)]
    peers: bool,
    /// Run Weir with one thing off at a time, too.
    #[arg(long)]
    ablate: bool,
    /// Share of interfaces with 600-second records.
    #[arg(long)]
    slow_share: Option<f64>,
    /// Fields of the flow logs.
    #[arg(long, value_parser = ["v2", "v5"])]
    layout: Option<String>,
    /// Days of data.
    #[arg(long)]
    days: Option<i64>,
    /// Instances, victims included.
    #[arg(long)]
    entities: Option<usize>,
    /// Append each world's scores to this file, and skip those that it holds.
    #[arg(long)]
    keep: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let text = match Cli::parse().command {
        Command::Run(run) => markdown(&run_worlds(&run)?),
        Command::Tables { files, world } => {
            let mut measured = Vec::new();
            for file in &files {
                measured.extend(kept(file)?);
            }
            measured.retain(|one| world.is_empty() || world.contains(&one.world));
            let mut seen = BTreeSet::new();
            measured.retain(|one| seen.insert((one.world.clone(), one.seed, one.judge.clone())));
            markdown(&measured)
        }
        Command::Curve { seeds, hijacks, only } => run_curve(seeds, hijacks, &only)?,
    };
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

fn run_worlds(run: &Run) -> anyhow::Result<Vec<Measured>> {
    let variants = if run.ablate { ablation::all()? } else { vec![ablation::shipped()] };
    let mut measured = match &run.keep {
        Some(file) if file.exists() => kept(file)?,
        _ => Vec::new(),
    };
    for name in &run.world {
        for seed in run.seeds.clone() {
            let world = run.world(name, seed)?;
            if measured.iter().any(|one| one.world == world.name && one.seed == world.seed) {
                continue;
            }
            let new = measure(&world, &variants, run.peers)?;
            if let Some(weir) = new.first().map(|weir| &weir.score) {
                let (found, total) = weir.kinds.get("all").map_or((0, 0), |all| (all.as_wanted, all.total));
                eprintln!(
                    "{} {}: {found} of {total} hijacks, {} false at medium over {:.0} entity-days",
                    world.name, world.seed, weir.medium.count, weir.benign_days
                );
            }
            if let Some(file) = &run.keep {
                keep(file, &new)?;
            }
            measured.extend(new);
        }
    }
    Ok(measured)
}

impl Run {
    /// A world of a seed, under a name that says what was changed in it.
    fn world(&self, name: &str, seed: u64) -> anyhow::Result<World> {
        let mut world = World::named(&format!("{name}-{seed}"))
            .with_context(|| format!("no world is called {name:?}; known ones are {}", World::names()))?;
        world.name = name.to_owned();
        world.days = self.days.unwrap_or(world.days);
        world.entities = self.entities.unwrap_or(world.entities);
        if let Some(share) = self.slow_share {
            world.slow_share = share;
            world.name += &format!(" with {:.0} % of 10-minute records", share * 100.0);
        }
        if self.layout.as_deref() == Some("v2") {
            world.layout = Layout::V2;
            world.name += " with the fields of version 2";
        }
        Ok(world)
    }
}

fn run_curve(seeds: Range<u64>, hijacks: usize, only: &str) -> anyhow::Result<String> {
    let mut rows: Vec<(&'static str, String, [usize; 3])> = Vec::new();
    for seed in seeds {
        let points = points(seed, hijacks).into_iter().filter(|point| point.what.contains(only));
        for (at, point) in points.enumerate() {
            let measured = measure(&point.world, &[ablation::shipped()], false)?;
            let Some(Measured { score, .. }) = measured.first() else { continue };
            let counts = score.kinds.get("all").map_or([0; 3], |all| [all.as_wanted, all.found, all.total]);
            let missed: Vec<String> =
                score.misses.iter().map(|miss| format!("{} {}", miss.host_kind, miss.entity)).collect();
            eprintln!("{} {}, seed {seed}: {counts:?} {}", point.what, point.degree, missed.join(", "));
            match rows.get_mut(at) {
                Some((.., sums)) => sums.iter_mut().zip(counts).for_each(|(sum, more)| *sum += more),
                None => rows.push((point.what, point.degree, counts)),
            }
        }
    }
    let mut text =
        "| what | how far | at medium or above | at low or above |\n| --- | --- | --- | --- |\n".to_owned();
    for (what, degree, [medium, low, total]) in rows {
        text += &format!("| {what} | {degree} | {medium}/{total} | {low}/{total} |\n");
    }
    Ok(text)
}

fn keep(file: &Path, measured: &[Measured]) -> anyhow::Result<()> {
    let mut lines = String::new();
    for one in measured {
        lines += &serde_json::to_string(one)?;
        lines.push('\n');
    }
    let to = OpenOptions::new().create(true).append(true).open(file);
    let written = to.and_then(|mut to| to.write_all(lines.as_bytes()));
    written.with_context(|| format!("cannot write {}", file.display()))
}

fn kept(file: &Path) -> anyhow::Result<Vec<Measured>> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let read = |(at, line): (usize, &str)| {
        serde_json::from_str(line)
            .with_context(|| format!("line {} of {} is no measurement", at + 1, file.display()))
    };
    text.lines().enumerate().map(read).collect()
}

/// `A..B`.
fn seeds(text: &str) -> Result<Range<u64>, String> {
    let parsed = text.split_once("..").and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    parsed
        .filter(|seeds: &Range<u64>| !seeds.is_empty())
        .ok_or_else(|| format!("expected seeds as 100..105, found {text:?}"))
}
