//! What an account's calls take over of the time before them, as a backfill read it.

use super::account::{AccountCalls, FAMILIES, PRINCIPALS, REGIONS};
use super::blinding::DEPLOYERS;
use super::{Prelude, Update};

/// Something used: what, first and last.
type Used<T> = (T, i64, i64);

impl AccountCalls {
    /// A document for an account that has none yet: what was learned, without what was told.
    ///
    /// What led to an instance within the week before is no finding, and stays.
    #[must_use]
    pub fn without_incidents(&self) -> Self {
        Self { blinded: Vec::new(), ..self.clone() }
    }

    /// Takes over who called before, what and from where, and which regions and families were used.
    ///
    /// A union of sets with their earliest uses: doing it twice changes nothing. What gives reason to suspect a caller
    /// is not taken over. Returns whether it changed anything.
    pub fn learn_earlier(&mut self, earlier: &Self) -> bool {
        if earlier.first == 0 {
            return false;
        }
        let before = self.clone();
        if self.first == 0 || earlier.first < self.first {
            self.first = earlier.first;
        }
        for theirs in &earlier.principals {
            let has_room = self.principals.len() < PRINCIPALS;
            match self.principals.iter_mut().find(|have| have.hash == theirs.hash) {
                Some(mine) => mine.learn_earlier(theirs),
                None if has_room => {
                    self.principals.push(theirs.without_evidence());
                }
                None => {}
            }
        }
        union(&mut self.regions, &earlier.regions, REGIONS);
        union(&mut self.deployers, &earlier.deployers, DEPLOYERS);
        union(&mut self.families, &earlier.families, FAMILIES);
        *self != before
    }

    /// What led to the instances that were touched last, for the items beside their documents.
    pub fn preludes(&self) -> impl Iterator<Item = Update> + '_ {
        let told = self.touched.iter().filter(|touched| touched.prelude != Prelude::default());
        told.map(|touched| Update { ids: touched.ids.clone(), prelude: touched.prelude.clone() })
    }
}

/// Adds earlier uses to a list that takes at most `keep`.
pub(super) fn union<T: Copy + PartialEq>(mine: &mut Vec<Used<T>>, earlier: &[Used<T>], keep: usize) {
    for (what, first, last) in earlier {
        let has_room = mine.len() < keep;
        match mine.iter_mut().find(|(have, ..)| have == what) {
            Some((_, mine_first, mine_last)) => {
                *mine_first = (*mine_first).min(*first);
                *mine_last = (*mine_last).max(*last);
            }
            None if has_room => mine.insert(0, (*what, *first, *last)),
            None => {}
        }
    }
}
