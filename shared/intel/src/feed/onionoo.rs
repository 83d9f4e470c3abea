//! Tor relays as Onionoo's details describe them.
//!
//! # Source
//! <https://metrics.torproject.org/onionoo.html#details>: `or_addresses` are what clients and relays dial,
//! `exit_addresses` what a relay was seen to leave from where that is another address. Bridges are not listed.

use serde::Deserialize;

use super::{Document, utc, without_port};
use crate::cidr::{Cidr, CidrError, quoted};
use crate::ranges::LineError;

#[derive(Deserialize)]
struct Details {
    relays_published: Option<String>,
    relays: Vec<Relay>,
}

#[derive(Deserialize)]
struct Relay {
    #[serde(default)]
    or_addresses: Vec<String>,
    #[serde(default)]
    exit_addresses: Vec<String>,
    #[serde(default)]
    flags: Vec<String>,
}

pub(super) fn read(json: &str) -> Result<Document, serde_json::Error> {
    let details: Details = serde_json::from_str(json)?;
    let mut bad = Vec::new();
    let (mut all, mut exits): (Vec<Cidr>, Vec<Cidr>) = (Vec::new(), Vec::new());
    for (relay, place) in details.relays.iter().zip(1..) {
        let is_exit = relay.flags.iter().any(|flag| flag == "Exit") || !relay.exit_addresses.is_empty();
        for text in relay.or_addresses.iter().chain(&relay.exit_addresses) {
            let Some(block) = without_port(text) else {
                bad.push(LineError { line: place, source: CidrError::Address { found: quoted(text) } });
                continue;
            };
            all.push(block);
            if is_exit {
                exits.push(block);
            }
        }
    }
    Ok(Document {
        addresses: all.into_iter().collect(),
        exits: exits.into_iter().collect(),
        published: details.relays_published.as_deref().and_then(utc),
        entries: details.relays.len(),
        bad,
    })
}
