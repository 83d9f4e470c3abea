//! K1: sustained egress above the usual.
//!
//! A percentile alone is an alarm clock: one bucket in ten exceeds the 90th. What is asked here, all together: most
//! buckets of the hour above their own hour's percentile, the hour above the 99th percentile and well above the 95th
//! (or far out on the log scale), and a floor in bytes. Buckets whose excess was asked for by clients of long-served
//! ports do not count: a release surge is demand, and a hijack that serves is the relay kernels' matter.
//!
//! Beside that, whatever the history: a sustained absolute rate, a sustained share of what the instance type may use
//! all the time, and the projected cost of what is unusual. Volume alone asks for low at most.

use crate::baseline::Usual;
use crate::finding::{Kernel, Learning, Severity};
use crate::kernels::Verdict;
use crate::observation::BUCKET;
use crate::settings::Settings;

/// Price of egress to the internet, USD a GB: the first tier in us-east-1 (threats.md 3).
pub const USD_PER_GB: f64 = 0.09;

/// Buckets of an hour.
const AN_HOUR: usize = 12;

/// Hours of a month.
const MONTH: f64 = 730.0;

/// Least spread on the log scale: on the steadiest host a z of 3.5 is then twice the median, not a fifth more.
const LEAST_SPREAD: f64 = 0.2;

/// How far above its peak at any hour an entity must be to be worth an alert; a peak is learned clipped.
const BEYOND_PEAK: f64 = 1.5;

/// Median bytes a bucket below which an entity is dormant: 10 kB a minute.
const DORMANT: u64 = 50_000;

/// A closed bucket.
#[derive(Clone, Copy, Debug)]
pub struct Bucket<'a> {
    /// External egress, wire bytes.
    pub egress: u64,
    /// What of it went to clients of ports that the entity has long served.
    pub demand: u64,
    /// What is usual in its hour.
    pub usual: &'a Usual,
}

/// Judges an hour.
///
/// # Shape
/// `buckets` are the last twelve that are closed, silent ones included, latest last.
///
/// # Units
/// `bandwidth` is what the instance type may use all the time, in Gbit/s
/// ([`weir_intel::inventory::Bandwidth::baseline`]).
#[must_use]
pub fn judge(buckets: &[Bucket<'_>], bandwidth: Option<f64>, settings: &Settings) -> Option<Verdict> {
    let threshold = &settings.an0084.traffic_egress_threshold;
    let window = usize::from(threshold.k_of_m.m());
    let buckets = last(buckets, AN_HOUR);
    let recent = last(buckets, window);
    let sustained = |is: &dyn Fn(&Bucket<'_>) -> bool| {
        let count = recent.iter().filter(|bucket| is(bucket)).count();
        (count >= usize::from(threshold.k_of_m.k())).then_some(count)
    };
    let hour = Hour::of(buckets);
    let mut signs = Vec::new();
    if let Some(rate) = threshold.absolute
        && let Some(count) = sustained(&|bucket| bits(bucket.egress) >= rate as f64)
    {
        signs.push(Sign {
            severity: Severity::Low,
            score: 0.5,
            fact: format!("{count} of the last {window} buckets at {} and more", rate_text(rate as f64)),
        });
    }
    if let Some(gigabits) = bandwidth.filter(|gigabits| *gigabits > 0.0) {
        let limit = gigabits * 1e9 * threshold.quota_share;
        if let Some(count) = sustained(&|bucket| bits(bucket.own()) >= limit) {
            let is_usual = hour.known > 0 && hour.sent <= hour.p95;
            signs.push(Sign {
                severity: if is_usual { Severity::Info } else { Severity::Low },
                score: 0.5,
                fact: format!(
                    "{count} of the last {window} buckets above {}, {:.0} % of what the instance type may use all the time",
                    rate_text(limit),
                    threshold.quota_share * 100.0
                ),
            });
        }
    }
    if let Some(count) = sustained(&|bucket| bucket.is_unusual(threshold.percentile)) {
        let hour = Hour::of(&leveled(buckets, threshold.percentile));
        signs.extend(cost(&hour, threshold.billing_alert));
        signs.extend(excess(&hour, count, settings));
    }
    let severity = signs.iter().map(|sign| sign.severity).max()?;
    let score = signs.iter().map(|sign| sign.score).fold(0.0, f64::max) as f32;
    Some(Verdict {
        kernel: Kernel::Volume,
        severity,
        score,
        facts: signs.into_iter().map(|sign| sign.fact).collect(),
    })
}

/// One reason to speak.
struct Sign {
    severity: Severity,
    score: f64,
    fact: String,
}

/// Sums of the buckets whose usual is known.
#[derive(Default)]
struct Hour {
    known: u64,
    sent: u64,
    own: u64,
    excess: u64,
    p50: u64,
    p90: u64,
    p95: u64,
    p99: u64,
    peak: u64,
    learning: bool,
    dormant: bool,
}

impl Hour {
    fn of(buckets: &[Bucket<'_>]) -> Self {
        let mut hour = Self { dormant: true, ..Self::default() };
        for bucket in buckets.iter().filter(|bucket| bucket.usual.is_known()) {
            let facts = &bucket.usual.facts;
            hour.known += 1;
            for (sum, value) in [
                (&mut hour.sent, bucket.egress),
                (&mut hour.own, bucket.own()),
                (&mut hour.excess, bucket.egress.saturating_sub(facts.p95).min(bucket.own())),
                (&mut hour.p50, facts.p50),
                (&mut hour.p90, facts.p90),
                (&mut hour.p95, facts.p95),
                (&mut hour.p99, facts.p99),
                (&mut hour.peak, bucket.usual.peak),
            ] {
                *sum = sum.saturating_add(value);
            }
            hour.learning |= facts.state == Learning::Learning;
            hour.dormant &= facts.p50 < DORMANT;
        }
        hour
    }

    /// Robust standard deviations above the median on the log scale.
    ///
    /// The spread is taken from the upper side alone, the widest of what the three percentiles imply: a host with rare
    /// bursts has a wide one.
    fn z(&self) -> f64 {
        let median = self.log(self.p50);
        let spread = [(self.p90, 1.2816), (self.p95, 1.6449), (self.p99, 2.3263)]
            .into_iter()
            .map(|(percentile, deviations)| (self.log(percentile) - median) / deviations)
            .fold(LEAST_SPREAD, f64::max);
        (self.log(self.sent) - median) / spread
    }

    /// Logarithm of the mean of a bucket.
    fn log(&self, sum: u64) -> f64 {
        (sum as f64 / self.known.max(1) as f64).ln_1p()
    }
}

impl Bucket<'_> {
    /// Egress that no client asked for.
    const fn own(&self) -> u64 {
        self.egress.saturating_sub(self.demand)
    }

    /// Above the percentile, and at least half of the excess is the entity's own doing.
    fn is_unusual(&self, percentile: u8) -> bool {
        let facts = &self.usual.facts;
        let usual = match percentile {
            99 => facts.p99,
            95 => facts.p95,
            _ => facts.p90,
        };
        self.usual.is_known() && self.egress > usual && self.own() >= (self.egress - usual).div_ceil(2)
    }
}

/// Well above the usual: the ratio or z, above the 99th percentile, and from the floor on.
fn excess(hour: &Hour, count: usize, settings: &Settings) -> Option<Sign> {
    let threshold = &settings.an0084.traffic_egress_threshold;
    let floor = if hour.dormant { threshold.dormant_min_bytes } else { threshold.min_bytes };
    let ratio = hour.sent as f64 / hour.p95.max(1) as f64;
    let z = hour.z();
    let far = ratio >= threshold.ratio || z >= threshold.z;
    if !far || hour.own < floor || hour.sent <= hour.p99 {
        return None;
    }
    // Over the floor rather than over next to nothing: a whisper that becomes a murmur scores low.
    let tempered = hour.sent as f64 / hour.p95.max(floor).max(1) as f64;
    let score = (tempered.log2() / 4.0).clamp(0.1, 1.0);
    // What it does at some other hour, or what only peers speak against, is worth a line and no alert.
    let is_peak = hour.sent as f64 <= hour.peak as f64 * BEYOND_PEAK;
    let (severity, whose) = match (hour.learning, is_peak) {
        (true, _) => (Severity::Info, "its peers' "),
        (false, true) => (Severity::Info, "this hour's "),
        (false, false) => (Severity::Low, "its "),
    };
    Some(Sign {
        severity,
        score,
        fact: format!(
            "{:.0} MB and more left within the hour, {ratio:.1} times {whose}95th percentile and {z:.1} deviations above the \
             median; {count} of the last {} buckets above the {}th percentile",
            hour.sent as f64 / 1e6,
            threshold.k_of_m.m(),
            threshold.percentile,
        ),
    })
}

/// What the excess would cost in a month.
fn cost(hour: &Hour, alert: f64) -> Option<Sign> {
    let month = hour.excess as f64 / 1e9 * USD_PER_GB * MONTH;
    (month >= alert).then(|| Sign {
        severity: Severity::Info,
        score: 0.3,
        fact: format!(
            "{:.0} MB an hour above the 95th percentile would cost {month:.0} USD a month",
            hour.excess as f64 / 1e6
        ),
    })
}

/// The buckets cut down to what three in four of the unusual ones reach: some minutes of a bulk upload make an hour
/// large and do not sustain it.
fn leveled<'a>(buckets: &[Bucket<'a>], percentile: u8) -> Vec<Bucket<'a>> {
    let mut unusual: Vec<u64> =
        buckets.iter().filter(|bucket| bucket.is_unusual(percentile)).map(|bucket| bucket.egress).collect();
    unusual.sort_unstable();
    let level = unusual.get(unusual.len() / 4).copied().unwrap_or(u64::MAX);
    buckets
        .iter()
        .map(|bucket| {
            let egress = bucket.egress.min(level);
            Bucket { egress, demand: egress.saturating_sub(bucket.own()), usual: bucket.usual }
        })
        .collect()
}

fn last<T>(items: &[T], count: usize) -> &[T] {
    items.get(items.len().saturating_sub(count)..).unwrap_or_default()
}

/// Bits a second of a bucket.
fn bits(bytes: u64) -> f64 {
    bytes as f64 * 8_000.0 / BUCKET as f64
}

fn rate_text(bits: f64) -> String {
    format!("{:.1} Mbit/s", bits / 1e6)
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod weeks;
