//! Small probabilistic sets: how many distinct remotes, and which were pushed to before.

use serde::{Deserialize, Serialize};

/// Bits of a counter.
const BITS: u64 = 1_024;

/// A linear counter: estimates how many distinct hashes were added, up to about three thousand.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Counter {
    /// Sorted positions while few, so that a quiet host costs a byte or two a remote.
    few: Vec<u16>,
    /// The bit field once there are many.
    many: Vec<u64>,
}

impl Counter {
    /// Adds one hash.
    pub fn insert(&mut self, hash: u64) {
        let position = (hash % BITS) as u16;
        if self.many.is_empty() {
            let Err(at) = self.few.binary_search(&position) else { return };
            if self.few.len() < 32 {
                self.few.insert(at, position);
                return;
            }
            self.spread();
        }
        self.set(position);
    }

    /// Adds another counter's hashes.
    pub fn merge(&mut self, other: &Self) {
        for position in &other.few {
            self.insert(u64::from(*position));
        }
        if !other.many.is_empty() {
            if self.many.is_empty() {
                self.spread();
            }
            for (mine, theirs) in self.many.iter_mut().zip(&other.many) {
                *mine |= theirs;
            }
        }
    }

    /// Estimated number of distinct hashes.
    pub fn count(&self) -> u32 {
        if self.many.is_empty() {
            return u32::try_from(self.few.len()).unwrap_or(u32::MAX);
        }
        let set: u32 = self.many.iter().map(|word| word.count_ones()).sum();
        let empty = (BITS as f64 - f64::from(set)).max(1.0);
        (BITS as f64 * (BITS as f64 / empty).ln()).round() as u32
    }

    /// Estimated number of its hashes that `known` has not.
    pub fn beyond(&self, known: &Self) -> u32 {
        let mut both = known.clone();
        both.merge(self);
        both.count().saturating_sub(known.count())
    }

    fn spread(&mut self) {
        self.many = vec![0; (BITS / 64) as usize];
        for position in std::mem::take(&mut self.few) {
            self.set(position);
        }
    }

    fn set(&mut self, position: u16) {
        if let Some(word) = self.many.get_mut(usize::from(position / 64)) {
            *word |= 1 << (position % 64);
        }
    }
}

/// Which destinations were pushed to on earlier days: a Bloom filter that grows with use.
///
/// Only destinations that were *pushed to* go in: a filter of all contacts saturates on crawlers and
/// scanners, and relays on them are missed (kernels.md 4).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Filter {
    /// Sorted 16-bit prints while few.
    few: Vec<u16>,
    /// 2,048 bits once there are many.
    many: Vec<u64>,
}

impl Filter {
    /// Remembers a hash.
    pub fn insert(&mut self, hash: u64) {
        if self.many.is_empty() {
            let print = (hash >> 48) as u16;
            let Err(at) = self.few.binary_search(&print) else { return };
            if self.few.len() < 48 {
                self.few.insert(at, print);
                return;
            }
            self.many = vec![0; 32];
            for print in std::mem::take(&mut self.few) {
                self.set(print);
            }
        }
        self.set((hash >> 48) as u16);
    }

    /// Whether a hash may have been remembered.
    pub fn contains(&self, hash: u64) -> bool {
        let print = (hash >> 48) as u16;
        if self.many.is_empty() {
            return self.few.binary_search(&print).is_ok();
        }
        positions(print).iter().all(|&position| {
            self.many.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
        })
    }

    /// Adds another filter's memory.
    pub fn merge(&mut self, other: &Self) {
        for print in &other.few {
            self.insert(u64::from(*print) << 48);
        }
        if !other.many.is_empty() {
            if self.many.is_empty() {
                self.many = vec![0; 32];
                for print in std::mem::take(&mut self.few) {
                    self.set(print);
                }
            }
            for (mine, theirs) in self.many.iter_mut().zip(&other.many) {
                *mine |= theirs;
            }
        }
    }

    /// So full that it would soon call strangers known: about one in forty.
    pub fn is_saturated(&self) -> bool {
        self.many.iter().map(|word| word.count_ones()).sum::<u32>() > 600
    }

    fn set(&mut self, print: u16) {
        for position in positions(print) {
            if let Some(word) = self.many.get_mut(position / 64) {
                *word |= 1 << (position % 64);
            }
        }
    }
}

/// Three bit positions out of 2,048 for a print.
fn positions(print: u16) -> [usize; 3] {
    let hash = crate::entity::mix(u64::from(print) + 1);
    [(hash % 2_048) as usize, (hash >> 20) as usize % 2_048, (hash >> 40) as usize % 2_048]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::mix;

    #[test]
    fn a_counter_is_within_a_tenth_up_to_a_thousand() {
        for n in [1_u32, 20, 100, 500, 1_000] {
            let mut counter = Counter::default();
            (0..n).for_each(|i| counter.insert(mix(u64::from(i) + 1)));

            let estimate = f64::from(counter.count());
            assert!((estimate - f64::from(n)).abs() <= f64::from(n) * 0.1 + 1.0, "{n}: {estimate}");
        }
    }

    #[test]
    fn merged_counters_count_the_union() {
        let (mut a, mut b, mut union) = (Counter::default(), Counter::default(), Counter::default());
        for i in 0..300_u64 {
            if i < 200 {
                a.insert(mix(i))
            }
            if i >= 100 {
                b.insert(mix(i))
            }
            union.insert(mix(i));
        }
        a.merge(&b);

        assert_eq!(a, union);
    }

    #[test]
    fn a_filter_forgets_nothing_and_rarely_claims_a_stranger() {
        let mut filter = Filter::default();
        (0..150_u64).for_each(|i| filter.insert(mix(i)));

        assert!((0..150_u64).all(|i| filter.contains(mix(i))));
        let strangers = (1_000..2_000_u64).filter(|&i| filter.contains(mix(i))).count();
        assert!(strangers < 40, "{strangers} of 1000 strangers are claimed");
    }

    proptest::proptest! {
        #[test]
        fn merging_any_parts_in_any_order_is_the_one_set(
            parts in proptest::array::uniform3(proptest::collection::vec(proptest::num::u64::ANY, 0..60)),
        ) {
            macro_rules! same {
                ($kind:ty) => {{
                    let of = |hashes: &[u64]| {
                        let mut set = <$kind>::default();
                        hashes.iter().for_each(|hash| set.insert(*hash));
                        set
                    };
                    let merged = |first: &$kind, second: &$kind| {
                        let mut both = first.clone();
                        both.merge(second);
                        both
                    };
                    let [a, b, c] = [0, 1, 2].map(|n| of(&parts[n]));
                    let whole = of(&parts.concat());
                    proptest::prop_assert_eq!(&merged(&merged(&a, &b), &c), &whole);
                    proptest::prop_assert_eq!(&merged(&a, &merged(&b, &c)), &whole);
                    proptest::prop_assert_eq!(&merged(&merged(&c, &b), &a), &whole);
                }};
            }
            same!(Counter);
            same!(Filter);
        }
    }
}
