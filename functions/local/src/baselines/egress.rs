//! Whose external egress a record is.
//!
//! The placing is that of the detection's collector; what counts is what leaves.

use foldhash::HashMap;
use weir_detection::collect::{Entities, Place};
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::vpc_flow::{PlainRow, Rows};
use weir_records::{Action, Flow};

/// Tells whose a record is, and whether it is external egress.
pub(super) struct Egress<'a> {
    settings: &'a Settings,
    intel: &'a Intel,
    placing: Entities,
    /// Number of each placed entity, once it has one: two interfaces of one instance have the same.
    numbers: Vec<Option<u32>>,
    /// The placed entities of each number.
    placed: Vec<Vec<u32>>,
    by_name: HashMap<String, u32>,
}

/// What a record adds to an entity.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Share {
    pub(super) entity: u32,
    /// 0 for a record that is no external egress: the entity lives, and is silent.
    pub(super) bytes: u64,
}

impl<'a> Egress<'a> {
    pub(super) fn new(settings: &'a Settings, intel: &'a Intel) -> Self {
        Self {
            settings,
            intel,
            placing: Entities::default(),
            numbers: Vec::new(),
            placed: Vec::new(),
            by_name: HashMap::default(),
        }
    }

    /// The share of a record; `None` for one that only passes through.
    pub(super) fn share(&mut self, flow: &Flow<'_>) -> Option<Share> {
        let place = self.placing.place(flow, self.intel)?;
        let counts = flow.action != Some(Action::Reject) && self.leaves(&place, flow.dst_service);
        let bytes = if counts { flow.bytes.unwrap_or(0) } else { 0 };
        Some(Share { entity: self.number(place.entity)?, bytes })
    }

    /// The same of a row of the default format.
    #[inline]
    pub(super) fn share_of_row(&mut self, row: &PlainRow, rows: Rows<'_>) -> Option<Share> {
        let place = self.placing.place_row(row, rows, self.intel)?;
        let bytes = if !row.rejected && self.leaves(&place, None) { row.bytes } else { 0 };
        Some(Share { entity: self.number(place.entity)?, bytes })
    }

    /// The entity's name; `None` where its traffic is counted at another interface.
    pub(super) fn name(&self, entity: u32) -> Option<&str> {
        let mut placed = self.placed.get(entity as usize)?.iter();
        let own = placed.find(|placed| !self.placing.counted_elsewhere(**placed))?;
        self.placing.id(*own)
    }

    fn leaves(&self, place: &Place, service: Option<&str>) -> bool {
        place.egress && self.intel.is_external(place.remote, service, &self.settings.networks.own)
    }

    #[inline]
    fn number(&mut self, placed: u32) -> Option<u32> {
        if let Some(Some(number)) = self.numbers.get(placed as usize) {
            return Some(*number);
        }
        self.number_of_new(placed)
    }

    #[cold]
    fn number_of_new(&mut self, placed: u32) -> Option<u32> {
        let name = self.placing.id(placed)?;
        let number = match self.by_name.get(name) {
            Some(number) => *number,
            None => {
                let number = self.placed.len() as u32;
                self.by_name.insert(name.to_owned(), number);
                self.placed.push(Vec::new());
                number
            }
        };
        self.placed.get_mut(number as usize)?.push(placed);
        if placed as usize >= self.numbers.len() {
            self.numbers.resize(placed as usize + 1, None);
        }
        *self.numbers.get_mut(placed as usize)? = Some(number);
        Some(number)
    }
}

#[cfg(test)]
mod tests;
