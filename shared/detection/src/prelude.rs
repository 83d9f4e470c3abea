//! What led to an instance: the API calls of whoever launched, started or changed it (AN0084's CloudTrail channel).
//!
//! Calls alone open no incident of egress. They become [`Prelude`], a small item beside the document of each instance
//! that they touched, and raise what the instance's own traffic says.
//!
//! # Source
//!
//! AN0084, <https://attack.mitre.org/detectionstrategies/DET0028/>; weights from threats.md 5.

mod account;
mod blinding;
mod earlier;
mod evidence;
mod fleet;
mod observe;
mod principal;
mod rules;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

pub use account::AccountCalls;
pub use evidence::{Evidence, Reason};
pub use observe::{Noted, Update, observe};

use crate::kernels::instance::{Context, News};
use crate::state::DAY;

/// How long a prelude is remembered, milliseconds.
pub const REMEMBERED: i64 = 7 * DAY;

/// Most that a principal adds that is automation, where it calls from where it always does: below what counts as
/// strong context.
pub const AUTOMATION: f64 = 0.25;

/// Most that a prelude weighs.
const MOST: f64 = 0.9;

/// What led to one instance.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Prelude {
    /// Weight in [0, 1]: a noisy-or over the reasons.
    pub score: f32,
    /// Who called, at most 96 characters.
    pub principal: String,
    /// Where from.
    pub source: Option<IpAddr>,
    /// ISO 3166 country of it, where country data was given.
    pub country: Option<String>,
    /// Who runs that network, where network data was given.
    pub network: Option<String>,
    /// Region of the instance.
    pub region: String,
    /// Instance type, where the call says it.
    pub instance_type: Option<String>,
    /// When the instance was launched or touched last.
    pub touched: i64,
    /// The account had not used the family before.
    pub new_family: bool,
    /// The account had not computed in the region before.
    pub new_region: bool,
    /// When the instance was launched, where that was seen.
    pub launched: Option<i64>,
    /// Instances of one launch campaign that push to a gateway of this one, itself included.
    pub twins: u16,
    /// Evidence, strongest first, at most eight.
    pub evidence: Vec<Evidence>,
}

impl Prelude {
    /// Whether it still counts at `time`.
    #[must_use]
    pub fn counts(&self, time: i64) -> bool {
        self.touched != 0 && time - self.touched <= REMEMBERED
    }

    /// What the account had not used before.
    #[must_use]
    pub const fn news(&self) -> News {
        News { family: self.new_family, region: self.new_region }
    }

    /// What it adds to an incident: its weight in one sentence, and the calls that it is made of.
    #[must_use]
    pub fn contexts(&self) -> Vec<Context> {
        if self.evidence.is_empty() {
            return Vec::new();
        }
        let place = [self.source.map(|ip| ip.to_string()), self.country.clone(), self.network.clone()];
        let place: Vec<String> = place.into_iter().flatten().collect();
        let from = if place.is_empty() { String::new() } else { format!(" from {}", place.join(", ")) };
        let did = if self.launched.is_some() { "launched by" } else { "touched by" };
        let headline =
            format!("{did} {}{from} in {}: prelude {:.2}", self.principal, self.region, self.score);
        let mut contexts = vec![Context { weight: f64::from(self.score), fact: headline }];
        contexts.extend(self.evidence.iter().map(|evidence| Context { weight: 0.0, fact: evidence.words() }));
        contexts.extend(fleet::context(self.twins));
        contexts
    }
}
