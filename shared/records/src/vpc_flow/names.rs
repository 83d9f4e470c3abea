//! The first fields of a plain row, remembered as text: an interface's rows come many times, and are compared with
//! what was said before faster than they are read.

/// Version, account and interface of a plain row, each with the space behind it.
pub(super) const HEAD: usize = 37;

/// Interfaces remembered; one more takes the place of another.
const SLOTS: usize = 1_024;

/// Account and interface of the rows that came last, by interface.
#[derive(Debug, Default)]
pub(super) struct Names {
    slots: Vec<Slot>,
}

#[derive(Clone, Debug)]
struct Slot {
    head: [u8; HEAD],
    account: String,
    interface: String,
}

impl Names {
    /// The place of a line's account and interface; `None` where it is no plain row.
    #[inline]
    pub(super) fn place(&mut self, line: &[u8]) -> Option<usize> {
        let head = line.first_chunk::<HEAD>()?;
        // The last half of the interface's digits.
        let [.., a, b, c, d, e, f, g, h, _] = *head;
        let hash = u64::from_le_bytes([a, b, c, d, e, f, g, h]).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = (hash >> 54) as usize % SLOTS;
        match self.slots.get(place) {
            // A slot that nothing was learned in holds no row's beginning, whatever a line looks like.
            Some(slot) if slot.head == *head && !slot.account.is_empty() => Some(place),
            _ => self.learn(head, place),
        }
    }

    #[cold]
    fn learn(&mut self, head: &[u8; HEAD], place: usize) -> Option<usize> {
        let rest = head.strip_prefix(b"2 ")?;
        let (account, rest) = text::<12>(rest)?;
        let (interface, _) = text::<21>(rest)?;
        if self.slots.is_empty() {
            let nothing = Slot { head: [0; HEAD], account: String::new(), interface: String::new() };
            self.slots = vec![nothing; SLOTS];
        }
        let slot = self.slots.get_mut(place)?;
        slot.head = *head;
        account.clone_into(&mut slot.account);
        interface.clone_into(&mut slot.interface);
        Some(place)
    }

    /// Account and interface.
    #[inline]
    pub(super) fn at(&self, place: usize) -> (&str, &str) {
        self.slots.get(place).map_or(("", ""), |slot| (&slot.account, &slot.interface))
    }
}

/// A field of exactly `N` bytes, and what follows its space.
fn text<const N: usize>(rest: &[u8]) -> Option<(&str, &[u8])> {
    let (field, rest) = rest.split_first_chunk::<N>()?;
    if memchr::memchr(b' ', field).is_some() {
        return None;
    }
    Some((std::str::from_utf8(field).ok()?, rest.strip_prefix(b" ")?))
}
