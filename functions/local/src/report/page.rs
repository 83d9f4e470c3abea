//! The page's HTML: a template whose places are filled once, from left to right.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use weir_alerting::html::{escape, script_json, to_html};
use weir_alerting::{Product, units};
use weir_detection::entity::EntityKey;
use weir_detection::settings::{Settings, registry};

use super::data::Data;
use super::timeline::Timeline;
use super::{Histories, Incident};
use crate::summary::Summary;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Columns of a cell of a table.
const WIDE: usize = 200;

/// All that stands on the page.
pub(super) struct Page<'a> {
    pub(super) incidents: &'a [&'a Incident],
    pub(super) timelines: &'a HashMap<EntityKey, Timeline>,
    pub(super) span: Option<(i64, i64)>,
    pub(super) summary: &'a Summary,
    pub(super) histories: Histories,
    pub(super) settings: &'a Settings,
}

impl Page<'_> {
    /// Fills the template. What is filled in is never searched for places itself.
    pub(super) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        for (count, part) in TEMPLATE.split("{{").enumerate() {
            let rest = match part.split_once("}}") {
                Some((place, rest)) if count > 0 => {
                    self.fill(place, to)?;
                    rest
                }
                _ => part,
            };
            to.write_all(rest.as_bytes())?;
        }
        Ok(())
    }

    fn fill(&self, place: &str, to: &mut impl Write) -> io::Result<()> {
        match place {
            "style" => to.write_all(STYLE.as_bytes()),
            "script" => to.write_all(SCRIPT.as_bytes()),
            "style-hash" => to.write_all(hash(STYLE).as_bytes()),
            "script-hash" => to.write_all(hash(SCRIPT).as_bytes()),
            "version" => write!(to, "{}", env!("CARGO_PKG_VERSION")),
            "span" => self.span(to),
            "tally" => self.tally(to),
            "kernels" => self.kernels(to),
            "rows" => self.rows(to),
            "stories" => self.stories(to),
            "data" => self.data(to),
            "health" => self.health(to),
            "settings" => self.settings(to),
            other => Err(io::Error::other(format!("the page has no {other}"))),
        }
    }

    fn span(&self, to: &mut impl Write) -> io::Result<()> {
        match self.span {
            Some((first, last)) => write!(
                to,
                "{} to {}, {}",
                units::utc(first),
                units::utc(last),
                units::span(last.saturating_sub(first))
            ),
            None => write!(to, "no traffic in the input"),
        }
    }

    /// Incidents by severity, in words.
    fn tally(&self, to: &mut impl Write) -> io::Result<()> {
        let mut counts: BTreeMap<_, u64> = BTreeMap::new();
        for incident in self.incidents {
            *counts.entry(std::cmp::Reverse(incident.severity())).or_default() += 1;
        }
        let counts: Vec<String> = counts
            .iter()
            .map(|(severity, count)| format!("{} {}", units::thousands(*count), severity.0.name()))
            .collect();
        let total = self.incidents.len();
        let noun = if total == 1 { "incident" } else { "incidents" };
        let detail = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
        write!(to, "{} {noun}{detail}", units::thousands(total as u64))
    }

    fn kernels(&self, to: &mut impl Write) -> io::Result<()> {
        let mut names: Vec<&str> = self.incidents.iter().map(|it| it.finding.kernel.name()).collect();
        names.sort_unstable();
        names.dedup();
        names.iter().try_for_each(|name| writeln!(to, "<option>{name}</option>"))
    }

    fn rows(&self, to: &mut impl Write) -> io::Result<()> {
        for (place, incident) in self.incidents.iter().enumerate() {
            let finding = &incident.finding;
            let severity = incident.severity();
            let first = incident.told.first().map_or(finding.time, |told| told.time);
            writeln!(
                to,
                "<tr id=\"r{place}\"><td><span class=\"severity s{}\">{}</span></td><th scope=\"row\"><button \
                 type=\"button\" class=\"open\" aria-expanded=\"false\" aria-controls=\"d{place}\">{}</button>{}</th>\
                 <td>{}</td><td>{}</td><td>{}</td><td class=\"figure\">{}</td><td class=\"figure\">{}</td></tr>",
                severity as u8,
                severity.name(),
                escape(headline(&finding.title, &incident.entity.id), WIDE),
                incident.over.as_ref().map_or("", |_| " <span class=\"over\">over</span>"),
                escape(&incident.entity.id, WIDE),
                finding.kernel.name(),
                units::utc(first),
                units::bit_rate(finding.baseline.observed, 300),
                units::usd(finding.usd_month).unwrap_or_default(),
            )?;
        }
        Ok(())
    }

    /// Each incident's story, inert until it is opened.
    fn stories(&self, to: &mut impl Write) -> io::Result<()> {
        let product = Product::default();
        for (place, incident) in self.incidents.iter().enumerate() {
            let over = incident.over.as_ref().map(|over| {
                format!("<p><strong>{}</strong></p>", escape(&format!("{}.", over.description), 1_000))
            });
            let story = to_html(&incident.finding, &product);
            writeln!(to, "<template id=\"t{place}\">{}{story}</template>", over.unwrap_or_default())?;
        }
        Ok(())
    }

    fn data(&self, to: &mut impl Write) -> io::Result<()> {
        writeln!(to, "[")?;
        for (place, incident) in self.incidents.iter().enumerate() {
            let data = Data::of(incident, self.timelines.get(&incident.entity));
            let comma = if place + 1 < self.incidents.len() { "," } else { "" };
            writeln!(to, "{}{comma}", script_json(&serde_json::to_string(&data)?))?;
        }
        write!(to, "]")
    }

    fn health(&self, to: &mut impl Write) -> io::Result<()> {
        let summary = self.summary;
        let Histories { learning, provisional, mature } = self.histories;
        let mut rows = vec![
            ("Lines read".to_owned(), summary.lines, "".to_owned()),
            ("Records".to_owned(), summary.records, "".to_owned()),
        ];
        for (reason, count) in &summary.rejects {
            rows.push((
                format!("Refused: {reason}"),
                *count,
                "--rejects FILE writes each line down".to_owned(),
            ));
        }
        if summary.rejects.is_empty() {
            rows.push(("Refused".to_owned(), 0, String::new()));
        }
        let waited = units::span(self.settings.lateness);
        rows.extend([
            (
                "Declared losses".to_owned(),
                summary.losses,
                "SKIPDATA: figures are lower bounds where it is not 0".to_owned(),
            ),
            (
                "Late".to_owned(),
                summary.late,
                format!("came more than {waited} after their time, not judged"),
            ),
            ("Duplicates".to_owned(), summary.duplicates, "the same record again, counted once".to_owned()),
            ("Entities".to_owned(), summary.entities, String::new()),
            (
                "Entities that are learned".to_owned(),
                learning,
                "judged by their peers or by fixed floors".to_owned(),
            ),
            (
                "Entities with a provisional history".to_owned(),
                provisional,
                "to be used with care".to_owned(),
            ),
            ("Entities with a mature history".to_owned(), mature, String::new()),
            ("Windows judged".to_owned(), summary.windows, "five minutes of one entity".to_owned()),
        ]);
        rows.iter().try_for_each(|(what, count, about)| {
            writeln!(
                to,
                "<tr><th scope=\"row\">{}</th><td class=\"figure\">{}</td><td>{}</td></tr>",
                escape(what, WIDE),
                units::thousands(*count),
                escape(about, WIDE)
            )
        })
    }

    fn settings(&self, to: &mut impl Write) -> io::Result<()> {
        registry().iter().try_for_each(|entry| {
            let (value, default) = (entry.render(self.settings), entry.default_text());
            let changed = if value == default { String::new() } else { format!("default: {default}") };
            let spaced = |text: &str| escape(&text.replace(',', ", "), 2_000);
            writeln!(
                to,
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td></tr>",
                entry.path,
                spaced(&value),
                spaced(&changed),
                escape(entry.meaning, 2_000)
            )
        })
    }
}

/// A title without the entity that it begins with: its row names it once.
fn headline<'a>(title: &'a str, entity: &str) -> &'a str {
    title.strip_prefix(entity).map_or(title, str::trim_start)
}

/// The hash by which a content policy names what stands in a page.
fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}
