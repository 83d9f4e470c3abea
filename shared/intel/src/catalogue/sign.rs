//! What was found of a tool, and what it is worth.

use super::tool::{Arguments, Confidence, Strength, Tool};

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

impl DomainRole {
    pub(super) const fn weight(self) -> f64 {
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
