//! What a log is, as the user names it.

use std::fmt;
use std::str::FromStr;

use crate::api_call;

/// The log source that an input holds.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Source {
    /// Decided by content, per file, and per line where a file mixes.
    #[default]
    Auto,
    /// VPC and transit gateway flow logs: text, JSON or Parquet, bare or inside an event.
    VpcFlow,
    /// CloudTrail records: files of a trail, lines, or inside an event.
    CloudTrail,
    /// Lambda events only: a bare record is refused.
    Envelope,
}

impl Source {
    /// Every source that this version reads, in the order that help texts list them.
    pub const ALL: [Self; 4] = [Self::Auto, Self::VpcFlow, Self::CloudTrail, Self::Envelope];

    /// What an input of this source was read as: without a name, as a flow log.
    pub(crate) const fn or_flow(self) -> Self {
        match self {
            Self::Auto => Self::VpcFlow,
            named => named,
        }
    }

    /// Whether a text that is no event is read as a record of CloudTrail.
    pub(crate) fn is_call(self, text: &str) -> bool {
        text.starts_with('{')
            && match self {
                Self::CloudTrail => true,
                Self::Auto | Self::Envelope => api_call::is_likely(text),
                Self::VpcFlow => false,
            }
    }

    /// The name on the command line and in `--rejects` files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::VpcFlow => "vpc-flow",
            Self::CloudTrail => "cloudtrail",
            Self::Envelope => "envelope",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(name: &str) -> Result<Self, UnknownSource> {
        Self::ALL.into_iter().find(|source| source.name() == name).ok_or_else(|| UnknownSource {
            found: crate::reject::quoted(name),
            expected: Self::ALL.map(Self::name).join(", "),
        })
    }
}

/// A name that is no source.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the source should be one of {expected}, found `{found}`")]
pub struct UnknownSource {
    found: String,
    expected: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_read_back_from_its_own_name() {
        for source in Source::ALL {
            assert_eq!(source.to_string().parse(), Ok(source));
        }
    }

    #[test]
    fn an_unknown_source_is_answered_with_the_choices() {
        let error = "netflow".parse::<Source>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the source should be one of auto, vpc-flow, cloudtrail, envelope, found `netflow`"
        );
    }
}
