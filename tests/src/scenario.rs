//! Synthetic AWS accounts whose flow logs obey the physics that the detector relies on.
//!
//! A world is a set of interfaces, each with behaviours that act once a minute. A behaviour only says
//! what it exchanges with whom (payload bytes, who dialled); [`wire`] turns that into packets, headers,
//! flags and intervals, so that a hijack and a benign service go through the very same code.

pub mod account;
pub mod behaviour;
pub mod benign;
pub mod calendar;
pub mod cast;
pub mod delivery;
pub mod dice;
pub mod envelopes;
pub mod hijack;
pub mod internet;
pub mod inventory;
pub mod resolver;
pub mod row;
pub mod run;
pub mod trail;
pub mod wire;
pub mod world;
