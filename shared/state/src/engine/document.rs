//! An entity's document as it is stored: batches applied, alerts unsent, and the state.

use serde::{Deserialize, Serialize};
use weir_detection::finding::Finding;
use weir_detection::host::HostState;
use weir_detection::observation::bucket_of;
use weir_detection::state::EntityState;

use super::Alert;
use super::told::Told;

/// The layout that this build writes; the first byte of a document.
const LAYOUT: u8 = 3;

/// Batches remembered at most: those whose records would still be taken in.
const BATCHES: usize = 512;

/// Bits of a batch's id that are kept: among 512 ids two are equal once in two billion.
const ID: u64 = (1 << 48) - 1;

/// Alerts that may wait unsent before those go that a later one of their incident says as well.
///
/// While SNS takes nothing an incident goes on to be told, and a document that outgrew the store would lose its batches.
const OUTBOX: usize = 16;

/// Times that a channel beside the subscribers is given an alert.
const TRIES: u8 = 8;

/// A document in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Document<S = EntityState> {
    batches: Vec<Batch>,
    outbox: Vec<Queued>,
    pub(crate) state: S,
}

/// What a document is of.
pub(crate) trait Remembered: Sized {
    /// Records before this time change nothing any more.
    fn closed(&self) -> i64;

    /// The bytes, layout first, of no more than a document keeps.
    fn bytes(&mut self) -> Result<Vec<u8>, postcard::Error>;

    /// Reads them.
    fn read(bytes: &[u8]) -> Result<Self, postcard::Error>;
}

impl Remembered for EntityState {
    fn closed(&self) -> i64 {
        self.closed
    }

    fn bytes(&mut self) -> Result<Vec<u8>, postcard::Error> {
        self.open.trim();
        self.encode()
    }

    fn read(bytes: &[u8]) -> Result<Self, postcard::Error> {
        Self::decode(bytes)
    }
}

impl Remembered for HostState {
    fn closed(&self) -> i64 {
        self.closed
    }

    fn bytes(&mut self) -> Result<Vec<u8>, postcard::Error> {
        super::layout::encode(self)
    }

    fn read(bytes: &[u8]) -> Result<Self, postcard::Error> {
        super::layout::decode(bytes)
    }
}

/// A batch that is in the numbers.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Batch {
    id: u64,
    /// Start of the bucket of its latest record.
    #[serde(with = "weir_detection::bucket_time")]
    latest: i64,
}

/// An alert that nobody confirmed yet.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Queued {
    id: u64,
    /// Until when somebody is sending it, milliseconds since the epoch of the wall clock.
    claimed: i64,
    /// The channels that have it.
    told: Told,
    /// Times that a channel beside the subscribers did not take it.
    tries: u8,
    finding: Finding,
}

impl<S: Remembered> Document<S> {
    /// Whether a batch was applied.
    pub(crate) fn holds(&self, batch: u64) -> bool {
        self.batches.iter().any(|have| have.id == batch & ID)
    }

    /// Remembers a batch for as long as its records would be taken in again.
    ///
    /// What came before the last closed bucket is late whenever it comes, and changes nothing.
    pub(crate) fn note_batch(&mut self, batch: u64, latest: i64) {
        self.batches.push(Batch { id: batch & ID, latest: bucket_of(latest) });
    }

    /// Queues what is to be sent, unclaimed; returns what is only to be recorded.
    pub(crate) fn queue(&mut self, findings: Vec<Finding>) -> Vec<Finding> {
        let (send, record): (Vec<_>, Vec<_>) = findings.into_iter().partition(Finding::is_alert);
        for finding in send {
            let id = report_id(&finding);
            if self.outbox.iter().all(|have| have.id != id) {
                self.outbox.push(Queued { id, claimed: 0, told: Told::default(), tries: 0, finding });
            }
        }
        self.crowd_out();
        record
    }

    /// Drops what is too much, oldest first: a report that nobody is sending for whose incident a later one, no less
    /// severe, waits too. So of every incident the latest and the gravest report stay.
    fn crowd_out(&mut self) {
        let mut surplus = self.outbox.len().saturating_sub(OUTBOX);
        let mut at = 0;
        while surplus > 0 && at < self.outbox.len() {
            let (report, later) = (&self.outbox[at], &self.outbox[at + 1..]);
            let is_said = later.iter().any(|have| {
                have.finding.uid == report.finding.uid && have.finding.severity >= report.finding.severity
            });
            if is_said {
                self.outbox.remove(at);
                surplus -= 1;
            } else {
                at += 1;
            }
        }
    }

    /// Claims the alerts that nobody is sending; returns them, and how many somebody else is sending.
    pub(crate) fn claim(&mut self, now: i64, deadline: i64) -> (Vec<Alert>, usize) {
        let mut alerts = Vec::new();
        let mut elsewhere = 0;
        for queued in &mut self.outbox {
            if queued.claimed > now {
                elsewhere += 1;
            } else {
                queued.claimed = deadline;
                alerts.push(Alert { id: queued.id, finding: queued.finding.clone(), told: queued.told });
            }
        }
        (alerts, elsewhere)
    }

    /// Whether an alert waits for somebody to confirm that it was sent.
    pub(crate) const fn has_unsent(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// Marks alerts that subscribers have and a channel beside them has not: whoever comes next tries that channel
    /// again, a few times. Whether there were any.
    pub(crate) fn mark(&mut self, told: &[(u64, Told)]) -> bool {
        let mut any = false;
        for (id, told) in told {
            for queued in self.outbox.iter_mut().filter(|queued| queued.id == *id) {
                (queued.told, queued.claimed, queued.tries) = (*told, 0, queued.tries + 1);
                any = true;
            }
        }
        self.outbox.retain(|queued| queued.tries < TRIES);
        any
    }

    /// Drops alerts that were sent; whether there were any.
    pub(crate) fn forget(&mut self, sent: &[u64]) -> bool {
        let before = self.outbox.len();
        self.outbox.retain(|queued| !sent.contains(&queued.id));
        self.outbox.len() < before
    }

    /// The bytes: layout, batches and outbox, the state with a layout of its own.
    pub(crate) fn encode(&mut self) -> Result<Vec<u8>, postcard::Error> {
        let closed = self.state.closed();
        self.batches.retain(|batch| batch.latest >= closed);
        let surplus = self.batches.len().saturating_sub(BATCHES);
        self.batches.drain(..surplus);
        let mut bytes = postcard::to_extend(&(&self.batches, &self.outbox), vec![LAYOUT])?;
        bytes.extend(self.state.bytes()?);
        Ok(bytes)
    }

    /// Reads a document.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, postcard::Error> {
        let Some((&LAYOUT, fields)) = bytes.split_first() else {
            return Err(postcard::Error::DeserializeBadEncoding);
        };
        let ((batches, outbox), state) = postcard::take_from_bytes(fields)?;
        Ok(Self { batches, outbox, state: S::read(state)? })
    }
}

/// What a report is known by: its incident and its number.
fn report_id(finding: &Finding) -> u64 {
    let mut hash = u64::from(finding.count);
    for byte in finding.uid.bytes() {
        hash = weir_detection::entity::mix(hash ^ u64::from(byte));
    }
    hash
}
