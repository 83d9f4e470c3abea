//! How rows come to whoever reads them: in order, or late, in no order, and some twice.

use super::dice::Dice;

/// Share of rows that come an interval or more late.
const LATE: f64 = 0.1;
/// Share of rows that come twice.
const TWICE: f64 = 0.03;
/// Most minutes that a row is held back; the record itself may be ten minutes older.
const MOST: i64 = 8;

/// The rows of one interface on their way.
#[derive(Debug, Default)]
pub struct Delivery {
    held: Vec<(i64, String)>,
}

impl Delivery {
    /// Takes the rows of an interval, one a line, and gives those that arrive in it; `now` in seconds.
    pub fn messy(&mut self, now: i64, rows: &[u8], dice: &mut Dice) -> Vec<u8> {
        self.held.extend(String::from_utf8_lossy(rows).lines().map(|row| (now, row.to_owned())));
        let mut arrived: Vec<String> = Vec::new();
        for (since, row) in std::mem::take(&mut self.held) {
            // Once held back, a row stays away for minutes rather than for one.
            let stays = if since == now { LATE } else { 0.7 };
            if now - since < MOST * 60 && dice.chance(stays) {
                self.held.push((since, row));
                continue;
            }
            if dice.chance(TWICE) {
                arrived.push(row.clone());
            }
            arrived.push(row);
        }
        for last in (1..arrived.len()).rev() {
            arrived.swap(last, dice.below(last as u64 + 1) as usize);
        }
        arrived.into_iter().flat_map(|row| (row + "\n").into_bytes()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_row_arrives_within_minutes_some_twice_and_not_in_order() {
        let (mut dice, mut delivery) = (Dice::new(7, &[]), Delivery::default());
        let mut arrived: Vec<(i64, i64)> = Vec::new();
        for minute in 0..200 {
            let rows: String = if minute < 190 {
                (0..20).map(|n| format!("{minute}:{n}\n")).collect()
            } else {
                String::new()
            };
            let came = delivery.messy(minute * 60, rows.as_bytes(), &mut dice);
            for row in String::from_utf8(came).unwrap().lines() {
                let (sent, n) = row.split_once(':').unwrap();
                arrived.push((
                    minute - sent.parse::<i64>().unwrap(),
                    sent.parse::<i64>().unwrap() * 20 + n.parse::<i64>().unwrap(),
                ));
            }
        }
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        arrived.iter().for_each(|(_, row)| *counts.entry(*row).or_default() += 1);

        assert_eq!(counts.len(), 190 * 20, "none is lost");
        assert!(counts.values().all(|count| *count <= 2) && counts.values().any(|count| *count == 2));
        assert_eq!(arrived.iter().map(|(late, _)| *late).max(), Some(MOST));
        assert!(arrived.windows(2).any(|pair| pair[0].1 > pair[1].1), "in no order");
    }
}
