//! The first fields of a plain row, remembered as text: an interface's rows come many times, and are compared with
//! what was said before faster than they are read.

use std::sync::Arc;

/// Version, account and interface of a plain row, each with the space behind it.
pub(super) const HEAD: usize = 37;

/// Account and interface, and the space between them.
const ACCOUNT: usize = 12;
const INTERFACE: usize = 21;
const BOTH: usize = ACCOUNT + 1 + INTERFACE;

/// Names remembered; one more, and all are learned anew.
const MOST: usize = 4_096;

/// Places of the table that finds them; the first free one ends a search.
const PLACES: usize = 2 * MOST;

/// Account and interface of the rows that came before.
#[derive(Debug, Default)]
pub(super) struct Names {
    list: Vec<Name>,
    /// Number of a name and one, by the hash of its [`HEAD`]; 0 where a place is free.
    places: Vec<u16>,
}

/// One account and interface.
#[derive(Debug)]
pub(super) struct Name {
    head: [u8; HEAD],
    pub(super) spelled: Arc<str>,
}

impl Name {
    /// Account and interface.
    pub(super) fn parts(&self) -> (&str, &str) {
        self.spelled.split_once(' ').unwrap_or_default()
    }
}

impl Names {
    /// All names, by their numbers.
    pub(super) fn as_slice(&self) -> &[Name] {
        &self.list
    }

    /// The number of a line's account and interface; `None` where it is no plain row.
    ///
    /// While rows are `held` that were numbered before, no number changes its meaning, and `None` may as well say that
    /// there is none left.
    #[inline]
    pub(super) fn number(&mut self, line: &[u8], held: bool) -> Option<u16> {
        let head = line.first_chunk::<HEAD>()?;
        let mut place = place_of(head);
        loop {
            let number = match self.places.get(place) {
                Some(taken) if *taken > 0 => *taken - 1,
                _ => return self.learn(head, held),
            };
            if self.list.get(usize::from(number)).is_some_and(|name| is_same(&name.head, head)) {
                return Some(number);
            }
            place = (place + 1) % PLACES;
        }
    }

    #[cold]
    fn learn(&mut self, head: &[u8; HEAD], held: bool) -> Option<u16> {
        let both = head.strip_prefix(b"2 ")?.strip_suffix(b" ")?.first_chunk::<BOTH>()?;
        let spelled = std::str::from_utf8(both).ok()?;
        // One space between the two, and nothing that JSON would write in another way.
        if memchr::memchr2(b'"', b'\\', both).is_some() || memchr::memchr_iter(b' ', both).ne([ACCOUNT]) {
            return None;
        }
        if self.list.len() == MOST {
            if held {
                return None;
            }
            self.list.clear();
            self.places.fill(0);
        }
        self.places.resize(PLACES, 0);
        self.list.push(Name { head: *head, spelled: spelled.into() });
        let mut place = place_of(head);
        while self.places.get(place).is_some_and(|taken| *taken > 0) {
            place = (place + 1) % PLACES;
        }
        *self.places.get_mut(place)? = self.list.len() as u16;
        Some(self.list.len() as u16 - 1)
    }
}

#[inline(always)]
fn place_of(head: &[u8; HEAD]) -> usize {
    // The last half of the interface's digits.
    let [.., a, b, c, d, e, f, g, h, _] = *head;
    let hash = u64::from_le_bytes([a, b, c, d, e, f, g, h]).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash >> 51) as usize % PLACES
}

/// Compares word by word: a call that compares bytes costs more than a head is long.
#[inline(always)]
fn is_same(a: &[u8; HEAD], b: &[u8; HEAD]) -> bool {
    let last = |head: &[u8; HEAD]| head.last_chunk().map_or(0, |word| u64::from_le_bytes(*word));
    let words = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
    let other = words.fold(0, |other, (a, b)| other | (u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b)));
    other | (last(a) ^ last(b)) == 0
}
