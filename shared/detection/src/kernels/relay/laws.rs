//! The laws, tightest first; each looser one asks more of the others.

use super::{Balance, Limits};

/// Sizes of requests that move together this much are one series: by chance 36 buckets come to 0.17.
pub const ONE_SIZE: f64 = 0.6;

/// What compression leaves of requests at least: a broker's acknowledgements of results come to less.
const COMPRESSED: f64 = 0.2;

/// Requests that came in for those that left, from which they came in as they were.
const WHOLE: f64 = 0.95;

/// Origins an hour from which one shape is no evidence.
const MANY: u32 = 256;

/// Strength of a balance that has passed the gates, 0 where it keeps no law.
pub(super) fn score(balance: &Balance, limits: &Limits) -> f64 {
    let Balance { forward, reverse, coupling, requests, .. } = *balance;
    let kept = tight(balance, limits) || tight_rest(balance, limits);
    if requests >= 0.5 && kept && (one_shape(balance, limits) || close(balance, limits)) {
        return 0.9 + 0.1 * coupling.max(balance.coupling_rest).clamp(0.0, 1.0);
    }
    if to_the_letter(balance, limits) {
        return 0.8;
    }
    if !limits.novel || !one_shape(balance, limits) || !exact(balance) {
        return 0.0;
    }
    let coupled = coupling >= limits.correlation || balance.overlap >= 0.9;
    if within(forward, 0.85, most(limits)) && within(reverse, 0.6, 1.7) && coupled && requests >= 0.5 {
        return 0.8;
    }
    let follows = coupling >= 0.75 && requests >= 0.6;
    // Compression and padding change both directions alike; a loader's acknowledgements do not.
    let alike = within(reverse / forward.max(0.01), 0.5, 2.0);
    if follows
        && alike
        && reverse >= COMPRESSED
        && (within(forward, 0.2, 0.85) || within(forward, most(limits), 5.0))
    {
        return 0.75;
    }
    0.0
}

/// The law of a relay that holds answers back for half an hour: `smeared` is the coupling of half hours.
pub(super) fn buffered(balance: &Balance, smeared: f64, limits: &Limits) -> f64 {
    let holds = smeared >= 0.8
        && within(balance.forward, 0.8, most(limits))
        && within(balance.reverse, 0.6, 1.7)
        && one_shape(balance, limits);
    if holds { 0.7 } else { 0.0 }
}

/// Both laws and time, with one and the same framing, which only adds.
///
/// End to end encryption passes through a relay; a loader's acknowledgements match its requests by
/// chance, not in ratio and shape.
fn tight(balance: &Balance, limits: &Limits) -> bool {
    let coupled = balance.coupling >= limits.correlation || balance.overlap >= 0.9;
    within(balance.forward, 1.0, most(limits))
        && within(balance.reverse / balance.forward, 1.0 - limits.tolerance, most(limits))
        && coupled
}

/// The same on a host that downloads for itself too: the true ratio lies between that of all that was
/// pulled and that without the origin that gave most, and the series must follow without it.
fn tight_rest(balance: &Balance, limits: &Limits) -> bool {
    if balance.coupling_rest < limits.correlation || balance.overlap_rest < 0.85 {
        return false;
    }
    let low = balance.forward.max(1.0).max(balance.reverse * (1.0 - limits.tolerance));
    let high = balance.forward_most.min(most(limits)).min(balance.reverse * most(limits));
    low <= high
}

/// The reverse law to the letter: the requests are one series, in ratio, in time and in their sizes.
///
/// That is evidence enough without time in the forward direction, which buffering hides; where
/// compression or padding changed the ratio, both directions must have changed alike and keep time. Answers
/// alone may be compressed or padded, where the requests came through as they were.
fn to_the_letter(balance: &Balance, limits: &Limits) -> bool {
    if balance.request_overlap < 0.95 || balance.requests < 0.8 || balance.sizes < ONE_SIZE {
        return false;
    }
    let (forward, most_forward) = (balance.forward, balance.forward_most);
    let plain =
        within(balance.reverse, WHOLE, most(limits)) && forward <= most(limits) && most_forward >= 0.75;
    let coupled = balance.coupling.max(balance.coupling_rest) >= limits.correlation;
    let (apart, sizes) = if balance.reverse < WHOLE { (1.25, 0.75) } else { (1.7, ONE_SIZE) };
    let changed = within(balance.reverse, 0.2, 5.0)
        && coupled
        && exact(balance)
        && balance.sizes >= sizes
        && forward <= balance.reverse * apart
        && most_forward >= balance.reverse / apart;
    let answers_alone = within(balance.reverse, WHOLE, 1.25) && coupled && within(forward, 0.2, 5.0);
    plain || changed || answers_alone
}

/// Whether requests that did not all come in whole keep at least their shape.
///
/// A relay that compresses its requests compresses each of them; what a loader's store says to each object
/// is as many exchanges as it makes, in any ratio to what it asks.
fn exact(balance: &Balance) -> bool {
    balance.reverse >= WHOLE || balance.request_overlap >= 0.97
}

/// Each request that comes in leaves at once, so the two series have one shape, and requests one size.
///
/// A loader's acknowledgements come close in shape by chance: within an hour 0.94 in one hour of twenty,
/// over three hours 0.92. With hundreds of origins the law of large numbers gives any two jobs in one
/// rhythm one shape, and only the sizes tell. On a busy host the sizes may make up for the shape.
fn one_shape(balance: &Balance, limits: &Limits) -> bool {
    let few = balance.origins < MANY && lasting(balance, limits);
    balance.request_overlap >= 0.95 && (balance.sizes >= ONE_SIZE || few)
        || balance.request_overlap >= 0.86 && balance.sizes >= 0.7
}

/// Many origins on a busy host, where neither shape nor sizes can tell: the framing of an encrypted tunnel
/// is a few percent and the same both ways, which a loader's acknowledgements meet once in twenty jobs.
fn close(balance: &Balance, limits: &Limits) -> bool {
    let shape = if limits.long_records { 0.86 } else { 0.9 };
    let (low, high) = (balance.reverse * 0.85, balance.reverse * 1.18);
    balance.origins >= MANY
        && balance.request_overlap >= shape
        && balance.requests >= 0.6
        && within(balance.reverse, 0.97, 1.25)
        && balance.forward <= high
        && balance.forward_most >= low
}

fn lasting(balance: &Balance, limits: &Limits) -> bool {
    balance.lasting_overlap >= if limits.long_records { 0.92 } else { 0.94 } || balance.sizes >= 0.45
}

/// The largest ratio of the two sides of a law.
fn most(limits: &Limits) -> f64 {
    1.0 / (1.0 - limits.tolerance).max(0.05)
}

fn within(value: f64, low: f64, high: f64) -> bool {
    (low..=high).contains(&value)
}
