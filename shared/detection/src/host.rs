//! Hosts and containers: what runs there, whom it talks to, and how much it moves (AN0080 to AN0083).
//!
//! A host has one document. It takes in what an agent, an audit log or a counter told, in any order within the
//! lateness, and keeps of it only what may matter: programs of the catalogue, programs that run from odd places, those
//! that talk, and the counters of processes and containers. What it suspects becomes a [`HostItem`] beside the document
//! of the interface that carries its traffic, which [`step`](crate::step) takes as context.
//!
//! # Source
//!
//! AN0080 to AN0083, <https://attack.mitre.org/detectionstrategies/DET0028/>; rules from threats.md 6.1 to 6.4.

mod admit;
mod case;
mod close;
mod container;
mod context;
mod destination;
mod item;
mod judge;
mod platform;
mod program;
mod programs;
mod report;
mod seen;
mod state;
#[cfg(test)]
mod tests;
mod trace;

pub use admit::{Admitted, host_of, is_of_a_host};
pub use close::close;
pub use container::{Container, Image};
pub use context::Oddity;
pub use destination::{Destination, Destinations};
pub use item::{HostItem, REMEMBERED, Said, Suspect, Thread};
pub use judge::{Outcome, step};
pub use platform::Platform;
pub use program::{Hit, Program};
pub(crate) use report::mode;
pub use report::{host_key, name_of, report};
pub use seen::Seen;
pub use state::HostState;
pub use trace::{Sample, Trace};

use weir_intel::Intel;

use crate::settings::Settings;

pub use case::Case;
pub(crate) use case::relayed;
pub use case::{Judged, View};
pub use program::Signed;
pub(crate) use programs::{Rules, judged as judge_programs};

/// What is looked at beside a host's document.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    /// The settings in force.
    pub settings: &'a Settings,
    /// The catalogue, address lists, inventory, country and network data.
    pub intel: &'a Intel,
}
