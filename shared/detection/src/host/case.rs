//! What the analytics look at, and what they say of one program or container.

use std::net::IpAddr;

use weir_intel::Intel;

use super::{HostState, Trace};
use crate::finding::{Actor, Remote, Role};
use crate::kernels::Verdict;
use crate::kernels::instance::Context;
use crate::observation::BUCKET;
use crate::ring::Pair;
use crate::settings::{KofM, Settings};

/// A tool of honest users matters where the host is busy this long before it starts, milliseconds.
const BEFORE: i64 = 10 * 60_000;

/// And this long after.
const AFTER: i64 = 7_200_000;

/// Everything that an analytic may look at.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The host, this bucket included.
    pub state: &'a HostState,
    /// Start of the latest bucket that is complete.
    pub bucket: i64,
    /// The settings in force.
    pub settings: &'a Settings,
    /// The catalogue, address lists, country data.
    pub intel: &'a Intel,
}

/// What an analytic says of one program or container.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// What an incident of it is about: 0 for the host's programs, else the workload of a container.
    pub about: u64,
    /// What people call that.
    pub label: Option<String>,
    /// `AN0080` to `AN0083`.
    pub analytic: &'static str,
    /// Who.
    pub actor: Actor,
    /// What is said; nothing of one that only talks.
    pub verdicts: Vec<Verdict>,
    /// What is odd beside.
    pub context: Vec<Context>,
    /// Whom it dials outside.
    pub dials: Vec<(IpAddr, u16)>,
    /// Category of the tool that it is, and whether honest users have it too.
    pub category: Option<(String, bool)>,
    /// Event time.
    pub time: i64,
    /// Bytes of the last hour, where they are counted.
    pub hour: Option<Pair>,
    /// Most that its score may be: what cannot be seen limits it.
    pub cap: f64,
}

/// What is said of a host, or of one workload of it, at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The one that says most.
    pub lead: Judged,
    /// The others.
    pub others: Vec<Actor>,
    /// Start of the bucket that it is said of.
    pub bucket: i64,
}

impl View<'_> {
    /// Whether the host's own interfaces were busy around a time, in words.
    pub fn host_busy(&self, time: i64) -> Option<String> {
        let threshold = &self.settings.an0081.traffic_rate_threshold;
        let mut bucket = crate::observation::bucket_of(time - BEFORE);
        while bucket <= self.bucket.min(time + AFTER) {
            if let Some(fact) =
                sustained(&self.state.total, bucket, threshold.rate, threshold.k_of_m, threshold.min_bytes)
            {
                return Some(format!("the host's interfaces {fact}"));
            }
            bucket += BUCKET;
        }
        None
    }

    /// Where an address is, where that is odd or a list knows it: countries by the settings, then lists.
    pub fn place(&self, ip: IpAddr) -> Option<Context> {
        let countries = &self.settings.an0080.destination_country;
        let country = self.intel.country(ip).map(|country| country.as_str().to_owned());
        if let Some(label) = self.intel.label(ip) {
            return Some(Context { weight: 0.25, fact: format!("{ip} is on a list of {label} addresses") });
        }
        let country = country?;
        let is_odd = countries.deny.contains(&country)
            || !countries.allow.is_empty() && !countries.allow.contains(&country);
        is_odd.then(|| Context { weight: 0.15, fact: format!("{ip} is in {country}") })
    }

    /// A destination as a remote of a finding; its bytes are known to the flow logs alone.
    pub fn remote(&self, ip: IpAddr, port: u16) -> Remote {
        let asn = self.intel.asn(ip);
        Remote {
            ip,
            port,
            protocol: 6,
            role: Role::Gateway,
            bytes_out: 0,
            bytes_in: 0,
            first_seen: None,
            country: self.intel.country(ip).map(|country| country.as_str().to_owned()),
            asn: asn.as_ref().map(|asn| asn.number),
            organisation: asn.and_then(|asn| asn.organisation.map(|name| super::program::short(&name))),
            label: self.intel.label(ip).map(ToOwned::to_owned),
        }
    }
}

/// Whether a trace sends at a rate in enough of the last buckets, and enough in the hour; in words.
pub(super) fn sustained(
    trace: &Trace,
    bucket: i64,
    rate: u64,
    k_of_m: KofM,
    min_bytes: u64,
) -> Option<String> {
    let least = rate / 8 * (BUCKET as u64 / 1_000);
    let over = trace.last(bucket, i64::from(k_of_m.m())).filter(|cell| cell.out >= least.max(1)).count();
    let hour = trace.hour(bucket).out;
    (over >= usize::from(k_of_m.k()) && hour >= min_bytes).then(|| {
        format!(
            "sent {:.1} MB in an hour, {over} of {} buckets at {:.1} Mbit/s or more",
            hour as f64 / 1e6,
            k_of_m.m(),
            rate as f64 / 1e6
        )
    })
}

/// Whether what comes in leaves again, over the hour up to `bucket`: bytes of both ways, and their distance as a share
/// of the larger.
pub(crate) fn relayed(trace: &Trace, bucket: i64, min_bytes: u64, tolerance: f64) -> Option<(Pair, f64)> {
    let hour = trace.hour(bucket);
    let larger = hour.out.max(hour.into);
    let apart = hour.out.abs_diff(hour.into) as f64 / larger.max(1) as f64;
    // A relay keeps at it; one exchange of files does not.
    let active = trace.last(bucket, 12).filter(|cell| {
        let larger = cell.out.max(cell.into);
        larger > 0 && cell.out.abs_diff(cell.into) as f64 <= 2.0 * tolerance * larger as f64
    });
    (hour.total() >= min_bytes && apart <= tolerance && active.count() >= 8).then_some((hour, apart))
}
