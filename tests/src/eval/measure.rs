//! One world, read by everybody, scored one by one.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::vpc_flow::{Line, Lines};

use super::ablation::Variant;
use super::peers::Peers;
use super::weir::Weir;
use crate::labels::Labels;
use crate::scenario::cast::{self, Cast};
use crate::scenario::inventory::inventory;
use crate::scenario::row;
use crate::scenario::run::{lists, rows};
use crate::scenario::world::World;
use crate::score::{Alert, Score, score};

/// How one judge fared in one world.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measured {
    /// Name of the world.
    pub world: String,
    /// Its seed.
    pub seed: u64,
    /// Who judged: a variant of Weir, or a method of others.
    pub judge: String,
    /// How that went.
    pub score: Score,
}

/// Plays a world before Weir in all `variants` and, if asked, before the methods of others.
///
/// # Errors
/// Lists or inventory of the world that cannot be read, or rows that are no flow logs.
pub fn measure(world: &World, variants: &[Variant], peers: bool) -> anyhow::Result<Vec<Measured>> {
    let mut cast = cast::build(world);
    let known = known(&cast, true)?;
    let unlisted = known_without_lists(&cast)?;
    let settings = Settings::default();
    let mut weir = Weir::new(&settings, &known, &unlisted, variants);
    let mut others = peers.then(Peers::default);
    let mut reader = Lines::new(None);
    reader.read(row::header(world.layout).trim_end(), None);
    let mut clock = 0;
    rows(world, &mut cast, |now, _, text| {
        if now > clock {
            clock = now;
            weir.clock(clock * 1000)?;
        }
        let text = std::str::from_utf8(text).context("a row is no text")?;
        for line in text.lines() {
            match reader.read(line, None) {
                Line::Flow(flow) => {
                    weir.see(&flow);
                    if let Some(others) = &mut others {
                        others.see(&flow);
                    }
                }
                Line::Loss(loss) => weir.miss(&loss),
                Line::Reject(reason) => anyhow::bail!("a row was refused as {reason:?}: {line}"),
                Line::Header | Line::Blank => {}
            }
        }
        Ok(())
    })?;
    let told = weir.finish()?.into_iter().chain(others.map(Peers::finish).unwrap_or_default());
    Ok(told.map(|(judge, alerts)| judged(world, &cast.labels, judge, &alerts)).collect())
}

fn judged(world: &World, labels: &Labels, judge: String, alerts: &[Alert]) -> Measured {
    Measured { world: world.name.clone(), seed: world.seed, judge, score: score(labels, alerts) }
}

fn known_without_lists(cast: &Cast) -> anyhow::Result<Intel> {
    known(cast, false)
}

/// Inventory of a world, with its address lists or without.
fn known(cast: &Cast, listed: bool) -> anyhow::Result<Intel> {
    let mut files = vec![("inventory.json".to_owned(), inventory(&cast.hosts).to_string().into_bytes())];
    if listed {
        files.extend(lists(&cast.net).map(|(name, text)| (name.to_owned(), text.into_bytes())));
    }
    let (intel, faults) = Intel::load(files);
    anyhow::ensure!(faults.is_empty(), "what is known of the world cannot be read: {faults:?}");
    Ok(intel)
}
