//! A counter without peers.

use serde::{Deserialize, Serialize};

use super::Process;

/// What a counter's value means.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Counter {
    /// Everything since the interface, container or process began; it falls when that begins anew.
    Cumulative,
    /// What came since the last record.
    Delta,
}

/// Bytes that an interface, a container or a process has moved, to and from nobody in particular.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Usage {
    /// Milliseconds since the epoch; absent where the log has no times of its own.
    pub time: Option<i64>,
    /// What the values mean.
    pub counter: Counter,
    /// Bytes received.
    pub bytes_in: Option<u64>,
    /// Bytes sent.
    pub bytes_out: Option<u64>,
    /// Packets received.
    pub packets_in: Option<u64>,
    /// Packets sent.
    pub packets_out: Option<u64>,
    /// The bytes are rounded to a few digits: differences below that are lost.
    pub rounded: bool,
    /// The counter is that of the whole host: it repeats what the host's own record says.
    pub of_host: bool,
    /// The process that moved them.
    pub process: Option<Process>,
}

impl Usage {
    /// A counter of bytes.
    pub const fn of(
        time: Option<i64>,
        counter: Counter,
        bytes_in: Option<u64>,
        bytes_out: Option<u64>,
    ) -> Self {
        Self {
            time,
            counter,
            bytes_in,
            bytes_out,
            packets_in: None,
            packets_out: None,
            rounded: false,
            of_host: false,
            process: None,
        }
    }
}
