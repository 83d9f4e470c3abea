//! Tools that hijackers of bandwidth run: their names, images, arguments and domains.
//!
//! A name counts where it is what runs, and not where it is mentioned: the responder's `grep honeygain` is silent.
//!
//! # Source
//!
//! `data/catalogue.toml`, whose entries name theirs.

mod image;
mod index;
mod program;
mod sign;
#[cfg(test)]
mod tests;
mod tool;

use std::sync::LazyLock;

use serde::Deserialize;

pub use self::image::repository;
use self::index::Index;
pub use self::program::Program;
pub use self::sign::{DomainRole, Match, Sign};
pub use self::tool::{Arguments, Confidence, Domains, Evidence, Strength, Tool};

const SHIPPED: &str = include_str!("../data/catalogue.toml");

/// The catalogue, with what it needs to be searched.
#[derive(Debug, Default)]
pub struct Catalogue {
    tools: Vec<Tool>,
    calls: Vec<Call>,
    sources: Vec<SourceOf>,
    index: Index,
}

/// An API call that prepares a hijack.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// `RunInstances`, ….
    pub events: Vec<String>,
    /// `ec2.amazonaws.com`, ….
    pub services: Vec<String>,
    /// Weight, 0 to 1.
    pub weight: f64,
    /// When it counts, in words.
    pub condition: String,
    /// Why.
    pub why: String,
    /// Ids of the sources.
    pub sources: Vec<String>,
}

/// Where facts are from.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct SourceOf {
    /// Id.
    pub id: String,
    /// Repository, page or kind.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Licence of its text.
    #[serde(default)]
    pub licence: Option<String>,
    /// What to know about it.
    #[serde(default)]
    pub note: Option<String>,
}

/// A catalogue that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// No TOML, or an entry of another shape.
    #[error("expected a catalogue in TOML with entries as docs/catalogue.md gives them")]
    Toml(#[source] Box<toml::de::Error>),
    /// An entry whose values cannot match anything.
    #[error("tool `{tool}`: {field} should be {expected}, found `{found}`")]
    Entry {
        /// Id of the tool.
        tool: String,
        /// Which member.
        field: &'static str,
        /// What it should hold.
        expected: &'static str,
        /// What it holds.
        found: String,
    },
    /// An id that is not there to be taken out.
    #[error("`disabled` should name tools of the catalogue, found `{0}`")]
    Unknown(String),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default, rename = "version")]
    _version: Option<u32>,
    #[serde(default, rename = "date")]
    _date: Option<String>,
    #[serde(default)]
    disabled: Vec<String>,
    #[serde(default, rename = "source")]
    sources: Vec<SourceOf>,
    #[serde(default, rename = "tool")]
    tools: Vec<Tool>,
    #[serde(default, rename = "cloudtrail")]
    calls: Vec<Call>,
}

impl Catalogue {
    /// The catalogue that is shipped.
    ///
    /// # Errors
    /// None that a release has: a test reads it.
    pub fn shipped() -> Result<Self, CatalogueError> {
        let mut catalogue = Self::default();
        catalogue.merge(SHIPPED)?;
        Ok(catalogue)
    }

    /// The catalogue that is shipped, read once.
    pub(crate) fn shared() -> &'static Self {
        // A test reads what is shipped, so that it is never the empty one.
        static SHARED: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::shipped().unwrap_or_default());
        &SHARED
    }

    /// Lays another catalogue over this one: an entry of the same id replaces, `disabled` takes out.
    ///
    /// # Errors
    /// A document that is no catalogue, or an entry that is not as it should be; this one is then unchanged.
    pub fn merge(&mut self, text: &str) -> Result<(), CatalogueError> {
        let document: Document =
            toml::from_str(text).map_err(|error| CatalogueError::Toml(Box::new(error)))?;
        document.tools.iter().try_for_each(Tool::check)?;
        let mut tools = self.tools.clone();
        for tool in document.tools {
            match tools.iter_mut().find(|have| have.id == tool.id) {
                Some(have) => *have = tool,
                None => tools.push(tool),
            }
        }
        for id in document.disabled {
            let place = tools.iter().position(|tool| tool.id == id).ok_or(CatalogueError::Unknown(id))?;
            tools.remove(place);
        }
        self.index = Index::of(&tools);
        self.tools = tools;
        self.calls.extend(document.calls);
        self.sources.extend(document.sources);
        Ok(())
    }

    /// Every tool.
    #[must_use]
    pub fn tools(&self) -> &[Tool] {
        &self.tools
    }

    /// Every API call.
    #[must_use]
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// Where facts are from.
    #[must_use]
    pub fn sources(&self) -> &[SourceOf] {
        &self.sources
    }

    /// The tool of a domain name: of itself or of the zone that it is in.
    #[must_use]
    pub fn domain(&self, name: &str) -> Option<Match<'_>> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let mut suffix = name.as_str();
        loop {
            if let Some((tool, role)) = self.index.domains.get(suffix) {
                let tool = self.tools.get(*tool)?;
                let domain = tool.domains.each().find(|(have, _)| *have == suffix)?.0;
                let weight = role.weight();
                return Some(Match { tool, weight, signs: vec![Sign::Domain(domain, *role)] });
            }
            suffix = suffix.split_once('.')?.1;
        }
    }
}
