//! Who opened a conversation, where its own records do not say: what the entity is known to serve.

use std::borrow::Cow;

use crate::observation::{Row, Side, join};

/// Answering ports remembered per entity; a host that serves more has no port that tells anything.
const ANSWERS: usize = 32;

/// The rows with their sides set right, sorted by key.
///
/// A long conversation's later records show no SYN, and between two high ports the guess is blind. The
/// entity answered a SYN from some port, now or before: what goes through that port was dialled by the
/// remote.
pub(super) fn by_initiator<'a>(rows: &'a [Row], answers: &mut Vec<u16>) -> Cow<'a, [Row]> {
    for row in rows {
        let answered = row.key.side == Side::Served && row.sums.flags_out & 18 == 18;
        if answered && !answers.contains(&row.key.port) && answers.len() < ANSWERS {
            answers.push(row.key.port);
        }
    }
    let wrong =
        |row: &Row| row.key.side == Side::Dialled && !row.sums.sure && answers.contains(&row.sums.local);
    if !rows.iter().any(wrong) {
        return Cow::Borrowed(rows);
    }
    let mut rows = rows.to_vec();
    for row in rows.iter_mut().filter(|row| wrong(row)) {
        row.key.side = Side::Served;
        row.key.port = row.sums.local;
    }
    join(&mut rows);
    Cow::Owned(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::{RowKey, RowSums};

    #[test]
    fn a_long_conversation_through_a_port_that_answered_was_dialled_by_the_remote() {
        let mut answers = Vec::new();
        let syn = [row(50_000, Side::Served, RowSums { flags_out: 18, sure: true, ..sums(50_000) })];
        by_initiator(&syn, &mut answers);
        let later = [row(41_000, Side::Dialled, sums(50_000)), row(41_001, Side::Dialled, sums(50_000))];

        let rows = by_initiator(&later, &mut answers);

        assert_eq!(rows.len(), 1);
        assert_eq!(
            (rows[0].key.side, rows[0].key.port, rows[0].sums.bytes_out),
            (Side::Served, 50_000, 2_000)
        );
    }

    #[test]
    fn a_conversation_that_a_syn_settled_or_of_another_port_stays_as_it_is() {
        let mut answers = vec![50_000];
        let dialled = [row(443, Side::Dialled, RowSums { sure: true, ..sums(50_000) })];
        let other = [row(41_000, Side::Dialled, sums(49_999))];

        assert_eq!(*by_initiator(&dialled, &mut answers), dialled);
        assert_eq!(*by_initiator(&other, &mut answers), other);
    }

    fn row(port: u16, side: Side, sums: RowSums) -> Row {
        Row { bucket: 0, key: RowKey { remote: [203, 0, 113, 9].into(), port, side, protocol: 6 }, sums }
    }

    fn sums(local: u16) -> RowSums {
        RowSums { bytes_out: 1_000, packets_out: 2, local, ..RowSums::default() }
    }
}
