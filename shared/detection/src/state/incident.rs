//! An incident's memory: since when, what was told of it, and what would be news.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{DAY, HOUR};
use crate::entity::address_hash;
use crate::finding::{Finding, Group, Kernel, Remote, Role, Severity};
use crate::kernels::Verdict;
use crate::observation::BUCKET;
use crate::settings;

/// Pauses after the first reports of an incident before one that only tells how it went on, milliseconds; the last
/// holds from then on.
const BACK_OFF: [i64; 4] = [15 * 60_000, HOUR, 6 * HOUR, DAY];

/// Least that must have left since the last report to be worth another, bytes.
const MORE: u64 = 1_000_000_000;

/// Least that a remote must get within a bucket to be worth a report, bytes.
const MUCH: u64 = 1_000_000;

/// Remotes told that are remembered.
const REMOTES: usize = 16;

/// What is remembered of an incident.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Incident {
    /// The evidence group that it is about.
    pub group: Group,
    /// Bucket that opened it, or opened it again.
    #[serde(with = "crate::bucket_time")]
    pub opened: i64,
    /// Last bucket that was positive.
    #[serde(with = "crate::bucket_time")]
    pub last: i64,
    /// Bucket of the latest report.
    #[serde(with = "crate::bucket_time")]
    pub told: i64,
    /// Highest severity told.
    pub severity: Severity,
    /// Reports so far, but for suppressed ones.
    pub count: u32,
    /// The latest report was suppressed.
    pub hushed: bool,
    /// External bytes out since it was opened.
    pub bytes_out: u64,
    /// The same up to the last bucket that was positive.
    pub bytes_last: u64,
    /// The same at the latest report.
    bytes_told: u64,
    /// Reports since it was opened.
    reports: u32,
    /// Kernels told since it was opened, a bit each.
    kernels: u16,
    /// Remotes told since it was opened, by hash.
    remotes: Vec<u32>,
    /// How it was told, while somebody waits to hear that it is over.
    pub open: Option<Box<Headline>>,
}

/// How an incident was told.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Headline {
    /// Its id.
    pub uid: String,
    /// ATT&CK analytic.
    pub analytic: String,
    /// The kernel that carried the latest report.
    pub kernel: Kernel,
    /// Confidence of the latest report, 0 to 100.
    pub confidence: u8,
    /// Its title.
    pub title: String,
    /// Number of the latest report.
    pub number: u32,
    /// First event of its evidence, milliseconds since the epoch.
    #[serde(with = "crate::bucket_time")]
    pub start: i64,
    /// When it was opened, as it was told.
    #[serde(with = "crate::bucket_time")]
    pub created: i64,
}

/// What a bucket shows of an incident.
#[derive(Clone, Copy, Debug)]
pub struct Sign<'a> {
    /// Severity that it asks for.
    pub severity: Severity,
    /// Its start, milliseconds since the epoch.
    pub time: i64,
    /// A report of it would be suppressed.
    pub hushed: bool,
    /// What the kernels say, strongest first.
    pub verdicts: &'a [Verdict],
    /// Top remotes of the bucket.
    pub remotes: &'a [Remote],
    /// External wire bytes out of the bucket.
    pub bytes: u64,
    /// The same of the hour that ends with it.
    pub hour: u64,
}

/// Why a report is due.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum News {
    /// Nothing was told of it yet.
    First,
    /// It asks for more than was told.
    Risen,
    /// It came back after a quiet.
    Back,
    /// It was not told for as long as `incident/suppress` allows.
    Lasting,
    /// Nothing holds it back any longer.
    Released,
    /// A group of evidence shows it that did not before.
    Group(Group),
    /// A kernel of a group that was told.
    Kernel(Kernel),
    /// So many bytes left since the last report, which is as much again as before.
    Bytes(u64),
    /// Most goes to a remote that was not told.
    Remote(IpAddr),
}

impl<'a> Sign<'a> {
    /// A sign without traffic of its own.
    #[must_use]
    pub const fn of(severity: Severity, time: i64, hushed: bool, verdicts: &'a [Verdict]) -> Self {
        Self { severity, time, hushed, verdicts, remotes: &[], bytes: 0, hour: 0 }
    }

    /// Kernels that ask to be looked at.
    fn kernels(&self) -> impl Iterator<Item = Kernel> {
        self.verdicts.iter().filter(|said| said.severity >= Severity::Low).map(|said| said.kernel)
    }

    /// Remotes that the entity chose to send to. What is pulled from is as wide as the internet, and who dials in changes.
    fn sent_to(&self) -> impl Iterator<Item = &Remote> {
        self.remotes.iter().filter(|remote| matches!(remote.role, Role::Gateway | Role::Target))
    }

    /// The one of them that gets at least half.
    fn top(&self) -> Option<IpAddr> {
        let all: u64 = self.sent_to().map(|remote| remote.bytes_out).fold(0, u64::saturating_add);
        let top = self.sent_to().max_by_key(|remote| remote.bytes_out)?;
        (top.bytes_out >= MUCH && top.bytes_out >= all / 2).then_some(top.ip)
    }
}

impl News {
    /// Whether it went on as before, only more of it.
    #[must_use]
    pub const fn is_growth(self) -> bool {
        matches!(self, Self::Group(_) | Self::Kernel(_) | Self::Bytes(_) | Self::Remote(_))
    }

    /// What a reader of the report should know first; nothing of a first report.
    #[must_use]
    pub fn words(self) -> Option<String> {
        Some(match self {
            Self::First => return None,
            Self::Risen => "told again: it asks for more than before".to_owned(),
            Self::Back => "told again: it came back after a quiet".to_owned(),
            Self::Lasting => "told again: it still goes on".to_owned(),
            Self::Released => "told now: nothing holds it back any longer".to_owned(),
            Self::Group(group) => format!("told again: evidence of {} shows it too", group.name()),
            Self::Kernel(kernel) => format!("told again: the {} test shows it too", kernel.name()),
            Self::Bytes(more) => {
                format!("told again: {:.1} GB more left since the last report", more as f64 / 1e9)
            }
            Self::Remote(ip) => format!("told again: most now goes to {ip}"),
        })
    }
}

impl Incident {
    /// An incident of which nothing was told yet.
    pub const fn open(group: Group, bucket: i64) -> Self {
        Self {
            group,
            opened: bucket,
            last: bucket,
            told: bucket,
            severity: Severity::Info,
            count: 0,
            hushed: false,
            bytes_out: 0,
            bytes_last: 0,
            bytes_told: 0,
            reports: 0,
            kernels: 0,
            remotes: Vec::new(),
            open: None,
        }
    }

    /// Why a report is due of a sign, if one is.
    fn news(&self, sign: &Sign<'_>, settings: &settings::Incident) -> Option<News> {
        let reopened = sign.time - self.last >= settings.quiet;
        if self.count == 0 && !self.hushed {
            Some(News::First)
        } else if sign.severity > self.severity {
            Some(News::Risen)
        } else if reopened && sign.severity >= Severity::Medium {
            // What only asks to be looked at some day does not come back every day.
            Some(News::Back)
        } else if self.hushed && !sign.hushed {
            Some(News::Released)
        } else if sign.time - self.told >= settings.suppress {
            Some(News::Lasting)
        } else if self.open.is_some() && !reopened && self.severity >= Severity::Medium {
            self.growth(sign)
        } else {
            None
        }
    }

    /// What a reader would act on: a new group of evidence at once, all else once the back-off is over.
    fn growth(&self, sign: &Sign<'_>) -> Option<News> {
        let told = |kernel: Kernel| self.kernels & bit(kernel) != 0;
        let group_told =
            |group| Kernel::ALL.into_iter().any(|kernel| kernel.group() == group && told(kernel));
        if let Some(kernel) = sign.kernels().find(|kernel| !group_told(kernel.group())) {
            return Some(News::Group(kernel.group()));
        }
        let after = self.reports.saturating_sub(1) as usize;
        if sign.time - self.told < BACK_OFF.get(after).copied().unwrap_or(DAY) {
            return None;
        }
        let more = self.bytes_out.saturating_sub(self.bytes_told);
        let kernel = || sign.kernels().find(|kernel| !told(*kernel)).map(News::Kernel);
        let bytes = || (more >= MORE && more >= self.bytes_told).then_some(News::Bytes(more));
        let remote = || sign.top().filter(|ip| !self.remotes.contains(&print(*ip))).map(News::Remote);
        kernel().or_else(bytes).or_else(remote)
    }

    /// Takes in a sign; why a report is due of it, if one is. After a quiet the incident opens again.
    pub fn meet(&mut self, sign: &Sign<'_>, settings: &settings::Incident) -> Option<News> {
        let news = self.news(sign, settings);
        if sign.time - self.last >= settings.quiet {
            self.opened = sign.time;
            (self.reports, self.kernels, self.bytes_told) = (0, 0, 0);
            self.remotes.clear();
            self.open = None;
        }
        self.last = self.last.max(sign.time);
        if self.opened == sign.time {
            // What led to it within the hour is part of it.
            self.bytes_out = sign.bytes.max(sign.hour);
        }
        self.bytes_last = self.bytes_out;
        news
    }

    /// A report of a sign is made, at a severity that may be above what the sign asks for.
    pub fn tell(&mut self, severity: Severity, sign: &Sign<'_>) {
        (self.severity, self.told, self.hushed) = (severity, sign.time, sign.hushed);
        self.bytes_told = self.bytes_out.max(sign.hour);
        self.reports = self.reports.saturating_add(1);
        self.kernels = sign
            .kernels()
            .chain(sign.verdicts.first().map(|said| said.kernel))
            .map(bit)
            .fold(self.kernels, |all, one| all | one);
        let told = sign.sent_to().map(|remote| print(remote.ip));
        let news: Vec<u32> = told.filter(|print| !self.remotes.contains(print)).collect();
        self.remotes.extend(news);
        self.remotes.drain(..self.remotes.len().saturating_sub(REMOTES));
        if !sign.hushed {
            self.count += 1;
        }
    }

    /// Remembers how it was told, if anybody was.
    pub fn headed(&mut self, finding: &Finding) {
        if finding.is_alert() {
            let start = self.open.as_ref().map_or(finding.start, |before| before.start.min(finding.start));
            self.open = Some(Box::new(Headline {
                start,
                uid: finding.uid.clone(),
                analytic: finding.analytic.clone(),
                kernel: finding.kernel,
                confidence: finding.confidence,
                title: finding.title.clone(),
                number: finding.count,
                created: finding.created,
            }));
        }
    }

    /// When it is over, if nothing more is seen of it: milliseconds since the epoch; `None` where nobody waits for that.
    #[must_use]
    pub fn ends(&self, settings: &settings::Incident) -> Option<i64> {
        self.open.as_ref().map(|_| self.last.saturating_add(settings.quiet))
    }

    /// End of the last bucket that was positive.
    #[must_use]
    pub const fn until(&self) -> i64 {
        self.last + BUCKET
    }
}

const fn bit(kernel: Kernel) -> u16 {
    1 << kernel as u16
}

fn print(ip: IpAddr) -> u32 {
    address_hash(ip) as u32
}
