//! What is remembered of a host: one document, bounded whatever the host does.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::container::{Container, Image};
use super::item::{REMEMBERED, Thread};
use super::{Platform, Program, Seen, Trace};
use crate::state::Incident;

/// Programs kept; those of the catalogue stay longest.
const PROGRAMS: usize = 64;

/// Containers kept; those silent longest make room.
const CONTAINERS: usize = 128;

/// Images whose usual is kept.
const IMAGES: usize = 64;

/// Own addresses kept.
const ADDRESSES: usize = 8;

/// A host's document.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct HostState {
    /// Kind of operating system, where a log shows it.
    pub platform: Option<Platform>,
    /// Own addresses, sorted, and when a record last showed the host with each.
    pub addresses: Vec<(IpAddr, i64)>,
    /// Instance, where a log names it.
    pub instance: Option<String>,
    /// Network interface as AWS names it, where a log does.
    pub interface: Option<String>,
    /// Event time of the first record.
    pub first_seen: i64,
    /// Event time of the latest record.
    pub latest: i64,
    /// Every record before this time is here: what a reader vouched for.
    pub complete: i64,
    /// Buckets that start before this time were judged.
    pub closed: i64,
    /// Records of open buckets that were counted.
    pub seen: Seen,
    /// Programs that may matter.
    pub programs: Vec<Program>,
    /// Containers.
    pub containers: Vec<Container>,
    /// What is usual by image.
    pub images: Vec<Image>,
    /// What the host's own interfaces move.
    pub total: Trace,
    /// Incidents by what they are about.
    pub incidents: Vec<(u64, Incident)>,
    /// What was told under the host's own name, while no interface was known to be its.
    pub thread: Option<Thread>,
    /// Hash of what was last written beside its interfaces, and when.
    pub written: (u64, i64),
}

impl HostState {
    /// A program, made known if need be.
    pub(super) fn program(&mut self, key: u64) -> Option<&mut Program> {
        let at = self.programs.iter().position(|have| have.key == key).unwrap_or_else(|| {
            if self.programs.len() >= PROGRAMS {
                let least = (0..self.programs.len())
                    .min_by_key(|at| self.programs.get(*at).map(|program| (program.rank(), program.key)));
                if let Some(least) = least {
                    self.programs.swap_remove(least);
                }
            }
            self.programs.push(Program { key, ..Program::default() });
            self.programs.len() - 1
        });
        self.programs.get_mut(at)
    }

    /// A container, made known if need be.
    pub(super) fn container(&mut self, key: u64) -> Option<&mut Container> {
        let at = self.containers.iter().position(|have| have.key == key).unwrap_or_else(|| {
            if self.containers.len() >= CONTAINERS {
                let least = (0..self.containers.len()).min_by_key(|at| {
                    self.containers.get(*at).map(|have| (!have.hits.is_empty(), have.last, have.key))
                });
                if let Some(least) = least {
                    self.containers.swap_remove(least);
                }
            }
            self.containers.push(Container { key, ..Container::default() });
            self.containers.len() - 1
        });
        self.containers.get_mut(at)
    }

    /// What is usual for an image, made known if need be.
    pub(super) fn image(&mut self, key: u64) -> Option<&mut Image> {
        let at = self.images.iter().position(|have| have.key == key).unwrap_or_else(|| {
            if self.images.len() >= IMAGES {
                let least = (0..self.images.len())
                    .min_by_key(|at| self.images.get(*at).map(|have| (have.last, have.key)));
                if let Some(least) = least {
                    self.images.swap_remove(least);
                }
            }
            self.images.push(Image { key, ..Image::default() });
            self.images.len() - 1
        });
        self.images.get_mut(at)
    }

    /// Notes that a record of `time` shows the host with an address of its own.
    pub(super) fn has_address(&mut self, address: IpAddr, time: i64) {
        if address.is_loopback() || address.is_unspecified() {
            return;
        }
        match self.addresses.binary_search_by_key(&address, |(have, _)| *have) {
            Ok(at) => {
                if let Some((_, last)) = self.addresses.get_mut(at) {
                    *last = time.max(*last);
                }
            }
            Err(at) => self.addresses.insert(at, (address, time)),
        }
        if self.addresses.len() > ADDRESSES {
            let oldest = (0..self.addresses.len())
                .min_by_key(|at| self.addresses.get(*at).map(|(address, last)| (*last, *address)));
            oldest.map(|at| self.addresses.remove(at));
        }
    }

    /// Own addresses that a record showed within the last week, and when.
    pub fn own_addresses(&self) -> impl Iterator<Item = (IpAddr, i64)> {
        self.addresses.iter().copied().filter(|(_, last)| self.latest - last <= REMEMBERED)
    }
}
