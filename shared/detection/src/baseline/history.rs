//! Samples that fade, in two parts: what is settled, and what came lately.

use serde::{Deserialize, Serialize};

use crate::sketch::Sketch;
use crate::state::HOUR;

/// Samples from which the 95th percentile means something (threats.md 2.2).
pub(super) const ENOUGH: u32 = 60;

/// Parts of a half-life in which samples settle.
const PARTS: i64 = 4;

/// How far above its settled 99th percentile a sample may be learned: four such steps are a doubling.
const STEP: f64 = 1.189_207_115_002_721;

/// External egress per bucket over hours, the old counting less.
///
/// Time is cut into half-lives from the epoch on; at each border everything halves. All counts are whole and halving
/// is exact for eight half-lives, so learning and merging are commutative and associative that far back; what is older
/// counts less than a 256th of a sample.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct History {
    /// First and latest hour, hours since the epoch.
    span: Option<(i64, i64)>,
    /// Samples ever learned.
    learned: u32,
    /// Samples from before the latest quarter of a half-life.
    settled: Sketch,
    /// Samples of it.
    fresh: Sketch,
}

impl History {
    /// Learns samples of one hour; `half_life` in ms.
    pub(super) fn learn(&mut self, hour: i64, samples: impl Iterator<Item = u64>, half_life: i64) {
        let mut fresh = Sketch::default();
        let mut learned = 0_u32;
        for sample in samples {
            fresh.insert(sample);
            learned = learned.saturating_add(1);
        }
        self.merge(&Self { span: Some((hour, hour)), learned, settled: Sketch::default(), fresh }, half_life);
    }

    /// Adds another history; `half_life` in ms.
    pub(super) fn merge(&mut self, other: &Self, half_life: i64) {
        let Some((first, latest)) = other.span else { return };
        let (mine_first, mine_latest) = self.span.unwrap_or((first, latest));
        let now = latest.max(mine_latest);
        let mut other = other.clone();
        self.settle(mine_latest, now, half_life);
        other.settle(latest, now, half_life);
        self.settled.merge(&other.settled);
        self.fresh.merge(&other.fresh);
        self.learned = self.learned.saturating_add(other.learned);
        self.span = Some((mine_first.min(first), now));
    }

    /// Moves on from hour `then` to hour `now`.
    fn settle(&mut self, then: i64, now: i64, half_life: i64) {
        let hours = (half_life / HOUR).max(1);
        let part = |hour: i64| hour.saturating_mul(PARTS).div_euclid(hours);
        if part(now) > part(then) {
            let fresh = std::mem::take(&mut self.fresh);
            self.settled.merge(&fresh);
        }
        let halvings = now.div_euclid(hours).saturating_sub(then.div_euclid(hours));
        if halvings > 0 {
            self.settled.decay(0.5_f64.powi(i32::try_from(halvings).unwrap_or(i32::MAX)));
        }
    }

    /// The most that a bucket may be learned as, once enough is settled.
    ///
    /// It is 2^¼ times the 99th percentile of what was learned before the present quarter of a half-life. Whatever is
    /// fed in, what counts as usual can therefore no more than double per half-life (a fortnight by default): a
    /// hundredfold takes a ramp of three months, and a quicker one outruns the ratio over the usual. Not bounded is
    /// what is learned before sixty samples are settled, which is the entity's first days.
    #[must_use]
    pub fn ceiling(&self) -> Option<u64> {
        (self.settled.samples() >= ENOUGH).then(|| (self.settled.percentile(99) as f64 * STEP) as u64)
    }

    /// Whether `minimum` samples were learned and have not faded away since.
    #[must_use]
    pub fn has(&self, minimum: u32) -> bool {
        self.learned >= minimum && self.samples() >= minimum / 4
    }

    /// Samples that count still, each by its age.
    #[must_use]
    pub fn samples(&self) -> u32 {
        self.whole().samples()
    }

    /// Samples ever learned.
    #[must_use]
    pub const fn learned(&self) -> u32 {
        self.learned
    }

    /// Start of the first hour, ms since the epoch.
    #[must_use]
    pub fn first(&self) -> Option<i64> {
        self.span.map(|(first, _)| first.saturating_mul(HOUR))
    }

    /// Bytes of a bucket below which `percent` of what counts still lies; 0 where nothing does.
    #[must_use]
    pub fn percentile(&self, percent: u8) -> u64 {
        self.whole().percentile(percent)
    }

    /// Whether all hours of another history, of which there are some, are before this one's.
    pub(super) fn is_later_than(&self, other: &Self) -> bool {
        let first = self.span.map_or(i64::MAX, |(first, _)| first);
        other.span.is_some_and(|(_, latest)| latest < first)
    }

    /// Latest hour, hours since the epoch.
    pub(super) fn latest(&self) -> Option<i64> {
        self.span.map(|(_, latest)| latest)
    }

    /// All samples.
    pub(super) fn whole(&self) -> Sketch {
        let mut whole = self.settled.clone();
        whole.merge(&self.fresh);
        whole
    }
}
