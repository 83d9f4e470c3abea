//! Records of a host that were counted, until their buckets are judged.
//!
//! Where the log numbers its records the print is of the number and the time, else of what the record says.

use serde::{Deserialize, Serialize};
use weir_records::Telemetry;
use weir_records::telemetry::Fact;

use crate::entity::{address_hash, mix, name_hash};
use crate::seen::Prints;

/// Prints of the buckets that are not judged yet.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Seen(Vec<(i64, Prints)>);

impl Seen {
    /// Notes a record of a bucket; false where it was there.
    pub(super) fn is_new(&mut self, bucket: i64, print: u32) -> bool {
        let at = self.0.binary_search_by_key(&bucket, |(start, _)| *start).unwrap_or_else(|at| {
            self.0.insert(at, (bucket, Prints::default()));
            at
        });
        self.0.get_mut(at).is_none_or(|(_, prints)| prints.is_new(print))
    }

    /// Forgets the buckets before a time: records of them are late whether they came before or not.
    pub(super) fn forget(&mut self, closed: i64) {
        self.0.retain(|(bucket, _)| *bucket >= closed);
    }
}

/// What tells a record from others of the same host and bucket.
pub(super) fn print(telemetry: &Telemetry) -> u32 {
    let time = telemetry.time().unwrap_or(0).unsigned_abs();
    let name = |text: Option<&str>| text.map_or(0, name_hash);
    let mut hash = mix(time ^ name(Some(telemetry.source.name())));
    if let Some(uid) = &telemetry.uid {
        hash = mix(hash ^ name_hash(uid));
    } else if let Some(process) = telemetry.process() {
        hash =
            mix(hash ^ process.pid.unwrap_or(0) ^ name(process.path.as_deref().or(process.name.as_deref())));
    }
    match &telemetry.fact {
        Fact::Launch(_) => {}
        Fact::Conversation(it) => {
            for end in [it.src, it.dst] {
                hash = mix(hash ^ end.ip.map_or(0, address_hash) ^ u64::from(end.port.unwrap_or(0)));
            }
            hash = mix(hash ^ it.sent.bytes.unwrap_or(0) ^ it.received.bytes.unwrap_or(0).rotate_left(32));
        }
        Fact::Usage(it) => {
            let interface = name(telemetry.device.interface_name.as_deref());
            let container = telemetry.container.as_ref();
            let container = name(container.and_then(|it| it.uid.as_deref().or(it.name.as_deref())));
            hash = mix(hash ^ interface ^ container.rotate_left(13));
            hash = mix(hash ^ it.bytes_out.unwrap_or(0) ^ it.bytes_in.unwrap_or(0).rotate_left(32));
        }
    }
    (hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_known_while_its_bucket_is_open() {
        let mut seen = Seen::default();
        assert!(seen.is_new(300_000, 7) && !seen.is_new(300_000, 7) && seen.is_new(0, 7));
        seen.forget(300_000);
        assert_eq!((seen.is_new(0, 7), seen.is_new(300_000, 7)), (true, false));
    }
}
