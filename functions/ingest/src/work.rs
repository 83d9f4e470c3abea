//! One batch: read, applied, and its refused records told.

use std::collections::BTreeMap;

use serde_json::json;
use weir_aws_host::{Applier, Quarantine, Refused};
use weir_dynamodb::DynamoStore;
use xxhash_rust::xxh3::xxh3_64;

use crate::fault::Fault;
use crate::payload::{self, Payload, Reading};
use crate::refusal::Refusal;

/// The host of records that name none, and of which nobody knows where they come from.
const UNNAMED: &str = "unnamed";

/// What one invocation works with.
pub(crate) struct Work<'a> {
    pub(crate) applier: Applier<'a, DynamoStore>,
    pub(crate) reading: Reading<'a>,
    pub(crate) quarantine: &'a Quarantine,
}

/// Where a batch comes from, and what it is known by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<'a> {
    /// As logs and the quarantine name it.
    pub(crate) source: &'static str,
    /// Under which it is found there.
    pub(crate) id: &'a str,
    /// What is equal for equal deliveries; its text where there is no such name.
    pub(crate) name: Option<&'a str>,
    /// The host whose records name none, where the sender says.
    pub(crate) host: Option<&'a str>,
    /// As it came, for the quarantine.
    pub(crate) raw: &'a str,
}

/// What became of a batch.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Outcome {
    /// Records read.
    pub(crate) records: u64,
    /// Those that nothing judges yet.
    pub(crate) not_judged: u64,
    /// Records of known logs that are of no use.
    pub(crate) unused: u64,
    /// Refused records by reason.
    pub(crate) rejects: BTreeMap<&'static str, u64>,
}

impl Outcome {
    /// Records that were refused.
    pub(crate) fn rejected(&self) -> u64 {
        self.rejects.values().sum()
    }

    /// Why, in words.
    pub(crate) fn why(&self) -> String {
        let reasons: Vec<String> =
            self.rejects.iter().map(|(reason, count)| format!("{reason}: {count}")).collect();
        format!("records were refused ({}); send only logs that weir reads", reasons.join(", "))
    }

    /// Whether the batch was nothing that could be read at all.
    pub(crate) fn is_unreadable(&self) -> bool {
        let broken = ["bad-json", "bad-xml", "bad-payload", "not-utf8", "too-long"];
        self.records + self.unused == 0
            && !self.rejects.is_empty()
            && self.rejects.keys().all(|reason| broken.contains(reason))
    }

    pub(crate) fn json(&self) -> String {
        json!({
            "records": self.records,
            "not_judged": self.not_judged,
            "unused": self.unused,
            "rejected": self.rejected(),
            "rejects": self.rejects,
        })
        .to_string()
    }
}

impl Work<'_> {
    /// Reads and applies a batch. Its refused records, `refused` among them, are told to the quarantine.
    ///
    /// # Errors
    ///
    /// Our own faults; the batch can come again.
    pub(crate) async fn take(
        &self,
        text: &[u8],
        refused: &BTreeMap<&'static str, u64>,
        origin: Origin<'_>,
    ) -> Result<Outcome, Fault> {
        let Payload { payload, observations, hosts, records, not_judged, unused, rejects } =
            payload::read(text, refused, origin.id, self.reading, self.applier.metrics);
        let batch = payload.unwrap_or_else(|| xxh3_64(origin.name.map_or(text, str::as_bytes)));
        // Both, even where one fails: what is applied is recognised when the batch comes again.
        let flows = self.applier.apply(batch, observations).await;
        let unnamed = origin.host.unwrap_or(UNNAMED);
        self.applier.hosts(batch, self.reading.account, unnamed, &hosts).await?;
        flows?;
        if let Some((reason, _)) = rejects.iter().max_by_key(|(_, count)| **count) {
            self.tell(reason, origin).await?;
        }
        Ok(Outcome { records, not_judged, unused, rejects })
    }

    /// Refuses a batch whole.
    ///
    /// # Errors
    ///
    /// The quarantine cannot be told.
    pub(crate) async fn refuse(&self, refusal: &Refusal, origin: Origin<'_>) -> Result<(), Fault> {
        let reason = refusal.code();
        self.applier.metrics.count(|counts| *counts.rejects.entry(reason).or_default() += 1);
        self.tell(reason, origin).await
    }

    async fn tell(&self, reason: &str, origin: Origin<'_>) -> Result<(), Fault> {
        self.applier.metrics.count(|counts| counts.quarantined += 1);
        let refused = Refused {
            reason,
            id: origin.id,
            source: origin.source,
            bytes: origin.raw.len(),
            payload: Some(origin.raw).filter(|raw| !raw.is_empty()),
        };
        Ok(self.quarantine.refuse(&refused).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_unreadable_only_where_nothing_of_it_is_text_that_could_be_a_record() {
        let of = |records, rejects: &[(&'static str, u64)]| {
            Outcome { records, rejects: rejects.iter().copied().collect(), ..Outcome::default() }
                .is_unreadable()
        };
        assert!(of(0, &[("bad-json", 3), ("not-utf8", 1)]));
        assert!(!of(1, &[("bad-json", 3)]));
        assert!(!of(0, &[("bad-json", 3), ("unknown-record", 1)]));
        assert!(!of(0, &[]));
    }
}
