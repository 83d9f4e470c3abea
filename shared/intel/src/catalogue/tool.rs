//! One tool, and what is told of it.

use serde::Deserialize;

use super::sign::DomainRole;
use super::{CatalogueError, repository};

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

impl Tool {
    pub(super) fn check(&self) -> Result<(), CatalogueError> {
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
    pub(super) fn each(&self) -> impl Iterator<Item = (&str, DomainRole)> {
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
