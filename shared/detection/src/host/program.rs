//! A program of a host, as far as it may matter.

use serde::{Deserialize, Serialize};
use weir_intel::Intel;
use weir_intel::catalogue::{Match, Program as Looked, Sign};
use weir_records::telemetry::{How, Process, Signature, base_name};

use super::destination::Destinations;
use super::{Oddity, Platform, Trace, context};
use crate::entity::name_hash;

/// Tools that one program is taken for, the surest first.
const HITS: usize = 3;

/// Characters kept of a path or a name.
const LENGTH: usize = 160;

/// Programs that run others under their own path: what one of them ran says nothing of its next start.
const HOSTS_OF_OTHERS: [&str; 22] = [
    "ash",
    "bash",
    "busybox",
    "cmd",
    "dash",
    "docker",
    "env",
    "java",
    "ksh",
    "nerdctl",
    "node",
    "nohup",
    "perl",
    "php",
    "podman",
    "powershell",
    "pwsh",
    "python",
    "ruby",
    "sh",
    "sudo",
    "zsh",
];

/// A program of a host. Its arguments are never kept: they hold secrets.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Program {
    /// Hash of container and path, or of the name where no path is known.
    pub key: u64,
    /// Base name.
    pub name: String,
    /// Path of the executable.
    pub path: Option<String>,
    /// Latest process id.
    pub pid: Option<u64>,
    /// Who runs it.
    pub user: Option<String>,
    /// Name of what started it.
    pub parent: Option<String>,
    /// Company that it claims to be from (Windows).
    pub company: Option<String>,
    /// Who signed it (macOS).
    pub signed: Option<Signed>,
    /// Hash of the container that it runs in.
    pub container: Option<u64>,
    /// Tools of the catalogue, the surest first.
    pub hits: Vec<Hit>,
    /// What is odd.
    pub odd: Vec<Oddity>,
    /// First seen, milliseconds since the epoch.
    pub first: i64,
    /// Last seen to start or to talk.
    pub last: i64,
    /// Whom it dials outside.
    pub destinations: Destinations,
    /// What it moves, where that is counted.
    pub trace: Trace,
    /// Starts in each of the latest buckets.
    pub starts: Vec<(i64, u32)>,
}

/// A tool of the catalogue that a program or container is.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Hit {
    /// Id in the catalogue.
    pub tool: String,
    /// What people call it.
    pub name: String,
    /// Category.
    pub category: String,
    /// Honest users have it too.
    pub dual_use: bool,
    /// What the strongest sign is worth, 0 to 1.
    pub weight: f32,
    /// The signs, `kind word`, in the catalogue's own words.
    pub signs: Vec<String>,
}

/// Who signed a program, as the operating system checked it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Signed {
    /// Part of the operating system.
    Platform,
    /// A developer, by team.
    Team(String),
    /// Signed by nobody in particular.
    AdHoc,
    /// Not signed, or not valid.
    Unsigned,
}

impl Program {
    /// The key of a process in a container: a program that runs others is another one with each of them.
    pub(super) fn key_of(process: &Process, container: Option<u64>, found: &[Match<'_>]) -> Option<u64> {
        let name = process.path.as_deref().or(process.name.as_deref()).filter(|name| !name.is_empty())?;
        let lower = name.to_ascii_lowercase();
        let base = base_name(&lower).trim_end_matches(".exe");
        let tool = found.first().filter(|_| HOSTS_OF_OTHERS.iter().any(|host| base.starts_with(host)));
        let tool = tool.map_or(0, |found| name_hash(&found.tool.id).rotate_left(13));
        Some(name_hash(&lower) ^ container.unwrap_or(0).rotate_left(7) ^ tool)
    }

    /// Adds what a record says of the program. The order of records does not matter.
    pub(super) fn see(&mut self, process: &Process, how: Option<How>, time: i64, platform: Option<Platform>) {
        let later = time >= self.last;
        if self.first == 0 || time < self.first {
            self.first = time;
        }
        self.last = self.last.max(time);
        let name = process.path.as_deref().map(base_name).or(process.name.as_deref()).unwrap_or_default();
        if self.name.is_empty() {
            self.name = short(name);
        }
        let parent =
            process.parent.as_ref().and_then(|parent| parent.path.as_deref().or(parent.name.as_deref()));
        let parent = parent.map(|path| short(base_name(path)));
        for (mine, theirs) in [
            (&mut self.path, process.path.as_deref().map(short)),
            (&mut self.user, process.user.as_deref().map(short)),
            (&mut self.parent, parent),
            (&mut self.company, process.company.as_deref().map(short)),
        ] {
            if theirs.is_some() && (later || mine.is_none()) {
                *mine = theirs;
            }
        }
        if process.pid.is_some() && (later || self.pid.is_none()) {
            self.pid = process.pid;
        }
        if let Some(signature) = &process.signature {
            self.signed = Some(signed(signature));
        }
        for oddity in context::oddities(process, how, platform) {
            if let Err(at) = self.odd.binary_search(&oddity) {
                self.odd.insert(at, oddity);
            }
        }
    }

    /// Adds a tool that it is, with its signs.
    pub(super) fn is_tool(&mut self, found: &Match<'_>) {
        add_hit(&mut self.hits, found);
    }

    /// Counts a start in its bucket.
    pub(super) fn count_start(&mut self, bucket: i64) {
        match self.starts.iter_mut().find(|(have, _)| *have == bucket) {
            Some((_, count)) => *count += 1,
            None => self.starts.push((bucket, 1)),
        }
        self.starts.sort_unstable();
        if self.starts.len() > 12 {
            self.starts.remove(0);
        }
    }

    /// The surest tool that it is.
    #[must_use]
    pub fn hit(&self) -> Option<&Hit> {
        self.hits.first()
    }

    /// What its oddities are worth together, 0 to 1.
    #[must_use]
    pub fn oddness(&self) -> f64 {
        1.0 - self.odd.iter().map(|odd| 1.0 - odd.weight()).product::<f64>()
    }

    /// Whether it was put where nothing is installed, and is run by what strangers break in through.
    #[must_use]
    pub fn is_planted(&self) -> bool {
        self.is_misplaced() && self.odd.iter().any(|odd| odd.is_foothold())
    }

    /// Whether it runs from where nothing is installed.
    #[must_use]
    pub fn is_misplaced(&self) -> bool {
        self.odd.iter().any(|odd| odd.is_place())
    }

    /// What decides which programs stay in a document that is full, the least first.
    pub(super) fn rank(&self) -> (u32, bool, u32, i64) {
        let weight = self.hits.first().map_or(0.0, |hit| hit.weight * if hit.dual_use { 0.5 } else { 1.0 });
        ((weight * 100.0) as u32, !self.trace.is_empty(), (self.oddness() * 100.0) as u32, self.last)
    }
}

/// The tools that a process is.
pub(super) fn tools<'i>(process: &Process, image: Option<&str>, intel: &'i Intel) -> Vec<Match<'i>> {
    let mut found = intel.tools().program(&Looked {
        path: process.path.as_deref(),
        name: process.name.as_deref(),
        original_name: process.original_name.as_deref(),
        args: &process.args,
        cmd_line: process.cmd_line.as_deref(),
        image,
        env: &process.env,
    });
    found.truncate(HITS);
    found
}

/// Adds a tool to a list, or its signs to what is there.
pub(super) fn add_hit(hits: &mut Vec<Hit>, found: &Match<'_>) {
    let signs = found.signs.iter().map(words);
    match hits.iter_mut().find(|hit| hit.tool == found.tool.id) {
        Some(hit) => {
            hit.weight = hit.weight.max(found.weight as f32);
            for sign in signs {
                if !hit.signs.contains(&sign) && hit.signs.len() < 6 {
                    hit.signs.push(sign);
                }
            }
            hit.signs.sort();
        }
        None => {
            let mut signs: Vec<String> = signs.take(6).collect();
            signs.sort();
            hits.push(Hit {
                tool: found.tool.id.clone(),
                name: found.tool.name.clone(),
                category: found.tool.category.clone(),
                dual_use: found.tool.dual_use,
                weight: found.weight as f32,
                signs,
            });
        }
    }
    let worth = |hit: &Hit| hit.weight * if hit.dual_use { 0.6 } else { 1.0 };
    hits.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then_with(|| a.tool.cmp(&b.tool)));
    hits.truncate(HITS);
}

impl Hit {
    /// How many kinds of signs agree. A name and the folder that it is installed to are one.
    #[must_use]
    pub fn kinds(&self) -> usize {
        let kind = |sign: &String| match sign.split(' ').next() {
            Some("arguments") => 1,
            Some("environment") => 2,
            Some("image") => 3,
            _ => 0,
        };
        let mut kinds: Vec<u8> = self.signs.iter().map(kind).collect();
        // Two variables that one tool reads are no chance.
        let variables = kinds.iter().filter(|kind| **kind == 2).count();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.len() + usize::from(variables >= 2)
    }
}

/// A sign in the catalogue's own words: what a log said is not repeated.
fn words(sign: &Sign<'_>) -> String {
    match sign {
        Sign::Name(word) | Sign::Path(word) | Sign::Image(word) | Sign::Env(word) | Sign::Domain(word, _) => {
            format!("{} {word}", sign.kind())
        }
        Sign::Arguments(arguments) => {
            let words: Vec<&str> =
                arguments.all.iter().chain(&arguments.any).map(String::as_str).take(4).collect();
            format!("{} {}", sign.kind(), words.join(" "))
        }
    }
}

fn signed(signature: &Signature) -> Signed {
    if signature.platform {
        return Signed::Platform;
    }
    match (&signature.team, signature.valid) {
        (_, Some(false)) => Signed::Unsigned,
        (Some(team), _) => Signed::Team(short(team)),
        (None, _)
            if signature
                .signer
                .as_deref()
                .is_some_and(|name| name.contains("Apple") || name == "Software Signing") =>
        {
            Signed::Platform
        }
        (None, _) if signature.signer.is_some() => Signed::AdHoc,
        (None, _) => Signed::Unsigned,
    }
}

/// The beginning of a text that came from a log.
pub(super) fn short(text: &str) -> String {
    text.chars().take(LENGTH).collect()
}
