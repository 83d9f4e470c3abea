//! Calls of CloudTrail, some hundred at a time, into the account's document and to the inventory.

use std::collections::BTreeMap;
use std::io::Read;

use weir_aws_host::{Outbox, now};
use weir_detection::settings::Settings;
use weir_dynamodb::DynamoStore;
use weir_intel::Intel;
use weir_records::api_call::{self, Trail};
use weir_records::text::Text;
use weir_records::{ApiCall, Entry, ReadOptions, RecordReader, Source};
use weir_state::{Run, calls_entity};

use crate::fault::Fault;
use crate::inventory::{Ids, Place};
use crate::launched::launched;

/// Calls that are written down together: one write of the account's document.
const CALLS: usize = 500;

/// Bytes of calls that are held at a time.
const BYTES: usize = 4 << 20;

/// The code of [`weir_records::Reason::BadPayload`].
pub(crate) const UNREADABLE: &str = weir_records::Reason::BadPayload.code();

/// What calls are applied with.
pub(crate) struct Calls<'a> {
    pub(crate) outbox: Outbox<'a, DynamoStore>,
    pub(crate) settings: &'a Settings,
    pub(crate) intel: &'a Intel,
    pub(crate) place: Place<'a>,
    pub(crate) deadline: i64,
}

/// What came of some bytes.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// What the inventory should look at.
    pub(crate) ids: Ids,
    /// Why the bytes, or the rest of them, were refused, if they were.
    pub(crate) refused: Option<&'static str>,
}

/// Records as they came, with their times.
#[derive(Default)]
struct Batch {
    records: Vec<(String, i64)>,
    bytes: usize,
}

impl Calls<'_> {
    /// Reads and applies all of it. What is no call is counted, by its reason.
    pub(crate) async fn apply(&self, bytes: impl Read, id: &str) -> Result<Applied, Fault> {
        let options = ReadOptions { source: Source::CloudTrail, ..ReadOptions::default() };
        let mut applied = Applied::default();
        let mut rejects: BTreeMap<&'static str, u64> = BTreeMap::new();
        let (mut calls, mut controls) = (0, 0);
        match RecordReader::open(bytes, &options) {
            Err(_) => applied.refused = Some(UNREADABLE),
            Ok(mut reader) => loop {
                let mut batch = Batch::default();
                let more = loop {
                    match reader.next() {
                        Ok(Some(Entry::Call(call))) => {
                            batch.push(&call);
                            if batch.is_full() {
                                break true;
                            }
                        }
                        Ok(Some(Entry::Reject(reject))) => {
                            *rejects.entry(reject.reason.code()).or_default() += 1
                        }
                        // Digests and messages about the delivery.
                        Ok(Some(_)) => controls += 1,
                        Ok(None) => break false,
                        Err(_) => {
                            applied.refused = Some(UNREADABLE);
                            break false;
                        }
                    }
                };
                calls += batch.records.len();
                self.observe(&batch, &mut applied.ids).await?;
                if !more {
                    break;
                }
            },
        }
        if calls == 0 && controls == 0 {
            let most = rejects.iter().max_by_key(|(_, count)| **count).map(|(reason, _)| *reason);
            applied.refused = applied.refused.or(most);
        }
        for (reason, count) in rejects {
            tracing::warn!(reason, count, id, "records refused");
            self.outbox.metrics.count(|counts| *counts.rejects.entry(reason).or_default() += count);
        }
        Ok(applied)
    }

    async fn observe(&self, batch: &Batch, ids: &mut Ids) -> Result<(), Fault> {
        let mut by_account: BTreeMap<&str, Vec<ApiCall<'_>>> = BTreeMap::new();
        let calls: Vec<ApiCall<'_>> =
            batch.records.iter().filter_map(|(json, time)| read(json, *time)).collect();
        let accounts: Vec<Option<String>> = calls
            .iter()
            .map(|call| call.account.as_ref().map(|account| account.as_str().to_owned()))
            .collect();
        for (call, account) in calls.into_iter().zip(&accounts) {
            self.outbox.metrics.count(|counts| {
                counts.records += 1;
                counts.saw(call.time);
            });
            if account.as_deref().is_none_or(|account| account == self.place.account)
                && call.region.as_ref().map(Text::as_str) == Some(self.place.region)
            {
                ids.add(launched(&call));
            }
            by_account.entry(account.as_deref().unwrap_or(self.place.account)).or_default().push(call);
        }
        for (account, calls) in by_account {
            self.account(account, &calls).await?;
        }
        Ok(())
    }

    /// Calls of one account into its document, and what is to be said of it to subscribers.
    async fn account(&self, account: &str, calls: &[ApiCall<'_>]) -> Result<(), Fault> {
        let mut first = true;
        loop {
            let run = Run {
                batch: 0,
                settings: self.settings,
                intel: self.intel,
                now: now(),
                deadline: self.deadline,
            };
            let observed = self.outbox.engine.observe(account, calls, &run).await?;
            self.outbox.metrics.count(|counts| counts.conflicts += u64::from(observed.conflicts));
            self.outbox.record(&observed.recorded);
            self.outbox.send(&calls_entity(account), &observed.alerts).await?;
            // As in `flow-logs`: calls that are new leave what another invocation holds to its retry.
            if observed.elsewhere == 0 || first && !observed.repeated {
                return Ok(());
            }
            first = false;
            self.outbox.wait(observed.elsewhere).await?;
        }
    }
}

impl Batch {
    fn push(&mut self, call: &ApiCall<'_>) {
        self.bytes += call.json().len();
        self.records.push((call.json().to_owned(), call.time));
    }

    const fn is_full(&self) -> bool {
        self.records.len() >= CALLS || self.bytes >= BYTES
    }
}

fn read(json: &str, time: i64) -> Option<ApiCall<'_>> {
    match api_call::read(json, Some(time)) {
        Trail::Call(call) => Some(*call),
        Trail::Statement | Trail::Reject(_) => None,
    }
}
