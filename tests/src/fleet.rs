//! Synthetic fleets of hosts: who lives on them, what is told of them in the formats of real logs, and who hijacks them.
//!
//! A life only says what is started, set up and talked about ([`act`]). [`log`] writes that as the host's agents would,
//! so that a hijack and a benign program go through the very same code. Bytes come from counters where the host has
//! them: Sysmon has none.

pub mod act;
pub mod cast;
pub mod day;
pub mod hijack;
pub mod host;
pub mod life;
pub mod log;
pub mod run;
