//! What a host suspects, as it is kept beside the document of the interface that carries its traffic.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::case::Judged;
use super::judge::judged;
use super::{Beside, HostState};
use crate::entity::{EntityKey, mix, name_hash};
use crate::finding::{Actor, Kernel, Remote, Severity};
use crate::kernels::Verdict;
use crate::observation::BUCKET;
use crate::state::{DAY, HOUR};

/// Programs and containers in one item.
const SUSPECTS: usize = 12;

/// How long an item is of use, milliseconds.
pub const REMEMBERED: i64 = 7 * DAY;

/// What a host suspects.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct HostItem {
    /// Name of the host.
    pub host: String,
    /// Programs and containers: first those of which something is said, then those that talk to outside.
    pub suspects: Vec<Suspect>,
    /// What was told under the host's own name before its interface was known.
    pub thread: Option<Thread>,
    /// Beside an address: when the host was last seen to have it. 0 beside a name.
    pub seen: i64,
}

/// A program or container that may be behind the bytes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Suspect {
    /// Who.
    pub actor: Actor,
    /// The analytic that speaks of it.
    pub analytic: String,
    /// What is said of it by itself; nothing of one that only talks or that honest users have too.
    pub said: Option<Said>,
    /// Category of the tool that it is, and whether honest users have it too.
    pub category: Option<(String, bool)>,
    /// Whom it dials outside.
    pub dials: Vec<(IpAddr, u16)>,
    /// When it was last seen.
    pub time: i64,
}

/// What an analytic says of a suspect by itself.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Said {
    /// The kernel that says most.
    pub kernel: Kernel,
    /// How much it asks for.
    pub severity: Severity,
    /// Strength in [0, 1].
    pub score: f32,
    /// What was measured.
    pub facts: Vec<String>,
}

/// An incident that was told under the host's own name: what the interface tells from then on goes on with it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Thread {
    /// Its id.
    pub uid: String,
    /// Reports so far.
    pub count: u32,
    /// Bucket that opened it.
    pub opened: i64,
    /// Bucket of its latest report.
    pub told: i64,
}

impl HostItem {
    /// What was seen since the instance that now has the host's address was launched; `None` where that is nothing: a
    /// machine that had the address before is another.
    #[must_use]
    pub fn since(mut self, launched: Option<i64>) -> Option<Self> {
        let Some(launched) = launched else { return Some(self) };
        self.suspects.retain(|suspect| suspect.time >= launched);
        self.thread = self.thread.filter(|thread| thread.opened >= launched - BUCKET);
        (!self.is_empty()).then_some(self)
    }

    /// Whether another host that was seen with the same address at `seen` has it now: who was seen last has it.
    #[must_use]
    pub fn yields_to(&self, host: &str, seen: i64) -> bool {
        self.host == host || self.seen <= seen
    }

    /// Whether there is anything that a finding could name.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.suspects.is_empty()
    }

    /// Whether something is said of anybody.
    #[must_use]
    pub fn is_suspicious(&self) -> bool {
        self.suspects.iter().any(|suspect| suspect.said.is_some())
    }

    /// The analytic of what is said most loudly.
    #[must_use]
    pub fn analytic(&self, time: i64) -> Option<&str> {
        let said = self.at(time).filter_map(|suspect| Some((suspect.said.as_ref()?.severity, suspect)));
        said.max_by_key(|(severity, suspect)| (*severity, suspect.time))
            .map(|(_, suspect)| suspect.analytic.as_str())
    }

    /// What counts at a time.
    pub fn at(&self, time: i64) -> impl Iterator<Item = &Suspect> {
        self.suspects.iter().filter(move |suspect| {
            let age = time - suspect.time;
            let kept = match &suspect.category {
                // A tool of honest users is of the hours in which it runs.
                Some((_, true)) if suspect.said.is_none() => 2 * HOUR,
                _ => REMEMBERED,
            };
            age <= kept
        })
    }

    /// What the host says of itself, for those who judge the traffic: programs and containers of the catalogue, and
    /// tools of honest users that fit what the traffic shows. Counters of the same bytes are no second witness.
    #[must_use]
    pub fn verdicts(&self, time: i64, traffic: &[Verdict]) -> Vec<Verdict> {
        self.at(time).filter_map(|suspect| suspect.verdict(traffic)).take(4).collect()
    }

    /// Everything that the host says of itself, the loudest first.
    #[must_use]
    pub fn said(&self, time: i64) -> Vec<Verdict> {
        let mut said: Vec<Verdict> = self
            .at(time)
            .filter_map(|suspect| suspect.said.as_ref())
            .map(|said| Verdict {
                kernel: said.kernel,
                severity: said.severity,
                score: said.score,
                facts: said.facts.clone(),
            })
            .collect();
        said.sort_by(|a, b| b.severity.cmp(&a.severity).then(b.score.total_cmp(&a.score)));
        said
    }

    /// Who is likely behind the bytes: those that dial the remotes, with what the flow log counts there, then those of
    /// which something is said.
    #[must_use]
    pub fn actors(&self, time: i64, traffic: &[Verdict], remotes: &[Remote]) -> Vec<Actor> {
        let mut found: Vec<(u64, bool, Actor)> = Vec::new();
        for suspect in self.at(time) {
            let dialled: Vec<&Remote> =
                remotes.iter().filter(|remote| suspect.dials.contains(&(remote.ip, remote.port))).collect();
            let is_said = suspect.verdict(traffic).is_some() || suspect.said.is_some();
            if dialled.is_empty() && !is_said {
                continue;
            }
            let mut actor = suspect.actor.clone();
            let sum = |bytes: fn(&Remote) -> u64| {
                dialled.iter().fold(0_u64, |sum, remote| sum.saturating_add(bytes(remote)))
            };
            let (out, into) = (sum(|remote| remote.bytes_out), sum(|remote| remote.bytes_in));
            if !dialled.is_empty() && actor.bytes_out.is_none() {
                (actor.bytes_out, actor.bytes_in) = (Some(out), Some(into));
            }
            actor.facts.extend(dialled.iter().take(3).map(|remote| {
                format!(
                    "dials {} port {}, to which the flow log counts {:.1} MB out and {:.1} MB in",
                    remote.ip,
                    remote.port,
                    remote.bytes_out as f64 / 1e6,
                    remote.bytes_in as f64 / 1e6
                )
            }));
            found.push((out.saturating_add(into), is_said, actor));
        }
        found.sort_by_key(|(bytes, is_said, _)| (std::cmp::Reverse(*is_said), std::cmp::Reverse(*bytes)));
        found.into_iter().take(4).map(|(.., actor)| actor).collect()
    }

    /// A hash of what it says, without the times that change with every record.
    #[must_use]
    pub fn print(&self) -> u64 {
        let mut hash = name_hash(&self.host);
        for suspect in &self.suspects {
            let name = suspect.actor.path.as_deref().or(suspect.actor.name.as_deref()).unwrap_or_default();
            hash = mix(hash ^ name_hash(name) ^ suspect.dials.len() as u64);
            if let Some(said) = &suspect.said {
                hash = mix(hash
                    ^ said.severity as u64
                    ^ ((suspect.time.unsigned_abs() / (6 * BUCKET) as u64) << 8));
            }
            for (ip, port) in &suspect.dials {
                hash ^= mix(crate::entity::address_hash(*ip) ^ u64::from(*port));
            }
        }
        match &self.thread {
            Some(thread) => mix(hash ^ name_hash(&thread.uid) ^ u64::from(thread.count)),
            None => hash,
        }
    }
}

impl Suspect {
    fn verdict(&self, traffic: &[Verdict]) -> Option<Verdict> {
        if let Some(said) =
            self.said.as_ref().filter(|said| matches!(said.kernel, Kernel::Program | Kernel::Container))
        {
            let (severity, score, facts) = (said.severity, said.score, said.facts.clone());
            return Some(Verdict { kernel: said.kernel, severity, score, facts });
        }
        let (category, _) = self.category.as_ref()?;
        let fits = traffic.iter().any(|verdict| is_what(category, verdict.kernel));
        fits.then(|| Verdict {
            kernel: Kernel::Program,
            severity: Severity::Info,
            score: 0.4,
            facts: self.actor.facts.iter().take(2).cloned().collect(),
        })
    }
}

/// Whether traffic is what a category of tools makes.
fn is_what(category: &str, kernel: Kernel) -> bool {
    match category {
        "scanner" => kernel == Kernel::Scan,
        "flood" => kernel == Kernel::Flood,
        "torrent" => kernel == Kernel::Torrent,
        "uploader" => {
            matches!(kernel, Kernel::Upload | Kernel::Volume | Kernel::Dormant | Kernel::SlowGrowth)
        }
        "proxy-server" | "tor" => {
            matches!(kernel, Kernel::Relay | Kernel::ServedRelay | Kernel::Session | Kernel::Intel)
        }
        _ => false,
    }
}

impl HostState {
    /// What the host suspects now.
    #[must_use]
    pub fn item(&self, key: &EntityKey, beside: &Beside<'_>) -> HostItem {
        let mut all = judged(self, self.closed - BUCKET, beside);
        all.retain(|judged| {
            !judged.verdicts.is_empty() || !judged.dials.is_empty() || judged.category.is_some()
        });
        all.sort_by_cached_key(|judged| {
            let severity = judged.verdicts.first().map(|verdict| verdict.severity);
            (
                std::cmp::Reverse(severity),
                judged.category.is_none(),
                std::cmp::Reverse(judged.time),
                judged.actor.path.clone(),
            )
        });
        all.truncate(SUSPECTS);
        HostItem {
            host: super::report::name_of(key).to_owned(),
            suspects: all.into_iter().map(suspect).collect(),
            thread: self.thread.clone(),
            seen: 0,
        }
    }
}

fn suspect(judged: Judged) -> Suspect {
    let said = judged.verdicts.into_iter().next().map(|verdict| Said {
        kernel: verdict.kernel,
        severity: verdict.severity,
        score: verdict.score,
        facts: verdict.facts,
    });
    Suspect {
        actor: judged.actor,
        analytic: judged.analytic.to_owned(),
        said,
        category: judged.category,
        dials: judged.dials,
        time: judged.time,
    }
}
