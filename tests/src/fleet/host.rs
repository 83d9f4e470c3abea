//! A host of the fleet.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use crate::scenario::dice::mix;

/// The kind of machine, which decides the logs that it writes and who judges them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Platform {
    /// Sysmon, and the security and system logs.
    Windows,
    /// The audit log, and counters of the interfaces.
    Linux,
    /// Endpoint security, and counters of the processes.
    MacOs,
    /// Falco, and counters of the containers.
    Node,
}

impl Platform {
    /// The analytic that judges it.
    pub fn analytic(self) -> &'static str {
        match self {
            Self::Windows => "AN0080",
            Self::Linux => "AN0081",
            Self::MacOs => "AN0082",
            Self::Node => "AN0083",
        }
    }

    /// First part of the names of its hosts.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Windows => "PC",
            Self::Linux => "srv",
            Self::MacOs => "mac",
            Self::Node => "node",
        }
    }
}

/// A host with what its logs remember between days.
#[derive(Debug, Clone)]
pub struct Host {
    /// Place in the fleet.
    pub index: usize,
    /// Name, as every log of it says.
    pub name: String,
    /// Kind of machine.
    pub platform: Platform,
    /// Who lives on it.
    pub role: &'static str,
    /// Its address.
    pub ip: Ipv4Addr,
    /// The person who works on it.
    pub person: &'static str,
    /// Number of its next record.
    pub serial: u64,
    /// What each counter stands at, bytes sent and received.
    pub counters: BTreeMap<String, (u64, u64)>,
}

const PEOPLE: [&str; 12] =
    ["lee", "kim", "ana", "joe", "mia", "tom", "eva", "max", "ida", "sam", "zoe", "ben"];

impl Host {
    /// The `index`th host of the fleet.
    pub fn new(seed: u64, index: usize, platform: Platform, role: &'static str) -> Self {
        let number = mix(&[seed, index as u64]);
        Self {
            index,
            name: format!("{}-{index:04}", platform.prefix()),
            platform,
            role,
            ip: Ipv4Addr::from(0x0a20_0000 + index as u32 + 10),
            person: PEOPLE[(number % PEOPLE.len() as u64) as usize],
            serial: 1 + number % 100_000,
            counters: BTreeMap::new(),
        }
    }

    /// Number of a new record.
    pub fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Process id of a program on a day.
    pub fn pid(&self, path: &str, day: i64) -> u64 {
        let text = path.bytes().fold(7, |a, b| mix(&[a, u64::from(b)]));
        1000 + mix(&[text, self.index as u64, day as u64]) % 60_000
    }
}
