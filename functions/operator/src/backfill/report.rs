//! What was learned, into the deployment and onto the screen.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::Result;
use weir_alerting::units;
use weir_detection::entity::EntityKey;
use weir_detection::finding::Learning;
use weir_detection::settings::Settings;
use weir_detection::state::DAY;
use weir_state::{EmbeddedStore, Engine, Learned, Run, Store};

use super::learner::Met;
use crate::rows;

/// Teaches the deployment; returns how many of its items changed.
pub(super) async fn teach<S: Store>(
    engine: &Engine<S>,
    lessons: &EmbeddedStore,
    met: &Met,
    run: &Run<'_>,
) -> Result<usize> {
    let mut groups = BTreeSet::new();
    let mut changed = 0;
    for entity in &met.entities {
        let taught = engine.teach(lessons, entity, run).await?;
        changed += taught.changed;
        groups.extend(taught.group);
    }
    for group in &groups {
        changed += usize::from(engine.teach_peers(lessons, group, run).await?);
    }
    for account in &met.accounts {
        changed += engine.teach_account(lessons, account, run).await?;
    }
    Ok(changed)
}

/// What a store has learned of those who were met.
pub(super) async fn learned<S: Store>(
    engine: &Engine<S>,
    met: &Met,
    run: &Run<'_>,
) -> Result<Vec<(EntityKey, Option<Learned>)>> {
    let mut found = Vec::new();
    for entity in &met.entities {
        found.push((entity.clone(), engine.learned(entity, run).await?));
    }
    Ok(found)
}

/// Who is known how well, and what is missing.
pub(super) fn print(
    learned: &[(EntityKey, Option<Learned>)],
    settings: &Settings,
    now: i64,
    out: &mut dyn Write,
) -> Result<()> {
    let mut counts = [0_usize; 4];
    let mut table = Vec::new();
    for (entity, learned) in learned {
        let name = format!("{}/{}", entity.account, entity.id);
        let Some(learned) = learned else {
            counts[3] += 1;
            let why = "counted at its own interface".to_owned();
            table.push((3, [name, "not taught".to_owned(), String::new(), String::new(), why]));
            continue;
        };
        let (rank, state) = match learned.usual.facts.state {
            Learning::Mature => (0, "mature"),
            Learning::Provisional => (1, "provisional"),
            Learning::Learning => (2, "learning"),
        };
        if let Some(count) = counts.get_mut(rank) {
            *count += 1;
        }
        let samples = u64::from(learned.all_hours.history().learned());
        let since = units::utc(learned.state.first_seen);
        table.push((
            rank,
            [name, state.to_owned(), since, units::thousands(samples), lacks(learned, settings, now)],
        ));
    }
    table.sort();
    let rows: Vec<[String; 5]> = table.into_iter().map(|(_, row)| row).collect();
    rows::write(out, ["ENTITY", "BASELINE", "SINCE", "SAMPLES", "TO COME"], &rows)?;
    let [mature, provisional, learning, untaught] = counts;
    writeln!(
        out,
        "\n{mature} mature, {provisional} provisional, {learning} learning, {untaught} not taught"
    )?;
    Ok(())
}

/// What an entity still needs before it is held against a full history of its own.
fn lacks(learned: &Learned, settings: &Settings, now: i64) -> String {
    let age = now.saturating_sub(learned.state.first_seen);
    let samples = learned.all_hours.history().learned();
    let (until, enough) = match learned.usual.facts.state {
        Learning::Mature => return String::new(),
        Learning::Provisional => (settings.baseline.mature, 300),
        Learning::Learning => (settings.baseline.warm_up, 60),
    };
    let days = (until - age).max(0) as u64;
    let days = (days > 0).then(|| format!("{} days of age", days.div_ceil(DAY as u64)));
    let more = (samples < enough).then(|| format!("{} windows with egress", enough - samples));
    days.into_iter().chain(more).collect::<Vec<_>>().join(", ")
}
