//! One step: a batch's observations of one entity into its document, and what to say about it.

mod cell;
mod host;
mod initiator;
mod judge;
mod remotes;
mod upload;

use weir_intel::Intel;

use crate::baseline::Usual;
use crate::entity::{EntityKey, address_hash};
use crate::finding::{Finding, Group};
use crate::host::HostItem;
use crate::incident;
use crate::kernels::bucket::is_push;
use crate::observation::{BUCKET, Observations, Row, Side};
use crate::open::Admitted;
use crate::prelude::Prelude;
use crate::prevalence::Users;
use crate::settings::Settings;
use crate::state::{DAY, EntityState};

/// A bucket that ended this long ago by the entity's own records shows a scan or a flood well enough,
/// milliseconds: both directions of a conversation come within one aggregation interval.
const EARLY: i64 = 60_000;

pub use host::tell_host;

/// What a step may look at beside the entity's document.
pub struct Around<'a> {
    /// Who else of the account pushes to a destination, by its hash.
    pub users: &'a dyn Fn(u64) -> Users,
    /// What is usual for the entity in an hour since the epoch.
    pub usual: &'a dyn Fn(i64) -> Usual,
    /// What led to the instance, where calls were seen that launched or touched it.
    pub prelude: Option<&'a Prelude>,
    /// What the host behind the entity suspects, where its own logs are read.
    pub host: Option<&'a HostItem>,
    /// The settings in force.
    pub settings: &'a Settings,
    /// Address lists, inventory, country and network data.
    pub intel: &'a Intel,
}

/// What the next [`step`] will look up.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Asked {
    /// Destinations, by their hashes.
    pub destinations: Vec<u64>,
    /// Hours since the epoch.
    pub hours: Vec<i64>,
}

/// What came of a step.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is to be reported.
    pub findings: Vec<Finding>,
    /// Buckets judged.
    pub windows: u64,
    /// Destinations that the account should know this entity to push to, by their hashes.
    pub notes: Vec<u64>,
}

/// Takes a batch's observations into the document.
///
/// Order and batching of what comes in time do not matter.
pub fn admit(state: &mut EntityState, observed: &Observations) -> Admitted {
    state.info.merge(&observed.info);
    state.latest = state.latest.max(observed.latest);
    state.complete = state.complete.max(observed.complete_until.unwrap_or(0));
    state.interval = state.interval.max(observed.interval);
    state.has_flags |= observed.has_flags;
    state.has_direction |= observed.has_direction;
    state.losses = state.losses.saturating_add(observed.losses);
    if !observed.lookups.is_empty() {
        state.lookups.get_or_insert_default().admit(&observed.lookups);
    }
    state.open.admit(observed, state.closed)
}

/// What the next [`step`] will look up beside the document.
pub fn asked(state: &EntityState, settings: &Settings) -> Asked {
    let horizon = horizon(state, settings);
    let mut asked = Asked::default();
    for (start, bucket) in state.open.iter().take_while(|(start, _)| *start < horizon) {
        if let Some(hour) = state.season.lacks(start)
            && !asked.hours.contains(&hour)
        {
            asked.hours.push(hour);
        }
        let pushes = |row: &&Row| row.key.side == Side::Dialled && is_push(row.sums.payload(&row.key));
        for row in bucket.rows.iter().filter(pushes) {
            let hash = address_hash(row.key.remote);
            if !state.known.contains(hash) && !asked.destinations.contains(&hash) {
                asked.destinations.push(hash);
            }
        }
    }
    if state.open.iter().any(|(start, _)| start < horizon) {
        asked.destinations.extend(sessions(state, settings));
    }
    asked
}

/// New destinations of long conversations: whether others use them matters beyond their first day.
fn sessions(state: &EntityState, settings: &Settings) -> impl Iterator<Item = u64> {
    let reuse = &settings.an0084.reuse;
    let new = i64::from(reuse.new_days) * DAY;
    state
        .destinations
        .iter()
        .filter(move |entry| {
            state.latest - entry.first <= new
                && entry.first - state.first_seen >= DAY
                && entry.last - entry.first >= reuse.min_duration
        })
        .map(|entry| address_hash(entry.ip))
}

/// Judges every bucket that is complete, oldest first.
///
/// No clock and no randomness: the same document, settings and intelligence give the same result on
/// every machine.
pub fn step(state: &mut EntityState, key: &EntityKey, around: &Around<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let horizon = horizon(state, around.settings);
    while let Some((start, bucket)) = state.open.close(horizon) {
        state.closed = start + BUCKET;
        state.season.enter(start, around.usual);
        outcome.findings.extend(close(state, key, start, around));
        judge::judge(state, key, start, &bucket, around, &mut outcome);
        outcome.windows += 1;
    }
    outcome.findings.extend(close(state, key, horizon, around));
    if let Some(time) = state.lookups.as_mut().and_then(|lookups| lookups.take_news()) {
        judge::judge_names(state, key, time, around, &mut outcome);
    }
    if state.incidents.iter().all(|have| have.group != Group::Reachability) {
        let ended = state.latest.saturating_sub(EARLY + BUCKET);
        let ended = state.open.iter().take_while(|(start, _)| *start <= ended);
        for (start, bucket) in ended.map(|(start, bucket)| (start, bucket.clone())).collect::<Vec<_>>() {
            judge::judge_early(state, key, start, &bucket, around, &mut outcome);
        }
    }
    outcome
}

/// Tells what is over by `until`, ms since the epoch, before which every bucket was judged.
fn close(state: &mut EntityState, key: &EntityKey, until: i64, around: &Around<'_>) -> Vec<Finding> {
    incident::close(state, key, until, around.host, around.settings, around.intel)
}

/// Buckets that start before this time are complete.
///
/// A vouched-for time counts at once. Otherwise an interface's records of one aggregation interval come
/// within the next one; how long that is shows before the first bucket is judged.
fn horizon(state: &EntityState, settings: &Settings) -> i64 {
    let young = state.first_seen == 0;
    let settle = if young { i64::MAX } else { state.interval.saturating_mul(2).saturating_add(60_000) };
    let settled = state.latest.saturating_sub(settle.min(settings.lateness));
    settled.max(state.complete).saturating_sub(BUCKET - 1)
}
