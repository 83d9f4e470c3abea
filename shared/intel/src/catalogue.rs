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
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use serde::Deserialize;

pub use self::image::repository;
use self::index::Index;
pub use self::program::Program;

const SHIPPED: &str = include_str!("../data/catalogue.toml");

/// The catalogue, with what it needs to be searched.
#[derive(Debug, Default)]
pub struct Catalogue {
    tools: Vec<Tool>,
    calls: Vec<Call>,
    sources: Vec<SourceOf>,
    index: Index,
}

/// A tool.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Stable id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// `proxyware`, `proxy-server`, `scanner`, `torrent`, `flood`, `tor`, `uploader`, ….
    pub category: String,
    /// Honest users have it too: never a finding by itself.
    #[serde(default)]
    pub dual_use: bool,
    /// Trust in the name alone.
    pub confidence: Confidence,
    /// How well the entry is supported.
    pub evidence: Evidence,
    /// Ids of the sources.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Base names of executables, lower case.
    #[serde(default)]
    pub names: Vec<String>,
    /// Base names that say nothing alone.
    #[serde(default)]
    pub generic_names: Vec<String>,
    /// Parts of the executable's path, lower case.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Repositories of images, as [`repository`] gives them.
    #[serde(default)]
    pub images: Vec<String>,
    /// Names of environment variables.
    #[serde(default)]
    pub env: Vec<String>,
    /// Arguments.
    #[serde(default)]
    pub cmdline: Vec<Arguments>,
    /// Domains.
    #[serde(default)]
    pub domains: Domains,
    /// What of the entry nobody has seen.
    #[serde(default)]
    pub unverified: Vec<String>,
}

/// Arguments that tell a tool, whatever its file is called.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// All of these must occur.
    #[serde(default)]
    pub all: Vec<String>,
    /// One of these must occur, if there are any.
    #[serde(default)]
    pub any: Vec<String>,
    /// The program must also have one of the tool's names.
    #[serde(default)]
    pub program: bool,
    /// What they are worth.
    pub weight: Strength,
}

/// Domains of a tool, label-wise suffixes.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Domains {
    /// Carry the traffic.
    #[serde(default)]
    pub tunnel: Vec<String>,
    /// Carry the orders.
    #[serde(default)]
    pub control: Vec<String>,
    /// Whole zones.
    #[serde(default)]
    pub suffix: Vec<String>,
    /// The web site, which people browse.
    #[serde(default)]
    pub brand: Vec<String>,
}

/// Trust in a name alone.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Nothing else is called so.
    High,
    /// Other programs may be.
    Medium,
    /// Many other programs are.
    Low,
}

/// How well an entry is supported.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// A primary source, or two independent ones.
    Verified,
    /// One secondary source.
    Corroborated,
    /// The tool's public manual, not looked up.
    General,
}

/// What arguments are worth.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// 0.9.
    Strong,
    /// 0.6.
    Medium,
    /// 0.3.
    Weak,
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

/// What was found of a tool, and what it is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Match<'c> {
    /// The tool.
    pub tool: &'c Tool,
    /// Worth of its strongest sign, 0 to 1.
    pub weight: f64,
    /// The signs, the strongest first.
    pub signs: Vec<Sign<'c>>,
}

/// One sign of a tool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sign<'c> {
    /// The base name of what runs.
    Name(&'c str),
    /// A part of the executable's path.
    Path(&'c str),
    /// The image of the container, or the one that a container client starts.
    Image(&'c str),
    /// A name in the environment.
    Env(&'c str),
    /// Arguments.
    Arguments(&'c Arguments),
    /// A domain, and what it is for.
    Domain(&'c str, DomainRole),
}

/// What a domain is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DomainRole {
    /// Carries the traffic.
    Tunnel,
    /// Carries the orders.
    Control,
    /// A whole zone.
    Suffix,
    /// The web site.
    Brand,
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

impl Tool {
    fn check(&self) -> Result<(), CatalogueError> {
        let fault = |field, expected, found: &str| CatalogueError::Entry {
            tool: self.id.clone(),
            field,
            expected,
            found: found.to_owned(),
        };
        let all = |field, expected, values: &[String], good: &dyn Fn(&str) -> bool| {
            values
                .iter()
                .find(|value| !good(value))
                .map_or(Ok(()), |value| Err(fault(field, expected, value)))
        };
        let is_name =
            |name: &str| !name.is_empty() && !name.contains(['/', '\\']) && name == name.to_lowercase();
        all("names", "base names in lower case", &self.names, &is_name)?;
        all("generic_names", "base names in lower case", &self.generic_names, &is_name)?;
        let is_part = |part: &str| part.len() >= 6 && part == part.to_lowercase();
        all("paths", "parts of paths in lower case, at least 6 characters", &self.paths, &is_part)?;
        all("images", "repositories without tag, digest and docker.io/", &self.images, &|image| {
            repository(image) == image
        })?;
        let is_variable = |name: &str| name.len() >= 6 && name.contains('_');
        all("env", "names with an underscore, at least 6 characters", &self.env, &is_variable)?;
        for arguments in &self.cmdline {
            if arguments.all.is_empty() && arguments.any.is_empty() {
                return Err(fault("cmdline", "words in `all` or `any`", "nothing"));
            }
            all("cmdline", "words", &arguments.all, &|word| !word.is_empty())?;
            all("cmdline", "words", &arguments.any, &|word| !word.is_empty())?;
        }
        // A zone may be a whole top level, as `onion` is.
        let is_domain = |name: &str, role| {
            (role == DomainRole::Suffix || name.contains('.'))
                && !name.is_empty()
                && !name.starts_with('.')
                && name == name.to_lowercase()
        };
        match self.domains.each().find(|(name, role)| !is_domain(name, *role)) {
            Some((name, _)) => Err(fault("domains", "domain names in lower case", name)),
            None => Ok(()),
        }
    }
}

impl Domains {
    fn each(&self) -> impl Iterator<Item = (&str, DomainRole)> {
        [
            (&self.tunnel, DomainRole::Tunnel),
            (&self.control, DomainRole::Control),
            (&self.suffix, DomainRole::Suffix),
            (&self.brand, DomainRole::Brand),
        ]
        .into_iter()
        .flat_map(|(names, role)| names.iter().map(move |name| (name.as_str(), role)))
    }
}

impl DomainRole {
    const fn weight(self) -> f64 {
        match self {
            Self::Tunnel => 0.95,
            Self::Control | Self::Suffix => 0.8,
            Self::Brand => 0.3,
        }
    }
}

impl Sign<'_> {
    /// What kind of sign it is, in a word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Name(_) => "name",
            Self::Path(_) => "path",
            Self::Image(_) => "image",
            Self::Env(_) => "environment",
            Self::Arguments(_) => "arguments",
            Self::Domain(..) => "domain",
        }
    }

    /// What it is worth alone, 0 to 1.
    #[must_use]
    pub const fn weight(&self, confidence: Confidence) -> f64 {
        match self {
            Self::Image(_) => 0.95,
            Self::Domain(_, role) => role.weight(),
            Self::Name(_) => match confidence {
                Confidence::High => 0.85,
                Confidence::Medium => 0.55,
                Confidence::Low => 0.2,
            },
            Self::Path(_) | Self::Env(_) => 0.5,
            Self::Arguments(arguments) => match arguments.weight {
                Strength::Strong => 0.9,
                Strength::Medium => 0.6,
                Strength::Weak => 0.3,
            },
        }
    }
}
