//! Records that add up, by their prints: one that comes again in another batch counts once.
//!
//! A batch that comes again whole is known by its id. A forwarder that was answered 503 for a part of what it sent cuts
//! the rest anew, and what had been taken comes again among other records.

use serde::{Deserialize, Serialize};

/// Prints kept of one bucket that is not judged yet; what comes beyond counts as often as it comes.
const KEPT: usize = 512;

/// Prints of one bucket's records, sorted; a document keeps the distances between them, about four bytes a record.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(from = "Vec<u32>", into = "Vec<u32>")]
pub struct Prints(Vec<u32>);

impl Prints {
    /// Notes a record; false where it was there.
    pub fn is_new(&mut self, print: u32) -> bool {
        match self.0.binary_search(&print) {
            Ok(_) => false,
            Err(place) => {
                if self.0.len() < KEPT {
                    self.0.insert(place, print);
                }
                true
            }
        }
    }
}

impl From<Prints> for Vec<u32> {
    fn from(mut prints: Prints) -> Self {
        let mut before = 0;
        for print in &mut prints.0 {
            (before, *print) = (*print, *print - before);
        }
        prints.0
    }
}

impl From<Vec<u32>> for Prints {
    fn from(mut prints: Vec<u32>) -> Self {
        let mut before = 0_u32;
        for print in &mut prints {
            *print = before.wrapping_add(*print);
            before = *print;
        }
        Self(prints)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_known_again_and_a_full_bucket_knows_those_it_has() {
        let mut prints = Prints::default();
        assert!(prints.is_new(7) && !prints.is_new(7) && prints.is_new(u32::MAX) && prints.is_new(0));
        (0..2_000).for_each(|print| {
            prints.is_new(print * 3);
        });
        assert!(!prints.is_new(300) && prints.is_new(5_997), "the last did not fit");
    }

    #[test]
    fn prints_read_back_and_cost_four_bytes_a_record() {
        let mut prints = Prints::default();
        (1..=500).for_each(|n| {
            prints.is_new((crate::entity::mix(n) >> 32) as u32);
        });

        let bytes = postcard::to_allocvec(&prints).unwrap();
        assert_eq!(postcard::from_bytes::<Prints>(&bytes).unwrap(), prints);
        assert!(bytes.len() < 500 * 4 + 8, "{} bytes", bytes.len());
    }
}
