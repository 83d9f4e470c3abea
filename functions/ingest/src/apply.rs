//! What is done with records: conversations are flows of their entity; the rest nothing judges yet.

use weir_aws_host::Tally;
use weir_records::{Flow, Telemetry};

/// Takes one record of a host, a container platform or a sensor. `account` is the function's own.
pub(crate) fn take(tally: &mut Tally<'_>, telemetry: &Telemetry, account: &str) {
    let entity = telemetry.entity();
    let mut directions = 0;
    for flow in telemetry.flows(entity.as_deref().unwrap_or("-")) {
        let flow = Flow { account: Some(account), ..flow };
        // Both directions are one record.
        if directions == 0 {
            tally.flow(&flow);
        } else {
            tally.collector.push(&flow);
        }
        directions += 1;
    }
    if directions == 0 {
        tally.not_judged();
    }
}
